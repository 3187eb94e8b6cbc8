package lab

import (
	"context"
	"fmt"

	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Losses is what a search of a stage on datagrams found: which of them it is
// fatal to lose, or to swap with the next. Cuts and stalls leave datagrams alone.
type Losses struct {
	Spec
	Directions []Loss        // up, then down
	Smallest   *search.Found // nil where nothing broke it
	Whole      *Result       // where nothing is lost
}

// Loss is one direction of it. Datagrams are numbered from 1 as in the run where
// nothing is lost.
type Loss struct {
	Dir          trace.Direction
	Datagrams    int
	Drops, Swaps []Fate
	Pairs        int // of two lost together that were tried
	FatalPairs   int
}

// Fate is a datagram that it is fatal to lose or to swap, and the verdict.
type Fate struct {
	N       int           `json:"datagram"`
	Verdict stage.Verdict `json:"verdict"`
}

// maxPairs is the datagrams of a direction up to which every two are dropped.
const maxPairs = 64

// maxSwept is the datagrams of a direction that are tried at all.
const maxSwept = 4096

// SearchDatagrams drops each datagram of a spec, every two of a direction, and
// swaps each with the next; the spec's plan does not matter.
func SearchDatagrams(ctx context.Context, spec Spec) (*Losses, error) {
	var l Lab
	defer l.Close()
	spec.Plan = netsim.Plan{}
	found := &Losses{Spec: spec, Whole: l.Run(spec)}
	whole := newStreams(found.Whole.Log)
	broken := func(plan netsim.Plan) stage.Verdict {
		spec.Plan = plan
		r := l.Run(spec)
		if r.Verdict != stage.OK && found.Smallest == nil {
			found.Smallest = &search.Found{Plan: plan, Verdict: string(r.Verdict)}
		}
		return r.Verdict
	}
	if broken(netsim.Plan{}) != stage.OK {
		return found, nil // whatever else is lost
	}
	for _, dir := range search.Directions {
		found.Directions = append(found.Directions, Loss{Dir: dir, Datagrams: whole.datagrams(0, dir)})
	}
	plan := func(dir trace.Direction, s netsim.Stream) netsim.Plan {
		if dir == trace.Up {
			return netsim.Plan{Up: s}
		}
		return netsim.Plan{Down: s}
	}
	for i := range found.Directions {
		d := &found.Directions[i]
		if d.Datagrams > maxSwept {
			return nil, fmt.Errorf("%d datagrams %s are over the limit of %d", d.Datagrams, d.Dir, maxSwept)
		}
		for n := 1; n <= d.Datagrams && ctx.Err() == nil; n++ {
			if v := broken(plan(d.Dir, netsim.Stream{Drops: []int{n}})); v != stage.OK {
				d.Drops = append(d.Drops, Fate{n, v})
			}
		}
	}
	for i := range found.Directions {
		d := &found.Directions[i]
		for n := 1; n <= d.Datagrams && ctx.Err() == nil; n++ { // the last too: copies may follow it
			if v := broken(plan(d.Dir, netsim.Stream{Swaps: []int{n}})); v != stage.OK {
				d.Swaps = append(d.Swaps, Fate{n, v})
			}
		}
	}
	for i := range found.Directions {
		d := &found.Directions[i]
		for n := 1; n <= d.Datagrams && d.Datagrams <= maxPairs; n++ {
			for m := n + 1; m <= d.Datagrams && ctx.Err() == nil; m++ {
				d.Pairs++
				if broken(plan(d.Dir, netsim.Stream{Drops: []int{n, m}})) != stage.OK {
					d.FatalPairs++
				}
			}
		}
	}
	return found, ctx.Err()
}
