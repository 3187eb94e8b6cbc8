package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
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
			"stickydemo cost --plan link:rtt=200ms --command 'bytes 1000'"),
		Flags: []cli.Flag{
			plansFlag("send it under `PLAN` instead of wan"),
			&cli.StringFlag{Name: "command", Value: "echo hello", Usage: "send `COMMAND`", DefaultText: "echo hello"},
			jsonFlag(),
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
	if !planned {
		plan = netsim.MustParsePlan("wan")
	}
	var l lab.Lab
	defer l.Close()
	var all lab.Costs
	programs(func(spec lab.Spec) {
		spec.Plan, spec.Commands = plan, slices.Repeat([]string{c.String("command")}, 10)
		spec.Clients = stage.OneClient
		all.Add(&l, spec)
	})
	if c.Bool("json") {
		return encodeJSON(c.App.Writer, all)
	}
	return view.Cost(c.App.Writer, &all, options(c))
}
