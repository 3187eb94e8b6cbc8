package lab

import (
	"bytes"
	"slices"

	"stickydemo/netsim/trace"
)

// streams is what each direction of each connection carried.
type streams struct {
	log   trace.Log
	conns int
	data  map[place][]byte
}

type place struct {
	conn int
	dir  trace.Direction
}

func newStreams(log trace.Log) *streams {
	s := &streams{log: log, conns: log.Conns(), data: map[place][]byte{}}
	for conn := 1; conn <= s.conns; conn++ {
		for _, dir := range []trace.Direction{trace.Up, trace.Down} {
			s.data[place{conn, dir}] = log.Stream(conn, dir)
		}
	}
	return s
}

// length returns the bytes of one direction of one connection, or of the
// longest for connection 0.
func (s *streams) length(conn int, dir trace.Direction) int {
	if conn > 0 {
		return len(s.data[place{conn, dir}])
	}
	longest := 0
	for n := 1; n <= s.conns; n++ {
		longest = max(longest, s.length(n, dir))
	}
	return longest
}

// find returns where data stands in a stream: at the end of what its program
// had read by then, as naive programs take it, or else as late as it can
// stand behind the bytes that were believed before.
func (s *streams) find(data []byte, dir trace.Direction, from, to progress) Piece {
	stream := s.data[place{to.conn, dir}]
	low := 0
	if from.conn == to.conn {
		low = from.read
	}
	high := min(to.read, len(stream))
	if len(data) == 0 || low > high {
		return Piece{}
	}
	at := high - len(data)
	if at < 0 || !bytes.Equal(stream[at:high], data) {
		if at = bytes.LastIndex(stream[low:high], data); at < 0 {
			return Piece{}
		}
		at += low
	}
	return Piece{to.conn, dir, trace.Span{From: at, To: at + len(data)}}
}

// maxChunkHeader is the most bytes before the payload of a chunk.
const maxChunkHeader = 4

// chunks returns where data stands that was written for a message in chunks,
// each a Write of its own: a short header and the payload.
func (s *streams) chunks(data []byte, at place, message int) []Piece {
	var pieces []Piece
	for _, w := range s.log {
		if len(data) == 0 {
			break
		}
		if w.Kind != trace.Written || w.Conn != at.conn || w.Dir != at.dir || !slices.Contains(w.Messages, message) {
			continue
		}
		for header := 0; header < len(w.Data) && header <= maxChunkHeader; header++ {
			if payload := w.Data[header:]; bytes.HasPrefix(data, payload) {
				pieces = append(pieces, Piece{at.conn, at.dir, trace.Span{From: w.From + header, To: w.To}})
				data = data[len(payload):]
				break
			}
		}
	}
	return pieces
}

// messages returns the numbers of the messages that a piece's bytes belong to.
func (s *streams) messages(p Piece) []int {
	var list []int
	for _, e := range s.log {
		if e.Kind == trace.Written && e.Conn == p.Conn && e.Dir == p.Dir && e.From < p.To && p.From < e.To {
			list = append(list, e.Messages...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// findSources fills in where the answers and the commands of r came from.
func (e *exchange) findSources(r *Result, s *streams) {
	var last progress
	for i := range r.Calls {
		c := &r.Calls[i]
		if e.spec.Stage.Streams {
			if chunks := s.chunks(c.Got, place{e.ends[i].conn, trace.Down}, i+1); len(chunks) > 0 {
				c.Source, c.More = chunks[0], chunks[1:]
				last = progress{e.ends[i].conn, e.ends[i].read}
				continue
			}
		}
		c.Source = s.find(e.escape(c.Got), trace.Down, last, e.ends[i])
		last = believed(c.Source, e.ends[i], last)
	}
	last = progress{}
	for i := range r.Server.Heard {
		h := &r.Server.Heard[i]
		h.Source = s.find(e.escape([]byte(h.Command)), trace.Up, last, e.starts[i])
		last = believed(h.Source, e.starts[i], last)
	}
}

// believed is where the next believed bytes cannot stand before.
func believed(p Piece, at, last progress) progress {
	if p.Len() > 0 {
		return progress{p.Conn, p.To}
	}
	if at.conn != last.conn {
		return progress{conn: at.conn}
	}
	return last
}

// escape returns a payload as the program writes it.
func (e *exchange) escape(payload []byte) []byte {
	if e.program.Escape == nil {
		return payload
	}
	var written []byte
	for _, c := range payload {
		if escape, ok := e.program.Escape[c]; ok {
			written = append(written, escape...)
		} else {
			written = append(written, c)
		}
	}
	return written
}

// own returns the spans of a payload that stands, as the program writes it, at
// an offset of a stream: all of it but what escapes add.
func (e *exchange) own(payload []byte, from int) []trace.Span {
	if e.program.Escape == nil {
		return []trace.Span{{From: from, To: from + len(payload)}}
	}
	var spans []trace.Span
	to := from
	for _, c := range payload {
		if escape, ok := e.program.Escape[c]; ok {
			if to > from {
				spans = append(spans, trace.Span{From: from, To: to})
			}
			from = to + len(escape) - 1
			to = from
		}
		to++
	}
	return append(spans, trace.Span{From: from, To: to})
}

// payloads finds, in what was written for each message, the command or the
// answer itself.
func (e *exchange) payloads(s *streams) []Piece {
	var pieces []Piece
	type message struct {
		place
		number int
	}
	seen := map[message]bool{}
	for _, w := range s.log {
		if w.Kind != trace.Written || len(w.Messages) == 0 {
			continue
		}
		m := message{place{w.Conn, w.Dir}, w.Messages[0]}
		if seen[m] {
			continue
		}
		seen[m] = true
		if m.dir == trace.Down && e.spec.Stage.Streams {
			pieces = append(pieces, s.chunks(e.heard[m.number-1].Answer, m.place, m.number)...)
			continue
		}
		var payload []byte
		find := bytes.LastIndex // headers go before
		if m.dir == trace.Up {
			payload = []byte(e.spec.Commands[m.number-1])
		} else {
			payload = e.heard[m.number-1].Answer
		}
		to := w.To
		for _, more := range s.log {
			if more.Kind == trace.Written && more.Conn == w.Conn && more.Dir == w.Dir && slices.Contains(more.Messages, m.number) {
				to = max(to, more.To)
			}
		}
		if at := find(s.data[m.place][w.From:to], e.escape(payload)); at >= 0 && len(payload) > 0 {
			for _, own := range e.own(payload, w.From+at) {
				pieces = append(pieces, Piece{m.conn, m.dir, own})
			}
		}
	}
	return pieces
}
