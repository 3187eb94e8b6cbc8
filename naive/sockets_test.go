package naive_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"stickydemo/naive/sockets"
)

var socketsServer = []serverCase{
	{"one read, one line, by luck", []string{"one", "two"}, []string{"one", "two"}, []string{"<one>", "<two>"}},
	{"BUG: two lines in one read are one", []string{"onetwo"}, []string{"onetwo"}, []string{"<onetwo>"}},
	{"BUG: one line in two reads is two", []string{"on", "e"}, []string{"on", "e"}, []string{"<on>", "<e>"}},
}

var socketsClient = []clientCase{
	{"one read, one answer, by luck", []string{"ONE", "TWO"}, []string{"ONE", "TWO", "error: unexpected EOF"}},
	{"BUG: an answer in two reads is two", []string{"ON", "E"}, []string{"ON", "E"}},
	{"BUG: two answers in one read are one", []string{"ONETWO"}, []string{"ONETWO"}},
	{"BUG: the rest of a long answer is the next one", []string{strings.Repeat("A", 1500)}, []string{strings.Repeat("A", 1024), strings.Repeat("A", 476)}},
}

// backlog is a listener for the connections that wait in it.
type backlog struct {
	conns  []net.Conn
	closed bool
}

func (l *backlog) Addr() net.Addr { return nil }
func (l *backlog) Close() error   { l.closed = true; return nil }

func (l *backlog) Accept() (net.Conn, error) {
	if len(l.conns) == 0 {
		return nil, net.ErrClosed
	}
	conn := l.conns[0]
	l.conns = l.conns[1:]
	return conn, nil
}

// alone makes a server of listeners one for a single connection.
func alone(serve func(net.Listener, func(string) []byte) error) func(net.Conn, func(string) []byte) error {
	return func(conn net.Conn, run func(string) []byte) error {
		err := serve(&backlog{conns: []net.Conn{conn}}, run)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		return err
	}
}

// What becomes of three clients who are there, one behind the other.
func TestSocketsClients(t *testing.T) {
	for _, test := range []struct {
		name   string
		serve  func(net.Listener, func(string) []byte) error
		writes [][]string // to each client
		closed bool       // the listener, by the server
	}{
		{"BUG: once answers one message of one client", sockets.ServeOnce, [][]string{{"<a>"}, nil, nil}, true},
		{"BUG: first leaves with its first client", sockets.ServeFirst, [][]string{{"<a>", "<b>"}, nil, nil}, true},
		{"each in turn, as soon as the one before has left", sockets.Serve, [][]string{{"<a>", "<b>"}, {"<c>"}, {"<d>"}}, false},
	} {
		clients := []*conn{reads("a", "b"), reads("c"), reads("d")}
		l := &backlog{}
		for _, c := range clients {
			l.conns = append(l.conns, c)
		}
		err := test.serve(l, reply)
		if wantErr := !test.closed; errors.Is(err, net.ErrClosed) != wantErr || l.closed != test.closed {
			t.Errorf("%s: got %v, listener closed %v, want closed %v", test.name, err, l.closed, test.closed)
		}
		for i, c := range clients {
			if !slices.Equal(c.writes, test.writes[i]) {
				t.Errorf("%s: client %d was written %q, want %q", test.name, i+1, c.writes, test.writes[i])
			}
		}
	}
}

// A server that nobody stops is stopped from within what it runs.
func TestSocketsSpin(t *testing.T) {
	empty := 0
	defer func() {
		if recover() == nil || empty != 1000 {
			t.Errorf("ran %d empty lines, want 1000 and no end", empty)
		}
	}()
	sockets.ServeSpin(&backlog{conns: []net.Conn{reads("a")}}, func(line string) []byte {
		if line == "" {
			if empty++; empty == 1000 {
				panic("enough")
			}
		}
		return nil
	})
}
