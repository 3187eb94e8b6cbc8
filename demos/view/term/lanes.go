package term

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/netsim/trace"
)

// labelWidth is the columns left of the lanes, the blank after a label
// included.
const labelWidth = 9

// key notes which signs a picture used, so that they can be explained.
type key struct {
	messages, header, cut, end, fatal, gap, rest, order bool

	outside bool // nobody could look into the programs
	sent    bool // messages are what one program sent another, not calls
}

// block draws some items of a stream, one row a lane.
type block struct {
	s      *stream
	items  []item
	width  int
	kernel bool
	key    *key
	lines  []line
}

// drawStream returns the lanes of one stream and the lines under them.
func drawStream(r *lab.Result, s *stream, width int, k *key) []line {
	var lines []line
	drawn := make([]bool, len(s.data))
	blocks := axis(s, width-labelWidth)
	for i, items := range blocks {
		if i > 0 {
			lines = append(lines, nil)
		}
		b := &block{s: s, items: items, width: width, kernel: r.Net == lab.Kernel, key: k}
		b.draw()
		lines = append(lines, b.lines...)
		for _, it := range items {
			if !it.gap() && it.From < len(drawn) {
				drawn[it.From] = true
			}
		}
	}
	if hidden := hiddenBoxes(s.read, drawn); hidden > 0 {
		lines = append(lines, field("", sayHiddenReads(hidden, len(s.read)), width-margin)...)
	}
	if s.mapped != nil {
		text := strings.TrimSpace(sayFatal(len(s.mapped.Fatal), max(0, s.mapped.Bytes-1)) + " " + sayWays(s.mapped))
		lines = append(lines, field("", text, width-margin)...)
	}
	return lines
}

// hiddenBoxes counts the boxes of which no byte is drawn.
func hiddenBoxes(boxes []box, drawn []bool) int {
	before := make([]int, len(drawn)+1) // drawn bytes before an offset
	for i, d := range drawn {
		before[i+1] = before[i]
		if d {
			before[i+1]++
		}
	}
	hidden := 0
	for _, b := range boxes {
		if to := min(b.To, len(drawn)); b.From >= to || before[to] == before[b.From] {
			hidden++
		}
	}
	return hidden
}

func (b *block) draw() {
	s := b.s
	b.ruler()
	b.messages()
	if !s.unwatched {
		b.lane(wordWritten, s.written, b.times(s.written))
	}
	if s.wireDiffers() || s.unwatched {
		b.lane(wordWire, s.wire, b.times(s.wire))
		b.arrivals()
	}
	if len(s.gone) > 0 && b.any(s.gone) {
		b.lane(wordLost, s.gone, false)
	}
	if !s.unwatched {
		b.lane(wordRead, s.read, false)
		b.lane(wordBelieved, s.believed, false)
		b.beliefs()
	}
	b.expected()
	b.cutMap()
}

// row begins a line of the block.
func (b *block) row(label string) row {
	r := newRow(b.width)
	r.put(0, label, plain)
	return r
}

func (b *block) add(r row) { b.lines = append(b.lines, r.line()) }

// x returns the column of an item's boundary.
func (b *block) x(i item) int { return labelWidth + i.x }

// after returns the column of the place behind the byte before it, which is
// where a place belongs whose two bytes stand in different blocks.
func (b *block) after(place int) (x int, ok bool) {
	i, ok := slices.BinarySearchFunc(b.items, place, func(i item, place int) int { return i.To - place })
	if !ok {
		return 0, false
	}
	return b.x(b.items[i]) + b.items[i].width, true
}

// ruler writes the offset of every byte for which there is room, those first
// at which something begins.
func (b *block) ruler() {
	r := b.row(wordOffset)
	write := func(i item) {
		text := strconv.Itoa(i.From)
		x := b.x(i) + 1
		if r.free(x, len(text)) {
			r.put(x, text, plain)
		}
	}
	for _, i := range b.items {
		if i.gap() {
			b.key.gap = true
			text := "+" + strconv.Itoa(i.Len())
			r.put(b.x(i)+(i.width-len(text)+1)/2, text, plain)
		}
	}
	starts := map[int]bool{}
	for _, boxes := range [][]box{b.s.read, b.s.wire, b.s.written, b.s.believed} {
		for _, box := range boxes {
			starts[box.From] = true
		}
	}
	for pass := range 3 {
		for n, i := range b.items {
			if i.gap() {
				continue
			}
			first := n == 0 || b.items[n-1].gap()
			if pass == 2 || pass == 1 && first || pass == 0 && starts[i.From] && !(first && n > 0) {
				write(i)
			}
		}
	}
	b.add(r)
}

// letter names a message: A for the first, a request and its answer alike.
func letter(message int, header bool) string {
	if message <= 0 {
		return "?"
	}
	base := byte('A')
	if header {
		base = 'a'
	}
	return string(base + byte((message-1)%26))
}

// callStyle is the look of a call's letter.
func callStyle(call int) style { return style{hue: hues[(call-1)%len(hues)], bold: true} }

// look returns how a byte is drawn in every lane.
func (s *stream) look(offset int) style {
	m := s.owner[offset]
	if m <= 0 {
		return plain
	}
	return style{hue: hues[(m-1)%len(hues)], bold: true, inverse: s.header[offset]}
}

// lookOfAll is the look of bytes that are not drawn, where they share one.
func (s *stream) lookOfAll(bytes span) style {
	look := s.look(bytes.From)
	for i := bytes.From; i < min(bytes.To, len(s.data)); i++ {
		if s.look(i) != look {
			return plain
		}
	}
	look.inverse = false
	return look
}

// same reports whether two neighbouring bytes look alike and are of one kind.
func (s *stream) same(a, b int) bool {
	return s.owner[a] == s.owner[b] && s.header[a] == s.header[b]
}

func (b *block) messages() {
	s := b.s
	if b.items[0].From >= len(s.data) || s.unwatched && len(s.ends) == 0 {
		return
	}
	var boxes []box
	for from, i := 0, 1; i <= len(s.data); i++ {
		if i == len(s.data) || s.owner[i] != s.owner[i-1] {
			boxes = append(boxes, box{span: span{From: from, To: i}})
			from = i
		}
	}
	b.drawLane(wordMessage, boxes, func(_ box, i int) string {
		b.key.messages = true
		b.key.header = b.key.header || s.header[i]
		return letter(s.owner[i], s.header[i])
	})
}

// lane draws boxes, and under them, where times are worth it, the time of each.
func (b *block) lane(label string, boxes []box, times bool) {
	if !b.any(boxes) {
		if len(boxes) == 0 && b.items[0].From == 0 && (label != wordBelieved || !b.s.unplaced) { // said once
			r := b.row(label)
			r.put(labelWidth+1, wordNothing, plain)
			b.add(r)
		}
		return
	}
	b.drawLane(label, boxes, b.content)
	if times {
		b.clock(boxes)
	}
}

// any reports whether any of the boxes has bytes in this block.
func (b *block) any(boxes []box) bool {
	from, to := b.items[0].From, b.items[len(b.items)-1].To
	return slices.ContainsFunc(boxes, func(box box) bool { return box.From < to && from < box.To })
}

// clock writes the times of boxes under them: where one differs from the last
// that is shown, and as far right in its box as it has to.
func (b *block) clock(boxes []box) {
	r := b.row(wordAt)
	last := ""
	for _, box := range boxes {
		i, ok := b.cell(box.From)
		text := sayTime(box.at)
		if !ok || text == last {
			continue
		}
		right := len(r)
		if x, ok := b.after(box.To); ok {
			right = x
		}
		for x := b.x(b.items[i]) + 1; x < right; x++ {
			if r.free(x, len(text)) {
				r.put(x, text, plain)
				last = text
				break
			}
		}
	}
	b.add(r)
}

// beliefs names, where anybody was misled, the calls whose commands or answers
// the boxes of the believed lane were taken for.
func (b *block) beliefs() {
	if !b.s.misled {
		return
	}
	r := b.row(wordAs)
	any := false
	for _, belief := range b.s.beliefs {
		i, ok := b.cell(belief.from)
		if !ok {
			continue
		}
		x := b.x(b.items[i]) + 1
		if !r.free(x, 1) {
			continue
		}
		any = true
		r.put(x, letter(belief.call, false), callStyle(belief.call))
		if v := string(belief.verdict); v != "" && r.free(x+2, len(v)) {
			r.put(x+2, v, verdictStyle(belief.verdict))
		}
	}
	if any {
		b.add(r)
	}
}

// drawLane draws the cells of boxes that stand in this block.
func (b *block) drawLane(label string, boxes []box, content func(box, int) string) {
	s := b.s
	r := b.row(label)
	next := 0
	bar := func(x, place int) {
		if label == wordWire && contains(s.cuts, place) {
			b.key.cut = true
			r.put(x, "/", strong)
			return
		}
		r.put(x, "|", plain)
	}
	for n, it := range b.items {
		for next < len(boxes) && boxes[next].To <= it.From {
			if boxes[next].To == it.From && n > 0 {
				bar(b.x(it), it.From)
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
			bar(b.x(it), it.From)
		}
		if it.gap() {
			r.put(b.x(it)+(it.width-2)/2, "...", s.lookOfAll(it.span))
			continue
		}
		look := s.look(it.From)
		if look.inverse {
			r.put(b.x(it)+1, "  ", look)
			if n > 0 && !b.items[n-1].gap() && in.From < it.From && s.same(it.From-1, it.From) {
				r.put(b.x(it), " ", look)
			}
		}
		r.put(b.x(it)+1, content(in, it.From), look)
	}
	// The boundary at the right edge.
	if edge := b.items[len(b.items)-1]; next < len(boxes) {
		for _, box := range boxes[next:] {
			if box.To == edge.To {
				bar(b.x(edge)+edge.width, edge.To)
			}
			if box.From >= edge.To {
				break
			}
		}
	}
	b.add(r)
}

// content returns at most two columns for the byte at offset, which stands in
// a box of a lane. A character shows as such only where the box has all of it.
func (b *block) content(in box, offset int) string {
	s := b.s
	c := s.data[offset]
	switch glyph := s.glyphs[offset]; {
	case glyph.Len() > 0 && in.From <= glyph.From && glyph.To <= in.To && b.drawn(glyph.From):
		if offset == glyph.From {
			return string(s.data[glyph.From:glyph.To])
		}
		b.key.rest = true
		return "--"
	case c < ' ' || c >= 0x7f || s.binary[offset]:
		if i := strings.IndexByte("\n\r\t", c); i >= 0 && !s.binary[offset] {
			return `\` + "nrt"[i:i+1]
		}
		return fmt.Sprintf("%02x", c)
	}
	return string(rune(c))
}

// cell returns the item of the byte at offset, if it has one of its own here.
func (b *block) cell(offset int) (i int, ok bool) {
	i, ok = slices.BinarySearchFunc(b.items, offset, func(i item, offset int) int { return i.From - offset })
	return i, ok && !b.items[i].gap()
}

// drawn reports whether the byte at offset has a cell of its own here.
func (b *block) drawn(offset int) bool {
	_, ok := b.cell(offset)
	return ok
}

// expected marks where messages end, with what became of each under it.
func (b *block) expected() {
	marks := b.row(wordExpected)
	verdicts := []row{b.row("")}
	any := false
	for _, e := range b.s.ends {
		x, ok := b.after(e.at)
		if !ok {
			continue
		}
		any = true
		marks.put(x, "^", strong)
		text := clip(string(e.verdict), x)
		for v := 0; text != ""; v++ {
			if v == len(verdicts) {
				verdicts = append(verdicts, b.row(""))
			}
			if at := x - len(text) + 1; verdicts[v].free(at, len(text)) {
				verdicts[v].put(at, text, verdictStyle(e.verdict))
				break
			}
		}
	}
	if !any {
		return
	}
	b.key.end = true
	b.add(marks)
	for _, v := range verdicts {
		if l := v.line(); len(l) > 0 {
			b.lines = append(b.lines, l)
		}
	}
}

// cutMap marks each place between two bytes at which one cut alone is fatal.
func (b *block) cutMap() {
	m := b.s.mapped
	if m == nil {
		return
	}
	r := b.row(wordCuts)
	any := false
	for _, i := range b.items {
		if i.To >= m.Bytes {
			break
		}
		if i.gap() {
			continue
		}
		x, _ := b.after(i.To)
		any = true
		if contains(m.Fatal, i.To) {
			r.put(x, "x", style{hue: worst, bold: true})
			b.key.fatal = true
		} else {
			r.put(x, ".", plain)
		}
	}
	if any {
		b.add(r)
	}
}

// contains reports whether an ascending list holds v.
func contains(list []int, v int) bool {
	_, ok := slices.BinarySearch(list, v)
	return ok
}

// wireDiffers reports whether the wire lane says more than the written one.
func (s *stream) wireDiffers() bool {
	if len(s.wire) == 0 {
		return false
	}
	return len(s.cuts) > 0 || !slices.Equal(s.written, s.wire)
}

// times reports whether the times of boxes are worth a row: some are not 0,
// nor merely what a real clock took.
func (b *block) times(boxes []box) bool {
	least := time.Duration(1)
	if b.kernel {
		least = 100 * time.Millisecond
	}
	return slices.ContainsFunc(boxes, func(b box) bool { return b.at >= least })
}

// title names a stream.
func (s *stream) title(many bool) string {
	text := sayStream(s.dir == trace.Up, len(s.data))
	if s.sent > 0 {
		text += " in " + plural(s.sent, "datagram")
	}
	if many {
		text = sayConnection(s.conn) + text
	}
	return text
}
