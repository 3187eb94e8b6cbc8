package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	view "stickydemo/demos/view/term"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// lossesJSON is the JSON of a search of a stage on datagrams.
type lossesJSON struct {
	Stage      string        `json:"stage"`
	Side       stage.Side    `json:"side"`
	Variant    string        `json:"variant,omitempty"`
	Commands   []string      `json:"commands"`
	Smallest   *search.Found `json:"smallest"`
	Directions []lossJSON    `json:"directions"`
	ElapsedNS  int64         `json:"elapsed_ns"`
}

type lossJSON struct {
	Direction  trace.Direction `json:"direction"`
	Datagrams  int             `json:"datagrams"`
	Drops      []lab.Fate      `json:"fatal_drops"`
	Swaps      []lab.Fate      `json:"fatal_swaps"`
	Pairs      int             `json:"pairs"`
	FatalPairs int             `json:"fatal_pairs"`
}

// searchLosses is search for a stage on datagrams: a sweep of their losses.
func searchLosses(c *cli.Context, spec lab.Spec) error {
	for _, name := range []string{"exact-limit", "random", "seed", "shard", "yes"} {
		if c.IsSet(name) {
			return usagef("--%s is for streams, and %s has datagrams: every one is dropped and swapped, and nothing else", name, spec.Stage.ID)
		}
	}
	if err := canWrite(c.String("save")); err != nil {
		return err
	}
	begin := time.Now()
	found, err := lab.SearchDatagrams(c.Context, spec)
	if err != nil && !errors.Is(err, c.Context.Err()) {
		return usagef("%w: send less", err)
	}
	if err != nil {
		return err
	}
	if c.Bool("json") {
		encode := json.NewEncoder(c.App.Writer)
		encode.SetIndent("", "  ")
		err = encode.Encode(newLosses(found, time.Since(begin)))
	} else {
		err = view.Losses(c.App.Writer, found, options(c))
	}
	if err != nil {
		return err
	}
	if name := c.String("save"); name != "" && found.Smallest != nil {
		if err := saveSmallest(name, &lab.Searched{Spec: found.Spec, Report: &search.Report{Smallest: found.Smallest}}); err != nil {
			return err
		}
	}
	if broke := found.Smallest != nil; broke != (spec.Side == stage.Naive) {
		fmt.Fprintf(c.App.ErrWriter, "stickydemo: %s %s: got broken %v, want %v\n", spec.Stage.ID, spec.Side, broke, !broke)
		return errUnexpected
	}
	return nil
}

func newLosses(f *lab.Losses, elapsed time.Duration) lossesJSON {
	j := lossesJSON{f.Stage.ID, f.Side, f.Variant, f.Commands, f.Smallest, []lossJSON{}, int64(elapsed)}
	for _, d := range f.Directions {
		j.Directions = append(j.Directions, lossJSON{
			d.Dir, d.Datagrams, append([]lab.Fate{}, d.Drops...), append([]lab.Fate{}, d.Swaps...), d.Pairs, d.FatalPairs,
		})
	}
	return j
}
