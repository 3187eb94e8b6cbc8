package relay

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"

	"stickydemo/netsim/trace"
)

// conn is one client's connection, and the one to the server that it goes on
// in.
type conn struct {
	relay          *Relay
	number         int
	client, server *net.TCPConn
}

// An ending is how one direction came to its end.
type ending int

const (
	ended    ending = iota // the sender's end of stream was passed on
	broken                 // the connection is to be broken: the sender's was, or the plan wants it
	refused                // the receiver takes no more
	stopping               // we were told to stop
)

// run relays the connection to its end.
func (c *conn) run(ctx context.Context) {
	r := c.relay
	r.trace(trace.Event{Kind: trace.Open, Conn: c.number, Dir: trace.Up, Note: c.client.RemoteAddr().String()})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { abort(c.client) })
	defer stop()
	server, err := r.dial(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.count.refused.Add(1)
			r.trace(trace.Event{Kind: trace.Reset, Conn: c.number, Note: err.Error()})
			r.notice(c.number, err)
		}
		abort(c.client)
		return
	}
	c.server = server
	stopServer := context.AfterFunc(ctx, func() { abort(server) })
	defer stopServer()

	up := newFlow(ctx, c, trace.Up, c.client, c.server)
	down := newFlow(ctx, c, trace.Down, c.server, c.client)
	up.back, down.back = down, up
	over := make(chan *flow, 2)
	for _, f := range []*flow{up, down} {
		go func() {
			f.ending = f.run()
			r.carry(c.number, f.dir, int(f.got.Load()))
			over <- f
		}()
	}
	first := <-over
	first.broke()
	c.settle(first)
	second := <-over
	if first.ending == ended {
		second.broke()
	}
	if first.ending != ended || second.ending != ended {
		c.reset()
	}
	c.client.Close()
	c.server.Close()
}

// settle does what the end of the first direction means for the other.
func (c *conn) settle(f *flow) {
	switch f.ending {
	case ended: // half-closed: the other way goes on
	case refused:
		// The receiver has gone. What it said before still reaches the sender,
		// as it would without us, if the sender reads.
		limit := time.Now().Add(c.relay.drain())
		f.back.breakBy.Store(limit.UnixNano())
		f.dst.SetReadDeadline(limit)
		f.src.SetWriteDeadline(limit)
	default:
		c.reset()
	}
}

// broke traces that a direction broke the connection.
func (f *flow) broke() {
	if f.ending == broken || f.ending == refused {
		f.trace(trace.Event{Kind: trace.Reset, From: f.sent, To: f.sent})
	}
}

// reset breaks the connection at both ends.
func (c *conn) reset() {
	abort(c.client)
	abort(c.server)
}

// abort closes a connection by a reset, so that no peer takes it for a clean
// end of stream.
func abort(conn *net.TCPConn) {
	conn.SetLinger(0)
	conn.Close()
}

// dial reaches the server, if need be after a while.
func (r *Relay) dial(ctx context.Context) (*net.TCPConn, error) {
	dialer := net.Dialer{Timeout: dialLimit}
	for until := time.Now().Add(r.Dial); ; {
		server, err := dialer.DialContext(ctx, "tcp", r.To)
		if err == nil {
			return server.(*net.TCPConn), nil
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || !time.Now().Before(until) || !pause(ctx, 10*time.Millisecond) {
			return nil, err
		}
	}
}
