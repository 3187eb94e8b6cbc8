package netsim

import (
	"errors"
	"math"
	"net"
	"slices"
	"time"

	"stickydemo/netsim/trace"
)

const (
	// DefaultLimit is the virtual time after which a run is late.
	DefaultLimit = time.Hour

	// SpinLimit is how many calls in a row may move no byte and no time.
	SpinLimit = 10_000

	// TurnLimit is how many times tasks may take turns in one instant: enough
	// for an answer of 16 MiB to pass a window of one byte.
	TurnLimit = 1 << 26
)

// epoch is where the virtual clock of every run starts.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// A Sim runs ordinary blocking network code in lock-step on a virtual clock:
// one task at a time, and the next only when that one blocks. A run under the
// same plan is the same, event for event, on every machine.
//
// Readers are late: a blocked read resumes only when every task that could
// still write is blocked too, and all that arrives at one instant is there
// before anything resumes. So what is written together is read together, unless
// the plan cuts it.
//
// A Sim keeps its coroutines and buffers from one run to the next. The zero
// Sim is ready; Close it when done. It is for one goroutine at a time.
type Sim struct {
	Limit time.Duration // of virtual time a run; 0 is DefaultLimit
	Trace bool          // record what happens, for Log
	Watch bool          // record where reads could be cut, for Reads

	plan   Plan
	now    int64 // ns since epoch
	seq    int   // counts the blocking of tasks, which is their order
	calls  int   // in a row that moved no byte and no time
	turns  int   // since the clock last moved
	err    error // why the run is ending badly, set once
	live   bool  // within Run
	calm   bool  // live, checked for strange goroutines, and err is nil
	ran    bool  // a run is over; in the first one, calls are checked for strange goroutines
	checks int

	tasks   []*task // tasks[0] is Run's own goroutine; those from started on rest
	started int
	current *task

	pairs  []*pair // connections; those from dialled on rest
	dialed int
	listen simListener

	server  *socket         // for datagrams, nil before the first
	clients []*datagramConn // of datagrams
	onWay   []*datagram     // by time of arrival
	log     trace.Log

	reads   []Read
	watcher func(d *stream, from, to, most int) // s.watch, bound once
	longest int64                               // pause or deadline, in ns
}

// Run runs main as the task named name, under plan, until it and every task
// that it starts have ended. The error is nil then, whatever the tasks
// themselves met, or a *HangError, *LateError, *SpinError or *PanicError:
// every task has been ended by then, in the call at which it stood, its
// deferred functions run. Connections and listeners die with their run.
//
// A task that ends its goroutine, as testing's FailNow does, ends Run's.
func (s *Sim) Run(plan Plan, name string, main func()) error {
	if s.live {
		panic("netsim: Run called within a run")
	}
	s.plan, s.now, s.seq, s.calls, s.turns = plan, 0, 0, 0, 0
	s.err, s.live, s.calm = nil, true, s.ran
	s.started, s.dialed, s.log = 0, 0, nil
	s.reads, s.longest = s.reads[:0], 0
	s.listen.sim, s.listen.closed = s, true
	s.listen.backlog.clear()
	s.server, s.clients, s.onWay = nil, nil, nil
	if s.Limit == 0 {
		s.Limit = DefaultLimit
	}
	defer s.leave()
	t := s.start(name, main)
	t.wait.kind = waitNone
	s.current = t
	if !s.ran {
		t.goid = goid()
	}
	t.run()
	for t := s.turn(); t != nil; t = s.turn() {
		t.next()
	}
	s.unwind()
	return s.err
}

// leave ends the run. There are tasks to end first only where one of them
// called runtime.Goexit, which reached Run's goroutine.
func (s *Sim) leave() {
	for _, t := range s.tasks[1:s.started] {
		if !t.done {
			defer s.leave() // this one may do the same
			s.current = t
			s.end(errExit)
			t.next()
			return
		}
	}
	s.live, s.ran, s.calm, s.current = false, true, false, nil
}

// errExit is why the tasks end in a run that Run does not return from.
var errExit = errors.New("netsim: a task ended its goroutine")

// Go starts f as a task. It may be called within a run alone.
func (s *Sim) Go(name string, f func()) {
	s.enter("Go")
	s.start(name, f)
}

// Close ends the coroutines that are kept for further runs.
func (s *Sim) Close() {
	if s.live {
		panic("netsim: Close called within a run")
	}
	for _, t := range s.tasks {
		if t.stop != nil {
			t.stop()
		}
	}
	s.tasks = nil
}

// Now returns the time of the virtual clock.
func (s *Sim) Now() time.Time { return epoch.Add(time.Duration(s.now)) }

// Elapsed returns the virtual time since the start of the run.
func (s *Sim) Elapsed() time.Duration { return time.Duration(s.now) }

// Log returns what the last run recorded.
func (s *Sim) Log() trace.Log {
	s.log.Own()
	return s.log
}

// Message says that what the calling task writes from now on belongs to the
// message of that number.
func (s *Sim) Message(number int) {
	s.enter("Message")
	s.current.message = number
}

// Sleep blocks the calling task for d of virtual time.
func (s *Sim) Sleep(d time.Duration) {
	s.enter("Sleep")
	s.idle()
	s.longest = max(s.longest, int64(d))
	d = min(max(d, 0), math.MaxInt64-1-time.Duration(s.now)) // for ever is late, not a hang
	s.sleep(s.now + int64(d))
}

func (s *Sim) sleep(until int64) {
	s.current.wait = wait{kind: waitSleep, until: until}
	s.block()
}

// Listen makes the run's listener, where Dial connects to. A run has one.
func (s *Sim) Listen() net.Listener {
	s.enter("Listen")
	if !s.listen.closed {
		panic("netsim: a run has one listener at a time, and it is open")
	}
	s.listen.closed = false
	return &s.listen
}

// Dial connects to the listener: one round trip, after which both ends have
// the connection. Without a listener it is refused, as TCP would.
func (s *Sim) Dial() (net.Conn, error) {
	s.enter("Dial")
	s.idle()
	if rtt := s.plan.Link.RTT; rtt > 0 {
		s.sleep(s.now + int64(rtt))
	}
	if s.listen.closed {
		return nil, errRefused
	}
	client, server := s.pair()
	s.listen.backlog.push(server)
	return client, nil
}

// Pipe makes a connection without a listener, both ends at once.
func (s *Sim) Pipe() (client, server net.Conn) {
	s.enter("Pipe")
	return s.pair()
}

func (s *Sim) pair() (client, server *simConn) {
	if s.dialed == len(s.pairs) {
		p := &pair{}
		p.client = simConn{sim: s, in: &p.down, out: &p.up, addr: "client"}
		p.server = simConn{sim: s, in: &p.up, out: &p.down, addr: "server"}
		s.pairs = append(s.pairs, p)
	}
	p := s.pairs[s.dialed]
	s.dialed++
	p.reset(s, s.dialed)
	return &p.client, &p.server
}

// enter begins every call of a task that may block or fail the run.
func (s *Sim) enter(call string) {
	if !s.calm {
		s.look(call)
	}
}

// look is enter where something may be wrong.
func (s *Sim) look(call string) {
	if !s.live {
		panic("netsim: " + call + " called outside of a run")
	}
	if !s.ran {
		s.checkGoroutine(call)
	}
	if s.err != nil {
		panic(ended{})
	}
}

// running begins a call that never blocks. Unlike enter it lets the deferred
// functions of a task that is being ended pass.
func (s *Sim) running(call string) bool {
	if s.live && !s.ran {
		s.checkGoroutine(call)
	}
	return s.live
}

// idle counts a call that has moved nothing so far.
func (s *Sim) idle() {
	if s.calls++; s.calls > SpinLimit {
		s.fail(&SpinError{Task: s.current.name, Calls: SpinLimit})
	}
}

// fail ends the run from within a task.
func (s *Sim) fail(err error) {
	s.end(err)
	panic(ended{})
}

// end makes the run end badly.
func (s *Sim) end(err error) { s.err, s.calm = err, false }

// block parks the calling task until what it waits for, which it has set, has
// come. Run's own task runs the others meanwhile, here and no call deeper: each
// return behind a switch of stacks is slow, as no processor foresees it.
func (s *Sim) block() {
	t := s.current
	t.wait.since = s.seq
	if t.yield != nil {
		t.yield(struct{}{})
	} else {
		next := s.turn()
		for ; next != t && next != nil; next = s.turn() {
			next.next()
		}
		if next == nil {
			s.unwind()
		}
	}
	if s.err != nil {
		panic(ended{})
	}
}

// turn returns the task whose turn it is, and lets time pass until there is
// one. It returns nil when all have ended, or the run fails.
func (s *Sim) turn() *task {
	s.seq++
	for s.err == nil {
		t := s.pick()
		switch {
		case t != nil:
			if s.turns++; s.turns > TurnLimit {
				s.end(&SpinError{t.name, TurnLimit, true})
				return nil
			}
			s.current, t.wait.kind = t, waitNone
			return t
		case s.over():
			return nil
		}
		s.advance()
	}
	return nil
}

// unwind ends the other tasks of a run that fails, each in the call at which
// it stands.
func (s *Sim) unwind() {
	for _, t := range s.tasks[1:s.started] {
		if !t.done {
			s.current = t
			t.next()
		}
	}
	s.current = s.tasks[0]
}

// pick returns the task to resume: of those that can go on, one that does not
// wait to read before one that does, and the one that has waited longest.
func (s *Sim) pick() *task {
	var sender, reader *task
	for _, t := range s.tasks[:s.started] {
		best := &sender
		switch t.wait.kind {
		case waitNone:
			continue
		case waitRead, waitReceive:
			best = &reader
		}
		if (*best == nil || t.wait.since < (*best).wait.since) && s.ready(&t.wait) {
			*best = t
		}
	}
	if sender != nil {
		return sender
	}
	return reader
}

// senderReady reports whether a task other than the calling one could go on
// and does not wait to read.
func (s *Sim) senderReady() bool {
	for _, t := range s.tasks[:s.started] {
		if t.wait.kind > waitReceive && s.ready(&t.wait) {
			return true
		}
	}
	return false
}

func (s *Sim) ready(w *wait) bool {
	switch w.kind {
	case waitStart:
		return true
	case waitSleep:
		return s.now >= w.until
	case waitRead:
		return w.conn.in.readable() || w.conn.closed || w.conn.readBy <= s.now
	case waitWrite:
		c := w.conn
		return c.out.writable() && (w.turn || !c.writing) || c.closed || c.writeBy <= s.now
	case waitReceive:
		return w.socket.receivable()
	case waitAccept:
		return s.listen.backlog.first() != nil || s.listen.closed
	case waitGroup:
		return w.group.open == 0
	}
	return false
}

func (s *Sim) over() bool {
	for _, t := range s.tasks[:s.started] {
		if !t.done {
			return false
		}
	}
	return true
}

// advance moves the clock to the next instant at which anything happens, and
// lets all that arrives then arrive.
func (s *Sim) advance() {
	next := int64(math.MaxInt64)
	for _, t := range s.tasks[:s.started] {
		if t.done {
			continue
		}
		switch t.wait.kind {
		case waitSleep:
			next = min(next, t.wait.until)
		case waitRead:
			next = min(next, t.wait.conn.readBy)
		case waitWrite:
			next = min(next, t.wait.conn.writeBy)
		case waitReceive:
			next = min(next, t.wait.socket.readBy)
		}
	}
	if len(s.onWay) > 0 {
		next = min(next, s.onWay[0].at)
	}
	for _, p := range s.pairs[:s.dialed] {
		for _, d := range [...]*stream{&p.up, &p.down} {
			if at, ok := d.next(); ok {
				next = min(next, at)
			}
		}
	}
	switch {
	case next == math.MaxInt64:
		if s.release() {
			return
		}
		s.end(&HangError{s.waits()})
		return
	case next > int64(s.Limit):
		s.now = int64(s.Limit)
		s.end(&LateError{s.Limit, s.waits()})
		return
	}
	if next > s.now {
		s.now, s.calls, s.turns = next, 0, 0
	}
	for _, p := range s.pairs[:s.dialed] {
		p.up.settle(s.now)
		p.down.settle(s.now)
	}
	s.land()
}

func (s *Sim) waits() []Wait {
	var list []Wait
	for _, t := range s.tasks[:s.started] {
		if !t.done {
			list = append(list, t.wait.describe(t.name))
		}
	}
	return list
}

// retract takes back from the log what the last Write in a direction announced
// and, because it failed, never handed over.
func (s *Sim) retract(d *stream) {
	if d.note == nil {
		return
	}
	conn, dir := d.place()
	for i := len(s.log) - 1; i >= 0; i-- {
		e := &s.log[i]
		if e.Kind != trace.Written || e.Conn != conn || e.Dir != dir {
			continue
		}
		if e.From >= d.written {
			s.log = slices.Delete(s.log, i, i+1)
		} else if e.To > d.written {
			e.Data, e.To = e.Data[:d.written-e.From], d.written
		}
		return
	}
}

func (s *Sim) noteWire(d *stream, e trace.Event) {
	e.Conn, e.Dir = d.place()
	s.log = append(s.log, e)
}

func (s *Sim) note(kind trace.Kind, d *stream, from, to int, data []byte) {
	e := trace.Event{Time: s.Elapsed(), Kind: kind, From: from, To: to}
	e.Conn, e.Dir = d.place()
	if kind == trace.Written {
		e.Data = append([]byte(nil), data...)
		if m := s.current.message; m > 0 {
			e.Messages = []int{m}
		}
	}
	s.log = append(s.log, e)
}
