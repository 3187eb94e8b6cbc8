package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/trace"
)

// KernelLimit bounds each read and write of a run on kernel sockets, where
// nobody can know that nothing is on its way. What a plan delays comes on top.
const KernelLimit = 2 * time.Second

// RunKernel runs the spec over real TCP, or UDP, on loopback, by the real clock. A
// plan that does something is a relay's work; without one the kernel cuts as it
// likes. The error says what stood in the way of a run at all.
func RunKernel(ctx context.Context, spec Spec) (*Result, error) {
	if spec.Stage.OnDatagrams() {
		return runUDP(ctx, spec)
	}
	if err := relay.Check(spec.Plan); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	rec := &recorder{start: time.Now(), limit: KernelLimit + delays(&spec.Plan), nagle: spec.Nagle}
	address, between := listener.Addr().String(), (*between)(nil)
	if !relay.Plain(spec.Plan) {
		if between, err = rec.relayed(spec.Plan, address); err != nil {
			listener.Close()
			return nil, err
		}
		defer between.end()
		address = between.address
	}
	over, end := context.WithCancel(ctx) // of the client's part
	defer end()
	stop := context.AfterFunc(ctx, func() {
		listener.Close()
		rec.closeAll()
	})
	defer stop()
	defer rec.closeAll()

	e := newExchange(world{
		dial: func() (net.Conn, error) {
			conn, err := net.Dial("tcp", address)
			return rec.tapped(conn, err, trace.Up)
		},
		accept: func() (net.Conn, error) {
			conn, err := listener.Accept()
			return rec.tapped(conn, err, trace.Down)
		},
		close: listener.Close,
		sleep: func(d time.Duration) {
			select {
			case <-over.Done():
				runtime.Goexit() // nobody waits for this server any more
			case <-time.After(d):
			}
		},
		now:     func() time.Duration { return time.Since(rec.start) },
		message: rec.belongs,
		handlers: func() (func(func()), func()) {
			var group sync.WaitGroup
			return group.Go, group.Wait
		},
	})
	e.reset(&spec)
	served := make(chan struct{})
	go func() {
		defer close(served)
		e.runServer()
	}()
	err = e.runClient()
	end()
	listener.Close()
	<-served
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if between != nil {
		if err := between.end(); err != nil {
			return nil, err
		}
	}
	r := e.result(Kernel, rec.events())
	if between != nil {
		r.Notes = append(r.Notes, between.notes()...)
	}
	if rec.spun != nil {
		r.Err = rec.spun
		r.end(rec.spun, e)
	}
	return r, nil
}

// delays is the longest that a plan keeps a byte from a reader.
func delays(p *netsim.Plan) time.Duration {
	most := func(streams ...*netsim.Stream) (sum time.Duration) {
		for _, s := range streams {
			for _, stall := range s.Stalls {
				sum += stall.Delay
			}
		}
		return sum
	}
	longest := most(&p.Up, &p.Down)
	for i := range p.Conns {
		longest = max(longest, most(&p.Conns[i].Up, &p.Conns[i].Down))
	}
	return longest + p.Link.RTT
}

// between is a relay between both sides of a run.
type between struct {
	relay   relay.Relay
	address string
	end     func() error // ends it, and waits for that
}

// relayed starts a relay to an address, whose events r records beside what the
// programs do.
func (r *recorder) relayed(plan netsim.Plan, to string) (*between, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	b := &between{address: listener.Addr().String()}
	b.relay = relay.Relay{To: to, Plan: plan, Trace: func(e trace.Event) {
		switch e.Kind {
		case trace.Arrived, trace.Cut, trace.Lost, trace.End, trace.Reset: // the others are the programs'
			r.mu.Lock()
			defer r.mu.Unlock()
			e.Time = time.Since(r.start)
			r.log = append(r.log, e)
		}
	}}
	r.delivered = func() int64 {
		c := b.relay.Counters()
		return c.Up + c.Down
	}
	served := make(chan error, 1)
	go func() { served <- b.relay.Serve(context.Background(), listener) }()
	b.end = sync.OnceValue(func() error {
		listener.Close()
		return <-served
	})
	return b, nil
}

// notes say what of the plan's cuts is not sure.
func (b *between) notes() []words.Sentence {
	c := b.relay.Counters()
	var said []words.Sentence
	if loose := c.Unverified + c.TimedOut; loose > 0 {
		said = append(said, words.Sentencef("%d of %d cuts were not verified: a read may have crossed them", loose, loose+c.Verified))
	}
	if c.Ended > 0 {
		said = append(said, words.Sentencef("glue held %d times for too short a time: there are cuts", c.Ended))
	}
	return said
}

// recorder notes what both sides of a run on kernel sockets write and read.
type recorder struct {
	start time.Time
	limit time.Duration // of each read and write
	nagle bool          // the sockets are without TCP_NODELAY

	delivered func() int64 // bytes that the relay has delivered; nil without one

	mu      sync.Mutex // guards what follows
	log     trace.Log
	numbers [2]int // the message that each side writes at present
	dialed  int
	served  int
	conns   []net.Conn
	closed  bool  // so are all conns, and all that come
	spun    error // with which the server was ended
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
	if err == nil && r.nagle {
		err = conn.(*net.TCPConn).SetNoDelay(false)
	}
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, conn)
	if r.closed {
		conn.Close()
	}
	t := &recording{Conn: Bounded(conn, r.limit), rec: r, out: writes, in: trace.Down, side: client}
	if writes == trace.Up {
		r.dialed++
		t.number = r.dialed
		r.log = append(r.log, trace.Event{Time: time.Since(r.start), Kind: trace.Open, Conn: t.number})
	} else {
		// The server waits longer, so that who gives up is the client.
		t.Conn, t.in, t.side = Bounded(conn, 2*r.limit), trace.Up, server
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
	empty     int // reads in a row that returned no byte

	delivered atomic.Int64 // by the relay, when a read or write took too long
}

func (c *recording) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for n == 0 && c.mayGoOn(err) {
		n, err = c.Conn.Read(p)
	}
	if n > 0 {
		c.rec.note(c, trace.Event{Kind: trace.Read, Dir: c.in, From: c.got, To: c.got + n})
		c.got += n
		c.empty = 0
	} else if c.empty++; c.empty > netsim.SpinLimit && c.side == server {
		c.rec.endSpin()
	}
	return n, err
}

func (c *recording) Write(p []byte) (int, error) {
	if len(p) > 0 {
		// Noted first, or the peer's read could be noted before it.
		c.rec.note(c, trace.Event{Kind: trace.Written, Dir: c.out, From: c.sent, To: c.sent + len(p), Data: append([]byte(nil), p...)})
	}
	n, err := c.Conn.Write(p)
	for c.mayGoOn(err) {
		var more int
		more, err = c.Conn.Write(p[n:])
		n += more
	}
	c.sent += n
	return n, err
}

// mayGoOn reports that a read or write took too long only because the relay
// takes its time, and still does: it has delivered bytes since it was asked last.
func (c *recording) mayGoOn(err error) bool {
	if c.rec.delivered == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	before := c.delivered.Swap(c.rec.delivered())
	return c.delivered.Load() > before
}

func (c *recording) CloseWrite() error { return closeWrite(c.Conn) }

// endSpin ends the goroutine of a program that reads nothing for ever.
func (r *recorder) endSpin() {
	r.mu.Lock()
	r.spun = &netsim.SpinError{Task: "server", Calls: netsim.SpinLimit}
	r.mu.Unlock()
	runtime.Goexit()
}

func (r *recorder) note(c *recording, e trace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Time, e.Conn = time.Since(r.start), c.number
	if e.Kind == trace.Written && r.numbers[c.side] > 0 {
		e.Messages = []int{r.numbers[c.side]}
	}
	r.log = append(r.log, e)
}
