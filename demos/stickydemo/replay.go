package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	view "stickydemo/demos/view/term"
)

func replayCommand() *cli.Command {
	return &cli.Command{
		Name:      "replay",
		Usage:     "a saved run again",
		ArgsUsage: "FILE",
		Description: example("Runs again what --json saved: the same side, plan and commands.\n"+
			"Exit status 1: the verdict is another one now.",
			"stickydemo run stage4 --side naive --json > failure.json",
			"stickydemo replay failure.json"),
		Flags:  []cli.Flag{jsonFlag()},
		Action: replay,
	}
}

func replay(c *cli.Context) error {
	if c.NArg() != 1 {
		return usagef("replay takes one file, and got %d", c.NArg())
	}
	name := c.Args().First()
	f, err := os.Open(name)
	if err != nil {
		return usagef("cannot read %s: %w", name, cause(err))
	}
	defer f.Close()
	saved, err := lab.ParseSaved(f)
	if err != nil {
		return usagef("%s: %w", name, err)
	}
	var l lab.Lab
	defer l.Close()
	var all []*lab.Result
	for i, run := range saved {
		r, err := runOne(c, &l, run.Spec, run.Net)
		if err != nil {
			return err
		}
		all = append(all, r)
		if c.Bool("json") {
			continue
		}
		if i > 0 {
			fmt.Fprintln(c.App.Writer)
		}
		naive, fixed := r, (*lab.Result)(nil)
		if r.Side == stage.Fixed {
			naive, fixed = nil, r
		}
		if err := view.Run(c.App.Writer, naive, fixed, options()); err != nil {
			return err
		}
	}
	if c.Bool("json") {
		if err := printJSON(c.App.Writer, all); err != nil {
			return err
		}
	}
	for i, r := range all {
		if want := saved[i].Verdict; want != "" && r.Verdict != want {
			fmt.Fprintf(c.App.ErrWriter, "stickydemo: %s %s %s: got %s, %s has %s\n", r.Stage.ID, r.Side, where(r), r.Verdict, name, want)
			err = errUnexpected
		}
	}
	return err
}
