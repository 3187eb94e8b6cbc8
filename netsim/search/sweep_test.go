package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// sweep sweeps and returns the plans by their kinds, in the order in which they
// were tried.
func sweep(t *testing.T, r *recorder, s search.Sweeping) ([]search.Swept, map[search.Kind][]string) {
	t.Helper()
	s.Shape = r.shape
	swept, err := search.Sweep(t.Context(), r.subject, s)
	if err != nil {
		t.Fatal(err)
	}
	plans, rest := map[search.Kind][]string{}, r.plans
	for i, k := range swept {
		if k.Kind != search.Kinds[i] {
			t.Errorf("kind %d is %s, want %s", i, k.Kind, search.Kinds[i])
		}
		plans[k.Kind], rest = rest[:k.Tried], rest[k.Tried:]
	}
	if len(swept) != len(search.Kinds) || len(rest) > 0 {
		t.Errorf("got %d kinds and %d further runs", len(swept), len(rest))
	}
	return swept, plans
}

func TestSweepOrder(t *testing.T) {
	r := &recorder{shape: search.Shape{Up: 3, Down: 5}}
	_, plans := sweep(t, r, search.Sweeping{Random: 3, Seed: 7, Longest: 500 * time.Millisecond})
	for kind, want := range map[search.Kind][]string{
		search.AsWritten: {"as-written"},
		search.Glue:      {"glue"},
		search.Drip:      {"drip"},
		search.Cut:       {"up:cut=1", "down:cut=1", "up:cut=2", "down:cut=2", "down:cut=3", "down:cut=4"},
		search.Cuts: {"up:cut=1,2", "down:cut=1,2", "down:cut=1,3", "down:cut=2,3",
			"down:cut=1,4", "down:cut=2,4", "down:cut=3,4"},
		search.Stall: {"up:stall=1.5s@0", "down:stall=1.5s@0", "up:stall=1.5s@1", "down:stall=1.5s@1",
			"up:stall=1.5s@2", "down:stall=1.5s@2", "down:stall=1.5s@3", "down:stall=1.5s@4"},
		search.Window: {"window=1", "window=2", "window=3", "window=4", "window=7", "window=16", "window=64"},
		search.Random: {"random=7", "random=8", "random=9"},
	} {
		var parsed []string
		for _, text := range want {
			parsed = append(parsed, parse(t, text).String())
		}
		if !slices.Equal(plans[kind], parsed) {
			t.Errorf("%s: got %q, want %q", kind, plans[kind], parsed)
		}
	}
}

func TestSweepNumbers(t *testing.T) {
	tests := []struct {
		up, down          int
		cut, cuts, stalls int
	}{
		{0, 0, 0, 0, 0},
		{1, 0, 0, 0, 1},
		{1, 1, 0, 0, 2},
		{2, 1, 1, 0, 3},
		{0, 3, 2, 1, 3},
		{10, 20, 9 + 19, 9*8/2 + 19*18/2, 30},
		{0, 317, 316, 316 * 315 / 2, 317},     // the most pairs that are tried
		{30, 318, 29 + 317, 29 * 28 / 2, 348}, // too many down
	}
	for _, test := range tests {
		r := &recorder{shape: search.Shape{Up: test.up, Down: test.down}}
		swept, _ := sweep(t, r, search.Sweeping{Workers: 3})
		var got [3]int
		for _, k := range swept {
			switch k.Kind {
			case search.Cut:
				got[0] = k.Tried
			case search.Cuts:
				got[1] = k.Tried
			case search.Stall:
				got[2] = k.Tried
			}
		}
		if want := [3]int{test.cut, test.cuts, test.stalls}; got != want {
			t.Errorf("%d and %d bytes: got %v cuts, pairs and stalls, want %v", test.up, test.down, got, want)
		}
	}
	if n := 317 * 316 / 2; n <= search.MaxPairs {
		t.Errorf("%d pairs should be too many", n)
	}
}

// Every read that can happen, from every start to every end, happens.
func TestSweepEveryRead(t *testing.T) {
	const n = 12
	for _, dir := range search.Directions {
		shape := search.Shape{Up: n}
		if dir == trace.Down {
			shape = search.Shape{Down: n}
		}
		_, plans := sweep(t, &recorder{shape: shape}, search.Sweeping{})
		happened := map[string]bool{}
		for _, kind := range []search.Kind{search.Glue, search.Cut, search.Cuts} {
			for _, text := range plans[kind] {
				from := 0
				for _, to := range append(parse(t, text).Cuts(1, dir, n), n) {
					happened[fmt.Sprint(from, to)] = true
					from = to
				}
			}
		}
		for from := range n {
			for to := from + 1; to <= n; to++ {
				if !happened[fmt.Sprint(from, to)] {
					t.Errorf("%s: no read of [%d, %d)", dir, from, to)
				}
			}
		}
	}
}

// The first plan that is wrong is the first by number, however many work at it.
func TestSweepFirst(t *testing.T) {
	for seed := range uint64(30) {
		fail := hashed(seed, 1+seed%9)
		var want []search.Swept
		for workers := 1; workers <= 4; workers++ {
			r := &recorder{shape: search.Shape{Up: 7, Down: 9}, fail: fail}
			swept, plans := sweep(t, r, search.Sweeping{Random: 20, Workers: workers})
			if workers == 1 {
				want = swept
			}
			for i, k := range swept {
				if k.Tried != want[i].Tried || k.Wrong != want[i].Wrong || k.Verdict != want[i].Verdict || text(k.First) != text(want[i].First) {
					t.Errorf("seed %d, %d workers: got %s first of %+v, want %s of %+v", seed, workers, text(k.First), k, text(want[i].First), want[i])
				}
				if workers > 1 {
					continue
				}
				first := slices.IndexFunc(plans[k.Kind], func(text string) bool { return fail(parse(t, text)) != "" })
				if first < 0 != (k.First == nil) || first >= 0 && (text(k.First) != plans[k.Kind][first] || k.Verdict != fail(*k.First)) {
					t.Errorf("seed %d: got %s, %q first of %s, want number %d", seed, text(k.First), k.Verdict, k.Kind, first)
				}
			}
		}
	}
}

func text(p *netsim.Plan) string {
	if p == nil {
		return "none"
	}
	return p.String()
}

func TestSweepShards(t *testing.T) {
	shape := search.Shape{Up: 7, Down: 9}
	_, whole := sweep(t, &recorder{shape: shape}, search.Sweeping{Random: 20})
	for n := 1; n <= 5; n++ {
		parts := map[search.Kind][]string{}
		for i := 1; i <= n; i++ {
			progress := 0
			_, plans := sweep(t, &recorder{shape: shape}, search.Sweeping{
				Random: 20, Workers: 2, Shard: search.Shard{I: i, N: n},
				Done: func(search.Kind, int, int) { progress++ },
			})
			for kind, list := range plans {
				parts[kind] = append(parts[kind], list...)
			}
		}
		for kind, want := range whole {
			slices.Sort(want)
			slices.Sort(parts[kind])
			if !slices.Equal(parts[kind], want) {
				t.Errorf("%d shards: got %q of %s, want %q", n, parts[kind], kind, want)
			}
		}
	}
}

// Progress goes up to what the shard has to do.
func TestSweepProgress(t *testing.T) {
	for _, shard := range []search.Shard{{}, {I: 1, N: 3}, {I: 3, N: 3}} {
		var mu sync.Mutex
		last := map[search.Kind][2]int{}
		r := &recorder{shape: search.Shape{Down: 150}}
		swept, _ := sweep(t, r, search.Sweeping{Workers: 2, Shard: shard, Done: func(kind search.Kind, done, of int) {
			mu.Lock()
			defer mu.Unlock()
			last[kind] = [2]int{done, of}
		}})
		for _, k := range swept {
			if got, ok := last[k.Kind]; ok && (got[1] != k.Tried || got[0] != k.Tried/1024*1024) {
				t.Errorf("%v: told of %d of %d %s, and it tried %d", shard, got[0], got[1], k.Kind, k.Tried)
			}
		}
		if len(last) == 0 {
			t.Errorf("%v: no progress", shard)
		}
	}
}

func TestSweepCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{shape: search.Shape{Down: 50}, fail: hashed(1, 1)}
	c := &cancelling{r, 20, cancel} // among the cuts
	swept, err := search.Sweep(ctx, func() search.Runner { return c }, search.Sweeping{Shape: r.shape, Workers: 1})
	if !errors.Is(err, context.Canceled) || len(swept) != 4 || swept[3].Tried != 17 || text(swept[3].First) != "down:cut=1" {
		t.Errorf("got %v and %+v, want what is known of the first four kinds", err, swept)
	}
}

func TestStallPlan(t *testing.T) {
	for _, longest := range []time.Duration{0, time.Millisecond, time.Hour, netsim.MaxDelay, 1 << 62} {
		p := search.StallPlan(trace.Up, 3, longest)
		stall := p.Up.Stalls[0]
		if stall.At != 3 || stall.Delay <= min(longest, netsim.MaxDelay-1) || parse(t, p.String()).String() != p.String() {
			t.Errorf("longer than %s: got %s", longest, p)
		}
	}
}

func TestMap(t *testing.T) {
	r := naive(3, 2)()
	defer r.Close()
	if got, want := search.Map(r, trace.Down, 13).Fatal, []int{1, 2, 3, 8, 9, 10}; !slices.Equal(got, want) {
		t.Errorf("got %d, want %d", got, want)
	}
	last := naive(0)()
	defer last.Close()
	if got, want := search.Map(last, trace.Down, 4).Fatal, []int{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("got %d, want %d", got, want)
	}
	if got := search.Map(r, trace.Up, 2).Fatal; got != nil {
		t.Errorf("up: got %d, want none", got)
	}
}
