package noframing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

// script is a connection whose reads are given: a chunk each, then the end.
type script struct {
	net.Conn
	chunks  [][]byte
	end     error // io.EOF if nil
	eofWith bool  // the end comes together with the last chunk
	writes  [][]byte
	closed  bool
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.chunks) == 0 {
		if s.end == nil {
			return 0, io.EOF
		}
		return 0, s.end
	}
	n := copy(p, s.chunks[0])
	if s.chunks[0] = s.chunks[0][n:]; len(s.chunks[0]) == 0 {
		s.chunks = s.chunks[1:]
	}
	if len(s.chunks) == 0 && s.eofWith {
		return n, io.EOF
	}
	return n, nil
}

func (s *script) Write(p []byte) (int, error) {
	s.writes = append(s.writes, bytes.Clone(p))
	return len(p), nil
}

func (s *script) CloseWrite() error { s.closed = true; return nil }

func (s *script) Close() error { return nil }

func (s *script) wrote() string { return string(bytes.Join(s.writes, nil)) }

// arrivals is every way to cut stream once, to have it byte by byte and to have
// it whole, with the end after the last bytes and together with them.
func arrivals(stream string) map[string]func() *script {
	ways := map[string]func() *script{}
	for _, eofWith := range []bool{false, true} {
		name := map[bool]string{false: "end after", true: "end with data"}[eofWith]
		for cut := 0; cut < len(stream); cut++ {
			ways[fmt.Sprint("cut ", cut, ", ", name)] = func() *script {
				chunks := [][]byte{[]byte(stream[:cut]), []byte(stream[cut:])}
				if cut == 0 {
					chunks = chunks[1:]
				}
				return &script{chunks: chunks, eofWith: eofWith}
			}
		}
		ways["byte by byte, "+name] = func() *script {
			s := &script{eofWith: eofWith}
			for i := range len(stream) {
				s.chunks = append(s.chunks, []byte(stream[i:i+1]))
			}
			return s
		}
	}
	return ways
}

func reply(command string) []byte {
	switch command {
	case "quiet":
		return nil
	case "huge":
		return make([]byte, MaxSize+1)
	}
	return []byte("<" + command + ">")
}

func TestServerUnderEveryCut(t *testing.T) {
	for name, conn := range arrivals("echo 你好") {
		s := conn()
		if err := Serve(s, reply); err != nil || s.wrote() != "<echo 你好>" || !s.closed {
			t.Errorf("%s: wrote %q, ended %v, %v", name, s.wrote(), s.closed, err)
		}
	}
}

func TestClientUnderEveryCut(t *testing.T) {
	for name, conn := range arrivals("<echo 你好>") {
		s := conn()
		got, err := client(s).Call("echo 你好")
		if err != nil || string(got) != "<echo 你好>" || s.wrote() != "echo 你好" || !s.closed {
			t.Errorf("%s: %q, %v, wrote %q, ended %v", name, got, err, s.wrote(), s.closed)
		}
	}
}

func client(conn net.Conn) *Client {
	return NewClient(func() (net.Conn, error) { return conn, nil })
}

// A stream that was cut short looks like one that ended: that is the limit of
// this framing, and why lengths exist. Only a reset is noticed.
func TestTruncatedStreamIsNotNoticed(t *testing.T) {
	for n := 1; n < len("echo two"); n++ {
		s := &script{chunks: [][]byte{[]byte("echo two"[:n])}}
		if err := Serve(s, reply); err != nil || s.wrote() != "<"+"echo two"[:n]+">" {
			t.Errorf("the server after %d bytes: %q, %v", n, s.wrote(), err)
		}
		s = &script{chunks: [][]byte{[]byte("echo two"[:n])}}
		if got, err := client(s).Call("x"); err != nil || string(got) != "echo two"[:n] {
			t.Errorf("the client after %d bytes: %q, %v", n, got, err)
		}
	}
}

func TestResetIsNoticed(t *testing.T) {
	reset := errors.New("reset")
	for n := 0; n <= len("echo two"); n++ {
		s := &script{end: reset}
		if n > 0 {
			s.chunks = [][]byte{[]byte("echo two"[:n])}
		}
		c := *s
		if err := Serve(s, reply); !errors.Is(err, reset) || len(s.writes) > 0 {
			t.Errorf("the server after %d bytes: %v, wrote %q", n, err, s.wrote())
		}
		if got, err := client(&c).Call("x"); got != nil || !errors.Is(err, reset) {
			t.Errorf("the client after %d bytes: %q, %v", n, got, err)
		}
	}
}

func TestClientThatSaysNothing(t *testing.T) {
	s := &script{}
	if err := Serve(s, func(string) []byte { t.Error("a command was run"); return nil }); err != nil || len(s.writes) > 0 {
		t.Errorf("%v, wrote %q", err, s.wrote())
	}
}

func TestEmptyCommandIsRefusedWithoutDialing(t *testing.T) {
	c := NewClient(func() (net.Conn, error) { t.Error("dialed"); return nil, nil })
	if got, err := c.Call(""); got != nil || err == nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDialError(t *testing.T) {
	refused := errors.New("connection refused")
	c := NewClient(func() (net.Conn, error) { return nil, refused })
	if got, err := c.Call("x"); got != nil || !errors.Is(err, refused) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOverTheLimit(t *testing.T) {
	s := &script{}
	if _, err := client(s).Call(strings.Repeat("x", MaxSize+1)); err == nil || !strings.Contains(err.Error(), "1048577 bytes, limit 1048576") || len(s.writes) > 0 {
		t.Errorf("a command over the limit: %v, %d writes", err, len(s.writes))
	}
	s = &script{chunks: [][]byte{make([]byte, MaxSize+1), []byte("and more")}}
	err := Serve(s, func(string) []byte { t.Error("a command was run"); return nil })
	if err == nil || !strings.Contains(err.Error(), "limit 1048576") || !strings.Contains(s.wrote(), "limit 1048576") || !s.closed || len(s.chunks) > 0 {
		t.Errorf("a command over the limit: %v, wrote %q, ended %v, %d chunks left", err, s.wrote(), s.closed, len(s.chunks))
	}
	s = &script{chunks: [][]byte{[]byte("huge")}}
	if err := Serve(s, reply); err == nil || !strings.Contains(err.Error(), "1048577 bytes, limit 1048576") || !strings.Contains(s.wrote(), "limit 1048576") {
		t.Errorf("an answer over the limit: %v, wrote %q", err, s.wrote())
	}
	s = &script{chunks: [][]byte{make([]byte, MaxSize+1)}}
	if got, err := client(s).Call("x"); got != nil || err == nil || !strings.Contains(err.Error(), "limit 1048576") {
		t.Errorf("an answer over the limit: %d bytes, %v", len(got), err)
	}
}

// A net.Pipe cannot end one direction alone, and so cannot carry this framing.
func TestConnectionWithoutHalfClose(t *testing.T) {
	near, far := net.Pipe()
	go io.Copy(io.Discard, far)
	if got, err := client(near).Call("x"); got != nil || err == nil || !strings.Contains(err.Error(), "one direction") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCallsOverTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	served := make(chan error)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			err = Serve(conn, reply)
			conn.Close()
			served <- err
		}
	}()
	dial := func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }
	c, most := NewClient(dial), strings.Repeat("x", MaxSize-2)
	for _, test := range []struct{ command, want string }{{"echo two", "<echo two>"}, {"quiet", ""}, {most, "<" + most + ">"}} {
		if got, err := c.Call(test.command); err != nil || string(got) != test.want {
			t.Errorf("Call(%.20q) = %.20q, %v", test.command, got, err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
	// A peer that sends too much reads the refusal all the same.
	for range 20 {
		conn, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		conn.Write(make([]byte, MaxSize+MaxSize/2))
		conn.(*net.TCPConn).CloseWrite()
		if words, err := io.ReadAll(conn); err != nil || !strings.Contains(string(words), "limit") {
			t.Fatalf("got %q, %v", words, err)
		}
		conn.Close()
		if err := <-served; err == nil {
			t.Error("no error from the server")
		}
	}
}

// FuzzServe gives the server arbitrary bytes, whole and one by one: it must do
// the same with both, and take little memory.
func FuzzServe(f *testing.F) {
	for _, stream := range []string{"", "echo two", "你好", "GET / HTTP/1.1\r\n", "\xff\xff\xff\xff"} {
		f.Add([]byte(stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		whole := &script{chunks: [][]byte{stream}}
		if len(stream) == 0 {
			whole.chunks = nil
		}
		err := Serve(whole, reply)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+64*uint64(len(stream)) {
			t.Errorf("%d bytes of input took %d bytes of memory", len(stream), took)
		}
		single := &script{}
		for i := range stream {
			single.chunks = append(single.chunks, stream[i:i+1])
		}
		again := Serve(single, reply)
		if fmt.Sprint(err) != fmt.Sprint(again) || whole.wrote() != single.wrote() {
			t.Errorf("whole: %v, %q\nbyte by byte: %v, %q", err, whole.wrote(), again, single.wrote())
		}
	})
}
