package lab

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// runUDP is RunKernel for a stage on datagrams.
func runUDP(ctx context.Context, spec Spec) (*Result, error) {
	if p := spec.Plan.String(); p != (netsim.Plan{}).String() {
		return nil, &netsim.PlanError{Item: p, Reason: "no plan reaches the kernel's datagrams; leave out --net kernel"}
	}
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	defer socket.Close()
	conn, err := net.Dial("udp", socket.LocalAddr().String())
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() {
		socket.Close()
		conn.Close()
	})
	defer stop()

	rec := &recorder{start: time.Now()}
	up, down := &recordedFlow{rec: rec, dir: trace.Up}, &recordedFlow{rec: rec, dir: trace.Down, side: server}
	e := newExchange(world{
		connect: func() (net.Conn, error) {
			return &recordingConn{Bounded(conn, KernelLimit), up, down}, nil
		},
		socket:  &recordingSocket{socket, up, down},
		clock:   time.Now,
		now:     func() time.Duration { return time.Since(rec.start) },
		message: rec.belongs,
	})
	rec.log = trace.Log{{Kind: trace.Open, Conn: 1}}
	e.reset(&spec)
	var served sync.WaitGroup
	served.Go(e.runServer)
	err = e.runClient()
	socket.Close()
	served.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return e.result(Kernel, rec.events()), nil
}

// recordedFlow notes the datagrams of one direction. Which of them a receive took
// is known from its bytes: the kernel numbers none.
type recordedFlow struct {
	rec  *recorder
	dir  trace.Direction
	side side

	mu    sync.Mutex // guards what follows
	bytes int
	sent  []trace.Event // that no receive took
}

// wrote notes a datagram before it is sent, or its receive could be noted first.
func (f *recordedFlow) wrote(p []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := trace.Event{Kind: trace.Written, Dir: f.dir, From: f.bytes, To: f.bytes + len(p), Data: bytes.Clone(p)}
	f.bytes = e.To
	f.sent = append(f.sent, e)
	f.rec.note(&recording{number: 1, side: f.side}, e)
}

// failed takes back what wrote noted last, and the system did not take.
func (f *recordedFlow) failed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := f.sent[len(f.sent)-1]
	f.sent, f.bytes = f.sent[:len(f.sent)-1], last.From
	f.rec.mu.Lock()
	defer f.rec.mu.Unlock()
	for i := len(f.rec.log) - 1; ; i-- {
		if e := f.rec.log[i]; e.Kind == trace.Written && e.Dir == f.dir {
			f.rec.log = slices.Delete(f.rec.log, i, i+1)
			return
		}
	}
}

// read notes a receive of p, of which more did not fit if it is full.
func (f *recordedFlow) read(p []byte, full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, e := range f.sent {
		if !bytes.Equal(e.Data, p) && !(full && bytes.HasPrefix(e.Data, p)) {
			continue
		}
		f.sent = append(f.sent[:i], f.sent[i+1:]...)
		end := e.From + len(p)
		at := &recording{number: 1, side: f.side}
		f.rec.note(at, trace.Event{Kind: trace.Read, Dir: f.dir, From: e.From, To: end})
		if end < e.To {
			f.rec.note(at, trace.Event{Kind: trace.Lost, Dir: f.dir, From: end, To: e.To, Note: netsim.LostRest})
		}
		return
	}
}

type recordingConn struct {
	net.Conn
	out, in *recordedFlow
}

func (c *recordingConn) Write(p []byte) (int, error) {
	c.out.wrote(p)
	n, err := c.Conn.Write(p)
	if err != nil {
		c.out.failed()
	}
	return n, err
}

func (c *recordingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil {
		c.in.read(p[:n], n == len(p))
	}
	return n, err
}

type recordingSocket struct {
	net.PacketConn
	in, out *recordedFlow
}

func (s *recordingSocket) WriteTo(p []byte, to net.Addr) (int, error) {
	s.out.wrote(p)
	n, err := s.PacketConn.WriteTo(p, to)
	if err != nil {
		s.out.failed()
	}
	return n, err
}

func (s *recordingSocket) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := s.PacketConn.ReadFrom(p)
	if err == nil {
		s.in.read(p[:n], n == len(p))
	}
	return n, from, err
}
