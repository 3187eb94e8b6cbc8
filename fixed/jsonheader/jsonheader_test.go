package jsonheader

import (
	"bytes"
	"encoding/binary"
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
	commands = "\x00\x00\x00\x4e" + `{"total_size": 5, "filename": null, "md5": "49ad65c542f9aa62ad4aee6b526b32a0"}` + "1\n2|3" + "\x00\x00\x00\x4e" + `{"total_size": 5, "filename": null, "md5": "556966c7830465dc4623d62e32cec31d"}` + "quiet"
	answers  = ("\x00\x00\x00\x4e" + `{"total_size": 4, "filename": null, "md5": "997f95f72a5b669d5f32c2bcb3780b14"}` + "4\n|5") + ("\x00\x00\x00\x4e" + `{"total_size": 0, "filename": null, "md5": "d41d8cd98f00b204e9800998ecf8427e"}` + "")
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
	whole := map[int]bool{0: true, len("\x00\x00\x00\x4e" + `{"total_size": 5, "filename": null, "md5": "49ad65c542f9aa62ad4aee6b526b32a0"}` + "1\n2|3"): true, len(commands): true}
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
	for n := 0; n < len(("\x00\x00\x00\x4e" + `{"total_size": 4, "filename": null, "md5": "997f95f72a5b669d5f32c2bcb3780b14"}` + "4\n|5")); n++ {
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
	for n := 0; n < len("\x00\x00\x00\x4e"+`{"total_size": 5, "filename": null, "md5": "49ad65c542f9aa62ad4aee6b526b32a0"}`+"1\n2|3"); n++ {
		s := &script{chunks: [][]byte{[]byte(commands[:n])}, end: broken}
		if n == 0 {
			s.chunks = nil
		}
		if err := Serve(s, reply); !errors.Is(err, broken) || !strings.HasPrefix(answers, s.wrote()) {
			t.Errorf("after %d bytes the server: %v, wrote %q", n, err, s.wrote())
		}
	}
	for n := 0; n < len(("\x00\x00\x00\x4e" + `{"total_size": 4, "filename": null, "md5": "997f95f72a5b669d5f32c2bcb3780b14"}` + "4\n|5")); n++ {
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
	{"another protocol", "GET / HTTP/1.1\r\n", `announced a header of 1195725856 bytes (0x47455420, "GET "), limit 4096`},
	{"a header length of -1", "\xff\xff\xff\xff", "4294967295 bytes (0xffffffff"},
	{"a header of one over its limit", "\x00\x00\x10\x01", "4097 bytes"},
	{"an empty header", "\x00\x00\x00\x00", "not one JSON object"},
	{"a payload of 2 GiB", head(`{"total_size": 2147483648}`), `"2147483648" is no whole number up to the limit of 1048576`},
	{"one over the limit", head(`{"total_size": 1048577}`), "limit of 1048576"},
	{"a size that no integer holds", head(`{"total_size": 99999999999999999999999}`), "limit of 1048576"},
	{"a negative size", head(`{"total_size": -1}`), `"-1" is no whole number`},
	{"an exponent", head(`{"total_size": 1e3}`), `"1e3" is no whole number`},
	{"a fraction", head(`{"total_size": 1.0}`), `"1.0" is no whole number`},
	{"a size in a string", head(`{"total_size": "1"}`) + "x", "no whole number"},
	{"a size of null", head(`{"total_size": null}`), "no whole number"},
	{"no size", head(`{"filename": null}`), "no whole number"},
	{"a size under another case", head(`{"Total_Size": 1}`) + "x", "no whole number"},
	{"a key twice", head(`{"total_size": 1, "total_size": 2}`) + "xx", `key "total_size" twice`},
	{"a key twice, once with an escape", head(`{"total_size": 1, "total\u005fsize": 2}`) + "xx", `key "total_size" twice`},
	{"an unknown key twice", head(`{"total_size": 1, "x": null, "x": 2}`) + "x", `key "x" twice`},
	{"something after the object", head(`{"total_size": 1} 2`) + "x", "not one JSON object"},
	{"two objects", head(`{"total_size": 1}{}`) + "x", "not one JSON object"},
	{"a comma too many", head(`{"total_size": 1,}`) + "x", "not one JSON object"},
	{"half an object", head(`{"total_size": 1`) + "x", "not one JSON object"},
	{"a list", head(`[1]`) + "x", "not one JSON object"},
	{"null", head(`null`), "not one JSON object"},
	{"another payload's MD5", head(`{"total_size": 1, "md5": "900150983cd24fb0d6963f7d28e17f72"}`) + "x", "md5 of 1 bytes is not"},
	{"an MD5 that is no string", head(`{"total_size": 1, "md5": {"a": 1}}`) + "x", "md5 of 1 bytes is not"},
	{"a refusal from a client", head(`{"total_size": 0, "error": "never"}`), `refused by the peer: "never"`},
	{"a refusal that is no string", head(`{"total_size": 0, "error": ["\u001b", 1]}`), "refused by the peer"},
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
		got, err = NewClient(&script{chunks: [][]byte{[]byte(test.stream)}}).Call("x")
		if got != nil || err == nil || !strings.Contains(err.Error(), test.want) {
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

// head is a header with its length.
func head(text string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(text)))) + text
}

func TestHeadersThatAreTaken(t *testing.T) {
	for _, test := range []struct{ name, header string }{
		{"no MD5: nobody is obliged to fill it in", `{"total_size": 3, "filename": null, "md5": null}`},
		{"nothing but the size", `{"total_size":3}`},
		{"unknown keys are passed over, whatever they hold", `{"a": {"total_size": 9, "b": [1e3, {}]}, "total_size": 3, "ver\"sion": 2.5}`},
		{"white space", " {\r\n\t\"total_size\" : 3 } \n"},
		{"keys of another case are other keys", `{"TOTAL_SIZE": 9, "total_size": 3}`},
	} {
		got, err := NewClient(&script{chunks: [][]byte{[]byte(head(test.header) + "abcd")}}).Call("x")
		if err != nil || string(got) != "abc" {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}
