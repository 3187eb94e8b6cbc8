package search_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

func TestSearch(t *testing.T) {
	o := search.Options{Shape: search.Shape{Up: 2, Down: 13}, ExactBytes: 20, Random: 50, Workers: 2}
	got, err := search.Search(t.Context(), naive(3, 2), o)
	if err != nil {
		t.Fatal(err)
	}
	if got.Smallest == nil || got.Smallest.Plan.String() != "down:cut=1" || got.Smallest.Verdict != "wrong" {
		t.Errorf("got %+v for the smallest, want down:cut=1", got.Smallest)
	}
	up, down := got.Directions[0], got.Directions[1]
	if up.Dir != trace.Up || up.Bytes != 2 || up.Fatal != nil || !sameInt(up.Wrong, 0) {
		t.Errorf("up: got %+v", up)
	}
	if !slices.Equal(down.Fatal, []int{1, 2, 3, 8, 9, 10}) || !sameInt(down.Wrong, 1<<12-1<<6) || down.Runs == 0 {
		t.Errorf("down: got %+v", down)
	}
	got, err = search.Search(t.Context(), fixed(3, 2), o)
	if err != nil || got.Smallest != nil || !sameInt(got.Directions[1].Wrong, 0) {
		t.Errorf("fixed: got %+v, %v", got, err)
	}
	o.ExactBytes, o.ExactRuns = 12, 10
	got, err = search.Search(t.Context(), fixed(3, 2), o)
	if err != nil || got.Directions[1].Wrong != nil || got.Directions[1].Why == "" || got.Directions[0].Wrong == nil {
		t.Errorf("over the limit: got %+v, %v", got, err)
	}
}

// The smallest plan is the smallest, whichever kind of the sweep was the first
// to find one.
func TestSmallest(t *testing.T) {
	down := func(plan netsim.Plan) []int { return plan.Cuts(1, trace.Down, 9) }
	up := func(plan netsim.Plan) []int { return plan.Cuts(1, trace.Up, 9) }
	stalled := func(plan netsim.Plan) bool { return len(plan.Up.Stalls)+len(plan.Down.Stalls) > 0 }
	tests := []struct {
		name string
		fail func(plan netsim.Plan) bool
		want string
	}{
		{"nothing fails", func(netsim.Plan) bool { return false }, ""},
		{"everything does", func(netsim.Plan) bool { return true }, "glue"},
		{"one cut or a stall", func(p netsim.Plan) bool { return slices.Contains(down(p), 5) || stalled(p) }, "down:cut=5"},
		{"the lower cut, of either direction", func(p netsim.Plan) bool { return slices.Contains(down(p), 3) || slices.Contains(up(p), 4) }, "down:cut=3"},
		{"upwards first at the same place", func(p netsim.Plan) bool { return slices.Contains(down(p), 3) || slices.Contains(up(p), 3) }, "up:cut=3"},
		{"a stall or two cuts", func(p netsim.Plan) bool { return len(down(p)) > 1 || stalled(p) }, "up:stall=1s@0"},
		{"two cuts, which drip has too", func(p netsim.Plan) bool { return slices.Contains(down(p), 3) && slices.Contains(down(p), 7) }, "down:cut=3,7"},
		{"the first pair of many", func(p netsim.Plan) bool { return len(down(p)) > 1 && !slices.Contains(down(p), 1) }, "down:cut=2,3"},
		{"two cuts of two directions, which drip alone finds", func(p netsim.Plan) bool { return slices.Contains(down(p), 3) && slices.Contains(up(p), 4) }, "up:cut=4;down:cut=3"},
		{"a window", func(p netsim.Plan) bool { return p.Up.Window > 0 && p.Up.Window < 5 }, "up:window=1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{shape: search.Shape{Up: 9, Down: 9}, fail: func(p netsim.Plan) string { return fails(test.fail(p)) }}
			got, err := search.Search(t.Context(), r.subject, search.Options{Shape: r.shape, Random: 10, Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			if got.Smallest != nil {
				text = got.Smallest.Plan.String()
			}
			if test.want != "" {
				test.want = parse(t, test.want).String()
			}
			if text != test.want {
				t.Errorf("got %s, want %s", text, test.want)
			}
		})
	}
}

// brief is a report in a form to compare.
func brief(r *search.Report) string {
	var b strings.Builder
	if r.Smallest != nil {
		fmt.Fprintf(&b, "%s %s\n", r.Smallest.Plan, r.Smallest.Verdict)
	}
	for _, d := range r.Directions {
		fmt.Fprintln(&b, d.Dir, d.Bytes, d.Fatal, d.Wrong, d.Runs, d.Why)
	}
	for _, k := range r.Swept {
		fmt.Fprintln(&b, k.Kind, k.Tried, k.Wrong)
	}
	return b.String()
}

// The shards of a search add up to the whole.
func TestMerge(t *testing.T) {
	check := func(subject search.Subject, o search.Options) {
		t.Helper()
		whole, err := search.Search(t.Context(), subject, o)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 5; n++ {
			var parts []*search.Report
			for i := range n {
				o.Shard = search.Shard{I: i + 1, N: n}
				part, err := search.Search(t.Context(), subject, o)
				if err != nil {
					t.Fatal(err)
				}
				parts = append(parts, part)
			}
			before := brief(parts[0])
			got, err := search.Merge(parts)
			if err != nil || brief(got) != brief(whole) {
				t.Errorf("%d shards: got %v\n%swant\n%s", n, err, brief(got), brief(whole))
			}
			slices.Reverse(parts)
			back, err := search.Merge(parts)
			if err != nil || brief(back) != brief(whole) {
				t.Errorf("%d shards, the last first: got %v\n%swant\n%s", n, err, brief(back), brief(whole))
			}
			if after := brief(parts[n-1]); after != before {
				t.Errorf("a part became %s, and was %s", after, before)
			}
		}
	}
	o := search.Options{Shape: search.Shape{Up: 2, Down: 13}, ExactBytes: 20, Random: 20, Workers: 2}
	check(naive(3, 2), o)
	check(fixed(3, 2), o)
	o.ExactBytes, o.ExactRuns = 10, 5
	check(fixed(3, 2), o)
	pairs := &recorder{shape: search.Shape{Down: 9}, fail: func(p netsim.Plan) string {
		return fails(slices.Contains([]string{"down:cut=2,3", "down:cut=1,4"}, p.String()))
	}}
	check(pairs.subject, search.Options{Shape: pairs.shape, Workers: 2})
	programs(40, 11, func(round int, p *program, up, down int) {
		if up+down > 0 {
			check(p.subject, search.Options{Shape: search.Shape{Up: up, Down: down}, ExactBytes: 20, Random: 5, Workers: 1 + round%3})
		}
	})
}

func TestMergeRefuses(t *testing.T) {
	part := func(bytes int, kinds ...search.Kind) *search.Report {
		r := &search.Report{Directions: []search.Direction{{Places: search.Places{Dir: trace.Up, Bytes: bytes}, Wrong: big.NewInt(1)}}}
		for _, kind := range kinds {
			r.Swept = append(r.Swept, search.Swept{Kind: kind, Tried: 1})
		}
		return r
	}
	for name, parts := range map[string][]*search.Report{
		"other bytes":      {part(3, search.Cut), part(4, search.Cut)},
		"other kinds":      {part(3, search.Cut), part(3, search.Drip)},
		"fewer kinds":      {part(3, search.Cut), part(3)},
		"no directions":    {part(3, search.Cut), {}},
		"none, then some":  {{}, part(3, search.Cut)},
		"fewer directions": {part(3), {Swept: nil}},
	} {
		if got, err := search.Merge(parts); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	// What one shard could not count is not counted.
	uncounted := part(3, search.Cut)
	uncounted.Directions[0].Wrong, uncounted.Directions[0].Why = nil, "too long"
	got, err := search.Merge([]*search.Report{part(3, search.Cut), uncounted, part(3, search.Cut)})
	if err != nil || got.Directions[0].Wrong != nil || got.Directions[0].Why != "too long" || got.Swept[0].Tried != 3 {
		t.Errorf("got %+v, %v", got.Directions[0], err)
	}
}

func TestSearchCancel(t *testing.T) {
	for _, n := range []int{1, 3, 10, 40, 200} {
		ctx, cancel := context.WithCancel(t.Context())
		r := &recorder{shape: search.Shape{Up: 6, Down: 6}, fail: hashed(1, 2)}
		c := &cancelling{r, n, cancel}
		got, err := search.Search(ctx, func() search.Runner { return c }, search.Options{Shape: r.shape, ExactBytes: 20, Random: 100, Workers: 1})
		if !errors.Is(err, context.Canceled) || got == nil || len(got.Directions) != 2 || len(r.plans) > n+1 {
			t.Errorf("cancelled at run %d of %d: got %v, %+v", n, len(r.plans), err, got)
		}
		if n == 200 && (got.Smallest == nil || len(got.Swept) == 0) {
			t.Errorf("cancelled at run %d: got %+v, and more was known", n, got)
		}
	}
}
