package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

func sweep(t *testing.T, r *recorder, s search.Sweeping) []search.Swept {
	t.Helper()
	s.Shape = r.shape
	swept, err := search.Sweep(context.Background(), r.subject, s)
	if err != nil {
		t.Fatal(err)
	}
	return swept
}

func TestSweepTriesWhatItSays(t *testing.T) {
	r := &recorder{shape: search.Shape{Up: 4, Down: 6}}
	swept := sweep(t, r, search.Sweeping{Random: 10, Seed: 7, Workers: 3, Longest: 500 * time.Millisecond})
	want := map[search.Kind]int{
		search.AsWritten: 1, search.Glue: 1, search.Drip: 1,
		search.Cut:   3 + 5,
		search.Cuts:  3 + 10, // 3 pairs of 3 places, 10 of 5
		search.Stall: 4 + 6, search.Window: 7, search.Random: 10,
	}
	total := 0
	for i, k := range swept {
		if k.Kind != search.Kinds[i] || k.Tried != want[k.Kind] || k.Wrong != 0 || k.First != nil {
			t.Errorf("got %+v, want %d tried of kind %s, none wrong", k, want[k.Kind], search.Kinds[i])
		}
		total += k.Tried
	}
	slices.Sort(r.plans)
	if unique := slices.Compact(slices.Clone(r.plans)); len(r.plans) != total || len(unique) != total {
		t.Errorf("got %d runs of %d plans, want %d of each", len(r.plans), len(unique), total)
	}
	// A stall is longer than any pause; a pair starts and ends every read.
	for _, plan := range []string{"up:stall=1.5s@3", "down:stall=1.5s@0", "up:cut=1,3", "down:cut=4,5", "random=16", "window=64"} {
		if _, found := slices.BinarySearch(r.plans, plan); !found {
			t.Errorf("%s was not tried", plan)
		}
	}
}

// What is first depends on the plans' order, not on whose worker was faster,
// and shards add up to all of it.
func TestSweepIsTheSameHoweverItIsSplit(t *testing.T) {
	fail := hashed(3, 5)
	whole := sweep(t, &recorder{shape: search.Shape{Up: 9, Down: 12}, fail: fail}, search.Sweeping{Random: 200, Workers: 1})
	for workers := 1; workers <= 4; workers++ {
		got := sweep(t, &recorder{shape: search.Shape{Up: 9, Down: 12}, fail: fail}, search.Sweeping{Random: 200, Workers: workers})
		for i := range whole {
			if fmt.Sprint(got[i].Kind, got[i].Tried, got[i].Wrong, got[i].First, got[i].Verdict) !=
				fmt.Sprint(whole[i].Kind, whole[i].Tried, whole[i].Wrong, whole[i].First, whole[i].Verdict) {
				t.Errorf("%d workers: got %+v, want %+v", workers, got[i], whole[i])
			}
		}
	}
	sum := make([]search.Swept, len(whole))
	for i := 1; i <= 3; i++ {
		for j, k := range sweep(t, &recorder{shape: search.Shape{Up: 9, Down: 12}, fail: fail}, search.Sweeping{Random: 200, Workers: 2, Shard: search.Shard{I: i, N: 3}}) {
			sum[j].Tried += k.Tried
			sum[j].Wrong += k.Wrong
		}
	}
	for i := range whole {
		if sum[i].Tried != whole[i].Tried || sum[i].Wrong != whole[i].Wrong {
			t.Errorf("three shards: got %d of %d, want %d of %d", sum[i].Wrong, sum[i].Tried, whole[i].Wrong, whole[i].Tried)
		}
	}
}

func TestSweepLeavesOutPairsThatAreTooMany(t *testing.T) {
	r := &recorder{shape: search.Shape{Up: 400, Down: 3}}
	for _, k := range sweep(t, r, search.Sweeping{}) {
		if want := 1; k.Kind == search.Cuts && k.Tried != want { // down's one pair
			t.Errorf("got %d pairs, want %d", k.Tried, want)
		}
	}
}

func TestShrink(t *testing.T) {
	fails := func(is func(netsim.Plan) bool) func(netsim.Plan) string {
		return func(p netsim.Plan) string {
			if is(p) {
				return "wrong"
			}
			return ""
		}
	}
	cuts := func(p netsim.Plan, dir trace.Direction, at ...int) bool {
		have := p.Cuts(1, dir, 10)
		return !slices.ContainsFunc(at, func(a int) bool { return !slices.Contains(have, a) })
	}
	tests := []struct {
		name, plan, want string
		fail             func(netsim.Plan) string
	}{
		{"what fails without a cut needs none", "drip", "glue", fails(func(netsim.Plan) bool { return true })},
		{"one cut is enough", "drip", "down:cut=3", fails(func(p netsim.Plan) bool { return cuts(p, trace.Down, 3) })},
		{"of two cuts that do it, the lesser offset", "drip", "up:cut=2", fails(func(p netsim.Plan) bool {
			return cuts(p, trace.Up, 2) || cuts(p, trace.Down, 3)
		})},
		{"two cuts are needed", "up:cut=1,2,5,7;down:drip", "up:cut=2,7", fails(func(p netsim.Plan) bool { return cuts(p, trace.Up, 2, 7) })},
		{"a stall alone", "drip;up:stall=3s@4", "up:stall=1s@4", fails(func(p netsim.Plan) bool { return len(p.Up.Stalls) > 0 && p.Up.Stalls[0].At == 4 })},
		{"a window cannot be spelled in cuts, and one direction is enough", "window=1", "up:window=1", fails(func(p netsim.Plan) bool { return p.Up.Window == 1 })},
		{"an end is kept", "up:truncate=3;drip", "up:truncate=3", fails(func(p netsim.Plan) bool { return p.Up.Truncate != nil })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{shape: search.Shape{Up: 10, Down: 10}, fail: test.fail}
			got, err := search.Shrink(r, parse(t, test.plan), "wrong", search.Sweeping{Shape: r.shape})
			if err != nil || got.String() != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestShrinkOfWhatDoesNotHappenAgain(t *testing.T) {
	r := &recorder{shape: search.Shape{Up: 10, Down: 10}}
	if _, err := search.Shrink(r, parse(t, "drip"), "wrong", search.Sweeping{Shape: r.shape}); !errors.Is(err, search.ErrNotReproduced) {
		t.Errorf("got %v, want %v", err, search.ErrNotReproduced)
	}
}

// The smallest plan of a search is the least by rank, and parts agree on it.
func TestSearchAndMerge(t *testing.T) {
	fail := func(p netsim.Plan) string {
		if strings.Contains(p.String(), "cut=5") || p.Up.Mode.Kind == netsim.Drip {
			return "wrong"
		}
		return ""
	}
	options := search.Options{Shape: search.Shape{Up: 8, Down: 8}, Random: 20, Workers: 2, ExactRuns: 1}
	run := func(shard search.Shard) *search.Report {
		o := options
		o.Shard = shard
		report, err := search.Search(context.Background(), (&recorder{shape: o.Shape, fail: fail}).subject, o)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	whole := run(search.Shard{})
	if whole.Smallest == nil || whole.Smallest.Plan.String() != "up:cut=5" {
		t.Errorf("got %v, want up:cut=5", whole.Smallest)
	}
	var parts []*search.Report
	for i := 1; i <= 4; i++ {
		parts = append(parts, run(search.Shard{I: i, N: 4}))
	}
	merged, err := search.Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Smallest == nil || merged.Smallest.Plan.String() != whole.Smallest.Plan.String() {
		t.Errorf("got %v, want %v", merged.Smallest, whole.Smallest)
	}
	for i, d := range merged.Directions {
		if !slices.Equal(d.Fatal, whole.Directions[i].Fatal) || !slices.Equal(d.Fatal, []int{5}) {
			t.Errorf("%s: got %v fatal, want %v", d.Dir, d.Fatal, whole.Directions[i].Fatal)
		}
	}
}
