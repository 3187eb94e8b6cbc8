package main

import (
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v2"

	view "stickydemo/demos/view/term"
	"stickydemo/fixed"
	"stickydemo/naive"
)

func diffCommand() *cli.Command {
	return &cli.Command{
		Name:        "diff",
		Usage:       "a stage's two programs, side by side",
		ArgsUsage:   "STAGE",
		Description: example("Shows the source of both sides; their difference is the lesson.", "stickydemo diff stage4"),
		Action: func(c *cli.Context) error {
			s, err := oneStage(c)
			if err != nil {
				return err
			}
			if c.NArg() > 1 {
				return usagef("diff takes one stage, and got %q too", c.Args().Get(1))
			}
			return view.Diff(c.App.Writer, fmt.Sprintf("%s %s", s.ID, s.Name),
				source(naive.Source, s.Name), source(fixed.Source, s.Name), options(c))
		},
	}
}

// source returns the file that a stage's package is named for.
func source(files fs.FS, name string) string {
	text, err := fs.ReadFile(files, name+"/"+name+".go")
	if err != nil {
		panic("stage table: " + err.Error())
	}
	return string(text)
}
