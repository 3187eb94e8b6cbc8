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
// downwards; else one stall; else what is left when nothing of plan can be
// spared. It tries them in that order, and depends on nothing else, so that it
// gives the same answer everywhere.
func Shrink(r Runner, plan netsim.Plan, verdict string, s Sweeping) (netsim.Plan, error) {
	explicit, again := spelled(r, plan)
	if again != verdict {
		return plan, ErrNotReproduced
	}
	same := func(p netsim.Plan) bool {
		o := r.Run(p)
		return o.Verdict == verdict
	}
	small, ok := single(s, same)
	switch {
	case ok:
	case same(explicit):
		small = spare(explicit, same)
	default: // its modes do more than cut here and there
		small = spare(plan, same)
	}
	if !same(small) {
		return plan, ErrNotReproduced
	}
	return small, nil
}

// single returns the first of the plans that have nothing, one cut or one stall
// that is the same.
func single(s Sweeping, same func(netsim.Plan) bool) (netsim.Plan, bool) {
	if p := (netsim.Plan{}); same(p) {
		return p, true
	}
	for _, kind := range []Kind{Cut, Stall} {
		n, plan := s.plans(kind)
		for i := range n {
			if p := plan(i); same(p) {
				return p, true
			}
		}
	}
	return netsim.Plan{}, false
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

// spare takes out of the plan, from the end, what it does not need, until
// nothing more can go.
func spare(plan netsim.Plan, same func(netsim.Plan) bool) netsim.Plan {
	for before := ""; before != plan.String(); {
		before = plan.String()
		without := func(change func(p *netsim.Plan)) bool {
			p := plan
			change(&p)
			if p.String() == plan.String() || !same(p) {
				return false
			}
			plan = p
			return true
		}
		Thin(plan.Conns, func(list []netsim.ConnPlan) bool {
			return without(func(p *netsim.Plan) { p.Conns = list })
		})
		without(func(p *netsim.Plan) { p.Link = netsim.Link{} })
		for _, dir := range []trace.Direction{trace.Down, trace.Up} {
			for _, change := range []func(s *netsim.Stream){
				func(s *netsim.Stream) { s.EOFWithData = false },
				func(s *netsim.Stream) { s.Reset = nil },
				func(s *netsim.Stream) { s.Truncate = nil },
				func(s *netsim.Stream) { s.Window = 0 },
				func(s *netsim.Stream) { s.Mode = netsim.Mode{} },
			} {
				without(func(p *netsim.Plan) { change(direction(p, dir)) })
			}
			Thin(direction(&plan, dir).Stalls, func(list []netsim.Stall) bool {
				return without(func(p *netsim.Plan) { direction(p, dir).Stalls = list })
			})
			Thin(direction(&plan, dir).Cuts, func(list []int) bool {
				return without(func(p *netsim.Plan) { direction(p, dir).Cuts = list })
			})
		}
	}
	return plan
}

// Thin takes out of a list what it does not need for holds: all, halves,
// quarters and so on down to single items, from the end.
func Thin[T any](list []T, holds func(list []T) bool) []T {
	for size := len(list); size > 0; size /= 2 {
		for to := len(list); to > 0; to -= size {
			less := slices.Delete(slices.Clone(list), max(to-size, 0), to)
			if holds(less) {
				list = less
			}
		}
	}
	return list
}
