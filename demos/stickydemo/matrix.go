package main

import (
	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	view "stickydemo/demos/view/term"
	"stickydemo/netsim"
)

func matrixCommand() *cli.Command {
	return &cli.Command{
		Name:  "matrix",
		Usage: "every stage and side under every plan",
		Description: example("Exit status 1: a fixed program failed under a plan that keeps the stream whole, or a naive one\n"+
			"did not fail as its stage lists.",
			"stickydemo matrix",
			"stickydemo matrix --plan drip --plan 'down:cut=9' --json"),
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "plan", Usage: "a row of its own for each `PLAN`, instead of those that stickydemo list names"},
			jsonFlag(),
		},
		Action: matrix,
	}
}

func matrix(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	var plans []netsim.Plan
	for _, p := range stage.Plans {
		plans = append(plans, netsim.MustParsePlan(p.Plan))
	}
	if texts := c.StringSlice("plan"); len(texts) > 0 {
		plans = nil
		for _, text := range texts {
			text, err := planText(text)
			if err != nil {
				return err
			}
			p, err := parsePlan(text)
			if err != nil {
				return err
			}
			plans = append(plans, p)
		}
	}

	var l lab.Lab
	defer l.Close()
	var all []*lab.Result
	lab.Programs(func(spec lab.Spec) {
		for _, spec.Plan = range plans {
			all = append(all, l.Run(spec))
		}
	})
	if c.Bool("json") {
		if err := printJSON(c.App.Writer, all); err != nil {
			return err
		}
	} else if err := view.Matrix(c.App.Writer, all, options(c)); err != nil {
		return err
	}
	return asListed(c, all)
}
