package search_test

import (
	"context"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

const noLimit = math.MaxInt64

// programs calls f for random programs, of which it says how many bytes the
// longest stream of each direction has.
func programs(rounds, longest int, f func(round int, p *program, up, down int)) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range rounds {
		p := &program{seed: random.Uint64(), rate: []uint64{5, 20, 100, 1 << 40}[random.IntN(4)], single: random.IntN(10) == 0}
		up, down := 0, 0
		for conn := range 1 + random.IntN(3) {
			s := stream{conn + 1, search.Directions[random.IntN(2)], random.IntN(longest + 1)}
			if s.dir == trace.Up {
				up = max(up, s.bytes)
			} else {
				down = max(down, s.bytes)
			}
			p.streams = append(p.streams, s)
		}
		f(round, p, up, down)
	}
}

func TestCountWrong(t *testing.T) {
	asked, failed := 0, 0
	programs(400, 11, func(round int, p *program, up, down int) {
		for _, n := range []int{up, down} {
			dir := trace.Up
			if n == down {
				dir = trace.Down
			}
			want := bruteCount(p, dir, n)
			whole, err := search.CountWrong(t.Context(), p.subject, dir, n, 1+round%4, search.Shard{}, noLimit)
			if err != nil || !sameInt(whole.Wrong, want) || whole.Bytes != n || whole.Dir != dir {
				t.Errorf("%d: got %+v, %v, brute force %d", round, whole, err, want)
			}
			if whole.Runs > 1 {
				asked++
			}
			if want > 0 {
				failed++
			}
			wrong, runs := new(big.Int), int64(0)
			shards := 1 + round%5
			for i := range shards {
				part, err := search.CountWrong(t.Context(), p.subject, dir, n, 1+round%3, search.Shard{I: i + 1, N: shards}, noLimit)
				if err != nil {
					t.Fatal(err)
				}
				wrong.Add(wrong, part.Wrong)
				runs += part.Runs
			}
			if wrong.Cmp(whole.Wrong) != 0 || runs != whole.Runs {
				t.Errorf("%d: %d shards found %s in %d runs, the whole %s in %d", round, shards, wrong, runs, whole.Wrong, whole.Runs)
			}
		}
	})
	if asked < 200 || failed < 200 {
		t.Errorf("%d programs asked for a decision and %d failed: too few to say much", asked, failed)
	}
}

// A tree that is larger than its crown, so that there is work for many.
func TestCountWrongManyBranches(t *testing.T) {
	p := &program{seed: 3, rate: 1 << 40, streams: []stream{{1, trace.Down, 16}}}
	want := bruteCount(p, trace.Down, 16)
	whole, err := search.CountWrong(t.Context(), p.subject, trace.Down, 16, 2, search.Shard{}, noLimit)
	if err != nil || !sameInt(whole.Wrong, want) || want == 0 || whole.Runs < 2000 {
		t.Fatalf("got %+v, %v, brute force %d; it should take thousands of runs", whole, err, want)
	}
	for workers := 1; workers <= 4; workers++ {
		for shards := 1; shards <= 5; shards++ {
			wrong, runs := new(big.Int), int64(0)
			for i := range shards {
				part, err := search.CountWrong(t.Context(), p.subject, trace.Down, 16, workers, search.Shard{I: i + 1, N: shards}, noLimit)
				if err != nil {
					t.Fatal(err)
				}
				if shards > 1 && part.Runs > whole.Runs*2/3 {
					t.Errorf("shard %d/%d did %d of %d runs", i+1, shards, part.Runs, whole.Runs)
				}
				wrong.Add(wrong, part.Wrong)
				runs += part.Runs
			}
			if !sameInt(wrong, want) || runs != whole.Runs {
				t.Errorf("%d workers, %d shards: got %s in %d runs, want %d in %d", workers, shards, wrong, runs, want, whole.Runs)
			}
		}
	}
}

// On the simulator, where a header read by one Read breaks.
func TestCountWrongOnTheSimulator(t *testing.T) {
	for _, bodies := range [][]int{{}, {0}, {1}, {3, 2}, {2, 0}} {
		n := 4 * len(bodies)
		for _, body := range bodies {
			n += body
		}
		for _, dir := range search.Directions {
			if dir == trace.Up {
				n = len(bodies)
			}
			for name, subject := range map[string]search.Subject{"naive": naive(bodies...), "fixed": fixed(bodies...)} {
				r := subject()
				want := bruteCount(r, dir, n)
				r.Close()
				if name == "fixed" && want > 0 {
					t.Errorf("%v: the fixed one is wrong in %d ways", bodies, want)
				}
				got, err := search.CountWrong(t.Context(), subject, dir, n, 2, search.Shard{}, noLimit)
				if err != nil || !sameInt(got.Wrong, want) {
					t.Errorf("%s %v %s: got %s, %v, brute force %d", name, bodies, dir, got.Wrong, err, want)
				}
			}
			n = 4 * len(bodies)
			for _, body := range bodies {
				n += body
			}
		}
	}
	// A place where a read ends anyway is not asked about.
	got, _ := search.CountWrong(t.Context(), fixed(0, 0), trace.Down, 8, 2, search.Shard{}, noLimit)
	if got.Runs != 1<<6 {
		t.Errorf("got %d runs, want %d", got.Runs, 1<<6)
	}
	got, _ = search.CountWrong(t.Context(), naive(3, 2), trace.Down, 13, 2, search.Shard{}, noLimit)
	if want := int64(1<<12 - 1<<6); !sameInt(got.Wrong, want) { // six of twelve places are fatal
		t.Errorf("got %s, want %d", got.Wrong, want)
	}
}

// A side that fails early is counted by few runs, however long the stream.
func TestCountWrongFailsEarly(t *testing.T) {
	got, err := search.CountWrong(t.Context(), naive(255, 255, 255), trace.Down, 3*259, 2, search.Shard{}, 1000)
	if over := (*search.LimitError)(nil); !errors.As(err, &over) {
		t.Errorf("got %v for bodies of many reads, want a limit error", err)
	}
	p := &program{seed: 1, rate: 2, streams: []stream{{1, trace.Up, 4000}}}
	got, err = search.CountWrong(t.Context(), p.subject, trace.Up, 4000, 2, search.Shard{}, 1000)
	half := new(big.Int).Rsh(search.Segmentations(4000), 8)
	if err != nil || got.Wrong.Cmp(half) < 0 || got.Wrong.Cmp(search.Segmentations(4000)) > 0 || got.Runs > 1000 {
		t.Errorf("got %d runs, %v, a count of %d bits", got.Runs, err, got.Wrong.BitLen())
	}
}

func TestCountWrongLimit(t *testing.T) {
	programs(200, 10, func(round int, p *program, up, down int) {
		whole, err := search.CountWrong(t.Context(), p.subject, trace.Up, up, 1, search.Shard{}, noLimit)
		if err != nil {
			t.Fatal(err)
		}
		_, err = search.CountWrong(t.Context(), p.subject, trace.Up, up, 1+round%3, search.Shard{}, whole.Runs)
		if err != nil {
			t.Errorf("%d: got %v, with %d runs allowed that it takes", round, err, whole.Runs)
		}
		_, err = search.CountWrong(t.Context(), p.subject, trace.Up, up, 1+round%3, search.Shard{}, whole.Runs-1)
		if over := (*search.LimitError)(nil); !errors.As(err, &over) || over.Limit != whole.Runs-1 {
			t.Errorf("%d: got %v, with one run less allowed", round, err)
		}
	})
	// Where it is hopeless, that is said at once.
	p := &program{seed: 1, rate: 1 << 40, streams: []stream{{1, trace.Up, 1000}}}
	_, err := search.CountWrong(t.Context(), func() search.Runner { return p }, trace.Up, 1000, 1, search.Shard{}, 1<<40)
	if over := (*search.LimitError)(nil); !errors.As(err, &over) || p.runs > 100 {
		t.Errorf("got %v after %d runs, want a limit error after a few", err, p.runs)
	}
}

// cancelling is a runner that cancels its context at the n-th run.
type cancelling struct {
	search.Runner
	n      int
	cancel func()
}

func (c *cancelling) Run(plan netsim.Plan) search.Outcome {
	if c.n--; c.n == 0 {
		c.cancel()
	}
	return c.Runner.Run(plan)
}

func TestCountWrongCancel(t *testing.T) {
	p := &program{seed: 3, rate: 1 << 40, streams: []stream{{1, trace.Down, 1000}}}
	for _, n := range []int{1, 100, 5000} {
		ctx, cancel := context.WithCancelCause(t.Context())
		r := &cancelling{p.subject(), n, func() { cancel(errors.New("a cause")) }}
		got, err := search.CountWrong(ctx, func() search.Runner { return r }, trace.Down, 1000, 1, search.Shard{}, noLimit)
		if !errors.Is(err, context.Canceled) || got.Runs > int64(n)+1 {
			t.Errorf("cancelled at run %d: got %v after %d runs", n, err, got.Runs)
		}
	}
}

func TestEstimate(t *testing.T) {
	check := func(name string, subject search.Subject, dir trace.Direction, n int) {
		t.Helper()
		r := subject()
		defer r.Close()
		known, err := search.CountWrong(t.Context(), subject, dir, n, 2, search.Shard{}, noLimit)
		if err != nil {
			t.Fatal(err)
		}
		got, want := search.Estimate(r, dir, n, 1), float64(known.Runs)
		if got < want/4 || got > want*4 {
			t.Errorf("%s: got about %.0f runs, and it takes %.0f", name, got, want)
		}
		if again := search.Estimate(r, dir, n, 1); again != got {
			t.Errorf("%s: got %v and then %v", name, got, again)
		}
	}
	check("one stream", (&program{seed: 3, rate: 1 << 40, streams: []stream{{1, trace.Down, 16}}}).subject, trace.Down, 16)
	check("three streams", (&program{seed: 4, rate: 100, streams: []stream{{1, trace.Down, 12}, {2, trace.Down, 14}, {3, trace.Up, 9}}}).subject, trace.Down, 14)
	check("byte by byte", (&program{seed: 4, rate: 100, single: true, streams: []stream{{1, trace.Down, 99}}}).subject, trace.Down, 99)
	check("naive", naive(3, 2), trace.Down, 13)
	check("fixed", fixed(3, 2, 1), trace.Down, 18)
	check("nothing", fixed(), trace.Down, 0)
}

func TestSegmentations(t *testing.T) {
	for n, want := range map[int]int64{0: 1, 1: 1, 2: 2, 15: 16_384} {
		if got := search.Segmentations(n); !sameInt(got, want) {
			t.Errorf("%d bytes: got %s, want %d", n, got, want)
		}
	}
}
