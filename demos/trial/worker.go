package trial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/trace"
)

const (
	// startTime is how long a server may take until it listens.
	startTime = 10 * time.Second

	// settle is how long connections may take to end behind their client, and
	// a server to end behind its last one.
	settle = 150 * time.Millisecond

	// tick is how often a run looks whether anything has moved.
	tick = 10 * time.Millisecond

	// maxRecorded is the bytes of a run that are kept for a picture.
	maxRecorded = 1 << 20
)

// A worker runs the programs once at a time, against a server of its own where
// it can start one.
type worker struct {
	t        *trial
	server   *process // nil where none runs
	port     int      // that it was given; 0 where it was told an address
	address  string   // of the server
	listens  bool     // the server was seen to
	doubtful bool     // a run has failed: the server may not be what it was

	last *attempt // of the server that runs
}

// close ends the worker's server.
func (w *worker) close() {
	w.server.stop()
	w.server = nil
	w.t.ports.release(w.port)
	w.port = 0
}

// run runs the programs once under a plan. The error says what stood in the way
// of a run at all.
func (w *worker) run(ctx context.Context, plan netsim.Plan, record bool) (*Outcome, error) {
	if err := w.serve(ctx); err != nil {
		return nil, err
	}
	listener, err := w.t.listen(ctx)
	if err != nil {
		return nil, err
	}
	r := &relay.Relay{To: w.address, Plan: plan, Hold: w.t.Hold}
	if w.server != nil && !w.listens {
		r.Dial = startTime
	}
	var log *recorder
	if record || !w.t.Client.Given() {
		log = &recorder{kept: map[trace.Direction]int{}, length: map[key]int{}}
		r.Trace = log.add
	}
	relaying, stop := context.WithCancel(ctx)
	defer stop()
	relayed := make(chan error, 1)
	go func() { relayed <- r.Serve(relaying, listener) }()

	o := &Outcome{}
	if w.t.Client.Given() {
		err = w.client(ctx, listener.Addr(), r, plan, o)
	} else {
		err = w.visitor(ctx, r, plan, o)
	}
	if err == nil {
		w.settle(ctx, r, o, record)
	}
	stop()
	<-relayed
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	o.Relay = r.Counters()
	if log != nil {
		o.Log = log.log
		o.Up, o.Down = log.longest(trace.Up), log.longest(trace.Down)
	}
	if o.Relay.Refused > 0 && w.server == nil {
		return nil, fmt.Errorf("nobody listens on %s", w.address)
	}
	if !w.t.Client.Given() {
		o.Output, o.Length = o.Log.Stream(1, trace.Down), log.length[key{1, trace.Down}]
	}
	return o, nil
}

// serve makes sure that a server listens.
func (w *worker) serve(ctx context.Context) error {
	t := w.t
	if !t.Server.Given() {
		w.address = t.To
		return nil
	}
	w.blame()
	if w.server != nil && (w.doubtful || t.fresh.Load() || w.server.ended()) {
		w.close()
	}
	if w.server != nil {
		return nil
	}
	w.doubtful = false
	for try := 1; ; try++ {
		err := w.begin(ctx)
		// Somebody else may have taken the port between us and the server.
		taken := errors.Is(err, errEnded) || errors.Is(err, errInUse)
		if !taken || t.To != "" || try == startTries {
			return err
		}
	}
}

// What keeps a server from listening. The first two may be over with another
// port.
var (
	errEnded  = errors.New("the server ended before it listened")
	errInUse  = errors.New("is in use: the server could not listen on it")
	errSilent = errors.New("the server does not listen")
)

// startTries is how often a server is started, each time on another port.
const startTries = 3

// begin starts a server and waits until it listens.
func (w *worker) begin(ctx context.Context) error {
	t := w.t
	w.address = t.To
	if w.address == "" {
		port, err := t.ports.take()
		if err != nil {
			return err
		}
		w.port, w.address = port, net.JoinHostPort(loopback, strconv.Itoa(port))
	}
	host, port, _ := net.SplitHostPort(w.address)
	number, _ := strconv.Atoi(port)
	if at, _ := listening(number); at != "" {
		w.close()
		return fmt.Errorf("port %s %w", port, errInUse)
	}
	server, err := t.start(t.Server, host, port, nil, 0)
	if err != nil {
		w.close()
		return err
	}
	w.server = server
	if err := w.awaitListening(ctx, number); err != nil {
		w.close()
		return err
	}
	return nil
}

// blame turns a run that looked well into one that failed, if the server died
// behind it. A server that leaves with its client and is content is no failure.
func (w *worker) blame() {
	if w.server == nil || w.last == nil || !w.server.ended() {
		return
	}
	a := w.last
	w.last = nil
	if end := w.server.end(); a.failure == nil && end != endOK && end != w.t.oracle.server {
		a.failure = &Failure{Crash, words.Sentencef("the server ended: %s", withReason(end, w.server.lastLine()))}
		w.t.suspect(a)
	}
}

// linger gives the server a moment to die behind the last run.
func (w *worker) linger() {
	if w.server == nil || w.last == nil {
		return
	}
	select {
	case <-w.server.done:
	case <-time.After(dying):
	}
	w.blame()
}

// dying is how long it may take.
const dying = 20 * time.Millisecond

// awaitListening waits until the server listens. It does not connect: that would
// use up the only accept of a server that has one.
func (w *worker) awaitListening(ctx context.Context, port int) error {
	deadline := time.NewTimer(startTime)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		host, known := listening(port)
		if w.listens = host != ""; w.listens && w.t.To == "" {
			w.address = net.JoinHostPort(host, strconv.Itoa(port))
		}
		switch {
		case w.listens && takenByOthers(port, w.server.cmd.Process.Pid, w.t.mark):
			return fmt.Errorf("port %d %w", port, errInUse)
		case w.listens, !known: // then the relay's first dial is tried again
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.server.done:
			return fmt.Errorf("%w: %s", errEnded, withReason(w.server.end(), w.server.lastLine()))
		case <-deadline.C:
			at := "{port}" // another number each time
			if w.t.To != "" {
				at = fmt.Sprintf("port %d", port)
			}
			err := fmt.Errorf("%w on %s after %s", errSilent, at, startTime)
			if others := listensOn(w.server.cmd.Process.Pid); len(others) > 0 {
				return fmt.Errorf("%w, but on %s: it does not take the port that it is told", err, others)
			}
			return fmt.Errorf("%w: %s", err, w.t.Server)
		case <-look.C:
		}
	}
}

// client runs our client to its end, or until nothing moves any more.
func (w *worker) client(ctx context.Context, at net.Addr, r *relay.Relay, plan netsim.Plan, o *Outcome) error {
	host, port, _ := net.SplitHostPort(at.String())
	begun := time.Now()
	c, err := w.t.start(w.t.Client, host, port, w.t.Stdin, w.t.maxOutput())
	if err != nil {
		return err
	}
	defer c.kill()
	end := w.watch(ctx, plan, o, c.done, func() int64 {
		if o.Start == 0 && r.Counters().Conns > 0 {
			o.Start = time.Since(begun)
		}
		return moved(r)
	}, func() int64 { return c.stdout.count() + c.stderr.count() })
	c.kill()
	o.Output, o.Errors = c.stdout.bytes(), c.stderr.bytes()
	o.Length = int(c.stdout.count())
	switch {
	case end == byItself && ctx.Err() == nil:
		o.Status, o.End = c.status(), c.end()
	case end == stoppedMoving, end == onlyPrints && w.t.known(), end != byItself && w.t.Want != nil:
		o.Hang, o.End = true, endHang
	case end == onlyPrints:
		return fmt.Errorf("%w, and has printed %d bytes: it was killed after %s (limit %d bytes, %s)",
			errEndless, o.Length, o.Took.Round(time.Millisecond), w.t.maxOutput(), w.t.longest(plan))
	case end == neverEnds && w.t.known():
		o.Slow = true
	case end == neverEnds:
		return fmt.Errorf("%w: it was killed after %s (see --timeout)", errEndless, w.t.longest(plan))
	}
	return ctx.Err()
}

// visitor waits for a client that is not ours and for the end of its
// connection.
func (w *worker) visitor(ctx context.Context, r *relay.Relay, plan netsim.Plan, o *Outcome) error {
	look := time.NewTicker(tick)
	defer look.Stop()
	for waited := time.Now(); r.Counters().Conns == 0; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
		if wait := w.t.visitTime(); time.Since(waited) > wait {
			return fmt.Errorf("no client connected to %s within %s", w.t.report.Listens, wait)
		}
	}
	gone := make(chan struct{})
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(gone)
		look := time.NewTicker(tick)
		defer look.Stop()
		for r.Counters().Active > 0 {
			select {
			case <-stop:
				return
			case <-look.C:
			}
		}
	}()
	switch w.watch(ctx, plan, o, gone, func() int64 { return moved(r) }, func() int64 { return 0 }) {
	case stoppedMoving:
		o.Hang, o.End = true, endSilence
	case neverEnds:
		if w.t.known() {
			o.Slow = true
			break
		}
		return fmt.Errorf("the connection to %s does not end: it was cut off after %s (see --timeout)", w.t.Listen, w.t.longest(plan))
	case byItself:
		o.End = endClosed
	}
	return ctx.Err()
}

// visitTime is how long a client that is not ours may take to connect: a minute,
// or the budget.
func (t *trial) visitTime() time.Duration {
	if t.Time > 0 {
		return min(t.Time, time.Minute)
	}
	return time.Minute
}

// moved counts what a relay has done.
func moved(r *relay.Relay) int64 {
	c := r.Counters()
	return c.Up + c.Down + int64(c.Conns+c.Verified+c.Unverified+c.TimedOut)
}

// ending is how watch came to its end.
type ending int

const (
	byItself      ending = iota
	stoppedMoving        // nothing moved any more
	onlyPrints           // nothing moved on the network any more, or far too much was printed
	neverEnds            // it has taken far too long, and still moves
)

// watch waits until over is closed, or nothing has moved for the timeout, or all
// of it has taken far too long.
func (w *worker) watch(ctx context.Context, plan netsim.Plan, o *Outcome, over <-chan struct{}, network, printed func() int64) ending {
	begin := time.Now()
	defer func() { o.Took = time.Since(begin) }()
	look := time.NewTicker(tick)
	defer look.Stop()
	sent, said := network(), printed()
	moving, saying := begin, begin
	for {
		select {
		case <-ctx.Done():
			return byItself // whatever that means now
		case <-over:
			return byItself
		case <-look.C:
		}
		now := time.Now()
		if n := network(); n != sent {
			sent, moving = n, now
		}
		if n := printed(); n != said {
			said, saying = n, now
		}
		last := moving
		if saying.After(last) {
			last = saying
		}
		o.Quiet = max(o.Quiet, now.Sub(last))
		patience, long := w.t.patience(plan, o.Start > 0), now.Sub(begin) > w.t.longest(plan)
		switch {
		case now.Sub(last) > patience:
			return stoppedMoving
		case said > int64(w.t.maxOutput()), long && now.Sub(moving) > patience:
			return onlyPrints
		case long:
			return neverEnds
		}
	}
}

// settle waits until the connections have ended behind the client, and then for
// a moment, whether the server ends too.
func (w *worker) settle(ctx context.Context, r *relay.Relay, o *Outcome, patient bool) {
	deadline := time.After(settle)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	ended := (<-chan struct{})(nil)
	if w.server != nil {
		ended = w.server.done
	}
	// A server that dies takes a moment from the end of its last connection to
	// its own.
	const moment = 5
	for idle := 0; idle < moment || patient || w.t.endsWithClient.Load(); {
		select {
		case <-ctx.Done():
			return
		case <-ended:
			o.Server, o.Last = w.server.end(), w.server.lastLine()
			return
		case <-deadline:
			return
		case <-look.C:
		}
		if r.Counters().Active > 0 {
			idle = 0
		} else if idle++; w.server == nil {
			return
		}
	}
}

// recorder keeps the events of a relay, and of the bytes as many as can be shown.
type recorder struct {
	log    trace.Log
	kept   map[trace.Direction]int // bytes in log
	length map[key]int             // of each stream, kept or not
}

type key struct {
	conn int
	dir  trace.Direction
}

func (r *recorder) add(e trace.Event) {
	if e.Kind == trace.Written {
		at := key{e.Conn, e.Dir}
		r.length[at] = max(r.length[at], e.To)
		room := maxRecorded - r.kept[e.Dir]
		e.Data = e.Data[:min(len(e.Data), room)]
		e.To = e.From + len(e.Data)
		r.kept[e.Dir] += len(e.Data)
		if len(e.Data) == 0 {
			return
		}
	} else if r.kept[e.Dir] == maxRecorded {
		return
	}
	r.log = append(r.log, e)
}

// longest returns the bytes of the longest stream of one direction.
func (r *recorder) longest(dir trace.Direction) int {
	n := 0
	for at, length := range r.length {
		if at.dir == dir {
			n = max(n, length)
		}
	}
	return n
}

// loopback is where our servers and relays listen.
const loopback = "127.0.0.1"

// listen returns what the relay of one run listens on: a port of its own, or
// the next client that connects to the one that was asked for.
func (t *trial) listen(ctx context.Context) (net.Listener, error) {
	if t.Client.Given() {
		return t.ports.listen()
	}
	return &single{Listener: t.visitors, done: make(chan struct{})}, nil
}

// single accepts one connection of a listener that goes on.
type single struct {
	net.Listener
	taken  atomic.Bool
	closed atomic.Bool
	done   chan struct{}
}

func (s *single) Accept() (net.Conn, error) {
	if s.taken.Swap(true) {
		<-s.done
		return nil, net.ErrClosed
	}
	l := s.Listener.(*net.TCPListener)
	for {
		// In short turns, so that Close is seen and the listener stays.
		_ = l.SetDeadline(time.Now().Add(50 * time.Millisecond))
		conn, err := l.Accept()
		var timeout net.Error
		if err == nil || !errors.As(err, &timeout) || !timeout.Timeout() {
			return conn, err
		}
		if s.closed.Load() {
			return nil, net.ErrClosed
		}
	}
}

func (s *single) Close() error {
	if !s.closed.Swap(true) {
		close(s.done)
	}
	return nil
}
