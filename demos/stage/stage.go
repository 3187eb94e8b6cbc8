// Package stage is the table of stages: each idea with its naive and its fixed
// program, the commands it sends, the plan that breaks the naive one, and the
// verdict to expect and why. It is data; lab runs it and view shows it.
package stage

import (
	"io"
	"net"
	"time"

	"stickydemo/demos/shell"
)

// Side is which program of a pair.
type Side string

const (
	Naive Side = "naive"
	Fixed Side = "fixed"
)

// Sides are both, in the order in which they are shown.
var Sides = []Side{Naive, Fixed}

// Env is what a server is given besides its connections.
type Env struct {
	Run      func(command string) []byte
	Stream   func(command string, stdout, stderr io.Writer) (status int)
	Sleep    func(time.Duration)
	Handlers Handlers // of a program that serves all its clients at once
}

// Handlers run at the same time, and a server waits for those that it started.
type Handlers interface {
	Go(handle func() error)
	Wait()
}

// Caller is the client of any stage.
type Caller interface {
	Call(command string) ([]byte, error)
}

// Streamer is a client that is given output as it comes: see the fixed program of
// stage6.
type Streamer interface {
	Stream(command string, each func(stream int, chunk []byte) bool) (status int, err error)
}

// Program is one side of one stage: what Serve does with each connection that
// it is given, and what a client does that can dial.
type Program struct {
	Serve  func(conn net.Conn, env Env) error
	Client func(dial func() (net.Conn, error)) (Caller, error)

	// ServeAll stands in the place of Serve where a program accepts its
	// connections itself: until the listener is closed, or it closes it.
	ServeAll func(listener net.Listener, env Env) error

	// Escape is how a byte of a payload is written that may not stand for
	// itself. The last byte of that stands for it, those before are overhead.
	Escape map[byte]string

	Datagrams *Datagrams // instead of both, where there are no streams
}

// Datagrams is a Program on a network of datagrams, as UDP is: one socket serves
// every client until it is closed, and a client is given one that is connected.
type Datagrams struct {
	Serve  func(conn net.PacketConn, env Env) error
	Client func(conn net.Conn, clock Clock) Caller
}

// Clock is what such a client is given besides its socket.
type Clock struct {
	Now   func() time.Time // the clock of the socket's deadlines
	First uint32           // a number beyond those of any earlier client's messages
}

// Stage is one row of the table.
type Stage struct {
	ID   string // stage1
	Name string // the packages naive/NAME and fixed/NAME
	Idea string // in a few words

	Naive, Fixed Program
	Break        // what breaks the naive program
	Variants     []Variant

	// On a network of datagrams the fixed program asks Tries times, and waits Wait
	// each time.
	Tries int
	Wait  time.Duration

	Repair string // what the fix changed
	Price  string // what it costs

	// Answer is what this protocol's servers send of what a command printed.
	Answer func(shell.Answer) []byte

	// Streams says that servers run commands by Env's Stream, and that clients
	// stop those without end after a few lines.
	Streams bool

	// Reply stands in the place of Answer where servers do not run commands.
	Reply func(line string) []byte
}

// Break is a way to make a naive program fail.
type Break struct {
	Plan     string   // a netsim plan
	Commands []string // sent one after the other
	Clients  Clients  // that send them
	Verdict  Verdict  // of the naive program
	Reason   string   // why, in a sentence or two

	// Sound says that its reads are right: no cut breaks it, and what is wrong is
	// elsewhere.
	Sound bool

	// AsWritten is the naive program's verdict for the same commands where
	// each write is one read, and AsWrittenReason why, where it is not ok.
	AsWritten       Verdict
	AsWrittenReason string

	// Short are commands with short answers for the naive program, where it
	// gets not even "echo ab" and "echo abc" right as written.
	Short []string
}

// Clients says who sends the commands of a run.
type Clients string

const (
	OneClient Clients = ""         // all of them, on one connection where the program allows
	EachStays Clients = "together" // a client for each command, and nobody leaves before the last answer
	EachGoes  Clients = "in turn"  // a client for each command, who leaves before the next one comes
)

// Variant is another naive program of the same idea; the fixed one repairs it
// too.
type Variant struct {
	Name  string
	Idea  string
	Naive Program
	Break
}

// OnDatagrams reports whether the stage has no streams but datagrams. Programs that
// are no stage, nil, have streams.
func (s *Stage) OnDatagrams() bool { return s != nil && s.Naive.Datagrams != nil }

// Program returns one side, or a variant of it: "" is the stage's own.
func (s *Stage) Program(side Side, variant string) Program {
	if side == Fixed {
		return s.Fixed
	}
	for i := range s.Variants {
		if s.Variants[i].Name == variant {
			return s.Variants[i].Naive
		}
	}
	return s.Naive
}

// BreakOf returns what breaks a variant of the naive program.
func (s *Stage) BreakOf(variant string) *Break {
	for i := range s.Variants {
		if s.Variants[i].Name == variant {
			return &s.Variants[i].Break
		}
	}
	return &s.Break
}

// HasVariant reports whether there is such a variant. Every stage has "".
func (s *Stage) HasVariant(name string) bool {
	for i := range s.Variants {
		if s.Variants[i].Name == name {
			return true
		}
	}
	return name == ""
}

// AnswerTo returns what a server that is right answers to a command.
func (s *Stage) AnswerTo(command string) []byte {
	if s.Reply != nil {
		return s.Reply(command)
	}
	if shell.Endless(command) && s.Streams {
		return firstScreens(command)
	}
	return s.Answer(shell.Builtin(command))
}

// Find returns the stage of that ID or name, nil where there is none.
func Find(name string) *Stage {
	for i := range All {
		if All[i].ID == name || All[i].Name == name {
			return &All[i]
		}
	}
	return nil
}

// Plans are those that every side can be put under, and what each does.
var Plans = []struct{ Plan, What string }{
	{"as-written", "each write is one read: the network beginners believe in"},
	{"glue", "whatever has been written by then is read together"},
	{"drip", "each read returns one byte"},
	{"every=7", "a cut after each 7 bytes"},
	{"random=3", "cuts at places that a seed chooses"},
	{"window=1", "a writer waits until its last byte was read"},
	{"up:cut=2", "a request is cut after its second byte"},
	{"down:cut=2", "the answers are cut after their second byte"},
	{"down:cut=6", "the answers are cut after their sixth byte"},
	{"down:stall=600ms@0", "the first byte of the answers comes 600 ms late"},
	{"link:rtt=40ms", "a path of 40 ms there and back"},
	{"wan", "such a path as it is: 20 Mbit/s, segments of 1,460 bytes, Nagle's algorithm, delayed acknowledgements"},
	{"drop=1", "the first datagram each way is lost; streams have none"},
	{"down:swap=1", "the first two datagrams of the answers change places"},
}

// WithoutCuts returns the naive program's verdict under as-written.
func (b *Break) WithoutCuts() Verdict {
	if b.AsWritten == "" {
		return OK
	}
	return b.AsWritten
}
