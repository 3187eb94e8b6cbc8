// Package search finds the plans that break a program: which places between
// two bytes are fatal, in how many of all ways to cut a stream it breaks, the
// smallest plan that does it, and that none does.
//
// It runs nothing itself. A Subject does: the stages in a lab, or anybody's
// client and server, as long as the same plan gives the same run.
package search

import (
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Subject makes runners, one for each goroutine that searches.
type Subject func() Runner

// Runner runs something under one plan after the other.
type Runner interface {
	Run(plan netsim.Plan) Outcome
	Close()
}

// Outcome is what one run came to.
type Outcome struct {
	Verdict string // how it failed; "" when all was well

	// Reads are those that could have been cut otherwise, as netsim.Sim's Reads
	// returns them; the next run may overwrite them.
	Reads []netsim.Read

	// Longest is the longest pause, or deadline ahead, that the run set.
	Longest time.Duration
}

// Broken reports whether the run failed.
func (o *Outcome) Broken() bool { return o.Verdict != "" }

// Shape is the bytes of each direction's longest connection in the glued run.
type Shape struct{ Up, Down int }

// Of returns the bytes of one direction.
func (s Shape) Of(dir trace.Direction) int {
	if dir == trace.Up {
		return s.Up
	}
	return s.Down
}

// Directions are both, in the order in which they are searched.
var Directions = []trace.Direction{trace.Up, trace.Down}

// direction returns the stream of a plan that a direction names.
func direction(plan *netsim.Plan, dir trace.Direction) *netsim.Stream {
	if dir == trace.Up {
		return &plan.Up
	}
	return &plan.Down
}

// cutPlan is the plan of cuts in one direction alone, the other glued.
func cutPlan(dir trace.Direction, cuts ...int) netsim.Plan {
	var plan netsim.Plan
	direction(&plan, dir).Cuts = cuts
	return plan
}
