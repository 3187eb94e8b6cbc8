package pcap

import (
	"fmt"
	"slices"

	"stickydemo/netsim/trace"
)

// datagram plans what an event of datagrams shows: those that leave the client,
// and those that come to it.
func (s *stream) datagram(e trace.Event) error {
	span := trace.Span{From: e.From, To: e.To}
	switch e.Kind {
	case trace.Read:
	case trace.Sent:
		n := s.sent // of datagrams
		if n >= len(s.writes) || s.writes[n].Span != span {
			return fmt.Errorf("bytes [%d, %d) sent, and no datagram of them was written", e.From, e.To)
		}
		s.sent++
		s.onWay[span] = append(s.onWay[span], n)
		if s.dir == trace.Up {
			s.conn.run.at(e.Time, func() { s.deliver(n) })
		}
	case trace.Arrived:
		n, ok := s.arrive(span)
		if !ok {
			return fmt.Errorf("bytes [%d, %d) arrived, and no datagram of them was on its way", e.From, e.To)
		}
		if s.dir == trace.Down {
			s.conn.run.at(e.Time, func() { s.deliver(n) })
		}
	case trace.Lost:
		if n, ok := s.arrive(span); ok {
			s.writes[n].fate = "lost: " + clip(e.Note, maxName)
			return nil
		}
		// What is lost of a datagram that has arrived is its rest.
		n, _ := slices.BinarySearchFunc(s.writes, e.To, func(w write, to int) int { return w.To - to })
		if n == len(s.writes) || s.writes[n].To != e.To || s.writes[n].From > e.From {
			return fmt.Errorf("bytes [%d, %d) lost, and no datagram of them was written", e.From, e.To)
		}
		s.writes[n].fate = fmt.Sprintf("%d of its %d bytes: %s", span.Len(), s.writes[n].Len(), clip(e.Note, maxName))
	default:
		return fmt.Errorf("there is no %s among datagrams", e.Kind)
	}
	return nil
}

// arrive takes the datagram of a span off the way.
func (s *stream) arrive(span trace.Span) (n int, ok bool) {
	list := s.onWay[span]
	if len(list) == 0 {
		return 0, false
	}
	s.onWay[span] = list[1:]
	return list[0], true
}

// deliver shows the n-th datagram, counted from 0.
func (s *stream) deliver(n int) {
	w, c := s.writes[n], s.conn
	e, direction := ends{clientAddr, serverAddr, c.port, serverPort}, byte(outbound)
	if s.dir == trace.Down {
		e, direction = ends{serverAddr, clientAddr, serverPort, c.port}, inbound
	}
	comment := fmt.Sprintf("%s datagram %d%s", s.dir, n+1, messages(s.writes[n:n+1]))
	if w.fate != "" {
		comment += "; " + w.fate
	}
	c.run.file.packet(direction, e.datagram(s.data[w.From:w.To]), comment)
}
