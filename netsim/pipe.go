package netsim

import (
	"net"
	"os"
	"sync"
	"time"
)

// Pipe makes a connection under the plan's first connection, for ordinary
// goroutines and the real clock (in a testing/synctest bubble, the bubble's).
// Both ends have deadlines and CloseWrite, and behave as TCP does: a writer
// blocks only while the window is full, and an end that closes with unread
// input resets the connection.
//
// A pipe cuts and stalls as its plan says, but when its readers run is the Go
// scheduler's choice. What must be the same every time belongs into a Sim.
func Pipe(plan Plan) (client, server net.Conn) { return newPipe(plan, 1) }

func newPipe(plan Plan, n int) (client, server *pipeConn) {
	p := &pipe{plan: plan}
	up, down := p.plan.conn(n)
	p.up.init(up, &p.plan.Link, uint64(n)<<1, &p.down)
	p.down.init(down, &p.plan.Link, uint64(n)<<1|1, &p.up)
	p.plan.Link.join(&p.up, &p.down)
	if plan.Link != (Link{}) || len(up.Stalls)+len(down.Stalls) > 0 {
		p.start = time.Now()
	}
	p.client.init(p, &p.server, &p.down, &p.up, "client")
	p.server.init(p, &p.client, &p.up, &p.down, "server")
	p.up.begin(0)
	p.down.begin(0)
	if p.timed() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.await(0)
	}
	return &p.client, &p.server
}

// pipe is both directions and both ends of one connection.
type pipe struct {
	plan           Plan
	start          time.Time // zero when nothing in the plan takes time
	client, server pipeConn

	mu       sync.Mutex // guards what follows
	up, down stream
	alarm    *time.Timer // rings when something arrives; nil until something takes time
	alarmAt  int64       // when it rings next, 0 for never
}

func (p *pipe) timed() bool { return !p.start.IsZero() }

// settle lets all that is due arrive, in both directions, as an arrival in one
// may break the other. It returns ns since the pipe was made, as the streams
// count them.
func (p *pipe) settle() (now int64) {
	if !p.timed() {
		return 0 // what was sent has arrived
	}
	now = int64(time.Since(p.start))
	p.up.settle(now)
	p.down.settle(now)
	if p.up.broken || p.down.broken {
		p.wake()
	}
	return now
}

// wake lets every blocked call look again.
func (p *pipe) wake() {
	p.client.readable.Broadcast()
	p.client.writable.Broadcast()
	p.server.readable.Broadcast()
	p.server.writable.Broadcast()
}

// await sets the alarm for what arrives next. Every call that may have put
// something on its way ends with it.
func (p *pipe) await(now int64) {
	if p.client.closed && p.server.closed {
		if p.alarm != nil {
			p.alarm.Stop()
		}
		return
	}
	at, ok := p.up.next()
	if down, on := p.down.next(); on && (!ok || down < at) {
		at, ok = down, true
	}
	if !ok || p.alarmAt > 0 && p.alarmAt <= at {
		return
	}
	p.alarmAt = at
	if p.alarm != nil {
		p.alarm.Reset(time.Duration(at - now))
		return
	}
	p.alarm = time.AfterFunc(time.Duration(at-now), func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.alarmAt = 0
		now := p.settle()
		p.wake()
		p.await(now)
	})
}

// pipeConn is one end of a pipe. The fields below the blank line are guarded
// by the pipe's mutex.
type pipeConn struct {
	*pipe
	peer *pipeConn
	addr addr

	in, out  *stream
	readable sync.Cond // in has something to say
	writable sync.Cond // out has room, or its turn is the next Write's
	writing  bool      // a Write has begun and waits for room
	into     []byte    // of a blocked Read, for the peer's handOver
	filled   int       // bytes of it
	closed   bool
	readBy   deadline
	writeBy  deadline
}

func (c *pipeConn) init(p *pipe, peer *pipeConn, in, out *stream, addr addr) {
	c.pipe, c.peer, c.in, c.out, c.addr = p, peer, in, out, addr
	c.readable.L, c.writable.L = &p.mu, &p.mu
}

// Read returns what has arrived, up to the next cut. It blocks while nothing
// has.
func (c *pipeConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.readBy.passed:
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		}
		now := c.settle()
		n, err := c.in.take(p)
		if err != errWait {
			if c.in.path != nil && n > 0 {
				c.in.path.drained(now)
				c.await(now)
			}
			c.peer.writable.Broadcast()
			return n, err
		}
		if len(p) < leastHandOver || c.into != nil || c.timed() {
			c.readable.Wait()
			continue
		}
		c.into = p
		c.readable.Wait()
		if n, c.into, c.filled = c.filled, nil, 0; n > 0 {
			return n, nil
		}
	}
}

// leastHandOver is the bytes of a Read from which on handing over pays.
const leastHandOver = 16 << 10

// handOver gives the first bytes of a Write to a Read that waits for as many,
// past the buffer: what it returns is the same, and one of two copies is saved.
func (c *pipeConn) handOver(p []byte) int {
	into := c.peer.into
	if into == nil || c.peer.filled > 0 || len(p) < len(into) || !c.out.pass(len(into)) {
		return 0
	}
	c.peer.filled = copy(into, p)
	return len(into)
}

// Write hands p over. It blocks while the window is full, and while another
// Write to this end has not handed over all of its own.
func (c *pipeConn) Write(p []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for turn := false; ; {
		switch {
		case c.closed:
			err = net.ErrClosed
		case c.writeBy.passed:
			err = os.ErrDeadlineExceeded
		case c.writing && !turn:
			err = errWait
		default:
			turn = true
			now := c.settle()
			n += c.handOver(p[n:])
			var took int
			took, err = c.out.write(p[n:], now)
			n += took
			c.changed(now)
		}
		if turn {
			if c.writing && err != errWait {
				c.writable.Broadcast() // to the next Write
			}
			c.writing = err == errWait
		}
		if err != errWait {
			if turn {
				c.out.endWrite()
			}
			return n, err
		}
		c.writable.Wait()
	}
}

// changed lets the calls look again that a write or an end at this end
// concerns: the peer's reads, and if it broke the connection, all.
func (c *pipeConn) changed(now int64) {
	if c.in.broken || c.out.broken {
		c.wake()
	} else {
		c.peer.readable.Broadcast()
	}
	if c.timed() {
		c.await(now)
	}
}

// CloseWrite ends the stream to the peer, who may go on sending.
func (c *pipeConn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	now := c.settle()
	c.out.end(now)
	c.writable.Broadcast()
	c.changed(now)
	return nil
}

// Close leaves the connection in both directions. Calls that are blocked at
// this end return net.ErrClosed.
func (c *pipeConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	now := c.settle()
	c.out.end(now)
	c.in.close(now)
	c.readBy.stop()
	c.writeBy.stop()
	c.wake()
	c.await(now)
	return nil
}

func (c *pipeConn) LocalAddr() net.Addr  { return c.addr }
func (c *pipeConn) RemoteAddr() net.Addr { return c.peer.addr }

func (c *pipeConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *pipeConn) SetReadDeadline(t time.Time) error {
	return c.setDeadline(&c.readBy, &c.readable, t)
}

func (c *pipeConn) SetWriteDeadline(t time.Time) error {
	return c.setDeadline(&c.writeBy, &c.writable, t)
}

// deadline is one of a connection's two. It is guarded by the pipe's mutex.
type deadline struct {
	passed bool
	timer  *time.Timer // nil while none is set
}

// stop forgets the deadline. A timer that has fired and waits for the mutex
// finds that it is no longer the deadline's.
func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (c *pipeConn) setDeadline(d *deadline, blocked *sync.Cond, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	d.stop()
	d.passed = false
	if t.IsZero() {
		return nil
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		blocked.Broadcast()
		return nil
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if d.timer == timer {
			d.passed, d.timer = true, nil
			blocked.Broadcast()
		}
	})
	d.timer = timer
	return nil
}
