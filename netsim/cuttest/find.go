package cuttest

import (
	"slices"

	"stickydemo/netsim"
)

// What may be tried, in bytes that parse reads, where each run counts callWork
// more. It is bounded by work and not by a clock, so that every machine tries
// the same. A parser of 100 MB/s takes some 60 ms for all of it.
const (
	singleWork = 5 << 20 // every single cut of 2 KiB
	pairWork   = 3 << 20
	seedWork   = 1 << 20
	callWork   = 512
)

// maxExact is the bytes of a stream that is cut in all ways.
const maxExact = 12

// seeds is how many seeds are tried.
const seeds = 32

// fails reports whether cuts are fatal; where the end comes with the last bytes,
// whether that is, and not the cuts.
func (c *check) fails(cuts []int, eofWithData bool) bool {
	o, _ := c.call(cuts, eofWithData, false)
	if c.same(o) {
		return false
	}
	if !eofWithData {
		return true
	}
	apart, _ := c.call(cuts, false, false)
	return c.same(apart)
}

// runs is how many runs a share of some work is enough for.
func (c *check) runs(work, share int) int { return work / share / (len(c.stream) + callWork) }

// singles is how many single cuts are tried.
func (c *check) singles(share int) int {
	return min(max(c.runs(singleWork, share), 16), max(len(c.stream)-1, 0))
}

// find looks for fatal cuts: the fewest, and of those the first.
func (c *check) find(eofWithData bool, share int) (cuts []int, ok bool) {
	n := len(c.stream)
	places := max(n-1, 0)
	if eofWithData && c.fails(nil, true) {
		return nil, true
	}
	var many []int // fatal, but perhaps not the fewest
	drip := make([]int, places)
	for i := range drip {
		drip[i] = i + 1
	}
	if c.fails(drip, eofWithData) {
		many = drip
	}
	few := c.singles(share)
	for i := range few {
		if cuts := []int{1 + i*places/few}; c.fails(cuts, eofWithData) {
			return cuts, true
		}
	}
	if places*(places-1)/2 <= c.runs(pairWork, share) {
		for high := 2; high <= places; high++ {
			for low := 1; low < high; low++ {
				if cuts := []int{low, high}; c.fails(cuts, eofWithData) {
					return cuts, true
				}
			}
		}
	}
	if n <= maxExact {
		for size := 3; size <= places; size++ {
			if cuts := c.firstOf(size, nil, eofWithData); cuts != nil {
				return cuts, true
			}
		}
	}
	for seed := 0; many == nil && seed < min(seeds, max(c.runs(seedWork, share), 2)); seed++ {
		plan := netsim.Plan{Up: netsim.Stream{Mode: netsim.Mode{Kind: netsim.Random, N: uint64(seed)}}}
		if cuts := cutsOf(plan, n); c.fails(cuts, eofWithData) {
			many = cuts
		}
	}
	if many == nil {
		return nil, false
	}
	return c.shrink(many, eofWithData), true
}

// firstOf returns the first fatal cuts of a size that begin with some, nil if
// there are none.
func (c *check) firstOf(size int, begin []int, eofWithData bool) []int {
	if len(begin) == size {
		if c.fails(begin, eofWithData) {
			return begin
		}
		return nil
	}
	next := 1
	if len(begin) > 0 {
		next = begin[len(begin)-1] + 1
	}
	for ; next < len(c.stream); next++ {
		if cuts := c.firstOf(size, append(slices.Clone(begin), next), eofWithData); cuts != nil {
			return cuts
		}
	}
	return nil
}

// shrink leaves out of fatal cuts what they do not need, in ever smaller
// portions and from the end, until none can be spared.
func (c *check) shrink(cuts []int, eofWithData bool) []int {
	for portion := max(len(cuts)/2, 1); len(cuts) > 0; {
		spared := false
		for end := len(cuts); end > 0; end -= portion {
			rest := slices.Delete(slices.Clone(cuts), max(end-portion, 0), end)
			if c.fails(rest, eofWithData) {
				cuts, spared = rest, true
			}
		}
		switch {
		case portion > 1:
			portion = max(min(portion, len(cuts))/2, 1)
		case !spared:
			return cuts
		}
	}
	return cuts
}
