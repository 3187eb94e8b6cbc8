package sleephack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

func reply(command string) []byte {
	switch command {
	case "quiet":
		return nil
	case "long":
		return bytes.Repeat([]byte("0123456789"), 150)
	}
	return []byte("<" + command + ">")
}

// script is a connection whose reads are given: a chunk each, then the end. It
// keeps the writes.
type script struct {
	net.Conn
	chunks  [][]byte
	eofWith bool // the end comes together with the last chunk
	writes  [][]byte
}

func (s *script) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(s.chunks) == 0 {
		return 0, io.EOF
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

// reads makes a script of the chunks.
func reads(chunks ...string) *script {
	s := &script{}
	for _, chunk := range chunks {
		s.chunks = append(s.chunks, []byte(chunk))
	}
	return s
}

func TestTwoCallsOnAPipe(t *testing.T) {
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(far, reply, func(time.Duration) {}) }()
	c := NewClient(near)
	for _, command := range []string{"echo two", "你好"} {
		if got, err := c.Call(command); err != nil || string(got) != "<"+command+">" {
			t.Errorf("Call(%q) = %q, %v", command, got, err)
		}
	}
	near.Close()
	if err := <-served; err != nil {
		t.Errorf("the server, after a clean leave: %v", err)
	}
}

func TestServer(t *testing.T) {
	for _, test := range []struct {
		name   string
		reads  []string
		heard  string
		writes string
	}{
		{"size and answer are two writes", []string{"echo two"}, `["echo two"]`, `["10" "<echo two>"]`},
		{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, `["echo 1echo 2"]`, `["14" "<echo 1echo 2>"]`},
		{"BUG: one command in two reads is two", []string{"ec", "ho"}, `["ec" "ho"]`, `["4" "<ec>" "4" "<ho>"]`},
		{"an empty answer becomes a sentence", []string{"quiet"}, `["quiet"]`, `["32" "cmd exec success,has not output!"]`},
		{"nothing but a leave", nil, `[]`, `[]`},
	} {
		for _, eofWith := range []bool{false, true} {
			s := reads(test.reads...)
			s.eofWith = eofWith
			var heard []string
			err := Serve(s, func(command string) []byte { heard = append(heard, command); return reply(command) }, func(time.Duration) {})
			if err != nil || fmt.Sprintf("%q", heard) != test.heard || fmt.Sprintf("%q", s.writes) != test.writes {
				t.Errorf("%s: heard %q, wrote %q, %v; want %s, %s", test.name, heard, s.writes, err, test.heard, test.writes)
			}
		}
	}
}

func TestClient(t *testing.T) {
	for _, test := range []struct {
		name  string
		reads []string
		want  []string // an answer each call, or "error: " and a part of it
	}{
		{"size and answer in reads of their own, by luck", []string{"3", "abc", "10", "01234", "56789"}, []string{"abc", "0123456789"}},
		{"white space about the size, as int() allows it", []string{" 3\n", "abc"}, []string{"abc"}},
		{"BUG: size and answer in one read are no number", []string{"3abc"}, []string{`error: size "3abc" is no number`}},
		{"BUG: they may even be another number", []string{"345"}, []string{"error: unexpected EOF"}},
		{"BUG: a size in two reads is another size", []string{"1", "0", "0123456789"}, []string{"0", `error: size "0123456789" is no number`}[:1]},
		{"BUG: a byte too many, and the loop never ends", []string{"3", "abcd", "more", "and more"}, []string{"error: unexpected EOF"}},
		{"a long answer", []string{"1500", strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
	} {
		c := NewClient(reads(test.reads...))
		for i, want := range test.want {
			got, err := c.Call("x")
			part, bad := strings.CutPrefix(want, "error: ")
			if bad && (err == nil || !strings.Contains(err.Error(), part)) || !bad && (err != nil || string(got) != want) {
				t.Errorf("%s: call %d: %q, %v, want %q", test.name, i+1, got, err, want)
			}
		}
	}
}

func TestClientAtEOF(t *testing.T) {
	for n := range len("3abc") {
		s := reads(("3abc")[:n])
		if n == 0 {
			s = reads()
		}
		if _, err := NewClient(s).Call("x"); !errors.Is(err, io.ErrUnexpectedEOF) && n < 1 {
			t.Errorf("after %d bytes: %v, want io.ErrUnexpectedEOF", n, err)
		}
	}
}

func TestPauseIsBetweenSizeAndAnswer(t *testing.T) {
	s := reads("echo")
	err := Serve(s, reply, func(d time.Duration) {
		if d != 500*time.Millisecond || fmt.Sprintf("%q", s.writes) != `["6"]` {
			t.Errorf("slept %v after %q", d, s.writes)
		}
	})
	if err != nil || fmt.Sprintf("%q", s.writes) != `["6" "<echo>"]` {
		t.Errorf("wrote %q, %v", s.writes, err)
	}
}
