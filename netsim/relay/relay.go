// Package relay puts a plan on real TCP connections, of any programs: it
// listens where the clients connect to, goes on to the server, and cuts what
// passes.
//
// A write is not a read. On Linux, where the receiver is in the same network
// namespace, a cut is therefore verified: the bytes behind it are written when
// the kernel's own account of the receiver's socket says that all before it has
// been read (sock_diag(7); no privilege is needed). A read never crosses a cut
// that is reported as verified, with one exception: one receive that goes on
// until it is full (MSG_WAITALL, or a receive that its kernel has not yet given
// back) joins what is on either side. The receiver may still split further.
// Elsewhere a pause stands in each cut, which is then reported as unverified.
//
// What a relay cannot do: see the sender's writes, or bound what the kernels at
// its two ends hold. Cuts in TLS fall in ciphertext.
package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

const (
	DefaultHold  = 20 * time.Millisecond
	DefaultDrain = time.Second

	// dialLimit bounds one attempt to reach the server.
	dialLimit = 10 * time.Second
)

// ErrTLS is noticed once for each connection that begins as TLS does.
var ErrTLS = errors.New("this is TLS: cuts fall in its ciphertext, and only its library sees them")

// A Relay puts a plan on the connections that Serve accepts. They are numbered
// from 1 in the order in which they are accepted. The fields must not change
// once it serves.
//
// The zero Plan passes everything on as it comes and as fast as it can. Where
// the plan names glue, bytes are held until the sender has been silent for a
// moment, or Hold is over, or 64 KiB are together, and then go on in one write
// to a receiver that has read all before.
type Relay struct {
	To    string            // "host:port" where each connection goes on to
	Plan  netsim.Plan       // zero: a plain fast relay
	Hold  time.Duration     // the longest that glue holds bytes back; 0 is DefaultHold
	Drain time.Duration     // how long a cut waits for the receiver to read; 0 is DefaultDrain
	Dial  time.Duration     // how long a refused dial is tried again; 0: not at all
	Trace func(trace.Event) // called one event at a time; nil for none

	// Notice is told what a person may want to know of a connection: a dial that
	// failed, ErrTLS. It is called one at a time; nil for none.
	Notice func(conn int, err error)

	// quiet is how long a sender is silent before glue takes it for idle; 0 is
	// maxQuiet, or Hold if that is less.
	quiet time.Duration

	// blind does without the kernel's account, as on other systems.
	blind bool

	start   time.Time
	tracing sync.Mutex // one call of Trace or Notice at a time
	diag    accounts
	waiting atomic.Int64 // gates that look
	count   tally

	mu      sync.Mutex // guards what follows
	carried map[int]*[2]int
}

// Counters are what a Relay has done so far.
type Counters struct {
	Conns  int `json:"conns"`  // accepted
	Active int `json:"active"` // of them, those that are not over

	Up   int64 `json:"up_bytes"` // delivered to the server
	Down int64 `json:"down_bytes"`

	// Cuts, each with a byte behind it: the receiver had read all before it; it
	// may not have, for nobody could tell; it had not when Drain was over.
	Verified   int `json:"verified"`
	Unverified int `json:"unverified"`
	TimedOut   int `json:"timed_out"`

	// Ended are holds of glue that ended too early: the sender sent more,
	// without having heard from the receiver in between. Each is one more cut.
	Ended int `json:"holds_ended"`

	TLS     int `json:"tls"`     // connections that began as TLS does
	Refused int `json:"refused"` // connections that did not reach the server
}

type tally struct {
	conns, active, verified, unverified, timedOut, ended, tls, refused atomic.Int64

	bytes [2]atomic.Int64 // delivered up, down
}

// Counters may be called at any time.
func (r *Relay) Counters() Counters {
	c := &r.count
	return Counters{
		Conns: int(c.conns.Load()), Active: int(c.active.Load()),
		Up: c.bytes[0].Load(), Down: c.bytes[1].Load(),
		Verified: int(c.verified.Load()), Unverified: int(c.unverified.Load()), TimedOut: int(c.timedOut.Load()),
		Ended: int(c.ended.Load()), TLS: int(c.tls.Load()), Refused: int(c.refused.Load()),
	}
}

// Beyond names what in the plan stands past the end of its stream and did
// nothing, once Serve has returned.
func (r *Relay) Beyond() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Plan.Beyond(func(conn int, dir trace.Direction) int {
		if c := r.carried[conn]; c != nil {
			return c[index(dir)]
		}
		return 0
	})
}

// carry remembers how many bytes a direction of a connection took in: for
// Beyond, which asks for those that the plan names, and for the most of all.
func (r *Relay) carry(conn int, dir trace.Direction, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range []int{0, conn} {
		if n > 0 && !named(&r.Plan, n) {
			continue
		}
		if r.carried[n] == nil {
			r.carried[n] = new([2]int)
		}
		most := &r.carried[n][index(dir)]
		*most = max(*most, bytes)
	}
}

func named(plan *netsim.Plan, conn int) bool {
	for i := range plan.Conns {
		if plan.Conns[i].N == conn {
			return true
		}
	}
	return false
}

func index(dir trace.Direction) int {
	if dir == trace.Up {
		return 0
	}
	return 1
}

// Check returns why a relay cannot apply a plan, a *netsim.PlanError; nil if it
// can.
func Check(plan netsim.Plan) error {
	if plan.Link.Modelled() {
		return &netsim.PlanError{Item: plan.Link.String(), Reason: "segments are the simulator's; of a link a relay can do link:rtt=DURATION alone"}
	}
	err := check("", &plan.Up, &plan.Down)
	for i := range plan.Conns {
		c := &plan.Conns[i]
		err = cmp.Or(err, check(fmt.Sprintf("%d#", c.N), &c.Up, &c.Down))
	}
	return err
}

func check(where string, up, down *netsim.Stream) error {
	for _, op := range []struct {
		name, reason string
		in           func(*netsim.Stream) bool
	}{
		{"as-written", "a relay cannot see writes, only the bytes that come of them",
			func(s *netsim.Stream) bool { return s.Mode.Kind == netsim.AsWritten }},
		{"drop", "a relay carries streams, and drops none of their bytes",
			func(s *netsim.Stream) bool { return s.Drops != nil }},
		{"swap", "a relay carries streams, which keep their order",
			func(s *netsim.Stream) bool { return s.Swaps != nil }},
		{"eof-with-data", "TCP never reports the end of a stream along with its last bytes",
			func(s *netsim.Stream) bool { return s.EOFWithData }},
	} {
		switch inUp, inDown := op.in(up), op.in(down); {
		case inUp && inDown:
			return &netsim.PlanError{Item: where + op.name, Reason: op.reason}
		case inUp:
			return &netsim.PlanError{Item: where + "up:" + op.name, Reason: op.reason}
		case inDown:
			return &netsim.PlanError{Item: where + "down:" + op.name, Reason: op.reason}
		}
	}
	return nil
}

// Serve relays what connects to l, a TCP listener, until ctx is done or l is
// closed. It closes l, and breaks the connections that are under way; when it
// returns all of them and their goroutines are gone. The error says why it could
// not begin, or cannot go on; nil for an end that was asked for.
func (r *Relay) Serve(ctx context.Context, l net.Listener) error {
	if err := Check(r.Plan); err != nil {
		l.Close()
		return err
	}
	r.start = time.Now()
	r.mu.Lock()
	r.carried = map[int]*[2]int{}
	r.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	var open sync.WaitGroup
	defer func() {
		stop()
		l.Close()
		cancel()
		open.Wait()
		r.diag.close()
	}()
	for number := 1; ; {
		accepted, err := l.Accept()
		switch {
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			if err == nil {
				accepted.Close()
			}
			return nil
		case err != nil: // such as too many open files, which pass
			pause(ctx, 10*time.Millisecond)
			continue
		}
		client, ok := accepted.(*net.TCPConn)
		if !ok {
			accepted.Close()
			return fmt.Errorf("relay: %s is no TCP listener", l.Addr())
		}
		c := &conn{relay: r, number: number, client: client}
		number++
		r.count.conns.Add(1)
		r.count.active.Add(1)
		open.Go(func() {
			defer r.count.active.Add(-1)
			c.run(ctx)
		})
	}
}

// Plain reports whether a plan does nothing here, so that all passes as it
// comes: it is the zero one, and not glue.
func Plain(plan netsim.Plan) bool {
	plain := plan.Link.RTT == 0 && bare(&plan.Up) && bare(&plan.Down)
	for i := range plan.Conns {
		plain = plain && bare(&plan.Conns[i].Up) && bare(&plan.Conns[i].Down)
	}
	return plain
}

func bare(s *netsim.Stream) bool {
	return s.Mode.Kind == netsim.Unset && len(s.Cuts) == 0 && len(s.Stalls) == 0 && s.Window == 0 &&
		s.Truncate == nil && s.Reset == nil
}

// hold and drain are Hold and Drain with their defaults.
func (r *Relay) hold() time.Duration  { return cmp.Or(r.Hold, DefaultHold) }
func (r *Relay) drain() time.Duration { return cmp.Or(r.Drain, DefaultDrain) }

func (r *Relay) trace(e trace.Event) {
	if r.Trace == nil {
		return
	}
	r.tracing.Lock()
	defer r.tracing.Unlock()
	e.Time = time.Since(r.start)
	r.Trace(e)
}

func (r *Relay) notice(conn int, err error) {
	if r.Notice == nil {
		return
	}
	r.tracing.Lock()
	defer r.tracing.Unlock()
	r.Notice(conn, err)
}

// pause waits, unless ctx is done before, and reports whether it waited.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
