package main

import (
	"github.com/urfave/cli/v2"

	"stickydemo/demos/stage"
	view "stickydemo/demos/view/term"
)

func listCommand() *cli.Command {
	return &cli.Command{
		Name:        "list",
		Usage:       "the stages, the plans and the commands that there are",
		Description: example("Lists what the other commands take.", "stickydemo list", "stickydemo list --json"),
		Flags:       []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if c.Bool("json") {
				return listJSON(c)
			}
			return view.List(c.App.Writer, options(c))
		},
	}
}

func listJSON(c *cli.Context) error {
	type entry struct {
		Stage    string        `json:"stage"`
		Name     string        `json:"name"`
		Variant  string        `json:"variant,omitempty"`
		Idea     string        `json:"idea"`
		Plan     string        `json:"plan"`
		Commands []string      `json:"commands"`
		Clients  stage.Clients `json:"clients,omitempty"`
		Verdict  stage.Verdict `json:"verdict"`
		Reason   string        `json:"reason"`
	}
	var entries []entry
	add := func(s *stage.Stage, variant, idea string, b stage.Break) {
		entries = append(entries, entry{s.ID, s.Name, variant, idea, b.Plan, b.Commands, b.Clients, b.Verdict, b.Reason})
	}
	for i := range stage.All {
		s := &stage.All[i]
		add(s, "", s.Idea, s.Break)
		for _, v := range s.Variants {
			add(s, v.Name, v.Idea, v.Break)
		}
	}
	return encodeJSON(c.App.Writer, entries)
}

func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usagef("%s takes no arguments, and got %q", c.Command.Name, c.Args().First())
	}
	return nil
}
