package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/belief"
	"stickydemo/demos/view/svg"
	view "stickydemo/demos/view/term"
)

func beliefCommand() *cli.Command {
	return &cli.Command{
		Name:      "belief",
		Usage:     "what people believe about TCP, refuted by experiment",
		ArgsUsage: "[NAME… | all]",
		Description: example("Lists the beliefs, or runs the experiments against those that you name, by name or number.\n"+
			"Exit status 1: one of them was not refuted.",
			"stickydemo belief",
			"stickydemo belief sleep",
			"stickydemo belief four-bytes udp",
			"stickydemo belief 1 --json",
			"stickydemo belief sleep --svg sleep.svg",
			"stickydemo belief all"),
		Flags:  []cli.Flag{jsonFlag(), svgFlag()},
		Action: refute,
	}
}

func refute(c *cli.Context) error {
	list, err := beliefs(c)
	if err != nil {
		return err
	}
	name := c.String("svg")
	if name != "" && len(list) != 1 {
		return usagef("--svg draws one belief, and not %d", len(list))
	}
	if err := canWrite(name); err != nil {
		return err
	}
	out := c.App.Writer
	switch {
	case len(list) == 0 && c.Bool("json"):
		return beliefsJSON(c)
	case len(list) == 0:
		return view.Beliefs(out, belief.All, options(c))
	}
	var results []*belief.Result
	for i, b := range list {
		r, err := b.Try()
		if err != nil {
			return fmt.Errorf("belief %s: %w", b.Name, err)
		}
		if err := c.Context.Err(); err != nil {
			return err
		}
		results = append(results, &r)
		if c.Bool("json") {
			continue
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := view.Belief(out, &r, options(c)); err != nil {
			return err
		}
	}
	switch {
	case c.Bool("json"):
		err = printResults(c, results)
	case len(results) > 1:
		err = view.Refuted(out, results, options(c))
	}
	if err != nil {
		return err
	}
	if name != "" {
		err := writeFile(name, func(w io.Writer) error {
			return svg.Belief(whileWanted{c.Context, w}, results[0], svg.Options{Lang: lang(c)})
		})
		if err != nil {
			return err
		}
	}
	for _, r := range results {
		if !r.Refuted && r.Skipped.IsZero() {
			err = errUnexpected
			fmt.Fprintf(c.App.ErrWriter, "stickydemo: belief %s was not refuted by this run\n", r.Name)
		}
	}
	return err
}

// beliefs returns those that the arguments name, by name or number, all of them
// for "all".
func beliefs(c *cli.Context) ([]*belief.Belief, error) {
	var list []*belief.Belief
	for _, name := range c.Args().Slice() {
		if name == "all" {
			for i := range belief.All {
				list = append(list, &belief.All[i])
			}
			continue
		}
		b := belief.Find(name)
		if n, err := strconv.Atoi(name); err == nil {
			if n < 1 || n > len(belief.All) {
				return nil, usagef("there is no belief %d; they are numbered 1 to %d", n, len(belief.All))
			}
			b = &belief.All[n-1]
		}
		if b == nil {
			known := []string{"all"}
			for _, b := range belief.All {
				known = append(known, b.Name)
			}
			return nil, unknown("belief", name, known)
		}
		list = append(list, b)
	}
	return list, nil
}

// printResults prints one result as an object and several as an array.
func printResults(c *cli.Context, results []*belief.Result) error {
	if len(results) == 1 {
		return printIndented(c, results[0])
	}
	return printIndented(c, results)
}

func beliefsJSON(c *cli.Context) error {
	type entry struct {
		Number  int    `json:"number"`
		Name    string `json:"name"`
		Belief  string `json:"belief"`
		Tried   string `json:"tried"`
		Instead string `json:"instead"`
	}
	var entries []entry
	for i, b := range belief.All {
		entries = append(entries, entry{i + 1, b.Name, b.Says, b.Tried, b.Instead})
	}
	return printIndented(c, entries)
}

func printIndented(c *cli.Context, v any) error {
	encode := json.NewEncoder(c.App.Writer)
	encode.SetIndent("", "  ")
	return encode.Encode(v)
}
