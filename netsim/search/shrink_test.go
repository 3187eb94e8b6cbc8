package search_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// seen is what a run shows of a plan: where the reads of each direction ended,
// by connection.
type seen map[trace.Direction]map[int][]int

// watcher is a runner in which two connections carry ten bytes each way, as
// much as is said at a time, and everything that arrives is read. judge says
// how it failed.
type watcher struct {
	sim   netsim.Sim
	judge func(s seen) string
	runs  int
}

func (w *watcher) Close() { w.sim.Close() }

func (w *watcher) Run(plan netsim.Plan) search.Outcome {
	w.runs++
	w.sim.Watch = true
	s := seen{trace.Up: {}, trace.Down: {}}
	err := w.sim.Run(plan, "main", func() {
		for conn := 1; conn <= 2; conn++ {
			client, server := w.sim.Pipe()
			for _, dir := range search.Directions {
				from, to := client, server
				if dir == trace.Down {
					from, to = server, client
				}
				w.sim.Go("writer", func() {
					for range 5 {
						from.Write([]byte("ab"))
					}
					from.(interface{ CloseWrite() error }).CloseWrite()
				})
				w.sim.Go("reader", func() {
					buf, at := make([]byte, 100), 0
					for {
						n, err := to.Read(buf)
						if err != nil {
							return
						}
						at += n
						s[dir][conn] = append(s[dir][conn], at)
					}
				})
			}
		}
	})
	if err != nil {
		return search.Outcome{Verdict: "hang", Reads: w.sim.Reads()}
	}
	return search.Outcome{Verdict: w.judge(s), Reads: w.sim.Reads()}
}

// ended reports whether reads of the first connection ended at all of the
// places.
func (s seen) ended(dir trace.Direction, places ...int) bool {
	for _, place := range places {
		if !slices.Contains(s[dir][1], place) {
			return false
		}
	}
	return true
}

func TestShrink(t *testing.T) {
	wrongIf := func(f func(s seen) bool) func(s seen) string {
		return func(s seen) string { return fails(f(s)) }
	}
	tests := []struct {
		name  string
		judge func(s seen) string
		plan  string
		want  string
	}{
		{"it fails anyway", wrongIf(func(seen) bool { return true }), "drip;window=3", "glue"},
		{"one cut is enough", wrongIf(func(s seen) bool { return s.ended(trace.Down, 4) }), "drip", "down:cut=4"},
		{"the least cut, not the one that was given", wrongIf(func(s seen) bool { return len(s[trace.Down][1]) > 1 }), "down:cut=5,7", "down:cut=1"},
		{"upwards before downwards", wrongIf(func(s seen) bool { return s.ended(trace.Up, 2) || s.ended(trace.Down, 2) }), "down:cut=2", "up:cut=2"},
		{"a cut before a stall", wrongIf(func(s seen) bool { return s.ended(trace.Up, 6) }), "up:stall=1s@6", "up:cut=6"},
		{"two cuts of a mode", wrongIf(func(s seen) bool { return s.ended(trace.Down, 3, 5) }), "drip", "down:cut=3,5"},
		{"two cuts of many", wrongIf(func(s seen) bool { return s.ended(trace.Down, 3, 5) }), "up:cut=1,2,9;down:cut=1,2,3,4,5,6,9;up:stall=1s@3", "down:cut=3,5"},
		{"cuts in both directions", wrongIf(func(s seen) bool { return s.ended(trace.Down, 3) && s.ended(trace.Up, 5) }), "drip", "up:cut=5;down:cut=3"},
		{"the cuts of as-written", wrongIf(func(s seen) bool { return s.ended(trace.Down, 2, 8) }), "as-written", "down:cut=2,8"},
		{"the cuts of a seed", wrongIf(func(s seen) bool { return len(s[trace.Down][1]) > 2 }), "down:random=7", "down:cut=5,6"},
		{"a seed that cuts two connections differently is not lost", wrongIf(func(s seen) bool {
			return !slices.Equal(s[trace.Down][1], s[trace.Down][2])
		}), "down:random=7;up:drip", "down:random=7"},
		{"what a window does is not lost", wrongIf(func(s seen) bool { return s.ended(trace.Down, 1, 2, 3) }), "down:window=1;up:cut=3", "down:window=1"},
		{"what an end does is not lost", wrongIf(func(s seen) bool { return !s.ended(trace.Down, 10) }), "down:truncate=4;drip;up:window=2", "down:truncate=4"},
		{"nor what an exception does", wrongIf(func(s seen) bool {
			return slices.Contains(s[trace.Down][2], 3) && !s.ended(trace.Down, 3)
		}), "down:cut=8;1#up:drip;2#down:cut=3,7", "2#down:cut=3,7"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &watcher{judge: test.judge}
			defer w.Close()
			plan, s := parse(t, test.plan), search.Sweeping{Shape: search.Shape{Up: 10, Down: 10}}
			verdict := w.Run(plan).Verdict
			if verdict == "" {
				t.Fatal("the plan does not fail")
			}
			got, err := search.Shrink(w, plan, verdict, s)
			if err != nil || got.String() != parse(t, test.want).String() {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
			if o := w.Run(got); o.Verdict != verdict {
				t.Errorf("under %s: got %q, want %q", got, o.Verdict, verdict)
			}
			for range 3 { // the same again, from what it came to as well
				again, err := search.Shrink(w, plan, verdict, s)
				if err != nil || again.String() != got.String() {
					t.Errorf("again: got %s, %v, want %s", again, err, got)
				}
			}
			if plan.String() != parse(t, test.plan).String() {
				t.Errorf("the plan became %s", plan)
			}
		})
	}
}

// The verdict stays, where smaller plans fail in other ways.
func TestShrinkKeepsTheVerdict(t *testing.T) {
	w := &watcher{judge: func(s seen) string {
		switch {
		case s.ended(trace.Down, 3, 5):
			return "torn"
		case len(s[trace.Down][1]) > 1:
			return "error"
		}
		return ""
	}}
	defer w.Close()
	got, err := search.Shrink(w, parse(t, "drip"), "torn", search.Sweeping{Shape: search.Shape{Up: 10, Down: 10}})
	if err != nil || got.String() != "down:cut=3,5" {
		t.Errorf("got %s, %v, want down:cut=3,5", got, err)
	}
}

// A long plan does not take a run for each of its cuts.
func TestShrinkIsQuick(t *testing.T) {
	const n = 3000
	r := &recorder{shape: search.Shape{Down: n}, fail: func(plan netsim.Plan) string {
		cuts := plan.Cuts(1, trace.Down, n)
		return fails(slices.Contains(cuts, 1234) && slices.Contains(cuts, 2345))
	}}
	got, err := search.Shrink(r, parse(t, "drip"), "wrong", search.Sweeping{Shape: r.shape})
	if err != nil || got.String() != "down:cut=1234,2345" || len(r.plans) > 2*n+200 {
		t.Errorf("got %s, %v in %d runs, of which %d try one cut or stall", got, err, len(r.plans), 2*n)
	}
}

// A runner that is not the same every time is found out, and the plan that
// failed comes back.
func TestShrinkFlaky(t *testing.T) {
	for _, kept := range []int{0, 1, 3, 17} { // runs for which it fails on
		runs := 0
		r := &recorder{shape: search.Shape{Down: 9}, fail: func(plan netsim.Plan) string {
			runs++
			return fails(runs <= kept && strings.Contains(plan.String(), "drip"))
		}}
		got, err := search.Shrink(r, parse(t, "drip"), "wrong", search.Sweeping{Shape: r.shape})
		if !errors.Is(err, search.ErrNotReproduced) || got.String() != "drip" {
			t.Errorf("it fails %d times: got %s, %v, want %v", kept, got, err, search.ErrNotReproduced)
		}
	}
}
