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
	"stickydemo/netsim/trace"
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
	report.Smallest = smallest(subject, swept, s)
	return report, err
}

// count counts a direction exactly where the options allow it.
func (d *Direction) count(ctx context.Context, subject Subject, o Options) error {
	limit := int64(math.MaxInt64)
	if d.Bytes > o.ExactBytes {
		limit = o.ExactRuns
	}
	c, err := CountWrong(ctx, subject, d.Dir, d.Bytes, o.Workers, o.Shard, limit)
	d.Runs = c.Runs
	var over *LimitError
	if errors.As(err, &over) {
		d.Why = fmt.Sprintf("%d bytes are over the limit of %d, and it takes more than %d runs", d.Bytes, o.ExactBytes, over.Limit)
		return nil
	}
	if err == nil {
		d.Wrong = c.Wrong
	}
	return err
}

// smallest returns the least of the plans that a sweep found wrong: as rank
// orders them, and shrunk where it is more than a cut or a stall.
func smallest(subject Subject, swept []Swept, s Sweeping) *Found {
	var least *Found
	for _, k := range swept {
		if k.First == nil {
			continue
		}
		if found := (&Found{*k.First, k.Verdict}); least == nil || compareFound(found, least) < 0 {
			least = found
		}
	}
	if least == nil || rank(&least.Plan)[0] < manyItems {
		return least
	}
	r := subject()
	defer r.Close()
	if plan, err := Shrink(r, least.Plan, least.Verdict, s); err == nil {
		least.Plan = plan
	}
	return least
}

// manyItems is the rank of a plan that is more than one cut or one stall.
const manyItems = 3

// rank orders plans by how small they are: nothing at all, one cut, one stall,
// anything else; then by offset, upwards before downwards.
func rank(p *netsim.Plan) [3]int {
	for i, dir := range Directions {
		s := direction(p, dir)
		for kind, single := range []netsim.Plan{cutPlan(dir, s.Cuts...), stallsPlan(dir, s.Stalls)} {
			if p.String() != single.String() {
				continue
			}
			switch {
			case kind == 0 && len(s.Cuts) == 1:
				return [3]int{1, s.Cuts[0], i}
			case kind == 1 && len(s.Stalls) == 1:
				return [3]int{2, s.Stalls[0].At, i}
			}
		}
	}
	if p.String() == (netsim.Plan{}).String() {
		return [3]int{}
	}
	return [3]int{manyItems}
}

func stallsPlan(dir trace.Direction, stalls []netsim.Stall) (p netsim.Plan) {
	direction(&p, dir).Stalls = stalls
	return p
}

func compareFound(a, b *Found) int {
	ra, rb := rank(&a.Plan), rank(&b.Plan)
	return cmp.Or(slices.Compare(ra[:], rb[:]), 0)
}

// Merge adds up the reports of all shards of one search.
func Merge(parts []*Report) (*Report, error) {
	sum := &Report{}
	for _, part := range parts {
		if part.Smallest != nil && (sum.Smallest == nil || compareFound(part.Smallest, sum.Smallest) < 0) {
			sum.Smallest = part.Smallest
		}
		if sum.Directions == nil {
			for _, d := range part.Directions {
				d.Fatal = slices.Clone(d.Fatal)
				if d.Wrong != nil {
					d.Wrong = new(big.Int).Set(d.Wrong)
				}
				sum.Directions = append(sum.Directions, d)
			}
			sum.Swept = slices.Clone(part.Swept)
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
