package pcap

import (
	"fmt"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// A conn is one connection of a run, or what one client and the server say in
// datagrams.
type conn struct {
	run       *run
	number    int // in its run
	port      uint16
	up, down  *stream
	datagrams bool
	modelled  bool            // the log has its segments
	broken    trace.Direction // of the reset that was shown
}

func newConn(r *run, number, port int) *conn {
	c := &conn{run: r, number: number, port: uint16(port)}
	c.up, c.down = newStream(c, trace.Up), newStream(c, trace.Down)
	c.up.back, c.down.back = c.down, c.up
	return c
}

// A stream is one direction of a connection. Its cursors are offsets of bytes;
// where an end of stream is counted, it is one byte behind the last.
type stream struct {
	conn *conn
	dir  trace.Direction
	back *stream // the other direction

	data   []byte // all that was written
	writes []write
	lost   int                         // bytes written that never left
	cut    func(beyond, limit int) int // the next place at which the plan cuts
	buffer int                         // bytes that the receiver holds unread

	// What the log has told so far: read <= arrived <= sent <= len(data).
	sent, arrived, read int
	sentAt              time.Duration // bytes, or an end
	ended               bool

	// Of a stream that was modelled.
	widest  int // window that its sender was told
	longest int // segment
	finFrom int // where its end stands, -1 while there is none

	// What is true by the moment that is shown.
	next   int  // beyond what was sent, its end counted
	got    int  // has arrived
	gotEnd bool // and so has its end
	taken  int  // has been read
	told   int  // what its sender knows to have arrived, its end counted
	edge   int  // how far its sender knows that it may go

	onWay map[trace.Span][]int // datagrams sent and neither lost nor arrived, by index of writes
}

func newStream(c *conn, dir trace.Direction) *stream {
	s := &stream{conn: c, dir: dir, finFrom: -1, onWay: map[trace.Span][]int{}}
	s.cut = c.run.plan.NextCut(c.number, dir)
	if s.buffer = c.run.plan.Stream(c.number, dir).Window; s.buffer == 0 {
		s.buffer = netsim.DefaultWindow
	}
	s.widest = c.run.plan.Link.Window
	return s
}

// write is what one Write handed over.
type write struct {
	trace.Span
	messages []int
	fate     string // of a datagram, if it was lost
}

// write remembers the bytes of a Write. One that failed may have taken less than
// it said: the next stands at its true offset.
func (s *stream) write(e trace.Event) error {
	switch {
	case e.From > len(s.data) || s.conn.datagrams && e.From < len(s.data):
		return fmt.Errorf("bytes [%d, %d) written behind %d", e.From, e.To, len(s.data))
	case e.From < s.sent && !s.conn.datagrams:
		return fmt.Errorf("bytes [%d, %d) written, and %d had been sent", e.From, e.To, s.sent)
	case s.conn.datagrams && len(e.Data) > netsim.MaxDatagram:
		return fmt.Errorf("a datagram of %d bytes, and one holds %d", len(e.Data), netsim.MaxDatagram)
	}
	for n := len(s.writes); n > 0 && s.writes[n-1].To > e.From; n-- {
		if s.writes[n-1].To = e.From; s.writes[n-1].From < e.From {
			break
		}
		s.writes = s.writes[:n-1]
	}
	s.data = append(s.data[:e.From], e.Data...)
	if e.From < e.To || s.conn.datagrams {
		s.writes = append(s.writes, write{Span: trace.Span{From: e.From, To: e.To}, messages: e.Messages})
	}
	return nil
}
