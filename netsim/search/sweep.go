package search

import (
	"context"
	"slices"
	"sync"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Kind names what a part of a sweep tries.
type Kind string

// The kinds of a sweep, in the order in which they are tried.
const (
	AsWritten Kind = "as-written"
	Glue      Kind = "glue"
	Drip      Kind = "drip"
	Cut       Kind = "cut"    // every single cut
	Cuts      Kind = "cuts"   // every two cuts of one direction
	Stall     Kind = "stall"  // one stall at every offset, longer than any pause or deadline
	Window    Kind = "window" // small windows
	Random    Kind = "random" // seeds
)

// Kinds are all of them, in that order.
var Kinds = []Kind{AsWritten, Glue, Drip, Cut, Cuts, Stall, Window, Random}

// MaxPairs is how many pairs of cuts a direction may have to be tried. All
// pairs are every read that can happen: one cut starts it, the other ends it.
const MaxPairs = 50_000

// windows are the small windows that a sweep tries, in bytes.
var windows = []int{1, 2, 3, 4, 7, 16, 64}

// Swept is what one kind came to.
type Swept struct {
	Kind         Kind
	Tried, Wrong int
	First        *netsim.Plan // the first that was wrong
	Verdict      string       // its verdict

	fatal map[trace.Direction][]int // of Cut: the places
}

// Sweeping is what a sweep goes through.
type Sweeping struct {
	Shape   Shape
	Longest time.Duration // pause or deadline seen in the glued run
	Random  int           // seeds to try
	Seed    uint64        // the first of them
	Workers int
	Shard   Shard
	Done    func(kind Kind, done, of int) // called now and then, of what the shard does; may be nil
}

// Sweep tries the kinds of plans one after the other. When ctx is done it
// returns what is known by then, with the context's error.
func Sweep(ctx context.Context, subject Subject, s Sweeping) ([]Swept, error) {
	var list []Swept
	for _, kind := range Kinds {
		n, plan := s.plans(kind)
		swept := s.try(ctx, subject, kind, n, plan)
		list = append(list, swept)
		if ctx.Err() != nil {
			return list, ctx.Err()
		}
	}
	return list, nil
}

// StallPlan is the plan with one stall that is longer than any pause or
// deadline that was seen, as far as a plan may stall.
func StallPlan(dir trace.Direction, at int, longest time.Duration) netsim.Plan {
	var plan netsim.Plan
	delay := min(longest, netsim.MaxDelay-time.Second) + time.Second
	direction(&plan, dir).Stalls = []netsim.Stall{{Delay: delay, At: at}}
	return plan
}

// plans returns how many plans a kind has, and each by its number.
func (s *Sweeping) plans(kind Kind) (n int, plan func(i int) netsim.Plan) {
	mode := func(m netsim.Mode) (p netsim.Plan) {
		p.Up.Mode, p.Down.Mode = m, m
		return p
	}
	up, down := max(s.Shape.Up-1, 0), max(s.Shape.Down-1, 0) // places
	switch kind {
	case AsWritten:
		return 1, func(int) netsim.Plan { return mode(netsim.Mode{Kind: netsim.AsWritten}) }
	case Drip:
		return 1, func(int) netsim.Plan { return mode(netsim.Mode{Kind: netsim.Drip}) }
	case Cut:
		return alternate(up, down, func(dir trace.Direction, i int) netsim.Plan { return cutPlan(dir, i+1) })
	case Cuts:
		return alternate(pairs(up), pairs(down), func(dir trace.Direction, i int) netsim.Plan { return cutPlan(dir, pair(i)...) })
	case Stall:
		return alternate(s.Shape.Up, s.Shape.Down, func(dir trace.Direction, i int) netsim.Plan {
			return StallPlan(dir, i, s.Longest)
		})
	case Window:
		return len(windows), func(i int) (p netsim.Plan) {
			p.Up.Window, p.Down.Window = windows[i], windows[i]
			return p
		}
	case Random:
		return s.Random, func(i int) netsim.Plan {
			return mode(netsim.Mode{Kind: netsim.Random, N: s.Seed + uint64(i)})
		}
	}
	return 1, func(int) netsim.Plan { return netsim.Plan{} } // Glue
}

// alternate numbers the plans of both directions so that the smaller offset
// comes first, upwards before downwards.
func alternate(up, down int, plan func(dir trace.Direction, i int) netsim.Plan) (int, func(int) netsim.Plan) {
	both := min(up, down)
	return up + down, func(i int) netsim.Plan {
		switch {
		case i < 2*both:
			return plan(Directions[i%2], i/2)
		case up > down:
			return plan(trace.Up, i-both)
		}
		return plan(trace.Down, i-both)
	}
}

// pairs returns the pairs of places, or 0 where they are too many to try.
func pairs(places int) int {
	if places > 1<<15 {
		return 0 // before the product overflows
	}
	if n := places * (places - 1) / 2; n <= MaxPairs {
		return n
	}
	return 0
}

// pair returns the i-th pair of places: (1,2), (1,3), (2,3), (1,4), …
func pair(i int) []int {
	high := 2
	for i >= high-1 {
		i -= high - 1
		high++
	}
	return []int{i + 1, high}
}

// try runs n plans on all workers.
func (s *Sweeping) try(ctx context.Context, subject Subject, kind Kind, n int, plan func(int) netsim.Plan) Swept {
	swept := Swept{Kind: kind}
	first, next, done := n, 0, 0
	var mu sync.Mutex // guards swept and the line above
	var group sync.WaitGroup
	for range min(max(s.Workers, 1), n) {
		group.Go(func() {
			r := subject()
			defer r.Close()
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n || ctx.Err() != nil {
					return
				}
				if !s.Shard.has(i) {
					continue
				}
				p := plan(i)
				o := r.Run(p)
				mu.Lock()
				swept.Tried++
				if o.Broken() {
					swept.Wrong++
					if kind == Cut {
						swept.mark(&p)
					}
					if i < first {
						first, swept.First, swept.Verdict = i, &p, o.Verdict
					}
				}
				if done++; s.Done != nil && done%1024 == 0 {
					s.Done(kind, done, s.Shard.of(n))
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for _, places := range swept.fatal {
		slices.Sort(places)
	}
	return swept
}

// mark notes the place of a plan's one cut as fatal.
func (s *Swept) mark(p *netsim.Plan) {
	if s.fatal == nil {
		s.fatal = map[trace.Direction][]int{}
	}
	for _, dir := range Directions {
		s.fatal[dir] = append(s.fatal[dir], direction(p, dir).Cuts...)
	}
}
