package ackhandshake

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

// say answers most commands with themselves.
func say(command string) []byte {
	switch command {
	case "quiet":
		return nil
	case "huge":
		return make([]byte, MaxSize+1)
	}
	return []byte("<" + command + ">")
}

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

// exchange is two commands, one of them empty, and two answers, one of them
// empty and the other full of delimiters.
const (
	commands = "Run|5\n1\n2|3Start\n" + "Run|5\nquietStart\n"
	answers  = "Ready|4\n4\n|5" + "Ready|0\n"
	calls    = commands // what a client writes, which is commands
)

func TestServerUnderEveryCut(t *testing.T) {
	for name, conn := range arrivals(commands) {
		s := conn()
		var heard []string
		err := Serve(s, func(command string) []byte { heard = append(heard, command); return reply(command) })
		if err != nil || fmt.Sprintf("%q", heard) != `["1\n2|3" "quiet"]` || s.wrote() != answers {
			t.Errorf("%s: heard %q, wrote %q, %v", name, heard, s.wrote(), err)
		}
	}
}

func TestClientUnderEveryCut(t *testing.T) {
	for name, conn := range arrivals(answers) {
		s := conn()
		c := NewClient(s)
		for _, want := range []struct{ command, answer string }{{"1\n2|3", "4\n|5"}, {"quiet", ""}} {
			if got, err := c.Call(want.command); err != nil || string(got) != want.answer {
				t.Errorf("%s: Call(%q) = %q, %v, want %q", name, want.command, got, err, want.answer)
			}
		}
		if s.wrote() != calls {
			t.Errorf("%s: wrote %q, want %q", name, s.wrote(), calls)
		}
	}
}

func reply(command string) []byte {
	if command == "1\n2|3" {
		return []byte("4\n|5")
	}
	return nil
}

func TestServerOfATruncatedStream(t *testing.T) {
	whole := map[int]bool{0: true, len("Run|5\n1\n2|3Start\n"): true, len(commands): true}
	for n := 0; n <= len(commands); n++ {
		for _, eofWith := range []bool{false, true} {
			s := &script{chunks: [][]byte{[]byte(commands[:n])}, eofWith: eofWith}
			if n == 0 {
				s.chunks = nil
			}
			err := Serve(s, reply)
			if whole[n] && err != nil {
				t.Errorf("after %d bytes, between two messages: %v", n, err)
			}
			if !whole[n] && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("after %d bytes, inside a message: %v, want io.ErrUnexpectedEOF", n, err)
			}
			if got := s.wrote(); !strings.HasPrefix(answers, got) {
				t.Errorf("after %d bytes the server wrote %q", n, got)
			}
		}
	}
}

func TestClientOfATruncatedStream(t *testing.T) {
	for n := 0; n < len("Ready|4\n4\n|5"); n++ {
		for _, eofWith := range []bool{false, true} {
			s := &script{chunks: [][]byte{[]byte(answers[:n])}, eofWith: eofWith}
			if n == 0 {
				s.chunks = nil
			}
			got, err := NewClient(s).Call("1\n2|3")
			if got != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("after %d bytes: %q, %v, want io.ErrUnexpectedEOF", n, got, err)
			}
		}
	}
}

func TestBrokenConnection(t *testing.T) {
	broken := errors.New("reset")
	for n := 0; n < len("Run|5\n1\n2|3Start\n"); n++ {
		s := &script{chunks: [][]byte{[]byte(commands[:n])}, end: broken}
		if n == 0 {
			s.chunks = nil
		}
		if err := Serve(s, reply); !errors.Is(err, broken) || !strings.HasPrefix(answers, s.wrote()) {
			t.Errorf("after %d bytes the server: %v, wrote %q", n, err, s.wrote())
		}
	}
	for n := 0; n < len("Ready|4\n4\n|5"); n++ {
		s := &script{chunks: [][]byte{[]byte(answers[:n])}, end: broken}
		if n == 0 {
			s.chunks = nil
		}
		if got, err := NewClient(s).Call("1\n2|3"); got != nil || !errors.Is(err, broken) {
			t.Errorf("after %d bytes the client: %q, %v", n, got, err)
		}
	}
}

var hostile = []struct{ name, stream, want string }{
	{"a size of 2 GiB", "Run|2147483648\n", "2147483648"},
	{"a size of one over the limit", "Run|1048577\n", "limit of 1048576"},
	{"a size that no integer holds", "Run|" + strings.Repeat("9", 100) + "\n", "99999"},
	{"a negative size", "Run|-1\n", "Run|-1"},
	{"a sign", "Run|+1\nx", "Run|+1"},
	{"a space", "Run| 1\nx", "Run| 1"},
	{"no digit at all", "Run|\nx", "Run|"},
	{"a carriage return", "Run|1\r\nx", `\r`},
	{"another word", "Ran|1\nx", "Ran|1"},
	{"an empty line", "\n", `line "\n"`},
	{"the naive program's request", "echo two\n", "echo two"},
	{"another protocol", "GET / HTTP/1.1\r\n", "GET / HTTP"},
	{"digits without end", "Run|" + strings.Repeat("0", 4096), "limit of 512 bytes"},
	{"text without end", strings.Repeat("x", 4096), "limit of 512 bytes"},
	{"a refusal from a client", "Refused|never\n", `refused by the peer: "never"`},
}

func TestHostileServedAndCalled(t *testing.T) {
	for _, test := range hostile {
		const more = "and more that the server has not read"
		s := &script{chunks: [][]byte{[]byte(test.stream), []byte(more)}}
		err := Serve(s, func(string) []byte { t.Errorf("%s: a command was run", test.name); return nil })
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.ContainsAny(err.Error(), "\n\xff") {
			t.Errorf("%s: got error %v, want one with %s", test.name, err, test.want)
		}
		if !s.closed || len(s.chunks) > 0 {
			t.Errorf("%s: half-closed %v, %d chunks left", test.name, s.closed, len(s.chunks))
		}
		// What the server said is a refusal to its client, and never an answer.
		got, err := NewClient(&script{chunks: [][]byte{[]byte(s.wrote())}}).Call("x")
		if got != nil || err == nil || !strings.HasPrefix(err.Error(), "refused by the peer: ") {
			t.Errorf("%s: the refused client got %q, %v", test.name, got, err)
		}
		got, err = NewClient(&script{chunks: [][]byte{[]byte(strings.Replace(test.stream, "Run|", "Ready|", 1))}}).Call("x")
		if got != nil || err == nil || !strings.Contains(err.Error(), strings.Replace(test.want, "Run|", "Ready|", 1)) {
			t.Errorf("%s: the client got %q, %v", test.name, got, err)
		}
	}
}

func TestOverTheLimit(t *testing.T) {
	s := &script{}
	if _, err := NewClient(s).Call(strings.Repeat("x", MaxSize+1)); err == nil || !strings.Contains(err.Error(), "1048577 bytes, limit 1048576") || len(s.writes) > 0 {
		t.Errorf("a command over the limit: %v, %d writes", err, len(s.writes))
	}
	client, server := tcp(t)
	served := make(chan error, 1)
	go func() { served <- Serve(server, say); server.Close() }()
	c := NewClient(client)
	if got, err := c.Call("huge"); got != nil || err == nil || err.Error() != `refused by the peer: "message of 1048577 bytes, limit 1048576"` {
		t.Errorf("an answer over the limit: %d bytes, %v", len(got), err)
	}
	client.Close()
	if err := <-served; err == nil || !strings.Contains(err.Error(), "1048577 bytes, limit 1048576") {
		t.Errorf("the server: %v", err)
	}
}

func TestAtTheLimit(t *testing.T) {
	client, server := tcp(t)
	go func() { Serve(server, func(command string) []byte { return []byte(command) }); server.Close() }()
	command := strings.Repeat("x", MaxSize)
	if got, err := NewClient(client).Call(command); err != nil || string(got) != command {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	client.Close()
}

// A refused peer that goes on sending reads the refusal all the same: over real
// TCP, where a close with unread input resets the connection.
func TestRefusalOutlivesUnreadInput(t *testing.T) {
	for range 20 {
		client, server := tcp(t)
		go func() { Serve(server, say); server.Close() }()
		client.Write([]byte(hostile[0].stream))
		client.Write(make([]byte, MaxSize/2))
		client.CloseWrite()
		words, err := io.ReadAll(client)
		if err != nil || !strings.Contains(string(words), "limit") {
			t.Fatalf("got %q, %v", words, err)
		}
		client.Close()
	}
}

func TestTwoCallsOnAPipe(t *testing.T) {
	client, server := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(server, say) }()
	c := NewClient(client)
	for _, command := range []string{"echo two", "你好"} {
		if got, err := c.Call(command); err != nil || string(got) != "<"+command+">" {
			t.Errorf("Call(%q) = %q, %v", command, got, err)
		}
	}
	client.Close()
	if err := <-served; err != nil {
		t.Errorf("the server, after a clean leave: %v", err)
	}
}

func TestEmptyCommandAndEmptyAnswer(t *testing.T) {
	client, server := tcp(t)
	go func() { Serve(server, say); server.Close() }()
	c := NewClient(client)
	for _, test := range []struct{ command, want string }{{"", "<>"}, {"quiet", ""}, {"echo", "<echo>"}} {
		if got, err := c.Call(test.command); err != nil || string(got) != test.want {
			t.Errorf("Call(%q) = %q, %v, want %q", test.command, got, err, test.want)
		}
	}
	client.Close()
}

// tcp is a connection over the loopback.
func tcp(t *testing.T) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

// FuzzServe gives the server arbitrary bytes, whole and one by one: it must do
// the same with both, and take little memory, whatever they announce.
func FuzzServe(f *testing.F) {
	f.Add([]byte(commands))
	for _, test := range hostile {
		f.Add([]byte(test.stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		whole := &script{chunks: [][]byte{stream}}
		if len(stream) == 0 {
			whole.chunks = nil
		}
		err := Serve(whole, func(string) []byte { return nil })
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+64*uint64(len(stream)) {
			t.Errorf("%d bytes of input took %d bytes of memory", len(stream), took)
		}
		single := &script{}
		for i := range stream {
			single.chunks = append(single.chunks, stream[i:i+1])
		}
		again := Serve(single, func(string) []byte { return nil })
		if fmt.Sprint(err) != fmt.Sprint(again) || whole.wrote() != single.wrote() {
			t.Errorf("whole: %v, %q\nbyte by byte: %v, %q", err, whole.wrote(), again, single.wrote())
		}
	})
}

// Once a size is announced, the client takes whatever comes for the answer. So
// a bad reply is an error, and not a word is said about it.
func TestBadReply(t *testing.T) {
	for _, test := range []struct{ name, reply, want string }{
		{"another word", "Stop\n", `reply "Stop\n", want Start`},
		{"the next command at once", "Run|1\nx", `reply "Run|1\n", want Start`},
		{"no end", strings.Repeat("S", 4096), "limit of 512 bytes"},
		{"half of it", "Sta", "unexpected EOF"},
		{"none of it", "", "unexpected EOF"},
	} {
		s := &script{chunks: [][]byte{[]byte("Run|1\nx" + test.reply)}}
		if err := Serve(s, say); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want %s", test.name, err, test.want)
		}
		if s.wrote() != "Ready|3\n" {
			t.Errorf("%s: the server wrote %q", test.name, s.wrote())
		}
	}
}
