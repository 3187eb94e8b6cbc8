package main

import (
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/svg"
	view "stickydemo/demos/view/term"
	"stickydemo/netsim"
)

func costCommand() *cli.Command {
	return &cli.Command{
		Name:  "cost",
		Usage: "what a message costs each stage: time, round trips, bytes, segments",
		Description: example("Sends the same command ten times over a simulated path and divides by ten, then over paths that\n"+
			"are longer, and such that lose more. The time is virtual: the same on every machine.",
			"stickydemo cost",
			"stickydemo cost --plan link:lan,nagle=off",
			"stickydemo cost --plan link:rtt=200ms --command 'bytes 1000'",
			"stickydemo cost --svg cost.svg"),
		Flags: []cli.Flag{
			plansFlag("send it under `PLAN` instead of wan"),
			&cli.StringFlag{Name: "command", Value: "echo hello", Usage: "send `COMMAND`", DefaultText: "echo hello"},
			jsonFlag(),
			&cli.StringFlag{Name: "svg", Usage: "draw how the time grows into `FILE`, as SVG"},
		},
		Action: costs,
	}
}

func costs(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	plan, planned, err := planFlag(c)
	if err != nil {
		return err
	}
	if err := canWrite(c.String("svg")); err != nil {
		return err
	}
	if !planned {
		plan = netsim.MustParsePlan("wan")
	}
	var l lab.Lab
	defer l.Close()
	var all lab.Costs
	lab.Programs(func(spec lab.Spec) {
		spec.Plan, spec.Commands = plan, slices.Repeat([]string{c.String("command")}, 10)
		spec.Clients = stage.OneClient
		all.Add(&l, spec)
	})
	if c.Bool("json") {
		err = encodeJSON(c.App.Writer, all)
	} else {
		err = view.Cost(c.App.Writer, &all, options(c))
	}
	if name := c.String("svg"); err == nil && name != "" {
		err = writeFile(name, func(w io.Writer) error {
			return svg.Cost(whileWanted{c.Context, w}, &all, svg.Options{Lang: lang(c)})
		})
	}
	return err
}
