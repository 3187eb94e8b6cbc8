package netsim

import (
	"bytes"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"strconv"
)

// A task is one of the programs of a run. tasks[0] of a Sim is the goroutine
// that called Run; the others are coroutines, which outlive the run and wait
// for the next.
type task struct {
	sim     *Sim
	name    string
	f       func()
	wait    wait
	done    bool
	message int    // what it writes belongs to this message
	goid    uint64 // of its goroutine, as long as the Sim checks

	next  func() (struct{}, bool) // runs it until it blocks or ends; nil for tasks[0]
	stop  func()
	yield func(struct{}) bool
}

// wait is what a task that is not running needs to go on.
type wait struct {
	kind   waitKind
	since  int      // its place among the blocked
	until  int64    // waitSleep
	conn   *simConn // waitRead, waitWrite
	turn   bool     // waitWrite: it waits for room, not for another Write
	group  *Group   // waitGroup
	socket *socket  // waitReceive
}

type waitKind uint8

const (
	waitNone waitKind = iota // running, or done
	waitRead
	waitReceive
	waitStart // and those behind it may send once they go on
	waitSleep
	waitWrite
	waitAccept
	waitGroup
)

func (w *wait) describe(task string) Wait {
	d := Wait{Task: task}
	s := (*stream)(nil)
	switch w.kind {
	case waitSleep:
		d.On = "sleep"
	case waitAccept:
		d.On = "accept"
	case waitGroup:
		d.On = "tasks"
	case waitReceive:
		d.On = "receive"
	case waitRead:
		d.On, s = "read", w.conn.in
		d.Offset = s.read
	case waitWrite:
		d.On, s = "write", w.conn.out
		d.Offset = s.sent
	}
	if s != nil {
		d.Conn, d.Dir = s.place()
	}
	return d
}

// ended unwinds a task whose run has failed.
type ended struct{}

// start makes a task ready, with a coroutine kept from an earlier run where
// there is one.
func (s *Sim) start(name string, f func()) *task {
	if s.started == len(s.tasks) {
		s.tasks = append(s.tasks, &task{sim: s})
	}
	t := s.tasks[s.started]
	if s.started > 0 && t.next == nil {
		t.next, t.stop = iter.Pull(t.loop)
	}
	s.started++
	t.name, t.f, t.done, t.message = name, f, false, 0
	t.wait.kind, t.wait.since = waitStart, s.seq
	s.seq++
	return t
}

// loop is the coroutine: a program each time it is resumed after the last.
func (t *task) loop(yield func(struct{}) bool) {
	defer func() { t.next, t.stop = nil, nil }() // Close or runtime.Goexit
	t.yield = yield
	for {
		if !t.sim.ran {
			t.goid = goid()
		}
		t.run()
		if !yield(struct{}{}) {
			return
		}
	}
}

// run runs the task's program to its end.
func (t *task) run() {
	defer func() {
		t.done, t.f = true, nil
		switch r := recover().(type) {
		case nil, ended:
		default:
			if t.sim.err == nil {
				t.sim.end(&PanicError{t.name, r, debug.Stack()})
			}
		}
	}()
	if t.sim.err == nil { // it may have failed before this one's turn
		t.f()
	}
}

// Of a Sim's first run the first calls are checked, and of the later ones each
// that is a multiple of sampled.
const (
	alwaysChecked = 500
	sampled       = 64
)

// checkGoroutine panics when the caller is none of the run's tasks. It costs
// more than everything else here, so that only a Sim's first run pays for it.
func (s *Sim) checkGoroutine(call string) {
	if s.checks++; s.checks > alwaysChecked && s.checks%sampled != 0 {
		return
	}
	if id := goid(); id != s.current.goid {
		panic(fmt.Sprintf("netsim: %s called by goroutine %d, which is no task of this run: start it with Sim.Go", call, id))
	}
}

// goid returns the number of the calling goroutine, which the runtime tells
// nobody but the reader of a stack: "goroutine 7 [running]:".
func goid() uint64 {
	var buf [32]byte
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	id, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		panic("netsim: the runtime prints stacks in a new form: " + err.Error())
	}
	return id
}
