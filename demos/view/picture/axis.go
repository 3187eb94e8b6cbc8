package picture

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

// Item is one cell of the axis: a byte, or a gap that stands for several.
type Item struct {
	Span
	X, Width int // columns, from the lane's left edge
}

// Gap reports whether the item stands for bytes that are not drawn.
func (i Item) Gap() bool { return i.Len() > 1 }

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
func axis(s *Stream, columns int) [][]Item {
	n := len(s.Data)
	if s.Mapped != nil {
		n = max(n, s.Mapped.Bytes)
	}
	matters := s.matters(n)
	var places []int
	for at, m := range matters {
		if m < matterNot {
			places = append(places, at)
		}
	}
	layout := func(places []int, around, blocks int) []Item {
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
func (s *Stream) rank(places []int, matters []uint8) {
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
func (s *Stream) matters(n int) []uint8 {
	m := slices.Repeat([]uint8{matterNot}, n+1)
	mark := func(at int, how uint8) {
		if at >= 0 && at <= n {
			m[at] = min(m[at], how)
		}
	}
	for _, boxes := range [][]Box{s.Written, s.Segments.Left, s.Wire, s.Read, s.Gone} {
		for _, b := range boxes {
			mark(b.From, matterRead)
			mark(b.To, matterRead)
		}
	}
	for _, b := range s.Believed {
		mark(b.From, matterCut)
		mark(b.To, matterCut)
	}
	for i := 1; i < len(s.Data); i++ {
		if s.Owner[i] != s.Owner[i-1] {
			mark(i, matterMessage)
		} else if s.Header[i] != s.Header[i-1] {
			mark(i, matterCut)
		}
	}
	if len(s.Cuts) <= 16 { // more are a rhythm, not places
		for _, at := range s.Cuts {
			mark(at, matterCut)
		}
	}
	if len(s.Segments.Left) <= 16 {
		for _, b := range s.Segments.Left {
			mark(b.From, matterCut)
		}
	}
	mark(len(s.Data), matterMessage)
	for _, at := range s.trouble {
		mark(at, matterTrouble)
	}
	mark(0, matterEdge)
	mark(n, matterEdge)
	return m
}

// shown returns the bytes of n within around bytes of any of the places, and a
// little more where it matters most.
func (s *Stream) shown(n int, places []int, matters []uint8, around int) []bool {
	shown := make([]bool, n)
	for _, at := range places {
		k := around
		if matters[at] <= matterTrouble {
			k++
		}
		for i := max(0, at-k); i < min(n, at+k); i++ {
			shown[i] = true
			if i < len(s.Glyphs) && s.Glyphs[i].Len() > 0 {
				for r := s.Glyphs[i].From; r < s.Glyphs[i].To; r++ {
					shown[r] = true
				}
			}
		}
	}
	return shown
}

// items turns the bytes to show into cells, and the others into gaps where
// that saves room.
func (s *Stream) items(shown []bool) []Item {
	var items []Item
	for i := 0; i < len(shown); {
		to := i
		for to < len(shown) && !shown[to] {
			to++
		}
		if w := gapWidth(to - i); w < cellWidth*(to-i) {
			items = append(items, Item{Span: Span{From: i, To: to}, Width: w})
			i = to
			continue
		}
		for to = max(to, i+1); i < to; i++ {
			items = append(items, Item{Span: Span{From: i, To: i + 1}, Width: cellWidth})
		}
	}
	return items
}

// count returns how many blocks items need.
func count(items []Item, columns int) int {
	blocks, used := 1, 1 // each block ends with the column of its last boundary
	for _, it := range items {
		if used+it.Width > columns {
			blocks++
			used = 1
		}
		used += it.Width
	}
	return blocks
}

// split divides items into as few blocks as possible, at the places where a
// break hurts least, and places them.
func split(items []Item, columns int, matters []uint8) [][]Item {
	hurt := func(i int) int { // of a break before item i
		if items[i].Gap() || items[i-1].Gap() {
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
			if used += items[j].Width; used > columns && j > i {
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
	var blocks [][]Item
	for i := 0; i < len(items); i = best[i].next {
		block := items[i:best[i].next]
		x := 0
		for k := range block {
			block[k].X = x
			x += block[k].Width
		}
		blocks = append(blocks, block)
	}
	return blocks
}
