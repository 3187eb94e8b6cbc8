package fixed_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// A conn reads what it was given and keeps what is written to it.
type conn struct {
	net.Conn
	in     io.Reader
	writes []string
	failAt int  // the write that fails, from 1
	ended  bool // by CloseWrite
	closed bool
}

var errBroken = errors.New("broken pipe")

// reads makes a conn of which no read crosses the end of a chunk. The stream
// ends after the last.
func reads(chunks ...string) *conn {
	var in []io.Reader
	for _, chunk := range chunks {
		in = append(in, strings.NewReader(chunk))
	}
	return &conn{in: io.MultiReader(in...)}
}

// then replaces the end of the stream by err.
func (c *conn) then(err error) *conn {
	c.in = io.MultiReader(c.in, iotest.ErrReader(err))
	return c
}

// abrupt makes the end of the stream come together with the last bytes.
func (c *conn) abrupt() *conn { c.in = iotest.DataErrReader(c.in); return c }

// drip makes each read one byte.
func (c *conn) drip() *conn { c.in = iotest.OneByteReader(c.in); return c }

func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return c.in.Read(p)
}

func (c *conn) Write(p []byte) (int, error) {
	c.writes = append(c.writes, string(p))
	if len(c.writes) == c.failAt {
		return 0, errBroken
	}
	return len(p), nil
}

func (c *conn) RemoteAddr() net.Addr { return &net.UnixAddr{Name: "peer"} }

func (c *conn) CloseWrite() error { c.ended = true; return nil }

func (c *conn) Close() error { c.closed = true; return nil }

func (c *conn) wrote() string { return strings.Join(c.writes, "") }

// arrivals is stream whole, cut once at each place, and byte by byte; with its
// end after the last bytes and together with them.
func arrivals(stream string) iter.Seq2[string, *conn] {
	return func(yield func(string, *conn) bool) {
		for cut := range len(stream) {
			name, chunks := fmt.Sprint("cut at ", cut), []string{stream[:cut], stream[cut:]}
			if !yield(name, reads(chunks...)) || !yield(name+", end with data", reads(chunks...).abrupt()) {
				return
			}
		}
		_ = yield("byte by byte", reads(stream).drip()) &&
			yield("byte by byte, end with data", reads(stream).drip().abrupt())
	}
}

func pipe(*testing.T) (client, server net.Conn) { return timed(net.Pipe()) }

// timed makes a failure of a hang.
func timed(client, server net.Conn) (net.Conn, net.Conn) {
	client.SetDeadline(time.Now().Add(5 * time.Second))
	server.SetDeadline(time.Now().Add(5 * time.Second))
	return client, server
}

func tcp(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return timed(client, server)
}

// start makes a client of s and a server for each connection that it dials.
// leave closes them and returns the servers' errors.
func (s stage) start(t *testing.T, network func(*testing.T) (client, server net.Conn)) (c caller, leave func() error) {
	var clients []net.Conn
	served := make(chan error)
	c = s.newClient(func() (net.Conn, error) {
		client, server := network(t)
		clients = append(clients, client)
		go func() {
			err := s.serve(server, reply)
			server.Close()
			served <- err
		}()
		return client, nil
	})
	return c, func() error {
		var errs []error
		for _, client := range clients {
			client.Close()
			errs = append(errs, <-served)
		}
		return errors.Join(errs...)
	}
}
