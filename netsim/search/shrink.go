package search

import (
	"errors"
	"slices"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// ErrNotReproduced says that a failure did not happen again under its plan.
var ErrNotReproduced = errors.New("the failure cannot be reproduced: the same plan gave another verdict")

// Shrink returns a smallest plan with the verdict that plan has: the plan that
// glues, if that has it; else one cut, at the least offset, upwards before
// downwards; else one stall; else what is left when none of plan's own cuts
// and stalls can be spared. It tries them in that order, and depends on
// nothing else, so that it gives the same answer everywhere.
func Shrink(r Runner, plan netsim.Plan, verdict string, s Sweeping) (netsim.Plan, error) {
	explicit, again := spelled(r, plan)
	if again != verdict {
		return plan, ErrNotReproduced
	}
	same := func(p netsim.Plan) bool {
		o := r.Run(p)
		return o.Verdict == verdict
	}
	if p := (netsim.Plan{}); same(p) {
		return p, nil
	}
	for place := 1; place < max(s.Shape.Up, s.Shape.Down); place++ {
		for _, dir := range Directions {
			if p := cutPlan(dir, place); place < s.Shape.Of(dir) && same(p) {
				return p, nil
			}
		}
	}
	for at := range max(s.Shape.Up, s.Shape.Down) {
		for _, dir := range Directions {
			if p := StallPlan(dir, at, s.Longest); at < s.Shape.Of(dir) && same(p) {
				return p, nil
			}
		}
	}
	if !same(explicit) {
		return plan, nil // it does more than cut and stall
	}
	return spare(explicit, same), nil
}

// spelled runs a plan and returns it with the cuts that its modes made written
// out, and its verdict.
func spelled(r Runner, plan netsim.Plan) (netsim.Plan, string) {
	o := r.Run(plan)
	if len(plan.Conns) > 0 {
		return plan, o.Verdict
	}
	for _, dir := range Directions {
		s := direction(&plan, dir)
		cuts := slices.Clone(s.Cuts)
		for _, read := range o.Reads {
			if read.Dir == dir && read.To < read.Most {
				cuts = append(cuts, read.To)
			}
		}
		slices.Sort(cuts)
		s.Cuts, s.Mode = slices.Compact(cuts), netsim.Mode{}
	}
	return plan, o.Verdict
}

// spare takes out of the plan, one by one and from the end, what it does not
// need, until nothing more can go.
func spare(plan netsim.Plan, same func(netsim.Plan) bool) netsim.Plan {
	for again := true; again; {
		again = false
		for _, dir := range []trace.Direction{trace.Down, trace.Up} {
			for i := len(direction(&plan, dir).Stalls) - 1; i >= 0; i-- {
				p := plan
				s := direction(&p, dir)
				s.Stalls = slices.Delete(slices.Clone(s.Stalls), i, i+1)
				if same(p) {
					plan, again = p, true
				}
			}
			for i := len(direction(&plan, dir).Cuts) - 1; i >= 0; i-- {
				p := plan
				s := direction(&p, dir)
				s.Cuts = slices.Delete(slices.Clone(s.Cuts), i, i+1)
				if same(p) {
					plan, again = p, true
				}
			}
		}
	}
	return plan
}
