// Package lab runs one side of one stage under one plan, on the simulator or
// on the kernel's sockets, and says what became of every call. It wires the
// stages to the shell and the network; it draws nothing.
package lab

import (
	"slices"
	"time"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Spec is what to run.
type Spec struct {
	Stage    *stage.Stage
	Side     stage.Side
	Variant  string // of the naive side; "" is the stage's own
	Plan     netsim.Plan
	Commands []string
	Clients  stage.Clients // that send them
	Nagle    bool          // the programs' sockets are without TCP_NODELAY, which Go sets; on the kernel alone
}

// Result is what became of it.
type Result struct {
	Spec
	Net     Net
	Verdict stage.Verdict // of the first thing that was not ok
	Calls   []Call        // those that were made; they stop at the first error or hang
	Server  Server
	Err     error // how the run as a whole ended badly: who waited for what, say
	Cost    Cost
	Notes   []words.Sentence // what of the plan did nothing

	Log      trace.Log
	Payloads []Piece // which bytes are a message's own; the others are its header

	Maps []search.Direction // the cut map of each direction, where it was asked for
}

// Net is which network a run used.
type Net string

const (
	Sim    Net = "sim"
	Kernel Net = "kernel"
)

// Call is one command, as its client saw it.
type Call struct {
	Command string
	Verdict stage.Verdict
	Want    []byte
	Got     []byte
	Err     error
	Source  Piece   // where Got stood in the stream; empty where that is not known
	More    []Piece // where the rest of it stood, if it came in chunks or in datagrams
}

// Server is what the server saw.
type Server struct {
	Heard   []Heard // the commands that it ran
	Verdict stage.Verdict
	Err     error // the first with which it left a connection
}

// Heard is a command that the server ran, and where it stood in the stream.
type Heard struct {
	Command string
	Answer  []byte
	Source  Piece
}

// Piece is bytes of one direction of one connection.
type Piece struct {
	Conn int
	Dir  trace.Direction
	trace.Span
}

// Cost is what the calls took together.
type Cost struct {
	Elapsed    time.Duration // from the first call's start, on a standing connection, to the last one's return
	RoundTrips int           // times the client turned from sending to receiving, and connections that it made meanwhile
	Wire       int           // bytes in both directions
	Payload    int           // bytes of them that are commands and answers
	Reads      int           // that returned bytes
	Writes     int
	Segments   int // that left, those without bytes and those sent again too, where the link is modelled
	Headers    int // bytes of their headers
}

// Expected returns the verdict that the table lists for the spec, and whether
// it lists one: a fixed side is ok wherever the stream stays whole; a naive
// one is listed under its own plan and as-written, with its own commands.
func (s *Spec) Expected() (stage.Verdict, bool) {
	if s.Side == stage.Fixed && s.Stage.OnDatagrams() {
		return s.afterLoss()
	}
	if s.Side == stage.Fixed {
		return stage.OK, s.Plan.Whole()
	}
	b := s.Stage.BreakOf(s.Variant)
	if !slices.Equal(s.Commands, b.Commands) || s.Clients != b.Clients {
		return "", false
	}
	switch s.Plan.String() {
	case b.Plan:
		return b.Verdict, true
	case "as-written":
		return b.WithoutCuts(), true
	}
	return "", false
}

// Planned reports whether the run was put under its plan: on kernel sockets
// there may be none.
func (r *Result) Planned() bool { return r.Net != Kernel || !relay.Plain(r.Plan) }

// Expected is Spec's, but that the kernel may be kind to a naive side or not.
func (r *Result) Expected() (stage.Verdict, bool) {
	want, listed := r.Spec.Expected()
	if !listed || r.Net == Kernel && r.Side == stage.Naive {
		return "", false
	}
	return want, true
}
