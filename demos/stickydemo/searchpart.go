package main

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// searchPart is the JSON of a search, whole or one shard of it, which is
// also all that a merge needs.
type searchPart struct {
	Stage    string     `json:"stage"`
	Side     stage.Side `json:"side"`
	Variant  string     `json:"variant,omitempty"`
	Commands []string   `json:"commands"`

	ExactLimit int    `json:"exact_limit"`
	Random     int    `json:"random"`
	Seed       uint64 `json:"seed"`
	Shard      string `json:"shard,omitempty"`

	Interrupted bool `json:"interrupted,omitempty"` // and so not all that was asked for

	Smallest   *search.Found       `json:"smallest"`
	Directions []directionJSON     `json:"directions"`
	Swept      map[string]sweptOne `json:"swept"`
	Composed   bool                `json:"composed"`
	Why        string              `json:"why"`
	ElapsedNS  int64               `json:"elapsed_ns"`

	file string
}

type directionJSON struct {
	Direction     trace.Direction `json:"direction"`
	Bytes         int             `json:"bytes"`
	Places        int             `json:"places"`
	Fatal         []int           `json:"fatal"`
	Segmentations string          `json:"segmentations"`
	Wrong         *string         `json:"wrong"`
	NotCounted    string          `json:"not_counted,omitempty"`
	Runs          int64           `json:"runs"`
}

type sweptOne struct {
	Tried int `json:"tried"`
	Wrong int `json:"wrong"`
}

func newPart(f *lab.Searched, c *cli.Context, elapsed time.Duration) *searchPart {
	p := &searchPart{
		Stage: f.Stage.ID, Side: f.Side, Variant: f.Variant, Commands: f.Commands,
		ExactLimit: c.Int("exact-limit"), Random: c.Int("random"), Seed: c.Uint64("seed"), Shard: c.String("shard"),
		Composed: f.Composition.Holds, Why: f.Composition.Why.String(), ElapsedNS: int64(elapsed),
	}
	p.report(f.Report)
	return p
}

func (p *searchPart) report(r *search.Report) {
	p.Smallest, p.Directions, p.Swept = r.Smallest, nil, map[string]sweptOne{}
	for _, d := range r.Directions {
		j := directionJSON{
			Direction: d.Dir, Bytes: d.Bytes, Places: max(d.Bytes-1, 0), Fatal: append([]int{}, d.Fatal...),
			Segmentations: search.Segmentations(d.Bytes).String(), NotCounted: d.Why, Runs: d.Runs,
		}
		if d.Wrong != nil {
			text := d.Wrong.String()
			j.Wrong = &text
		}
		p.Directions = append(p.Directions, j)
	}
	for _, k := range r.Swept {
		p.Swept[string(k.Kind)] = sweptOne{k.Tried, k.Wrong}
	}
}

// asExpected returns errUnexpected unless the fixed program held and the naive
// one broke. A shard alone may have missed what breaks the naive one.
func (p *searchPart) asExpected() error {
	broke := p.Smallest != nil
	if p.Side == stage.Fixed && broke || p.Side == stage.Naive && !broke && p.Shard == "" {
		return errUnexpected
	}
	return nil
}

// check refuses a part that no search can have written.
func (p *searchPart) check() error {
	s := stage.Find(p.Stage)
	switch {
	case s == nil:
		return fmt.Errorf("there is no stage %q", p.Stage)
	case !slices.Contains(stage.Sides, p.Side):
		return fmt.Errorf("there is no side %q", p.Side)
	case !s.HasVariant(p.Variant):
		return fmt.Errorf("%s has no variant %q", s.ID, p.Variant)
	case len(p.Commands) == 0:
		return errors.New("it has no commands")
	case p.Interrupted:
		return errors.New("it was interrupted, and is not whole")
	case len(p.Directions) != len(search.Directions):
		return fmt.Errorf("it has %d directions, want %d", len(p.Directions), len(search.Directions))
	case p.Smallest != nil && !slices.Contains(stage.Verdicts, stage.Verdict(p.Smallest.Verdict)):
		return fmt.Errorf("there is no verdict %q", p.Smallest.Verdict)
	}
	for kind, k := range p.Swept {
		if k.Wrong < 0 || k.Wrong > k.Tried {
			return fmt.Errorf("%d of %d plans of the kind %q cannot be wrong", k.Wrong, k.Tried, kind)
		}
	}
	for i, d := range p.Directions {
		if d.Direction != search.Directions[i] {
			return fmt.Errorf("direction %d is %q, want %s", i+1, d.Direction, search.Directions[i])
		}
		for j, at := range d.Fatal {
			if at < 1 || at >= d.Bytes || j > 0 && at <= d.Fatal[j-1] {
				return fmt.Errorf("its fatal places %s are no rising list of places", d.Direction)
			}
		}
		// A power of two has about 3.3 bits a digit.
		if d.Bytes < 0 || d.Bytes > 4*len(d.Segmentations)+4 || d.Segmentations != search.Segmentations(d.Bytes).String() {
			return fmt.Errorf("its %d bytes %s do not have %.40s segmentations", d.Bytes, d.Direction, d.Segmentations)
		}
		if d.Wrong != nil {
			if n, ok := new(big.Int).SetString(*d.Wrong, 10); !ok || n.Sign() < 0 || n.Cmp(search.Segmentations(d.Bytes)) > 0 {
				return fmt.Errorf("%.40q is no count of them", *d.Wrong)
			}
		}
	}
	_, err := parseShard(p.Shard)
	return err
}

// merge adds up the shards of one search.
func merge(parts []*searchPart) (*searchPart, error) {
	first := parts[0]
	shards := map[string]string{} // shard to file
	n := 0
	for _, p := range parts {
		shard, err := parseShard(p.Shard)
		if err != nil {
			return nil, err
		}
		switch {
		case shard.N == 0:
			return nil, fmt.Errorf("%s is no shard but a whole search", p.file)
		case n != 0 && shard.N != n:
			return nil, fmt.Errorf("%s is one of %d shards, %s one of %d", p.file, shard.N, first.file, n)
		case shards[p.Shard] != "":
			return nil, fmt.Errorf("%s and %s are both shard %s", shards[p.Shard], p.file, p.Shard)
		case p.Stage != first.Stage || p.Side != first.Side || p.Variant != first.Variant || !slices.Equal(p.Commands, first.Commands) ||
			p.ExactLimit != first.ExactLimit || p.Random != first.Random || p.Seed != first.Seed:
			return nil, fmt.Errorf("%s and %s are of different searches", first.file, p.file)
		}
		n, shards[p.Shard] = shard.N, p.file
	}
	for i := 1; i <= n; i++ {
		if shards[fmt.Sprintf("%d/%d", i, n)] == "" {
			return nil, fmt.Errorf("shard %d/%d is missing", i, n)
		}
	}
	whole := *first
	whole.Shard, whole.ElapsedNS = "", 0
	var reports []*search.Report
	for _, p := range parts {
		found, err := p.searched()
		if err != nil {
			return nil, err
		}
		reports = append(reports, found.Report)
		whole.ElapsedNS += p.ElapsedNS
		if whole.Composed && !p.Composed {
			whole.Composed, whole.Why = false, p.Why
		}
	}
	sum, err := search.Merge(reports)
	if err != nil {
		return nil, err
	}
	whole.report(sum)
	return &whole, nil
}

// searched is what a part says, in the form that is shown.
func (p *searchPart) searched() (*lab.Searched, error) {
	spec := lab.Spec{Stage: stage.Find(p.Stage), Side: p.Side, Variant: p.Variant, Commands: p.Commands}
	r := &search.Report{Smallest: p.Smallest}
	for _, d := range p.Directions {
		into := search.Direction{Places: search.Places{Dir: d.Direction, Bytes: d.Bytes, Fatal: d.Fatal}, Why: d.NotCounted, Runs: d.Runs}
		if d.Wrong != nil {
			into.Wrong, _ = new(big.Int).SetString(*d.Wrong, 10) // check has seen it
		}
		r.Directions = append(r.Directions, into)
	}
	for _, kind := range search.Kinds {
		k, ok := p.Swept[string(kind)]
		if !ok {
			return nil, fmt.Errorf("%s has nothing of the kind %q", p.file, kind)
		}
		r.Swept = append(r.Swept, search.Swept{Kind: kind, Tried: k.Tried, Wrong: k.Wrong})
	}
	glued := lab.Run(spec)
	glued.Maps = r.Directions
	return &lab.Searched{
		Spec: spec, Report: r, Glued: glued,
		Composition: lab.Composition{Holds: p.Composed, Why: lab.Reason(p.Why)},
	}, nil
}
