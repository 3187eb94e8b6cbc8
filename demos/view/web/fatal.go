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
	if spec.Stage.OnDatagrams() {
		a.Note = q.Lang.Say("no cut map: there is no stream to cut")
		a.Smallest = q.smallest(&l, spec, netsim.MustParsePlan(spec.Stage.BreakOf(spec.Variant).Plan))
		return a, nil
	}
	runner := &until{ctx, lab.Subject(spec)()}
	defer runner.Runner.Close()
	glued := runner.Run(netsim.Plan{})
	if glued.Broken() {
		a.Note = q.Lang.Say("no cut map: it breaks even where nothing is cut")
		a.Smallest = q.smallest(&l, spec, netsim.Plan{})
		return a, nil
	}
	shape := l.Shape(spec)
	var notes []string
	var broken *netsim.Plan // by the least fatal cut
	least := netsim.MaxOffset
	for _, dir := range search.Directions {
		n := shape.Of(dir)
		if n > lab.MapLimit {
			notes = append(notes, q.Lang.Sayf("no cut map %s: %d bytes are over the limit of %d", dir, n, lab.MapLimit))
			continue
		}
		d := search.Direction{Places: search.Map(runner, dir, n)}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		// One worker: requests share the processors already.
		count, err := search.CountWrong(ctx, lab.Subject(spec), dir, n, 1, search.Shard{}, lab.MapLimit)
		if err == nil {
			d.Wrong, d.Runs = count.Wrong, count.Runs
		} else if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		places := max(0, n-1)
		a.Directions = append(a.Directions, fatalDirection{
			dir, n, places, append([]int{}, d.Fatal...), say.Fatal(q.Lang, len(d.Fatal), places), say.Ways(q.Lang, &d),
		})
		if len(d.Fatal) > 0 && d.Fatal[0] < least {
			least = d.Fatal[0]
			broken = new(netsim.Plan)
			if dir == trace.Up {
				broken.Up.Cuts = d.Fatal[:1]
			} else {
				broken.Down.Cuts = d.Fatal[:1]
			}
		}
	}
	if broken == nil {
		broken = stalled(runner, shape, glued, spec)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if broken != nil {
		a.Smallest = q.smallest(&l, spec, *broken)
	}
	a.Note = strings.Join(notes, q.Lang.Say("; "))
	return a, nil
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

// until runs plans until ctx is done, and after that none: all of them hold then,
// and whoever asked finds out by ctx.
type until struct {
	ctx context.Context
	search.Runner
}

func (u *until) Run(plan netsim.Plan) search.Outcome {
	if u.ctx.Err() != nil {
		return search.Outcome{}
	}
	return u.Runner.Run(plan)
}
