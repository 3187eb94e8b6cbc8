package fixed_test

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"stickydemo/fixed/sockets"
)

var socketsLines = []fault{
	{"one over the limit", strings.Repeat("x", limit+1), "limit of 1048576 bytes"},
	{"one over the limit, and its line feed", strings.Repeat("x", limit+1) + "\n", "limit of 1048576 bytes"},
	{"no text at all", strings.Repeat("\xff", limit+1), `line "\xff\xff`},
}

var socketsAnswers = []fault{
	{"one over the limit", "+" + strings.Repeat("x", limit+1), "limit of 1048576 bytes"},
	{"no sign", "ABC\n", `answer "ABC" begins with neither + nor -`},
	{"nothing", "\n", `answer "" begins`},
	{"another protocol", "HTTP/1.1 200 OK\r\n", `answer "HTTP/1.1 200 OK\r"`},
	{"a refusal", "-never\n", `refused by the peer: "never"`},
	{"a refusal that is not in ASCII", "-\x1b[31m不\n", `refused by the peer: "\x1b[31m\u4e0d"`},
}

// serveSockets is the server for the one client that conn is.
func serveSockets(conn net.Conn, run func(line string) []byte) error {
	l, h := &hall{conns: make(chan net.Conn, 1)}, &inTurn{}
	l.conns <- conn
	close(l.conns)
	if err := sockets.Serve(l, run, h); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return h.err
}

// hall is a listener for the connections that are put into it.
type hall struct{ conns chan net.Conn }

func (l *hall) Addr() net.Addr { return nil }
func (l *hall) Close() error   { close(l.conns); return nil }

func (l *hall) Accept() (net.Conn, error) {
	if conn, open := <-l.conns; open {
		return conn, nil
	}
	return nil, net.ErrClosed
}

// inTurn runs one handler after the other.
type inTurn struct{ err error }

func (h *inTurn) Go(handle func() error) { h.err = handle() }
func (h *inTurn) Wait()                  {}

// atOnce are goroutines whose errors nobody expects.
type atOnce struct {
	*sync.WaitGroup
	t *testing.T
}

func (h atOnce) Go(handle func() error) {
	h.WaitGroup.Go(func() {
		if err := handle(); err != nil {
			h.t.Errorf("a handler left with %v", err)
		}
	})
}

// A closed listener ends the server, and not before its last client has left.
func TestSocketsEndsWhenTheLastClientHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &hall{conns: make(chan net.Conn)}
		served := false
		go func() {
			if err := sockets.Serve(l, reply, atOnce{new(sync.WaitGroup), t}); !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v, want the listener's error", err)
			}
			served = true
		}()
		var clients []net.Conn
		for range 3 {
			client, server := net.Pipe()
			l.conns <- server
			clients = append(clients, client)
		}
		l.Close()
		for i, client := range clients {
			synctest.Wait()
			if served {
				t.Errorf("ended with %d clients there, want it to wait", len(clients)-i)
			}
			if got, err := sockets.NewClient(client).Call("still"); err != nil || string(got) != "<still>" {
				t.Errorf("client %d: got %q, %v, want <still>", i+1, got, err)
			}
			client.Close()
		}
		synctest.Wait()
		if !served {
			t.Error("not ended after the last client left")
		}
	})
}

func TestSocketsKeepsLineFeedsOut(t *testing.T) {
	c := reads()
	if got, err := sockets.NewClient(c).Call("a\nb"); err == nil || !strings.Contains(err.Error(), "line feed") || len(c.writes) > 0 {
		t.Errorf("client: got %q, %v, wrote %q, want an error and no write", got, err, c.writes)
	}
	c = reads("a\n")
	err := serveSockets(c, func(string) []byte { return []byte("x\ny") })
	if err == nil || !strings.Contains(err.Error(), "line feed") || !strings.HasPrefix(c.wrote(), "-") {
		t.Errorf("server: got %v, wrote %q, want a refusal", err, c.wrote())
	}
}
