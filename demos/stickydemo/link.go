package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	view "stickydemo/demos/view/term"
)

func linkCommand() *cli.Command {
	return &cli.Command{
		Name:  "link",
		Usage: "what a link is made of, and its model beside this machine's kernel",
		Description: example("Lists the settings of a link in a plan, and what the model of it predicts of a few exchanges.\n"+
			"--check runs the same program on loopback, in about three seconds, and prints what it measured\n"+
			"beside that. It needs Linux. Exit status 1: what was measured differs.",
			"stickydemo link",
			"stickydemo link --check",
			"stickydemo link --json"),
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "check", Usage: "measure on loopback", DisableDefaultText: true},
			jsonFlag(),
		},
		Action: links,
	}
}

func links(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if c.Bool("check") {
		return checkLinks(c)
	}
	checks, err := lab.PredictLinks()
	switch {
	case err != nil:
		return err
	case c.Bool("json"):
		return encodeJSON(c.App.Writer, checks)
	}
	return view.Links(c.App.Writer, checks, options(c))
}

func checkLinks(c *cli.Context) error {
	checks, err := lab.CheckLinks(c.Context)
	switch {
	case errors.Is(err, lab.ErrNoSegments):
		return usagef("link --check: %w; stickydemo link shows what the model predicts", lab.ErrNoSegments)
	case err != nil:
		return fmt.Errorf("link --check: %w", err)
	case c.Bool("json"):
		err = encodeJSON(c.App.Writer, checks)
	default:
		err = view.LinkCheck(c.App.Writer, checks, options(c))
	}
	for _, check := range checks {
		if err == nil && !check.Agrees() {
			err = errUnexpected
		}
	}
	return err
}
