package cuttest

import (
	"maps"
	"slices"
	"time"

	"stickydemo/netsim"
)

// A run is taken to be as much work as its bytes and runWork more.
const (
	maxConnWork = 4 << 20
	runWork     = 4 << 10
)

const (
	stallTime = time.Second
	connSeeds = 16
)

// kind is what one subtest tries.
type kind struct {
	name     string
	measured bool // it goes by what the ends wrote under glue
	plans    func(*conversation) []netsim.Plan
}

var kinds = []kind{
	only(netsim.AsWritten, 0),
	only(netsim.Glue, 0),
	{"cut", true, (*conversation).cuts},
	{"cuts", true, (*conversation).pairs},
	{"stall", true, (*conversation).stalls},
	only(netsim.Every, 7),
	only(netsim.Every, 3),
	only(netsim.Every, 2),
	only(netsim.Drip, 0),
	{"random", true, (*conversation).seeds},
}

func only(mode netsim.ModeKind, n uint64) kind {
	plan := modePlan(mode, n)
	return kind{plan.String(), false, func(*conversation) []netsim.Plan { return []netsim.Plan{plan} }}
}

func modePlan(mode netsim.ModeKind, n uint64) netsim.Plan {
	s := netsim.Stream{Mode: netsim.Mode{Kind: mode, N: n}}
	return netsim.Plan{Up: s, Down: s}
}

// runs is how many runs a part of the work is enough for.
func (c *conversation) runs(part int) int {
	return max(c.work/part/(len(c.glue.up.data)+len(c.glue.down.data)+runWork), 4)
}

// places is how many single cuts there are.
func (c *conversation) places() int { return c.glue.up.size(1) + c.glue.down.size(1) }

// cuts are the single cuts, the least first, upwards before downwards.
func (c *conversation) cuts() []netsim.Plan {
	return c.spots(c.runs(1), 1, func(s *netsim.Stream, at int) { s.Cuts = []int{at} })
}

// stalls are the stalls of one byte.
func (c *conversation) stalls() []netsim.Plan {
	return c.spots(c.runs(2), 0, func(s *netsim.Stream, at int) {
		s.Stalls = []netsim.Stall{{Delay: stallTime, At: at}}
	})
}

// spots are at most so many plans that do something at one offset, from the
// least on.
func (c *conversation) spots(most, least int, do func(s *netsim.Stream, at int)) []netsim.Plan {
	up, down := c.glue.up.size(least), c.glue.down.size(least)
	// The direction with fewer offsets leaves to the other what it does not need.
	few := max(min(up, most/2), most-down)
	ups, downs := c.glue.up.spots(least, few), c.glue.down.spots(least, most-min(few, up))
	list := make([]netsim.Plan, len(ups)+len(downs))
	for i := range list {
		if len(downs) == 0 || len(ups) > 0 && ups[0] <= downs[0] {
			do(&list[i].Up, ups[0])
			ups = ups[1:]
		} else {
			do(&list[i].Down, downs[0])
			downs = downs[1:]
		}
	}
	return list
}

// size is how many offsets a lane has from the least on.
func (l *lane) size(least int) int { return max(len(l.data)-least, 0) }

// spots are at most so many offsets from the least on, ascending: those nearest
// to the starts of writes, where headers are.
func (l *lane) spots(least, most int) []int {
	taken := map[int]bool{}
	most = min(most, l.size(least))
	for distance := 0; len(taken) < most; distance++ {
		for _, start := range l.starts {
			for _, at := range []int{start + distance, start - distance} {
				if at >= least && at < len(l.data) && len(taken) < most {
					taken[at] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(taken))
}

// seeds are plans that cut at random.
func (c *conversation) seeds() []netsim.Plan {
	list := make([]netsim.Plan, min(connSeeds, c.runs(4)))
	for seed := range list {
		list[seed] = modePlan(netsim.Random, uint64(seed))
	}
	return list
}

// pairs are two cuts in one direction, if they are few.
func (c *conversation) pairs() []netsim.Plan {
	places := [2]int{max(len(c.glue.up.data)-1, 0), max(len(c.glue.down.data)-1, 0)}
	n := 0
	for _, p := range places {
		n += p * (p - 1) / 2
	}
	if n > c.runs(2) {
		return nil
	}
	var list []netsim.Plan
	for high := 2; high <= max(places[0], places[1]); high++ {
		for low := 1; low < high; low++ {
			if high <= places[0] {
				list = append(list, netsim.Plan{Up: netsim.Stream{Cuts: []int{low, high}}})
			}
			if high <= places[1] {
				list = append(list, netsim.Plan{Down: netsim.Stream{Cuts: []int{low, high}}})
			}
		}
	}
	return list
}
