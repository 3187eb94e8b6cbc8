// Package naive_test pins down what the naive programs do, right and wrong, read
// by read. Each program's cases stand in the file named for it; here is what
// drives them.
package naive_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"stickydemo/naive/ackhandshake"
	"stickydemo/naive/delimiter"
	"stickydemo/naive/incremental"
	"stickydemo/naive/jsonheader"
	"stickydemo/naive/noframing"
	"stickydemo/naive/sleephack"
	"stickydemo/naive/sockets"
	"stickydemo/naive/streaming"
	"stickydemo/naive/structheader"
)

// A program is one stage, or a variant of it.
type program struct {
	name      string
	serve     func(conn net.Conn, run func(command string) []byte) error
	newClient func(conn net.Conn) caller
	server    []serverCase
	client    []clientCase
	abc       []string // the reads, by luck, in which a client gets the answer abc
	says      []string // its writes then, for the command echo
	noticed   []int    // the lengths at which a client notices that abc was cut short
}

type caller interface {
	Call(command string) ([]byte, error)
}

// A serverCase is what a server runs and writes when its reads are these.
type serverCase struct {
	name         string
	reads        []string
	runs, writes []string
}

// A clientCase is what the calls of a client return when its reads are these:
// an answer each, or "error: " and a part of it.
type clientCase struct {
	name  string
	reads []string
	want  []string
}

var programs = []program{
	{"sockets", alone(sockets.Serve), client(sockets.NewClient), socketsServer, socketsClient,
		[]string{"abc"}, []string{"echo"}, []int{0}},
	{"sockets, variant first", alone(sockets.ServeFirst), client(sockets.NewClient), socketsServer, socketsClient,
		[]string{"abc"}, []string{"echo"}, []int{0}},
	{"noframing", noframing.Serve, client(noframing.NewClient), noframingServer, noframingClient,
		[]string{"abc"}, []string{"echo"}, []int{0}},
	{"sleephack", sleepless, client(sleephack.NewClient), sleephackServer, sleephackClient,
		[]string{"3", "abc"}, []string{"echo"}, []int{0}},
	{"ackhandshake", ackhandshake.Serve, client(ackhandshake.NewClient), ackhandshakeServer, ackhandshakeClient,
		[]string{"Ready|3", "abc"}, []string{"echo", "Start"}, []int{0}},
	{"ackhandshake, variant size", ackhandshake.ServeSize, client(ackhandshake.NewSizeClient), sizeServer, sizeClient,
		[]string{"3", "abc"}, []string{"echo", "ready when you are"}, []int{0}},
	{"structheader", structheader.Serve, client(structheader.NewClient), structheaderServer, structheaderClient,
		[]string{native(3) + "abc"}, []string{"echo"}, []int{0, 4, 5, 6}},
	{"jsonheader", jsonheader.Serve, client(jsonheader.NewClient), jsonheaderServer, jsonheaderClient,
		[]string{native(48) + head(3) + "abc"}, []string{"echo"}, []int{0, 4, 52, 53, 54}},
	{"streaming", collected, client(streaming.NewClient), streamingServer, streamingClient,
		[]string{big(3) + "abc"}, []string{big(4) + "echo"}, []int{0, 1, 2, 3, 4, 5, 6}},
	{"delimiter", delimiter.Serve, client(delimiter.NewClient), delimiterServer, delimiterClient,
		[]string{"abc\n"}, []string{"echo\n"}, []int{0}},
	{"delimiter, variant ends", delimiter.ServeEnds, client(delimiter.NewEndsClient), endsServer, endsClient,
		[]string{"abc\n"}, []string{"echo\n"}, []int{0, 1, 2, 3}},
	{"incremental", incremental.Serve, client(incremental.NewClient), incrementalServer, incrementalClient,
		[]string{frame("abc")}, []string{frame("echo")}, []int{0, 1, 2, 3, 4, 5, 6}},
}

func client[C caller](newClient func(net.Conn) C) func(net.Conn) caller {
	return func(conn net.Conn) caller { return newClient(conn) }
}

func sleepless(conn net.Conn, run func(command string) []byte) error {
	return sleephack.Serve(conn, run, func(time.Duration) {})
}

// native is a size as a server writes it on this machine.
func native(size int32) string {
	return string(binary.NativeEndian.AppendUint32(nil, uint32(size)))
}

func reply(command string) []byte {
	if command == "quiet" {
		return nil
	}
	return []byte("<" + command + ">")
}

// A conn reads what it was given and keeps what is written to it.
type conn struct {
	net.Conn
	in     io.Reader
	writes []string
}

// reads makes a conn of which no read crosses the end of a chunk. The stream
// ends after the last.
func reads(chunks ...string) *conn {
	var in []io.Reader
	for _, chunk := range chunks {
		in = append(in, strings.NewReader(chunk))
	}
	return &conn{in: io.MultiReader(in...)}
}

func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return c.in.Read(p)
}

func (c *conn) Close() error { return nil }

func (c *conn) Write(p []byte) (int, error) {
	c.writes = append(c.writes, string(p))
	return len(p), nil
}

func each(t *testing.T, check func(t *testing.T, p program)) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) { check(t, p) })
	}
}

func TestTwoCallsOnAPipe(t *testing.T) {
	each(t, func(t *testing.T, p program) {
		near, far := net.Pipe()
		near.SetDeadline(time.Now().Add(5 * time.Second)) // a hang is a failure
		served := make(chan error, 1)
		go func() { served <- p.serve(far, reply) }()
		c := p.newClient(near)
		for _, command := range []string{"echo two", "你好"} {
			if got, err := c.Call(command); err != nil || string(got) != "<"+command+">" {
				t.Errorf("Call(%q): got %q, %v, want <%s>", command, got, err, command)
			}
		}
		near.Close()
		if err := <-served; err != nil {
			t.Errorf("server after a clean leave: got %v, want no error", err)
		}
	})
}

func TestServer(t *testing.T) {
	each(t, func(t *testing.T, p program) {
		for _, test := range append(p.server, serverCase{name: "nothing but a leave"}) {
			after, with := reads(test.reads...), reads(test.reads...)
			with.in = iotest.DataErrReader(with.in)
			for end, c := range map[string]*conn{"after": after, "with": with} {
				var ran []string
				err := p.serve(c, func(command string) []byte { ran = append(ran, command); return reply(command) })
				if err != nil || !slices.Equal(ran, test.runs) || !slices.Equal(c.writes, test.writes) {
					t.Errorf("%s; the end %s the last read: got %q, wrote %q, %v, want %q, %q", test.name, end, ran, c.writes, err, test.runs, test.writes)
				}
			}
		}
	})
}

func TestClient(t *testing.T) {
	each(t, func(t *testing.T, p program) {
		for _, test := range p.client {
			c := p.newClient(reads(test.reads...))
			for i, want := range test.want {
				got, err := c.Call("x")
				part, bad := strings.CutPrefix(want, "error: ")
				if bad && (err == nil || !strings.Contains(err.Error(), part)) || !bad && (err != nil || string(got) != want) {
					t.Errorf("%s: call %d: got %q, %v, want %q", test.name, i+1, got, err, want)
				}
			}
		}
	})
}

func TestClientWrites(t *testing.T) {
	each(t, func(t *testing.T, p program) {
		c := reads(p.abc...)
		if got, err := p.newClient(c).Call("echo"); err != nil || string(got) != "abc" || !slices.Equal(c.writes, p.says) {
			t.Errorf("got %q, %v, wrote %q, want abc, %q", got, err, c.writes, p.says)
		}
	})
}

func TestClientAtEOF(t *testing.T) {
	each(t, func(t *testing.T, p program) {
		for _, n := range p.noticed {
			_, err := p.newClient(reads(strings.Join(p.abc, "")[:n])).Call("x")
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("after %d bytes: got %v, want io.ErrUnexpectedEOF", n, err)
			}
		}
	})
}
