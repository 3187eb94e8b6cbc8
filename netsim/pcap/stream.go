package pcap

import (
	"fmt"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// stream plans what an event of a stream shows.
func (s *stream) stream(e trace.Event) error {
	r, from, to := s.conn.run, e.From, e.To
	up := s.dir == trace.Up
	// The client's machine hears of what happens at the server later, and what
	// has come there from it left before.
	left, heard := e.Time, e.Time
	if up {
		left, heard = max(e.Time-r.latency(), s.sentAt), e.Time+r.latency()
	}
	switch e.Kind {
	case trace.Segment, trace.Ack:
		return s.modelled(e)
	case trace.Sent:
		if from != s.sent || to > len(s.data) || s.ended {
			return fmt.Errorf("bytes [%d, %d) sent behind %d of %d written", from, to, s.sent, len(s.data))
		}
		s.sent, s.sentAt = to, e.Time
		s.buffer = max(s.buffer, s.sent-s.read)
		if arrived, read := s.arrived, s.read; up {
			r.at(e.Time, func() { s.carry(from, to, arrived, read) })
		}
	case trace.Arrived:
		if from != s.arrived || to > s.sent {
			return fmt.Errorf("bytes [%d, %d) arrived behind %d of %d sent", from, to, s.arrived, s.sent)
		}
		s.arrived = to
		r.at(heard, func() {
			if !up {
				s.carry(from, to, from, s.taken)
			}
			s.got = max(s.got, to)
			s.acknowledge()
		})
	case trace.Read:
		if from != s.read || to > s.arrived {
			return fmt.Errorf("bytes [%d, %d) read behind %d of %d arrived", from, to, s.read, s.arrived)
		}
		s.read = to
		r.at(heard, func() {
			s.taken = max(s.taken, to)
			if s.edge-s.told < usualSegment { // its sender knows of little room
				s.acknowledge()
			}
		})
	case trace.End:
		if from != s.sent || from != s.arrived || s.ended {
			return fmt.Errorf("an end behind byte %d, of %d sent and %d arrived", from, s.sent, s.arrived)
		}
		s.ended = true
		r.at(left, func() { s.end(from) })
		r.at(heard, func() {
			s.gotEnd = true
			s.acknowledge()
		})
	case trace.Reset:
		s.reset(e)
	case trace.Lost:
		s.lost += to - from
	}
	return nil
}

// reset plans the reset that ends a connection. Bytes that a reader did not want
// are answered with one, which goes the other way. Where the plan breaks a
// connection, in whichever direction, the client hears of it from the server.
func (s *stream) reset(e trace.Event) {
	r, c := s.conn.run, s.conn
	by, at := c.down, e.Time
	why := fmt.Sprintf("reset: the connection breaks behind byte %d of %s", e.From, s.dir)
	if e.From < s.sent {
		why = fmt.Sprintf("reset: its sender left, and %s bytes from %d on came unread", s.dir, e.From)
		if s.dir == trace.Down {
			by, at = c.up, max(e.Time-r.latency(), c.up.sentAt)
		}
	}
	r.at(at, func() {
		if c.broken == "" {
			by.send(segment{flags: flagRST | flagACK, from: by.next, to: by.next, ack: by.back.due(), room: by.back.edge - by.back.told, comment: why})
			c.broken = by.dir
		}
	})
}

// modelled plans a segment or an acknowledgement that the log has.
func (s *stream) modelled(e trace.Event) error {
	w := e.Wire
	switch {
	case e.To > len(s.data) || e.From > s.sent:
		return fmt.Errorf("a segment of bytes [%d, %d) behind %d of %d written", e.From, e.To, s.sent, len(s.data))
	case w.Ack > len(s.back.data):
		return fmt.Errorf("%d bytes acknowledged, and %d were written", w.Ack, len(s.back.data))
	case w.Window > netsim.MaxWindow:
		return fmt.Errorf("a window of %d bytes, and %d are the most", w.Window, netsim.MaxWindow)
	case e.Kind == trace.Ack && (e.From != e.To || w.Fin):
		return fmt.Errorf("an acknowledgement with bytes [%d, %d) or an end", e.From, e.To)
	}
	s.conn.modelled = true
	if s.sent = max(s.sent, e.To); e.Kind == trace.Segment {
		s.sentAt = max(s.sentAt, e.Time)
	}
	s.longest = max(s.longest, e.To-e.From)
	s.back.widest = max(s.back.widest, w.Window)
	p := segment{flags: flagACK, from: e.From, to: e.To, ack: w.Ack, room: w.Window}
	if w.Fin {
		p.flags |= flagFIN
		s.finFrom = e.To
	} else if s.finFrom == e.From && e.From == e.To {
		p.from, p.to = e.From+1, e.From+1 // behind its own end
	}
	if w.AckFin {
		p.ack++
	}
	at := e.Time
	if s.dir == trace.Down {
		at = w.Until
		if w.Lost {
			return nil // before it came to where the capture is made
		}
	}
	s.conn.run.at(at, func() {
		p.comment = s.wireComment(e)
		for p.to-p.from > maxSegment { // a link may have segments of any length
			part := p
			part.to, part.flags = p.from+maxSegment, p.flags&^flagFIN
			s.send(part)
			p.from = part.to
		}
		s.send(p)
	})
	return nil
}
