package term

import (
	"bytes"
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// stream is one direction of one connection, as the lanes show it.
type stream struct {
	conn int
	dir  trace.Direction
	data []byte

	// A lane is boxes, ascending by From.
	written  []box
	wire     []box // what was there together for whoever came to read, and no cut between
	read     []box
	believed []box

	owner  []int  // the message of each byte, 0 where that is not known
	header []bool // of each byte: not the message's own
	binary []bool // of each byte: to be shown as hex even if it could be printed
	glyphs []span // of each byte: the character that it is a part of, if that can be shown
	ends   []end  // where messages end
	cuts   []int  // places at which the plan cuts, where that is known

	escaped  bool // header bytes may stand within what is believed, and rightly
	beliefs  []belief
	misled   bool // something was believed that is not as it was meant
	unplaced bool // something was believed, and nobody knows where it stood

	unwatched bool // nobody could see what the programs wrote and read

	sent  int      // datagrams, where there is no stream
	order []int    // in which they arrived: which of wire was the first, where that is not the first
	gone  []box    // bytes of datagrams that were lost
	why   []string // each reason once

	trouble []int // places at which things first went wrong
	lost    int   // bytes that were written and never arrived
	reset   bool
	mapped  *search.Direction // the cut map, on the longest stream of its direction
}

type span = trace.Span

// box is bytes that belong together in one lane, and since when.
type box struct {
	span
	at time.Duration
}

// belief is whose command or answer was believed to begin where.
type belief struct {
	from, call int
	verdict    stage.Verdict // of an answer
}

// end is where a message ends, and what became of it: "" if nobody can say.
type end struct {
	at      int
	message int
	verdict stage.Verdict
}

// streams returns every direction that carried bytes, connection by connection
// and up before down.
func streams(r *lab.Result) []*stream {
	type place struct {
		conn int
		dir  trace.Direction
	}
	var list []*stream
	known := map[place]*stream{}
	of := func(conn int, dir trace.Direction) *stream {
		s := known[place{conn, dir}]
		if s == nil {
			s = &stream{conn: conn, dir: dir}
			known[place{conn, dir}] = s
			list = append(list, s)
		}
		return s
	}
	for _, e := range r.Log {
		if e.Kind != trace.Open {
			of(e.Conn, e.Dir).add(e, r)
		}
	}
	list = slices.DeleteFunc(list, func(s *stream) bool { return len(s.data) == 0 })
	slices.SortFunc(list, func(a, b *stream) int {
		return cmp.Or(cmp.Compare(a.conn, b.conn), -cmp.Compare(a.dir, b.dir)) // up > down
	})
	for _, s := range list {
		s.finish(r)
	}
	for i := range r.Maps {
		var longest *stream
		for _, s := range list {
			if s.dir == r.Maps[i].Dir && (longest == nil || len(s.data) > len(longest.data)) {
				longest = s
			}
		}
		if longest != nil {
			longest.mapped = &r.Maps[i]
		}
	}
	return list
}

// add takes in one event of the log.
func (s *stream) add(e trace.Event, r *lab.Result) {
	b := box{span{From: e.From, To: e.To}, e.Time}
	if r.Stage.OnDatagrams() && s.addDatagram(e, b) {
		return
	}
	switch e.Kind {
	case trace.Written:
		if len(e.Data) == 0 {
			return
		}
		// A Write that failed may have taken less than it announced: the next
		// one stands at its true offset.
		from := min(e.From, len(s.data))
		s.data = append(s.data[:from], e.Data...)
		s.owner = s.owner[:from]
		owner := 0
		if len(e.Messages) > 0 {
			owner = e.Messages[0]
		}
		for range e.Data {
			s.owner = append(s.owner, owner)
		}
		if n := len(s.written); n > 0 {
			s.written[n-1].To = min(s.written[n-1].To, from)
		}
		s.written = append(s.written, box{span{From: from, To: from + len(e.Data)}, e.Time})
	case trace.Arrived:
		n := len(s.wire)
		mode := r.Plan.Stream(s.conn, s.dir).Mode
		waiting := n > 0 && (len(s.read) == 0 || s.read[len(s.read)-1].To <= s.wire[n-1].From)
		if waiting && s.wire[n-1].at == e.Time && mode.Kind != netsim.AsWritten {
			s.wire[n-1].To = e.To
		} else if b.Len() > 0 {
			s.wire = append(s.wire, b)
		}
	case trace.Read:
		if b.Len() > 0 {
			s.read = append(s.read, b)
		}
	case trace.Lost:
		s.lost += b.Len()
	case trace.Reset:
		s.reset = true
	}
}

// finish works out what needs the whole stream.
func (s *stream) finish(r *lab.Result) {
	n := len(s.data)
	s.sortDatagrams()
	s.wire, s.read = within(s.wire, n), within(s.read, n)
	if !r.Stage.OnDatagrams() {
		s.cuts = r.Plan.Cuts(s.conn, s.dir, n)
	}
	s.wire = splitAt(s.wire, s.cuts)

	s.header = make([]bool, n)
	for i, m := range s.owner {
		s.header[i] = m > 0
	}
	for _, p := range r.Payloads {
		if p.Conn == s.conn && p.Dir == s.dir {
			for i := max(0, p.From); i < min(n, p.To); i++ {
				s.header[i] = false
			}
		}
	}
	s.findBinary()
	s.findGlyphs()

	s.escaped = r.Stage != nil && r.Stage.Program(r.Side, r.Variant).Escape != nil
	if s.dir == trace.Up {
		for i, h := range r.Server.Heard {
			s.believe(h.Source, i+1, "")
			s.unplaced = s.unplaced || h.Command != "" && h.Source.Len() == 0
		}
	} else {
		for i, c := range r.Calls {
			s.believe(c.Source, i+1, c.Verdict)
			for _, p := range c.More {
				s.believe(p, i+1, c.Verdict)
			}
			s.unplaced = s.unplaced || len(c.Got) > 0 && c.Source.Len() == 0
		}
	}
	slices.SortStableFunc(s.believed, func(a, b box) int { return cmp.Compare(a.From, b.From) })
	s.findEnds(r)
	s.findTrouble(r)
}

// believe notes what was believed to be the command or the answer of a call.
func (s *stream) believe(p lab.Piece, call int, v stage.Verdict) {
	if p.Conn != s.conn || p.Dir != s.dir || p.Len() <= 0 || p.From < 0 || p.To > len(s.data) {
		return
	}
	b := box{span: p.Span}
	s.believed = append(s.believed, b)
	s.beliefs = append(s.beliefs, belief{b.From, call, v})
	for i := b.From; i < b.To; i++ {
		s.misled = s.misled || s.owner[i] != call || s.header[i] && !s.escaped
	}
	s.misled = s.misled || v != "" && v != stage.OK
}

// findBinary marks the header bytes that stand, in their Write, next to a byte
// that no text has: the 64 in a length of 00 00 00 64 is no letter d.
func (s *stream) findBinary() {
	s.binary = make([]bool, len(s.data))
	odd := func(i int) bool {
		b := s.data[i]
		return b < ' ' && b != '\n' && b != '\r' && b != '\t' || b == 0x7f
	}
	for _, w := range s.written {
		for i := w.From; i < w.To; i++ {
			s.binary[i] = s.header[i] &&
				(i > w.From && s.header[i-1] && odd(i-1) || i+1 < w.To && s.header[i+1] && odd(i+1))
		}
	}
}

func (s *stream) findGlyphs() {
	s.glyphs = make([]span, len(s.data))
	for i := 0; i < len(s.data); {
		c, n := utf8.DecodeRune(s.data[i:])
		if c >= utf8.RuneSelf && glyph(c) {
			for k := range n {
				s.glyphs[i+k] = span{From: i, To: i + n}
			}
		}
		i += n
	}
}

// findEnds finds where each message ends, and what its reader made of it.
func (s *stream) findEnds(r *lab.Result) {
	last := map[int]int{}
	for i, m := range s.owner {
		if m > 0 {
			last[m] = i
		}
	}
	for m, i := range last {
		e := end{at: i + 1, message: m}
		if s.dir == trace.Up {
			e.verdict = s.heard(r, m)
		} else if m <= len(r.Calls) {
			e.verdict = r.Calls[m-1].Verdict
		}
		s.ends = append(s.ends, e)
	}
	slices.SortFunc(s.ends, func(a, b end) int { return cmp.Compare(a.at, b.at) })
}

// heard says what the server made of request number m, by the rules of a
// call's verdict.
func (s *stream) heard(r *lab.Result, m int) stage.Verdict {
	if m > len(r.Commands) {
		return ""
	}
	command := r.Commands[m-1]
	for i, h := range r.Server.Heard {
		p := h.Source
		if p.Len() == 0 || p.Conn != s.conn || p.Dir != s.dir || p.To > len(s.data) {
			if i == m-1 && h.Command == command {
				return stage.OK
			}
			continue
		}
		owners := slices.Compact(slices.Sorted(slices.Values(s.owner[p.From:p.To])))
		switch {
		case !slices.Contains(owners, m):
			continue
		case len(owners) > 1:
			return stage.Glued
		case h.Command == command:
			return stage.OK
		case bytes.Contains([]byte(command), []byte(h.Command)):
			return stage.Torn
		}
		return stage.Wrong
	}
	return ""
}

// findTrouble finds the places at which the first thing that was not ok came
// to light in this stream.
func (s *stream) findTrouble(r *lab.Result) {
	first := func(p lab.Piece) {
		switch {
		case p.Len() == 0:
			if len(s.read) > 0 {
				s.trouble = append(s.trouble, s.read[len(s.read)-1].To)
			}
		case p.Conn == s.conn && p.Dir == s.dir:
			s.trouble = append(s.trouble, p.From, p.To)
		}
	}
	if s.dir == trace.Down {
		for _, c := range r.Calls {
			if c.Verdict != stage.OK {
				first(c.Source)
				return
			}
		}
		return
	}
	for i, h := range r.Server.Heard {
		if i >= len(r.Commands) || h.Command != r.Commands[i] {
			first(h.Source)
			return
		}
	}
	if r.Server.Err != nil {
		first(lab.Piece{})
	}
}

// within drops what a log tells of bytes that it does not have.
func within(boxes []box, n int) []box {
	for i := range boxes {
		boxes[i].To = min(boxes[i].To, n)
	}
	return slices.DeleteFunc(boxes, func(b box) bool { return b.Len() <= 0 })
}

// splitAt divides boxes at the cuts that stand within them.
func splitAt(boxes []box, cuts []int) []box {
	if len(cuts) == 0 {
		return boxes
	}
	var list []box
	for _, b := range boxes {
		for _, at := range cuts[lowerBound(cuts, b.From+1):lowerBound(cuts, b.To)] {
			list = append(list, box{span{From: b.From, To: at}, b.at})
			b.From = at
		}
		list = append(list, b)
	}
	return list
}

// lowerBound returns the index of the first of an ascending list that is at
// least v.
func lowerBound(list []int, v int) int {
	i, _ := slices.BinarySearch(list, v)
	return i
}
