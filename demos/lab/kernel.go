package lab

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"stickydemo/netsim/trace"
)

// KernelLimit bounds each read and write of a run on kernel sockets, where
// nobody can know that nothing is on its way.
const KernelLimit = 2 * time.Second

// RunKernel runs the spec over real TCP on loopback, by the real clock. The
// plan must be the zero one: the kernel cuts as it likes. The error says what
// stood in the way of a run at all.
func RunKernel(ctx context.Context, spec Spec) (*Result, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	rec := &recorder{start: time.Now()}
	stop := context.AfterFunc(ctx, func() {
		listener.Close()
		rec.closeAll()
	})
	defer stop()

	e := newExchange(world{
		dial: func() (net.Conn, error) {
			conn, err := net.Dial("tcp", listener.Addr().String())
			return rec.tapped(conn, err, trace.Up)
		},
		accept: func() (net.Conn, error) {
			conn, err := listener.Accept()
			return rec.tapped(conn, err, trace.Down)
		},
		sleep: func(d time.Duration) {
			select {
			case <-ctx.Done():
			case <-time.After(d):
			}
		},
		now:     func() time.Duration { return time.Since(rec.start) },
		message: rec.belongs,
	})
	e.reset(&spec)
	served := make(chan struct{})
	go func() {
		defer close(served)
		e.runServer()
	}()
	err = e.runClient()
	listener.Close()
	<-served
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return e.result(Kernel, rec.events()), nil
}

// recorder notes what both sides of a run on kernel sockets write and read.
type recorder struct {
	start time.Time

	mu      sync.Mutex // guards what follows
	log     trace.Log
	numbers [2]int // the message that each side writes at present
	dialed  int
	served  int
	conns   []net.Conn
	closed  bool // so are all conns, and all that come
}

func (r *recorder) belongs(s side, number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.numbers[s] = number
}

// events returns the log in a form that the simulator's readers know.
func (r *recorder) events() trace.Log {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log.Own()
	return r.log
}

func (r *recorder) closeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, conn := range r.conns {
		conn.Close()
	}
}

// tapped makes conn record, as the client's or the server's end of the next
// connection: writes says which direction it writes. Connections are accepted
// in the order in which they were dialled, one after the other.
func (r *recorder) tapped(conn net.Conn, err error, writes trace.Direction) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, conn)
	if r.closed {
		conn.Close()
	}
	t := &recording{Conn: Bounded(conn, KernelLimit), rec: r, out: writes, in: trace.Down, side: client}
	if writes == trace.Up {
		r.dialed++
		t.number = r.dialed
		r.log = append(r.log, trace.Event{Time: time.Since(r.start), Kind: trace.Open, Conn: t.number})
	} else {
		t.in, t.side = trace.Up, server
		r.served++
		t.number = r.served
	}
	return t, nil
}

// recording is one end of a kernel connection.
type recording struct {
	net.Conn
	rec       *recorder
	number    int
	side      side
	in, out   trace.Direction
	got, sent int
}

func (c *recording) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.rec.note(c, trace.Event{Kind: trace.Read, Dir: c.in, From: c.got, To: c.got + n})
		c.got += n
	}
	return n, err
}

func (c *recording) Write(p []byte) (int, error) {
	if len(p) > 0 {
		// Noted first, or the peer's read could be noted before it.
		c.rec.note(c, trace.Event{Kind: trace.Written, Dir: c.out, From: c.sent, To: c.sent + len(p), Data: append([]byte(nil), p...)})
	}
	n, err := c.Conn.Write(p)
	c.sent += n
	return n, err
}

func (c *recording) CloseWrite() error { return closeWrite(c.Conn) }

func (r *recorder) note(c *recording, e trace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Time, e.Conn = time.Since(r.start), c.number
	if e.Kind == trace.Written && r.numbers[c.side] > 0 {
		e.Messages = []int{r.numbers[c.side]}
	}
	r.log = append(r.log, e)
}
