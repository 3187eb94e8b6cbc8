package web

import (
	"context"
	"fmt"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/say"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

type fatalities struct {
	Directions []fatalDirection `json:"directions"`
	Smallest   *smallest        `json:"smallest"` // null where nothing that was tried breaks it
	Note       string           `json:"note"`     // why there is less than was asked for
}

type fatalDirection struct {
	Dir    trace.Direction `json:"dir"`
	Bytes  int             `json:"bytes"`
	Places int             `json:"places"`
	Fatal  []int           `json:"fatal"` // ascending
	Text   string          `json:"text"`
	Ways   string          `json:"ways"`
}

type smallest struct {
	Plan    string        `json:"plan"`
	Verdict stage.Verdict `json:"verdict"`
	Text    string        `json:"text"`
}

// fatal finds which places of one side are fatal, each cut alone and whatever the
// plan, in how many ways it breaks, and the smallest plan that breaks it: what
// glues, one cut, one stall, or the stage's own. It is bounded as lab.Map is.
func fatal(ctx context.Context, q *request) (any, error) {
	spec, err := q.oneSide()
	if err != nil {
		return nil, err
	}
	a := &fatalities{Directions: []fatalDirection{}}
	var l lab.Lab
	defer l.Close()
	maps, notes, err := l.Maps(ctx, spec, 1) // requests share the processors already
	if err != nil {
		return nil, err
	}
	for _, d := range maps {
		places := max(0, d.Bytes-1)
		a.Directions = append(a.Directions, fatalDirection{
			d.Dir, d.Bytes, places, append([]int{}, d.Fatal...), say.Fatal(q.Lang, len(d.Fatal), places), say.Ways(q.Lang, &d),
		})
	}
	var said []string
	for _, n := range notes {
		said = append(said, n.In(q.Lang))
	}
	a.Note = strings.Join(said, q.Lang.Say("; "))
	plan, err := breaks(ctx, &l, spec, maps)
	if err != nil {
		return nil, err
	}
	if plan != nil {
		a.Smallest = q.smallest(&l, spec, *plan)
	}
	return a, nil
}

// breaks returns the smallest plan that breaks a side, as far as fatal looks; nil
// where none does.
func breaks(ctx context.Context, l *lab.Lab, spec lab.Spec, maps []search.Direction) (*netsim.Plan, error) {
	if spec.Stage.OnDatagrams() {
		plan := netsim.MustParsePlan(spec.Stage.BreakOf(spec.Variant).Plan)
		return &plan, nil
	}
	var cut *netsim.Plan // the least fatal one
	least := netsim.MaxOffset
	for _, d := range maps {
		if len(d.Fatal) > 0 && d.Fatal[0] < least {
			least, cut = d.Fatal[0], new(netsim.Plan)
			if d.Dir == trace.Up {
				cut.Up.Cuts = d.Fatal[:1]
			} else {
				cut.Down.Cuts = d.Fatal[:1]
			}
		}
	}
	if cut != nil {
		return cut, nil
	}
	r := lab.Until(ctx, lab.Subject(spec)())
	defer r.Close()
	glued := r.Run(netsim.Plan{})
	if glued.Broken() {
		return &netsim.Plan{}, nil
	}
	return stalled(r, l.Shape(spec), glued, spec), ctx.Err()
}

// stalled returns the plan of the first stall that breaks it or else, if that
// does, the stage's own.
func stalled(r search.Runner, shape search.Shape, glued search.Outcome, spec lab.Spec) *netsim.Plan {
	for at := range max(shape.Up, shape.Down) {
		if at > lab.MapLimit {
			break
		}
		for _, dir := range search.Directions {
			if plan := search.StallPlan(dir, at, glued.Longest); at < shape.Of(dir) {
				if o := r.Run(plan); o.Broken() {
					return &plan
				}
			}
		}
	}
	plan := netsim.MustParsePlan(spec.Stage.BreakOf(spec.Variant).Plan)
	if o := r.Run(plan); o.Broken() {
		return &plan
	}
	return nil
}

// smallest looks closer at what a plan does; nil where that breaks nothing.
func (q *request) smallest(l *lab.Lab, spec lab.Spec, plan netsim.Plan) *smallest {
	spec.Plan = plan
	r := l.Run(spec)
	if r.Verdict == stage.OK {
		return nil
	}
	return &smallest{plan.String(), r.Verdict, say.Happened(q.Lang, r)}
}

// oneSide is what is asked for, of one side and without its plan.
func (q *request) oneSide() (spec lab.Spec, err error) {
	s, err := q.stage()
	if err != nil {
		return spec, err
	}
	sides, err := q.sides()
	if err == nil && len(sides) != 1 {
		err = bad(fmt.Errorf("the side must be naive or fixed here"))
	}
	if err != nil {
		return spec, err
	}
	b := s.BreakOf(q.Variant)
	commands, err := q.commands(s, b.Commands)
	return lab.Spec{Stage: s, Side: sides[0], Variant: q.Variant, Commands: commands, Clients: b.Clients}, err
}
