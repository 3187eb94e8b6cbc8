package lab

import (
	"bytes"
	"errors"
	"io"
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
	close   func() error // the listener
	sleep   func(time.Duration)
	now     func() time.Duration
	message func(s side, number int) // what that side writes from now on belongs to it

	// handlers makes a group of tasks or goroutines, and a wait for all of it.
	handlers func() (start func(func()), wait func())

	// On a network of datagrams, instead of dial and accept.
	connect func() (net.Conn, error)
	socket  net.PacketConn // the server's
	clock   func() time.Time
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
	leaver  func(error)              // e.left, bound once
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
	serving  *tap   // the server's: the present one, or the last that it read from
	guests   []*tap // all that it accepted
	spare    []*tap // of earlier runs
	standing int    // connections before the first call
	begin    time.Duration
	end      time.Duration
}

func newExchange(w world) *exchange {
	e := &exchange{world: w}
	e.dialer, e.leaver = e.dial, e.left
	e.env = stage.Env{Run: e.run, Stream: e.stream, Sleep: w.sleep}
	return e
}

// reset makes e ready to run spec. What an earlier run left in it is
// overwritten.
func (e *exchange) reset(spec *Spec) {
	e.spec, e.program = spec, spec.Stage.Program(spec.Side, spec.Variant)
	e.answers.restart(spec.Stage)
	e.calls, e.ends, e.heard, e.starts = e.calls[:0], e.ends[:0], e.heard[:0], e.starts[:0]
	e.spare = append(append(e.spare, e.taps...), e.guests...)
	e.taps, e.guests = e.taps[:0], e.guests[:0]
	e.err, e.failed, e.called = nil, nothing, false
	e.standing, e.begin, e.end = 0, 0, 0
}

// nothing has failed so far.
const nothing stage.Verdict = ""

// progress is how far a side has read, and on which connection.
type progress struct{ conn, read int }

// runClient makes the calls one after the other.
func (e *exchange) runClient() error {
	defer e.leave()
	caller, err := e.client()
	if err != nil {
		return err
	}
	e.begin, e.standing = e.world.now(), len(e.taps)
	for i, command := range e.spec.Commands {
		e.world.message(client, i+1)
		if i > 0 && e.spec.Clients != stage.OneClient {
			if e.spec.Clients == stage.EachGoes {
				e.leave()
			}
			if caller, err = e.program.Client(e.dialer); err != nil {
				e.returned(command, nil, err)
				break
			}
		}
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

// leave closes the client's connections.
func (e *exchange) leave() {
	for _, t := range e.taps {
		t.Close() // at its second closing harmless
	}
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

func (e *exchange) dial() (net.Conn, error) { return e.tapped(e.world.dial()) }

// tapped counts what the client reads from now on from the next connection.
func (e *exchange) tapped(conn net.Conn, err error) (net.Conn, error) {
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
	if e.program.Datagrams != nil {
		e.runDatagramServer()
		return
	}
	serve(e.program, door{e}, e.env, e.world.handlers, e.leaver)
}

// serve lets a program serve the connections of a listener, and tells with what
// errors, if any, it left them.
func serve(p stage.Program, l net.Listener, env stage.Env, group func() (start func(func()), wait func()), left func(error)) {
	if p.ServeAll != nil {
		start, wait := group()
		env.Handlers = handlers{start, wait, left}
		if err := p.ServeAll(l, env); !errors.Is(err, net.ErrClosed) {
			left(err)
		}
		return
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		err = p.Serve(conn, env)
		conn.Close()
		left(err)
	}
}

// handlers are those of a stage, of which each tells how it ended.
type handlers struct {
	start func(func())
	wait  func()
	left  func(error)
}

func (h handlers) Go(handle func() error) { h.start(func() { h.left(handle()) }) }
func (h handlers) Wait()                  { h.wait() }

// door is the listener of an exchange.
type door struct{ e *exchange }

func (d door) Close() error   { return d.e.world.close() }
func (d door) Addr() net.Addr { return nil }

func (d door) Accept() (net.Conn, error) {
	e := d.e
	conn, err := e.world.accept()
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.tap(conn, len(e.guests)+1)
	if e.program.ServeAll != nil {
		t.by = e
	}
	e.serving = t
	e.guests = append(e.guests, t)
	return t, nil
}

// run is what the server runs a command with.
func (e *exchange) run(command string) []byte {
	answer := e.answers.of(command)
	e.hear(command, answer)
	return answer
}

// hear records a command that the server is about to answer, and its number.
func (e *exchange) hear(command string, answer []byte) (number int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, Heard{Command: command, Answer: answer})
	e.starts = append(e.starts, e.serving.progress())
	e.world.message(server, len(e.heard))
	return len(e.heard)
}

// stream is what the server runs a command with that prints as it goes.
func (e *exchange) stream(command string, stdout, stderr io.Writer) (status int) {
	number := e.hear(command, nil)
	return shell.Stream(command, noted{stdout, e, number}, noted{stderr, e, number}, e.world.sleep)
}

// noted is a stream of a command of which is noted what it prints.
type noted struct {
	io.Writer
	e      *exchange
	number int
}

func (p noted) Write(text []byte) (int, error) {
	p.e.mu.Lock()
	heard := &p.e.heard[p.number-1]
	heard.Answer = append(heard.Answer, text...)
	p.e.mu.Unlock()
	return p.Writer.Write(text)
}

// left records how the server left a connection.
func (e *exchange) left(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
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
	if len(e.spare) == 0 {
		e.spare = append(e.spare, &tap{})
	}
	last := len(e.spare) - 1
	t := e.spare[last]
	e.spare = e.spare[:last]
	*t = tap{Conn: conn, number: number}
	return t
}

// tap counts what its side of a connection reads.
type tap struct {
	net.Conn
	number int
	read   int
	by     *exchange // of the server's: where it reads last
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.read += n
	if t.by != nil && n > 0 {
		t.by.mu.Lock()
		t.by.serving = t
		t.by.mu.Unlock()
	}
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
		answer = a.stage.AnswerTo(command)
		a.known[command] = answer
	}
	return answer
}
