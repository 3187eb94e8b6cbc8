package netsim

import (
	"math"
	"net"
	"os"
	"time"

	"stickydemo/netsim/trace"
)

// pair is a connection of a run: two streams and their two ends.
type pair struct {
	up, down       stream
	client, server simConn
}

func (p *pair) reset(s *Sim, n int) {
	up, down := s.plan.conn(n)
	p.up.init(up, &s.plan.Link, uint64(n)<<1, &p.down)
	p.down.init(down, &s.plan.Link, uint64(n)<<1|1, &p.up)
	s.plan.Link.join(&p.up, &p.down)
	p.client.reset()
	p.server.reset()
	if s.Watch {
		if s.watcher == nil {
			s.watcher = s.watch
		}
		p.up.watch, p.down.watch = s.watcher, s.watcher
	}
	if s.Trace {
		p.up.note, p.down.note = s.note, s.note
		p.up.noteWire, p.down.noteWire = s.noteWire, s.noteWire
		s.note(trace.Open, &p.up, 0, 0, nil)
	}
	p.up.begin(s.now)
	p.down.begin(s.now)
}

// simConn is one end of a connection of a run.
type simConn struct {
	sim             *Sim
	in, out         *stream
	addr            addr
	closed          bool
	writing         bool  // a Write has announced its bytes and waits for room
	readBy, writeBy int64 // deadlines in ns since epoch, math.MaxInt64 for none
}

func (c *simConn) reset() {
	c.closed, c.writing = false, false
	c.readBy, c.writeBy = math.MaxInt64, math.MaxInt64
}

// Read returns what has arrived, up to the next cut. It blocks while nothing
// has, and while another task could still write.
func (c *simConn) Read(p []byte) (int, error) {
	s := c.sim
	s.enter("Read")
	for first := true; ; first = false {
		switch {
		case c.closed:
			s.idle()
			return 0, net.ErrClosed
		case first && c.readBy <= s.now:
			s.idle()
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			s.idle()
			return 0, nil
		}
		if !first || !s.senderReady() {
			n, err := c.in.take(p)
			if n > 0 {
				s.calls = 0
				if c.in.path != nil {
					c.in.path.drained(s.now)
				}
				return n, err
			}
			if err != errWait {
				s.idle()
				return 0, err
			}
		}
		if c.readBy <= s.now {
			return 0, os.ErrDeadlineExceeded
		}
		s.current.wait = wait{kind: waitRead, conn: c}
		s.block()
	}
}

// Write hands p over. It blocks while the window is full, and while another
// Write to this end has not handed over all of its own.
func (c *simConn) Write(p []byte) (n int, err error) {
	s := c.sim
	s.enter("Write")
	if !c.closed && !c.writing && c.writeBy > s.now && c.out.fits(p) {
		c.out.writeWhole(p, s.now)
		s.calls = 0
		return len(p), nil
	}
	for turn, moved := false, false; ; {
		switch {
		case c.closed:
			err = net.ErrClosed
		case c.writeBy <= s.now:
			err = os.ErrDeadlineExceeded
		case c.writing && !turn:
			err = errWait
		default:
			if !turn {
				turn = true
				c.out.announce(p)
			}
			took, sent := 0, c.out.sent
			took, err = c.out.write(p[n:], s.now)
			n += took
			if c.out.sent > sent { // bytes that a truncated stream loses move nothing
				s.calls, moved = 0, true
			}
		}
		if turn {
			c.writing = err == errWait
		}
		if err == errWait {
			s.current.wait = wait{kind: waitWrite, conn: c, turn: turn}
			s.block()
			continue
		}
		if turn {
			c.out.endWrite()
			if n < len(p) {
				s.retract(c.out)
			}
		}
		if !moved {
			s.idle()
		}
		return n, err
	}
}

// CloseWrite ends the stream to the peer, who may go on sending.
func (c *simConn) CloseWrite() error {
	if !c.usable("CloseWrite") {
		return net.ErrClosed
	}
	c.out.end(c.sim.now)
	return nil
}

// Close leaves the connection in both directions.
func (c *simConn) Close() error {
	if !c.usable("Close") {
		return net.ErrClosed
	}
	c.closed = true
	c.out.end(c.sim.now)
	c.in.close(c.sim.now)
	return nil
}

func (c *simConn) usable(call string) bool { return c.sim.running(call) && !c.closed }

func (c *simConn) LocalAddr() net.Addr { return c.addr }

func (c *simConn) RemoteAddr() net.Addr {
	if c.addr == "server" {
		return addr("client")
	}
	return addr("server")
}

// SetDeadline sets both deadlines, on the virtual clock: Sim.Now, not time.Now.
func (c *simConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *simConn) SetReadDeadline(t time.Time) error  { return c.setDeadline(&c.readBy, t) }
func (c *simConn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.writeBy, t) }

func (c *simConn) setDeadline(by *int64, t time.Time) error {
	if !c.usable("SetDeadline") {
		return net.ErrClosed
	}
	*by = math.MaxInt64
	if !t.IsZero() {
		*by = int64(t.Sub(epoch))
		c.sim.longest = max(c.sim.longest, *by-c.sim.now)
	}
	return nil
}

// addr is the address of one end, in a simulation or a pipe.
type addr string

func (addr) Network() string  { return "netsim" }
func (a addr) String() string { return string(a) }

// simListener is where the connections of a run arrive.
type simListener struct {
	sim     *Sim
	backlog queue[*simConn]
	closed  bool
}

// Accept waits for the next connection.
func (l *simListener) Accept() (net.Conn, error) {
	l.sim.enter("Accept")
	if l.backlog.first() == nil && !l.closed {
		l.sim.current.wait = wait{kind: waitAccept}
		l.sim.block()
	}
	if l.closed {
		l.sim.idle()
		return nil, net.ErrClosed
	}
	conn := *l.backlog.first()
	l.backlog.drop()
	return conn, nil
}

// Close ends the listener; connections that nobody accepted break.
func (l *simListener) Close() error {
	if !l.sim.running("Close") || l.closed {
		return net.ErrClosed
	}
	l.closed = true
	for conn := l.backlog.first(); conn != nil; conn = l.backlog.first() {
		(*conn).in.reset()
		l.backlog.drop()
	}
	return nil
}

func (l *simListener) Addr() net.Addr { return addr("server") }
