package lab

import (
	"bytes"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
)

// world is the network and the clock on which an exchange runs.
type world struct {
	dial    func() (net.Conn, error)
	accept  func() (net.Conn, error)
	sleep   func(time.Duration)
	now     func() time.Duration
	message func(s side, number int) // what that side writes from now on belongs to it
}

type side int

const (
	client side = iota
	server
)

// exchange is one run of a client and a server. It is kept for the next run,
// with its memory, by whoever makes many.
type exchange struct {
	spec    *Spec
	program stage.Program
	world   world
	answers answers
	dialer  func() (net.Conn, error) // e.dial, bound once
	env     stage.Env

	mu     sync.Mutex // guards what follows on kernel sockets, where both sides run at once
	calls  []Call
	ends   []progress // where the streams stood when each call returned
	heard  []Heard
	starts []progress    // where the streams stood when the server ran each command
	err    error         // with which the server left first
	failed stage.Verdict // of the first that was not ok: a call, or the server
	called bool          // every call has returned

	taps     []*tap // the client's connections
	serving  *tap   // the server's present one
	spare    []*tap // of earlier runs
	standing int    // connections before the first call
	begin    time.Duration
	end      time.Duration
}

func newExchange(w world) *exchange {
	e := &exchange{world: w}
	e.dialer = e.dial
	e.env = stage.Env{Run: e.run, Sleep: w.sleep}
	return e
}

// reset makes e ready to run spec. What an earlier run left in it is
// overwritten.
func (e *exchange) reset(spec *Spec) {
	e.spec, e.program = spec, spec.Stage.Program(spec.Side, spec.Variant)
	e.answers.restart(spec.Stage)
	e.calls, e.ends, e.heard, e.starts = e.calls[:0], e.ends[:0], e.heard[:0], e.starts[:0]
	e.spare = append(e.spare, e.taps...)
	e.taps = e.taps[:0]
	e.err, e.failed, e.called = nil, nothing, false
	e.standing, e.begin, e.end = 0, 0, 0
}

// nothing has failed so far.
const nothing stage.Verdict = ""

// progress is how far a side has read, and on which connection.
type progress struct{ conn, read int }

// runClient makes the calls one after the other.
func (e *exchange) runClient() error {
	defer func() {
		for _, t := range e.taps {
			t.Close() // at its second closing harmless
		}
	}()
	caller, err := e.program.Client(e.dialer)
	if err != nil {
		return err
	}
	e.begin, e.standing = e.world.now(), len(e.taps)
	for i, command := range e.spec.Commands {
		e.world.message(client, i+1)
		got, err := caller.Call(command)
		if !e.returned(command, got, err) {
			break
		}
	}
	e.end = e.world.now()
	e.mu.Lock()
	e.called = true
	e.mu.Unlock()
	return nil
}

// returned records a call and reports whether to go on.
func (e *exchange) returned(command string, got []byte, err error) bool {
	c := Call{Command: command, Want: e.answers.of(command), Got: got, Err: err, Verdict: stage.OK}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.Verdict = stage.Hang
	case err != nil:
		c.Verdict = stage.Error
	case !bytes.Equal(got, c.Want):
		c.Verdict = stage.Wrong // until judge looks closer
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls = append(e.calls, c)
	var end progress
	if n := len(e.taps); n > 0 {
		end = e.taps[n-1].progress()
	}
	e.ends = append(e.ends, end)
	if c.Verdict != stage.OK && e.failed == nothing {
		e.failed = c.Verdict
	}
	return err == nil
}

func (e *exchange) dial() (net.Conn, error) {
	conn, err := e.world.dial()
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.tap(conn, len(e.taps)+1)
	e.taps = append(e.taps, t)
	return t, nil
}

// runServer serves one connection after the other until there are no more.
func (e *exchange) runServer() {
	for n := 1; ; n++ {
		conn, err := e.world.accept()
		if err != nil {
			return
		}
		e.mu.Lock()
		e.serving = e.tap(conn, n)
		e.mu.Unlock()
		err = e.program.Serve(e.serving, e.env)
		e.serving.Close()
		e.left(err)
	}
}

// run is what the server runs a command with.
func (e *exchange) run(command string) []byte {
	answer := e.answers.of(command)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, Heard{Command: command, Answer: answer})
	e.starts = append(e.starts, e.serving.progress())
	e.world.message(server, len(e.heard))
	return answer
}

// left records how the server left a connection, and forgets the connection.
func (e *exchange) left(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.spare = append(e.spare, e.serving)
	if err == nil || e.failed != nothing && errors.Is(err, syscall.ECONNRESET) {
		return // a client that gave up and left is not the server's fault
	}
	if e.err == nil {
		e.err = err
	}
	if e.failed == nothing {
		e.failed = stage.Error
	}
}

// tap returns a counter for conn. The caller holds e.mu.
func (e *exchange) tap(conn net.Conn, number int) *tap {
	t := &tap{}
	if n := len(e.spare); n > 0 {
		t, e.spare = e.spare[n-1], e.spare[:n-1]
	}
	*t = tap{Conn: conn, number: number}
	return t
}

// tap counts what its side of a connection reads.
type tap struct {
	net.Conn
	number int
	read   int
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.read += n
	return n, err
}

func (t *tap) CloseWrite() error { return closeWrite(t.Conn) }

func (t *tap) progress() progress { return progress{t.number, t.read} }

// answers remembers what commands answer: a search asks for the same ones
// millions of times.
type answers struct {
	mu    sync.Mutex
	stage *stage.Stage
	known map[string][]byte // guarded by mu
}

// maxKnown bounds answers: naive servers hear any number of mangled commands.
const maxKnown = 1024

// restart forgets the answers of another stage.
func (a *answers) restart(s *stage.Stage) {
	if a.stage != s {
		a.stage, a.known = s, nil
	}
}

func (a *answers) of(command string) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	answer, ok := a.known[command]
	if !ok {
		if a.known == nil || len(a.known) == maxKnown {
			a.known = map[string][]byte{}
		}
		answer = a.stage.Answer(shell.Builtin(command))
		a.known[command] = answer
	}
	return answer
}
