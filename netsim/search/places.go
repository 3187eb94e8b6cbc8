package search

import "stickydemo/netsim/trace"

// Places is the cut map of one direction: a place is where a cut may stand,
// numbered by the bytes before it, so that a stream of n bytes has n-1.
type Places struct {
	Dir   trace.Direction
	Bytes int   // of the direction's longest connection in the glued run
	Fatal []int // places at which one cut alone breaks the run, ascending
}

// Map tries a cut at every place of one direction, alone, with the other
// direction glued.
func Map(r Runner, dir trace.Direction, bytes int) Places {
	p := Places{Dir: dir, Bytes: bytes}
	cut := []int{0}
	plan := cutPlan(dir, cut...)
	for cut[0] = 1; cut[0] < bytes; cut[0]++ {
		if o := r.Run(plan); o.Broken() {
			p.Fatal = append(p.Fatal, cut[0])
		}
	}
	return p
}
