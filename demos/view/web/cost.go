package web

import (
	"bytes"
	"context"
	"slices"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/svg"
	"stickydemo/demos/view/term"
)

type costs struct {
	Plan string `json:"plan"`
	Text string `json:"text"`
	SVG  string `json:"svg"` // how a message's time grows with the round-trip time
}

// hello is the command that each program is sent.
const hello = "echo" + " hello"

// price is what a message costs each program, as stickydemo cost has it.
func price(ctx context.Context, q *request) (any, error) {
	plan, err := q.plan("wan")
	if err != nil {
		return nil, err
	}
	var l lab.Lab
	defer l.Close()
	var all lab.Costs
	add := func(s *stage.Stage, side stage.Side, variant string) {
		if ctx.Err() == nil {
			all.Add(&l, lab.Spec{Stage: s, Side: side, Variant: variant, Plan: plan, Commands: slices.Repeat([]string{hello}, 10)})
		}
	}
	for i := range stage.All {
		s := &stage.All[i]
		add(s, stage.Naive, "")
		for _, v := range s.Variants {
			add(s, stage.Naive, v.Name)
		}
		add(s, stage.Fixed, "")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := term.Cost(&out, &all, term.Options{Width: 100, Lang: q.Lang}); err != nil {
		return nil, err
	}
	text := out.String()
	out.Reset()
	chart := svg.Chart{
		Title: q.Lang.Say("What the round trip costs a message, repaired programs"),
		X:     svg.Axis{Name: q.Lang.Say("round trip"), Unit: "ms"},
		Y:     svg.Axis{Name: q.Lang.Say("time a message takes"), Unit: "ms"},
	}
	for _, g := range all.ByTrip {
		if g.Side != stage.Fixed || len(chart.Series) == svg.MostSeries {
			continue
		}
		s := svg.Series{Name: g.Stage.ID + " " + g.Stage.Name}
		for _, p := range g.Points {
			if p.Verdict == stage.OK {
				s.Points = append(s.Points, svg.Point{X: milliseconds(p.Link.RTT), Y: milliseconds(p.Elapsed)})
			}
		}
		chart.Series = append(chart.Series, s)
	}
	err = svg.Plot(&out, chart, svg.Options{Lang: q.Lang, ID: "stickydemo-cost", Bare: true})
	return &costs{plan.String(), text, out.String()}, err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
