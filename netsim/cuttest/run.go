package cuttest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/pprof"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// run is one run of f in a bubble. It sees every call of both ends.
type run struct {
	t              *testing.T // the bubble's
	client, server end
	slowest        time.Duration // that a byte takes, or more
	left           bool          // f has returned and the ends are closed

	mu       sync.Mutex // guards what follows
	up, down lane
	moved    time.Time // when a byte last moved
	until    time.Time // the latest deadline that was set
	idle     int       // calls since that moved nothing
	idleAt   time.Time // when the first of them was made
	wrong    error     // a hang, a spin or a panic
	watchdog *time.Timer
}

// lane is one direction.
type lane struct {
	data   []byte // written
	starts []int  // of writes
	read   int    // bytes read
}

// Limits of a run.
const (
	// hangTime is how long no byte may move while a call waits. It passes at
	// once, as a bubble's clock stands still only while somebody can go on.
	hangTime = time.Hour

	// maxIdleCalls is how many calls in a row may move no byte and take no
	// time. Polling takes many, going on after an error takes them all.
	maxIdleCalls = 100_000
)

// instant is the round trip where the plan names none. A bubble's clock goes on
// only when all goroutines are blocked, so that a byte which takes any time at
// all arrives when the writer has written all that it will. Readers are late,
// writes glue, and what a goroutine sees does not depend on the scheduler.
const instant = 2 * time.Nanosecond

// resend is longer than TCP waits before it sends again what was lost.
const resend = 5 * time.Minute

// do runs f. It is the bubble's first function.
func (r *run) do(t *testing.T, plan netsim.Plan, f func(t *testing.T, client, server net.Conn)) {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("plan", plan.String())))
	if plan.Link.RTT == 0 {
		plan.Link.RTT = instant
	}
	for _, s := range []netsim.Stream{plan.Up, plan.Down} {
		for _, stall := range s.Stalls {
			r.slowest = max(r.slowest, stall.Delay)
		}
	}
	r.slowest += plan.Link.RTT + plan.Link.DelAck
	if plan.Link.Loss > 0 {
		r.slowest += resend
	}
	client, server := netsim.Pipe(plan)
	r.t = t
	r.client = end{Conn: client, run: r, name: "client", in: &r.down, out: &r.up, inDir: trace.Down, outDir: trace.Up}
	r.server = end{Conn: server, run: r, name: "server", in: &r.up, out: &r.down, inDir: trace.Up, outDir: trace.Down}
	r.moved = time.Now()
	r.watchdog = time.AfterFunc(hangTime, r.watch)
	t.Cleanup(r.leave)
	defer func() {
		if v := recover(); v != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.wrong = errors.New(panicText(v))
		}
	}()
	f(t, &r.client, &r.server)
}

// leave ends what f left open, gently first, so that goroutines which serve
// until the end of the stream meet one.
func (r *run) leave() {
	r.client.CloseWrite()
	r.server.CloseWrite()
	time.Sleep(r.slowest)
	synctest.Wait()
	r.client.Close()
	r.server.Close()
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchdog.Stop()
	r.left = true
	if r.wrong != nil {
		r.t.Fail()
	}
}

// watch ends a run in which calls wait for a byte that cannot come. A bubble
// notices by itself unless something, such as a ticker, keeps its clock going.
func (r *run) watch() {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.moved
	if r.until.After(last) {
		last = r.until
	}
	if left := hangTime - time.Since(last); left > 0 {
		r.watchdog.Reset(left)
		return
	}
	if waits := r.waits(); len(waits) > 0 {
		r.stop(&netsim.HangError{Waits: waits})
	}
}

// waits are the calls under way.
func (r *run) waits() (list []netsim.Wait) {
	for _, e := range []*end{&r.client, &r.server} {
		if e.reading > 0 {
			list = append(list, netsim.Wait{Task: e.name, On: "read", Conn: 1, Dir: e.inDir, Offset: e.in.read})
		}
		if e.writing > 0 {
			list = append(list, netsim.Wait{Task: e.name, On: "write", Conn: 1, Dir: e.outDir, Offset: len(e.out.data)})
		}
	}
	return list
}

// stop closes both ends, because of what went wrong.
func (r *run) stop(wrong error) {
	if r.wrong == nil {
		r.wrong = wrong
	}
	r.client.Conn.Close()
	r.server.Conn.Close()
}

// stuck notes why the bubble came to a standstill. Its goroutines are left
// behind, blocked.
func (r *run) stuck(reason any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	waits := r.waits()
	switch {
	case r.wrong != nil: // that was why
	case len(waits) > 0:
		r.wrong = &netsim.HangError{Waits: waits}
	case r.left:
		r.wrong = errors.New("hang: f has ended, and goroutines that it started wait for something else than the connection")
	default:
		r.wrong = fmt.Errorf("hang: f waits for something else than the connection: %v", reason)
	}
}

// end is one end of the connection, as f sees it.
type end struct {
	net.Conn
	run           *run
	name          string
	in, out       *lane
	inDir, outDir trace.Direction

	reading, writing int // calls under way; guarded by the run's mutex
}

func (e *end) Read(p []byte) (int, error) {
	e.begin(&e.reading)
	n, err := e.Conn.Read(p)
	return n, e.done(&e.reading, n, err, func() { e.in.read += n })
}

func (e *end) Write(p []byte) (int, error) {
	e.begin(&e.writing)
	n, err := e.Conn.Write(p)
	return n, e.done(&e.writing, n, err, func() {
		e.out.starts = append(e.out.starts, len(e.out.data))
		e.out.data = append(e.out.data, p[:n]...)
	})
}

func (e *end) begin(calls *int) {
	e.run.mu.Lock()
	defer e.run.mu.Unlock()
	*calls++
}

// done notes what a call did, and returns the error to give to f.
func (e *end) done(calls *int, n int, err error, note func()) error {
	r := e.run
	r.mu.Lock()
	defer r.mu.Unlock()
	*calls--
	now := time.Now()
	if n > 0 {
		note()
		r.moved, r.idle = now, 0
	} else if r.idle++; r.idle == 1 || !now.Equal(r.idleAt) {
		r.idle, r.idleAt = 1, now
	} else if r.idle > maxIdleCalls {
		r.stop(&netsim.SpinError{Task: e.name, Calls: maxIdleCalls})
		r.t.FailNow() // it ends whichever goroutine calls it
	}
	if err != nil && r.wrong != nil {
		return r.wrong
	}
	return err
}

// CloseWrite ends the stream to the peer, as that of a *net.TCPConn does.
func (e *end) CloseWrite() error {
	return e.Conn.(interface{ CloseWrite() error }).CloseWrite()
}

func (e *end) SetDeadline(t time.Time) error {
	e.run.expect(t)
	return e.Conn.SetDeadline(t)
}

func (e *end) SetReadDeadline(t time.Time) error {
	e.run.expect(t)
	return e.Conn.SetReadDeadline(t)
}

func (e *end) SetWriteDeadline(t time.Time) error {
	e.run.expect(t)
	return e.Conn.SetWriteDeadline(t)
}

// expect lets the run wait until a deadline that f has set.
func (r *run) expect(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.After(r.until) {
		r.until = t
	}
}
