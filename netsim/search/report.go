package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"

	"stickydemo/netsim"
)

// Options are how far a search goes.
type Options struct {
	Shape      Shape
	Longest    time.Duration // pause or deadline seen in the glued run
	ExactBytes int           // directions of up to so many bytes are counted exactly
	ExactRuns  int64         // and longer ones where that takes at most so many runs
	Random     int           // seeds to try
	Seed       uint64        // the first of them
	Workers    int
	Shard      Shard
	Progress   func(what string, done, of int) // for long work; may be nil
}

// Report is what a search found.
type Report struct {
	Smallest   *Found // nil where nothing broke
	Directions []Direction
	Swept      []Swept
}

// Found is a plan that breaks the run.
type Found struct {
	Plan    netsim.Plan `json:"plan"`
	Verdict string      `json:"verdict"`
}

// Direction is what a search found of one direction.
type Direction struct {
	Places
	Wrong *big.Int // exact, of Segmentations(Bytes); nil where not counted
	Runs  int64    // that the count took
	Why   string   // it was not counted
}

// Search maps the places, counts, sweeps, and finds the smallest plan that
// breaks the run. When ctx is done it returns what is known by then, with the
// context's error.
func Search(ctx context.Context, subject Subject, o Options) (*Report, error) {
	report := &Report{}
	s := Sweeping{
		Shape: o.Shape, Longest: o.Longest, Random: o.Random, Seed: o.Seed,
		Workers: o.Workers, Shard: o.Shard,
	}
	if o.Progress != nil {
		s.Done = func(kind Kind, done, of int) { o.Progress(string(kind), done, of) }
	}
	swept, err := Sweep(ctx, subject, s)
	report.Swept = swept
	for _, dir := range Directions {
		d := Direction{Places: Places{Dir: dir, Bytes: o.Shape.Of(dir)}}
		for _, k := range swept {
			if k.Kind == Cut {
				d.Fatal = k.fatal[dir]
			}
		}
		if err == nil {
			err = d.count(ctx, subject, o)
		}
		report.Directions = append(report.Directions, d)
	}
	report.Smallest = smallest(ctx, subject, swept, s)
	return report, err
}

// count counts a direction exactly where the options allow it.
func (d *Direction) count(ctx context.Context, subject Subject, o Options) error {
	limit := int64(math.MaxInt64)
	if d.Bytes > o.ExactBytes {
		// An estimate decides, which is the same in every shard; the limit is
		// for one that was far too low.
		r := subject()
		runs := Estimate(r, d.Dir, d.Bytes, 1)
		r.Close()
		limit = 64 * o.ExactRuns
		if runs > float64(o.ExactRuns) {
			d.Why = d.tooLong(o)
			return nil
		}
	}
	c, err := CountWrong(ctx, subject, d.Dir, d.Bytes, o.Workers, o.Shard, limit)
	var over *LimitError
	switch {
	case errors.As(err, &over):
		d.Why = d.tooLong(o)
		return nil
	case err == nil:
		d.Wrong, d.Runs = c.Wrong, c.Runs
	}
	return err
}

func (d *Direction) tooLong(o Options) string {
	return fmt.Sprintf("%d bytes are over the limit of %d, and it takes more than %d runs", d.Bytes, o.ExactBytes, o.ExactRuns)
}

// smallest returns the least of the plans that a sweep found wrong, as rank
// orders them, shrunk where it is more than a cut or a stall.
func smallest(ctx context.Context, subject Subject, swept []Swept, s Sweeping) *Found {
	var least *Found
	for _, k := range swept {
		if k.First == nil {
			continue
		}
		if found := (&Found{*k.First, k.Verdict}); least == nil || compareFound(found, least) < 0 {
			least = found
		}
	}
	if least == nil || rank(&least.Plan)[0] <= 1 || ctx.Err() != nil {
		return least
	}
	r := subject()
	defer r.Close()
	if plan, err := Shrink(r, least.Plan, least.Verdict, s); err == nil {
		least.Plan = plan
	}
	return least
}

// rank orders plans by how small they are: by how many cuts and stalls they
// have, and those that have anything else last; then cuts before stalls; then
// by offset, the greatest first; then upwards before downwards. That is the
// order of a sweep, so that the least plan of all shards is that of the whole.
func rank(p *netsim.Plan) []int {
	bare := *p
	var offsets []int
	stalls, both := 0, 0
	for i, dir := range Directions {
		s := direction(&bare, dir)
		offsets = append(offsets, s.Cuts...)
		for _, stall := range s.Stalls {
			offsets = append(offsets, stall.At)
		}
		if stalls += len(s.Stalls); len(s.Cuts)+len(s.Stalls) > 0 {
			both += i + 1
		}
		s.Cuts, s.Stalls = nil, nil
	}
	items := len(offsets)
	if bare.String() != (netsim.Plan{}).String() {
		items = math.MaxInt
	}
	slices.Sort(offsets)
	slices.Reverse(offsets)
	return append(append([]int{items, stalls}, offsets...), both)
}

func compareFound(a, b *Found) int {
	return cmp.Or(slices.Compare(rank(&a.Plan), rank(&b.Plan)), cmp.Compare(a.Plan.String(), b.Plan.String()))
}

// Merge adds up the reports of all shards of one search. Which plan was the
// first of its kind is not known of the whole.
func Merge(parts []*Report) (*Report, error) {
	sum := &Report{}
	for i, part := range parts {
		if part.Smallest != nil && (sum.Smallest == nil || compareFound(part.Smallest, sum.Smallest) < 0) {
			sum.Smallest = part.Smallest
		}
		if i == 0 {
			for _, d := range part.Directions {
				d.Fatal = slices.Clone(d.Fatal)
				if d.Wrong != nil {
					d.Wrong = new(big.Int).Set(d.Wrong)
				}
				sum.Directions = append(sum.Directions, d)
			}
			for _, k := range part.Swept {
				sum.Swept = append(sum.Swept, Swept{Kind: k.Kind, Tried: k.Tried, Wrong: k.Wrong})
			}
			continue
		}
		if len(part.Directions) != len(sum.Directions) || len(part.Swept) != len(sum.Swept) {
			return nil, errors.New("the parts are of different searches")
		}
		for i, d := range part.Directions {
			into := &sum.Directions[i]
			if d.Dir != into.Dir || d.Bytes != into.Bytes {
				return nil, errors.New("the parts are of different exchanges")
			}
			into.Fatal = append(into.Fatal, d.Fatal...)
			slices.Sort(into.Fatal)
			into.Runs += d.Runs
			if d.Wrong == nil || into.Wrong == nil {
				into.Wrong, into.Why = nil, cmp.Or(into.Why, d.Why)
			} else {
				into.Wrong.Add(into.Wrong, d.Wrong)
			}
		}
		for i, k := range part.Swept {
			if k.Kind != sum.Swept[i].Kind {
				return nil, errors.New("the parts are of different searches")
			}
			sum.Swept[i].Tried += k.Tried
			sum.Swept[i].Wrong += k.Wrong
		}
	}
	return sum, nil
}
