package term

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
)

// A byte takes three columns: one for a boundary before it and two for its
// content. All lanes share these cells, so that whatever stands at one offset
// stands in one column.
const cellWidth = 3

// item is one cell of the axis: a byte, or a gap that stands for several.
type item struct {
	span
	x, width int // columns, from the lane's left edge
}

func (i item) gap() bool { return i.Len() > 1 }

// gapWidth returns the columns of a gap of n bytes: room for " +n ".
func gapWidth(n int) int { return max(6, len(strconv.Itoa(n))+4) }

// How much a place between two bytes matters, most first.
const (
	matterEdge    = iota // the stream's begin and end
	matterTrouble        // where things first went wrong
	matterMessage        // a message begins or ends
	matterCut            // a header ends, the plan cuts, what a program believed ends
	matterRead           // a read ends, or anything else that a lane shows
	matterNot
)

// axis chooses which bytes of a stream are drawn, and in which blocks of
// items. A block is at most columns wide.
func axis(s *stream, columns int) [][]item {
	n := len(s.data)
	if s.mapped != nil {
		n = max(n, s.mapped.Bytes)
	}
	matters := s.matters(n)
	var places []int
	for at, m := range matters {
		if m < matterNot {
			places = append(places, at)
		}
	}
	layout := func(places []int, around, blocks int) []item {
		items := s.items(s.shown(n, places, matters, around))
		if count(items, columns) > blocks {
			return nil
		}
		return items
	}

	// Few columns are worth more blocks than many.
	cells := (columns - 1) / cellWidth
	most := max(2, 44/cells)
	if n <= most*cells {
		return split(s.items(slices.Repeat([]bool{true}, n)), columns, matters)
	}
	if len(places) <= most*cells {
		for _, try := range []struct{ around, blocks int }{{4, 1}, {3, 1}, {2, 1}, {4, most}, {3, most}, {2, most}, {1, most}} {
			if items := layout(places, try.around, try.blocks); items != nil {
				return split(items, columns, matters)
			}
		}
	}

	// Too many: those that matter most, and of equals those nearest to the
	// stream's begin, to where things went wrong and to its end. What matters
	// little may fill blocks, but not ask for more of them.
	s.rank(places, matters)
	little := slices.IndexFunc(places, func(at int) bool { return matters[at] == matterRead })
	if little < 0 {
		little = len(places)
	}
	fit := func(from, to, blocks int) int {
		return from + sort.Search(to-from, func(k int) bool { return layout(places[:from+k+1], 1, blocks) == nil })
	}
	keep := max(1, fit(0, little, most))
	items := s.items(s.shown(n, places[:keep], matters, 1))
	if keep == little {
		keep = fit(little, len(places), count(items, columns))
		items = s.items(s.shown(n, places[:keep], matters, 1))
	}
	return split(items, columns, matters)
}

// rank sorts places, those to keep first.
func (s *stream) rank(places []int, matters []uint8) {
	n := len(matters) - 1
	far := make([]int, n+1)
	for _, at := range places {
		far[at] = min(at, n-at)
		for _, t := range s.trouble {
			far[at] = min(far[at], max(at-t, t-at))
		}
	}
	slices.SortStableFunc(places, func(a, b int) int {
		return cmp.Or(cmp.Compare(matters[a], matters[b]), cmp.Compare(far[a], far[b]))
	})
}

// matters says of each place from 0 to n how much it matters.
func (s *stream) matters(n int) []uint8 {
	m := slices.Repeat([]uint8{matterNot}, n+1)
	mark := func(at int, how uint8) {
		if at >= 0 && at <= n {
			m[at] = min(m[at], how)
		}
	}
	for _, boxes := range [][]box{s.written, s.wire, s.read, s.gone} {
		for _, b := range boxes {
			mark(b.From, matterRead)
			mark(b.To, matterRead)
		}
	}
	for _, b := range s.believed {
		mark(b.From, matterCut)
		mark(b.To, matterCut)
	}
	for i := 1; i < len(s.data); i++ {
		if s.owner[i] != s.owner[i-1] {
			mark(i, matterMessage)
		} else if s.header[i] != s.header[i-1] {
			mark(i, matterCut)
		}
	}
	if len(s.cuts) <= 16 { // more are a rhythm, not places
		for _, at := range s.cuts {
			mark(at, matterCut)
		}
	}
	mark(len(s.data), matterMessage)
	for _, at := range s.trouble {
		mark(at, matterTrouble)
	}
	mark(0, matterEdge)
	mark(n, matterEdge)
	return m
}

// shown returns the bytes of n within around bytes of any of the places, and a
// little more where it matters most.
func (s *stream) shown(n int, places []int, matters []uint8, around int) []bool {
	shown := make([]bool, n)
	for _, at := range places {
		k := around
		if matters[at] <= matterTrouble {
			k++
		}
		for i := max(0, at-k); i < min(n, at+k); i++ {
			shown[i] = true
			if i < len(s.glyphs) && s.glyphs[i].Len() > 0 {
				for r := s.glyphs[i].From; r < s.glyphs[i].To; r++ {
					shown[r] = true
				}
			}
		}
	}
	return shown
}

// items turns the bytes to show into cells, and the others into gaps where
// that saves room.
func (s *stream) items(shown []bool) []item {
	var items []item
	for i := 0; i < len(shown); {
		to := i
		for to < len(shown) && !shown[to] {
			to++
		}
		if w := gapWidth(to - i); w < cellWidth*(to-i) {
			items = append(items, item{span: span{From: i, To: to}, width: w})
			i = to
			continue
		}
		for to = max(to, i+1); i < to; i++ {
			items = append(items, item{span: span{From: i, To: i + 1}, width: cellWidth})
		}
	}
	return items
}

// count returns how many blocks items need.
func count(items []item, columns int) int {
	blocks, used := 1, 1 // each block ends with the column of its last boundary
	for _, it := range items {
		if used+it.width > columns {
			blocks++
			used = 1
		}
		used += it.width
	}
	return blocks
}

// split divides items into as few blocks as possible, at the places where a
// break hurts least, and places them.
func split(items []item, columns int, matters []uint8) [][]item {
	hurt := func(i int) int { // of a break before item i
		if items[i].gap() || items[i-1].gap() {
			return 1
		}
		switch m := matters[items[i].From]; m {
		case matterMessage:
			return 0
		case matterNot:
			return 6
		default:
			return int(m)
		}
	}
	// best[i] is how to lay out the items from i on.
	type layout struct{ blocks, hurt, next int }
	best := make([]layout, len(items)+1)
	for i := len(items) - 1; i >= 0; i-- {
		used := 1
		for j := i; j < len(items); j++ {
			if used += items[j].width; used > columns && j > i {
				break
			}
			l := layout{1 + best[j+1].blocks, best[j+1].hurt, j + 1}
			if j+1 < len(items) {
				l.hurt += hurt(j + 1)
			}
			if b := best[i]; b.blocks == 0 || l.blocks < b.blocks || l.blocks == b.blocks && l.hurt <= b.hurt {
				best[i] = l
			}
		}
	}
	var blocks [][]item
	for i := 0; i < len(items); i = best[i].next {
		block := items[i:best[i].next]
		x := 0
		for k := range block {
			block[k].x = x
			x += block[k].width
		}
		blocks = append(blocks, block)
	}
	return blocks
}
