// Package picture turns a run into a picture that no medium has drawn yet: which
// streams and calls to show, which of their bytes, and in which cells, lanes and
// marks. It has kinds where a reader needs words, and leaves those to whoever
// draws: see view/term and view/svg.
package picture

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

// Stream is one direction of one connection, as the lanes show it.
type Stream struct {
	Conn int
	Dir  trace.Direction
	Data []byte

	// A lane is boxes, ascending by From.
	Written  []Box
	Wire     []Box // what was there together for whoever came to read, and no cut between
	Read     []Box
	Believed []Box

	Owner  []int  // the message of each byte, 0 where that is not known
	Header []bool // of each byte: not the message's own
	Binary []bool // of each byte: to be shown as hex even if it could be printed
	Glyphs []Span // of each byte: the character that it is a part of, if that can be shown
	Ends   []End  // where messages end
	Cuts   []int  // places at which the plan cuts, where that is known

	Unplaced bool // something was believed, and nobody knows where it stood

	Unwatched bool // nobody could see what the programs wrote and read

	Sent  int      // datagrams, where there is no stream
	Order []int    // in which they arrived: which of wire was the first, where that is not the first
	Gone  []Box    // bytes of datagrams that were lost
	Why   []string // each reason once

	Segments Segments // where the link is modelled

	Lost   int // bytes that were written and never arrived
	Reset  bool
	Mapped *search.Direction // the cut map, on the longest stream of its direction

	beliefs []belief
	misled  bool  // something was believed that is not as it was meant
	escaped bool  // header bytes may stand within what is believed, and rightly
	trouble []int // places at which things first went wrong
	kernel  bool  // its times are a real clock's
}

// Span is bytes of a stream, by their offsets.

type Span = trace.Span

// Box is bytes that belong together in one lane, and since when.
type Box struct {
	Span
	At time.Duration
}

// belief is whose command or answer was believed to begin where.
type belief struct {
	from, call int
	verdict    stage.Verdict // of an answer
}

// End is where a message ends, and what became of it: "" if nobody can say.
type End struct {
	At      int
	Message int
	Verdict stage.Verdict
}

// Streams returns every direction of a run that carried bytes, connection by connection
// and up before down.
func Streams(r *lab.Result) []*Stream {
	type place struct {
		conn int
		dir  trace.Direction
	}
	var list []*Stream
	known := map[place]*Stream{}
	of := func(conn int, dir trace.Direction) *Stream {
		s := known[place{conn, dir}]
		if s == nil {
			s = &Stream{Conn: conn, Dir: dir, kernel: r.Net == lab.Kernel}
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
	list = slices.DeleteFunc(list, func(s *Stream) bool { return len(s.Data) == 0 })
	slices.SortFunc(list, func(a, b *Stream) int {
		return cmp.Or(cmp.Compare(a.Conn, b.Conn), -cmp.Compare(a.Dir, b.Dir)) // up > down
	})
	for _, s := range list {
		s.finish(r)
	}
	for i := range r.Maps {
		var longest *Stream
		for _, s := range list {
			if s.Dir == r.Maps[i].Dir && (longest == nil || len(s.Data) > len(longest.Data)) {
				longest = s
			}
		}
		if longest != nil {
			longest.Mapped = &r.Maps[i]
		}
	}
	return list
}

// add takes in one event of the log.
func (s *Stream) add(e trace.Event, r *lab.Result) {
	b := Box{Span{From: e.From, To: e.To}, e.Time}
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
		from := min(e.From, len(s.Data))
		s.Data = append(s.Data[:from], e.Data...)
		s.Owner = s.Owner[:from]
		owner := 0
		if len(e.Messages) > 0 {
			owner = e.Messages[0]
		}
		for range e.Data {
			s.Owner = append(s.Owner, owner)
		}
		if n := len(s.Written); n > 0 {
			s.Written[n-1].To = min(s.Written[n-1].To, from)
		}
		s.Written = append(s.Written, Box{Span{From: from, To: from + len(e.Data)}, e.Time})
	case trace.Arrived:
		n := len(s.Wire)
		mode := r.Plan.Stream(s.Conn, s.Dir).Mode
		waiting := n > 0 && (len(s.Read) == 0 || s.Read[len(s.Read)-1].To <= s.Wire[n-1].From)
		if waiting && s.Wire[n-1].At == e.Time && mode.Kind != netsim.AsWritten {
			s.Wire[n-1].To = e.To
		} else if b.Len() > 0 {
			s.Wire = append(s.Wire, b)
		}
	case trace.Segment:
		s.Segments.add(e)
	case trace.Read:
		if b.Len() > 0 {
			s.Read = append(s.Read, b)
		}
	case trace.Lost:
		s.Lost += b.Len()
	case trace.Reset:
		s.Reset = true
	}
}

// finish works out what needs the whole stream.
func (s *Stream) finish(r *lab.Result) {
	n := len(s.Data)
	s.sortDatagrams()
	s.Wire, s.Read = within(s.Wire, n), within(s.Read, n)
	if !r.Stage.OnDatagrams() {
		s.Cuts = r.Plan.Cuts(s.Conn, s.Dir, n)
	}
	s.Wire = splitAt(s.Wire, s.Cuts)

	s.Header = make([]bool, n)
	for i, m := range s.Owner {
		s.Header[i] = m > 0
	}
	for _, p := range r.Payloads {
		if p.Conn == s.Conn && p.Dir == s.Dir {
			for i := max(0, p.From); i < min(n, p.To); i++ {
				s.Header[i] = false
			}
		}
	}
	s.findBinary()
	s.findGlyphs()

	s.escaped = r.Stage != nil && r.Stage.Program(r.Side, r.Variant).Escape != nil
	if s.Dir == trace.Up {
		for i, h := range r.Server.Heard {
			s.believe(h.Source, i+1, "")
			s.Unplaced = s.Unplaced || h.Command != "" && h.Source.Len() == 0
		}
	} else {
		for i, c := range r.Calls {
			s.believe(c.Source, i+1, c.Verdict)
			for _, p := range c.More {
				s.believe(p, i+1, c.Verdict)
			}
			s.Unplaced = s.Unplaced || len(c.Got) > 0 && c.Source.Len() == 0
		}
	}
	slices.SortStableFunc(s.Believed, func(a, b Box) int { return cmp.Compare(a.From, b.From) })
	s.findEnds(r)
	s.findTrouble(r)
	if len(s.Segments.Left) > 0 {
		s.Segments.explain(Rungs(r, s.Conn), s.Dir)
	}
}

// believe notes what was believed to be the command or the answer of a call.
func (s *Stream) believe(p lab.Piece, call int, v stage.Verdict) {
	if p.Conn != s.Conn || p.Dir != s.Dir || p.Len() <= 0 || p.From < 0 || p.To > len(s.Data) {
		return
	}
	b := Box{Span: p.Span}
	s.Believed = append(s.Believed, b)
	s.beliefs = append(s.beliefs, belief{b.From, call, v})
	for i := b.From; i < b.To; i++ {
		s.misled = s.misled || s.Owner[i] != call || s.Header[i] && !s.escaped
	}
	s.misled = s.misled || v != "" && v != stage.OK
}

// findBinary marks the header bytes that stand, in their Write, next to a byte
// that no text has: the 64 in a length of 00 00 00 64 is no letter d.
func (s *Stream) findBinary() {
	s.Binary = make([]bool, len(s.Data))
	odd := func(i int) bool {
		b := s.Data[i]
		return b < ' ' && b != '\n' && b != '\r' && b != '\t' || b == 0x7f
	}
	for _, w := range s.Written {
		for i := w.From; i < w.To; i++ {
			s.Binary[i] = s.Header[i] &&
				(i > w.From && s.Header[i-1] && odd(i-1) || i+1 < w.To && s.Header[i+1] && odd(i+1))
		}
	}
}

func (s *Stream) findGlyphs() {
	s.Glyphs = make([]Span, len(s.Data))
	for i := 0; i < len(s.Data); {
		c, n := utf8.DecodeRune(s.Data[i:])
		if c >= utf8.RuneSelf && Glyph(c) {
			for k := range n {
				s.Glyphs[i+k] = Span{From: i, To: i + n}
			}
		}
		i += n
	}
}

// findEnds finds where each message ends, and what its reader made of it.
func (s *Stream) findEnds(r *lab.Result) {
	last := map[int]int{}
	for i, m := range s.Owner {
		if m > 0 {
			last[m] = i
		}
	}
	for m, i := range last {
		e := End{At: i + 1, Message: m}
		if s.Dir == trace.Up {
			e.Verdict = s.heard(r, m)
		} else if m <= len(r.Calls) {
			e.Verdict = r.Calls[m-1].Verdict
		}
		s.Ends = append(s.Ends, e)
	}
	slices.SortFunc(s.Ends, func(a, b End) int { return cmp.Compare(a.At, b.At) })
}

// heard says what the server made of request number m, by the rules of a
// call's verdict.
func (s *Stream) heard(r *lab.Result, m int) stage.Verdict {
	if m > len(r.Commands) {
		return ""
	}
	command := r.Commands[m-1]
	for i, h := range r.Server.Heard {
		p := h.Source
		if p.Len() == 0 || p.Conn != s.Conn || p.Dir != s.Dir || p.To > len(s.Data) {
			if i == m-1 && h.Command == command {
				return stage.OK
			}
			continue
		}
		owners := slices.Compact(slices.Sorted(slices.Values(s.Owner[p.From:p.To])))
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
func (s *Stream) findTrouble(r *lab.Result) {
	first := func(p lab.Piece) {
		switch {
		case p.Len() == 0:
			if len(s.Read) > 0 {
				s.trouble = append(s.trouble, s.Read[len(s.Read)-1].To)
			}
		case p.Conn == s.Conn && p.Dir == s.Dir:
			s.trouble = append(s.trouble, p.From, p.To)
		}
	}
	if s.Dir == trace.Down {
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
func within(boxes []Box, n int) []Box {
	for i := range boxes {
		boxes[i].To = min(boxes[i].To, n)
	}
	return slices.DeleteFunc(boxes, func(b Box) bool { return b.Len() <= 0 })
}

// splitAt divides boxes at the cuts that stand within them.
func splitAt(boxes []Box, cuts []int) []Box {
	if len(cuts) == 0 {
		return boxes
	}
	var list []Box
	for _, b := range boxes {
		for _, at := range cuts[lowerBound(cuts, b.From+1):lowerBound(cuts, b.To)] {
			list = append(list, Box{Span{From: b.From, To: at}, b.At})
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
