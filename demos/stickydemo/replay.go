package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/trial"
	view "stickydemo/demos/view/term"
)

func replayCommand() *cli.Command {
	return &cli.Command{
		Name:      "replay",
		Usage:     "a saved run again",
		ArgsUsage: "FILE",
		Description: example("Runs again what --json saved: the same side, plan and commands. Exit status 1: the verdict is\n"+
			"another one now. What trial --save saved is tried again too, with the exit statuses of trial: 0\n"+
			"when the programs survive it by now.",
			"stickydemo run stage4 --side naive --json > failure.json",
			"stickydemo replay failure.json",
			"stickydemo replay failure.json --svg failure.svg",
			"stickydemo replay failure.json --pcap failure.pcapng"),
		Flags:  []cli.Flag{jsonFlag(), pcapFlag(), svgFlag()},
		Action: replay,
	}
}

func replay(c *cli.Context) error {
	if c.NArg() != 1 {
		return usagef("replay takes one file, and got %d", c.NArg())
	}
	if err := canWrite(c.String("svg")); err != nil {
		return err
	}
	if err := oneFileEach(c, "pcap", "svg"); err != nil {
		return err
	}
	name := c.Args().First()
	f, err := os.Open(name)
	if err != nil {
		return usagef("cannot read %s: %w", name, cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, trial.MaxSaved+1))
	if err != nil {
		return usagef("cannot read %s: %w", name, cause(err))
	}
	config, err := trial.ParseSaved(data)
	if err == nil && c.String("svg") != "" {
		return usagef("--svg draws a run, and %s is of a trial", name)
	}
	if err == nil {
		if err := canCapture(c, lab.Kernel); err != nil {
			return err
		}
		return replayTrial(c, config)
	}
	if !errors.Is(err, trial.ErrNotSaved) {
		return usagef("%s: %w", name, err)
	}
	saved, err := lab.ParseSaved(bytes.NewReader(data))
	if err != nil {
		return usagef("%s: %w", name, err)
	}
	network := lab.Sim
	if slices.ContainsFunc(saved, func(run lab.Saved) bool { return run.Net == lab.Kernel }) {
		network = lab.Kernel
	}
	if err := canCapture(c, network); err != nil {
		return err
	}
	if c.String("svg") != "" && !onePair(saved) {
		return usagef("--svg draws one stage, a naive side and a fixed one at most, and %s has %d runs", name, len(saved))
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
		naive, fixed := lab.Pair([]*lab.Result{r})
		if err := view.Run(c.App.Writer, naive, fixed, options(c)); err != nil {
			return err
		}
	}
	if c.Bool("json") {
		if err := printJSON(c.App.Writer, all); err != nil {
			return err
		}
	}
	if err := writeCapture(c, all); err != nil {
		return err
	}
	if err := writeSVG(c, all); err != nil {
		return err
	}
	for i, r := range all {
		if want := saved[i].Verdict; want != "" && r.Verdict != want {
			fmt.Fprintf(c.App.ErrWriter, "stickydemo: %s %s %s: got %s, %s has %s\n", r.Stage.ID, r.Side, r.Where(), r.Verdict, name, want)
			err = errUnexpected
		}
	}
	return err
}

// onePair reports whether runs are of one stage, or of both sides of it.
func onePair(saved []lab.Saved) bool {
	return len(saved) == 1 || len(saved) == 2 && saved[0].Stage == saved[1].Stage &&
		saved[0].Side == stage.Naive && saved[1].Side == stage.Fixed
}

// replayTrial tries the plan of a saved finding again.
func replayTrial(c *cli.Context, config trial.Config) error {
	report, err := runTrial(c, config)
	if err != nil {
		return err
	}
	return showTrial(c, report)
}
