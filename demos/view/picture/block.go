package picture

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stickydemo/demos/stage"
)

// Block is some items of a stream, drawn under each other lane by lane.
type Block struct {
	Items []Item
	Lanes []Lane // from top to bottom
}

// Kind is what a lane shows.
type Kind int

const (
	Offset   Kind = iota // the ruler: Marks with a Number, those first for which there must be room
	Message              // whose byte it is
	Written              // what each write handed over
	Segment              // what left together
	Resent               // what of it left again
	Wire                 // what was there together
	Lost                 // datagrams that never came, or segments at the first try
	Read                 // what each read returned
	Believed             // what was taken for a message
	Times                // of the boxes of the lane above: Marks with a Time and room up to Right
	Order                // in which the datagrams of the lane above arrived: Marks with a Number
	As                   // the call that each box above was taken for: Marks with a Number and a Verdict
	Expected             // where messages end: Marks with a Verdict
	Cuts                 // the cut map: Marks, some of them Fatal
)

// Lane is one row of a block: cells and bars, or marks. All stand in columns
// from the lane's left edge.
type Lane struct {
	Kind  Kind
	Empty bool   // the whole stream has nothing to show here
	Cells []Cell // one an item
	Bars  []Bar
	Marks []Mark
}

// Cell is how a lane shows an item.
type Cell struct {
	Text  string // at most two columns, or Elided; "" where the lane has nothing
	Look  Look
	Joins bool // a header byte that belongs with the one before it
}

// Elided is the Text of a gap.
const Elided = "..."

// Rest is the Text of a byte that is not the first one of its character.
const Rest = "--"

// Look is what makes bytes look alike.
type Look struct {
	Message int  // 0 where that is not known, or not the same for all
	Header  bool // not the message's own
}

// Bar is a boundary in front of column X.
type Bar struct {
	X   int
	Cut bool // by the plan
}

// Mark is a sign at the boundary in column X. Which fields are used depends on
// the kind of its lane.
type Mark struct {
	X, Right int
	Gap      bool // Number bytes that are not drawn, between X and Right
	Number   int
	Time     time.Duration
	Verdict  stage.Verdict
	Fatal    bool
}

// Key notes which signs a picture used, so that they can be explained.
type Key struct {
	Messages, Header, Cut, End, Fatal, Gap, Rest, Order bool

	Bytes, Ack, Room, Fin bool // on the rungs of a ladder

	Outside bool // nobody could look into the programs
	Sent    bool // messages are what one program sent another, not calls
}

// Blocks lays a stream out in blocks of at most so many columns, and notes in
// key what they show.
func (s *Stream) Blocks(columns int, key *Key) []Block {
	var blocks []Block
	for _, items := range axis(s, columns) {
		b := &block{s: s, items: items, columns: columns, key: key}
		b.draw()
		blocks = append(blocks, Block{items, b.lanes})
	}
	return blocks
}

// HiddenReads counts the reads of which the blocks show no byte.
func (s *Stream) HiddenReads(blocks []Block) int {
	before := make([]int, len(s.Data)+1) // drawn bytes before an offset
	for _, b := range blocks {
		for _, it := range b.Items {
			if !it.Gap() && it.From < len(s.Data) {
				before[it.From+1] = 1
			}
		}
	}
	for i := range s.Data {
		before[i+1] += before[i]
	}
	hidden := 0
	for _, r := range s.Read {
		if before[r.To] == before[r.From] {
			hidden++
		}
	}
	return hidden
}

// block is a Block under construction.
type block struct {
	s       *Stream
	items   []Item
	columns int
	key     *Key
	lanes   []Lane
}

func (b *block) draw() {
	s := b.s
	b.ruler()
	b.messages()
	if !s.Unwatched {
		b.lane(Written, s.Written, s.timed(s.Written))
	}
	b.segments()
	if s.wireDiffers() || s.Unwatched {
		b.lane(Wire, s.Wire, s.timed(s.Wire))
		b.arrivals()
	}
	if len(s.Gone) > 0 && b.any(s.Gone) {
		b.lane(Lost, s.Gone, false)
	}
	if !s.Unwatched {
		b.lane(Read, s.Read, false)
		b.lane(Believed, s.Believed, false)
		b.beliefs()
	}
	b.expected()
	b.cutMap()
}

// marks adds a lane of marks, if there are any.
func (b *block) marks(kind Kind, marks []Mark) {
	if len(marks) > 0 {
		b.lanes = append(b.lanes, Lane{Kind: kind, Marks: marks})
	}
}

// after returns the column of the place behind the byte before it, which is
// where a place belongs whose two bytes stand in different blocks.
func (b *block) after(place int) (x int, ok bool) {
	i, ok := slices.BinarySearchFunc(b.items, place, func(i Item, place int) int { return i.To - place })
	if !ok {
		return 0, false
	}
	return b.items[i].X + b.items[i].Width, true
}

// cell returns the item of the byte at offset, if it has one of its own here.
func (b *block) cell(offset int) (Item, bool) {
	i, ok := slices.BinarySearchFunc(b.items, offset, func(i Item, offset int) int { return i.From - offset })
	if !ok || b.items[i].Gap() {
		return Item{}, false
	}
	return b.items[i], true
}

// ruler offers the offset of every byte, those first at which something begins.
func (b *block) ruler() {
	starts := map[int]bool{}
	for _, boxes := range [][]Box{b.s.Read, b.s.Wire, b.s.Segments.Left, b.s.Written, b.s.Believed} {
		for _, box := range boxes {
			starts[box.From] = true
		}
	}
	var gaps, begins, firsts, others []Mark
	for n, i := range b.items {
		first := n == 0 || b.items[n-1].Gap()
		m := Mark{X: i.X, Right: i.X + i.Width, Number: i.From}
		switch {
		case i.Gap():
			b.key.Gap = true
			m.Gap, m.Number = true, i.Len()
			gaps = append(gaps, m)
		case starts[i.From] && !(first && n > 0):
			begins = append(begins, m)
		case first:
			firsts = append(firsts, m)
		default:
			others = append(others, m)
		}
	}
	b.marks(Offset, slices.Concat(gaps, begins, firsts, others))
}

func (b *block) messages() {
	s := b.s
	if b.items[0].From >= len(s.Data) || s.Unwatched && len(s.Ends) == 0 {
		return
	}
	var boxes []Box
	for from, i := 0, 1; i <= len(s.Data); i++ {
		if i == len(s.Data) || s.Owner[i] != s.Owner[i-1] {
			boxes = append(boxes, Box{Span: Span{From: from, To: i}})
			from = i
		}
	}
	b.cells(Message, boxes, func(_ Box, i int) string {
		b.key.Messages = true
		b.key.Header = b.key.Header || s.Header[i]
		return Letter(s.Owner[i], s.Header[i])
	})
}

// lane draws boxes, and under them, where they are worth it, their times.
func (b *block) lane(kind Kind, boxes []Box, timed bool) {
	if !b.any(boxes) {
		if len(boxes) == 0 && b.items[0].From == 0 && (kind != Believed || !b.s.Unplaced) { // said once
			b.lanes = append(b.lanes, Lane{Kind: kind, Empty: true})
		}
		return
	}
	b.cells(kind, boxes, b.content)
	if !timed {
		return
	}
	times := Lane{Kind: Times}
	for _, box := range boxes {
		if i, ok := b.cell(box.From); ok {
			m := Mark{X: i.X, Right: b.columns, Time: box.At}
			if x, ok := b.after(box.To); ok {
				m.Right = x
			}
			times.Marks = append(times.Marks, m)
		}
	}
	b.lanes = append(b.lanes, times)
}

// any reports whether any of the boxes has bytes in this block.
func (b *block) any(boxes []Box) bool {
	from, to := b.items[0].From, b.items[len(b.items)-1].To
	return slices.ContainsFunc(boxes, func(box Box) bool { return box.From < to && from < box.To })
}

// arrivals numbers the datagrams in the order in which they arrived, where that
// is not the one in which they were sent.
func (b *block) arrivals() {
	var marks []Mark
	for n, place := range b.s.Order {
		if i, ok := b.cell(b.s.Wire[n].From); ok {
			marks = append(marks, Mark{X: i.X, Number: place})
		}
	}
	b.key.Order = b.key.Order || len(marks) > 0
	b.marks(Order, marks)
}

// beliefs names, where anybody was misled, the calls whose commands or answers
// the boxes of the believed lane were taken for.
func (b *block) beliefs() {
	if !b.s.misled {
		return
	}
	var marks []Mark
	for _, belief := range b.s.beliefs {
		if i, ok := b.cell(belief.from); ok {
			marks = append(marks, Mark{X: i.X, Number: belief.call, Verdict: belief.verdict})
		}
	}
	b.marks(As, marks)
}

// cells draws the part of boxes that stands in this block.
func (b *block) cells(kind Kind, boxes []Box, content func(Box, int) string) {
	s := b.s
	lane := Lane{Kind: kind, Cells: make([]Cell, len(b.items))}
	bar := func(x, place int) {
		cut := kind == Wire && contains(s.Cuts, place)
		b.key.Cut = b.key.Cut || cut
		if n := len(lane.Bars); n == 0 || lane.Bars[n-1].X != x { // one box ends where the next begins
			lane.Bars = append(lane.Bars, Bar{x, cut})
		}
	}
	next := 0
	for n, it := range b.items {
		for next < len(boxes) && boxes[next].To <= it.From {
			if boxes[next].To == it.From && n > 0 {
				bar(it.X, it.From)
			}
			next++
		}
		if next == len(boxes) {
			break
		}
		in := boxes[next]
		if in.From >= it.To {
			continue
		}
		if in.From == it.From {
			bar(it.X, it.From)
		}
		if it.Gap() {
			lane.Cells[n] = Cell{Text: Elided, Look: s.lookOfAll(it.Span)}
			continue
		}
		look := s.look(it.From)
		joins := look.Header && n > 0 && !b.items[n-1].Gap() && in.From < it.From && s.look(it.From-1) == look
		lane.Cells[n] = Cell{Text: content(in, it.From), Look: look, Joins: joins}
	}
	// The boundary at the right edge.
	if edge := b.items[len(b.items)-1]; next < len(boxes) {
		for _, box := range boxes[next:] {
			if box.To == edge.To {
				bar(edge.X+edge.Width, edge.To)
			}
			if box.From >= edge.To {
				break
			}
		}
	}
	b.lanes = append(b.lanes, lane)
}

// content returns at most two columns for the byte at offset, which stands in
// a box of a lane. A character shows as such only where the box has all of it.
func (b *block) content(in Box, offset int) string {
	s := b.s
	c := s.Data[offset]
	glyph := s.Glyphs[offset]
	if glyph.Len() > 0 && in.From <= glyph.From && glyph.To <= in.To {
		if _, drawn := b.cell(glyph.From); drawn {
			if offset == glyph.From {
				return string(s.Data[glyph.From:glyph.To])
			}
			b.key.Rest = true
			return Rest
		}
	}
	if c < ' ' || c >= 0x7f || s.Binary[offset] {
		if i := strings.IndexByte("\n\r\t", c); i >= 0 && !s.Binary[offset] {
			return `\` + "nrt"[i:i+1]
		}
		return fmt.Sprintf("%02x", c)
	}
	return string(rune(c))
}

// expected marks where messages end, with what became of each.
func (b *block) expected() {
	var marks []Mark
	for _, e := range b.s.Ends {
		if x, ok := b.after(e.At); ok {
			marks = append(marks, Mark{X: x, Verdict: e.Verdict})
		}
	}
	b.key.End = b.key.End || len(marks) > 0
	b.marks(Expected, marks)
}

// cutMap marks each place between two bytes at which one cut alone is fatal.
func (b *block) cutMap() {
	m := b.s.Mapped
	if m == nil {
		return
	}
	var marks []Mark
	for _, i := range b.items {
		if i.To >= m.Bytes {
			break
		}
		if i.Gap() {
			continue
		}
		fatal := contains(m.Fatal, i.To)
		b.key.Fatal = b.key.Fatal || fatal
		marks = append(marks, Mark{X: i.X + i.Width, Fatal: fatal})
	}
	b.marks(Cuts, marks)
}

// Letter names a message: A for the first, a request and its answer alike; a
// small one is for its header.
func Letter(message int, header bool) string {
	if message <= 0 {
		return "?"
	}
	base := byte('A')
	if header {
		base = 'a'
	}
	return string(base + byte((message-1)%26))
}

// look returns how a byte is drawn in every lane.
func (s *Stream) look(offset int) Look {
	m := s.Owner[offset]
	if m <= 0 {
		return Look{}
	}
	return Look{m, s.Header[offset]}
}

// lookOfAll is the look of bytes that are not drawn, where they share one.
func (s *Stream) lookOfAll(bytes Span) Look {
	look := s.look(bytes.From)
	for i := bytes.From; i < min(bytes.To, len(s.Data)); i++ {
		if s.look(i) != look {
			return Look{}
		}
	}
	return Look{Message: look.Message}
}

// contains reports whether an ascending list holds v.
func contains(list []int, v int) bool {
	_, ok := slices.BinarySearch(list, v)
	return ok
}

// wireDiffers reports whether the wire lane says more than the written one.
func (s *Stream) wireDiffers() bool {
	if len(s.Wire) == 0 {
		return false
	}
	return len(s.Cuts) > 0 || !slices.Equal(s.Written, s.Wire)
}

// timed reports whether the times of boxes are worth a row: some are not 0,
// nor merely what a real clock took.
func (s *Stream) timed(boxes []Box) bool {
	least := time.Duration(1)
	if s.kernel {
		least = 100 * time.Millisecond
	}
	return slices.ContainsFunc(boxes, func(b Box) bool { return b.At >= least })
}
