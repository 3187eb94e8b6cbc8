package ackhandshake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
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
	go func() { served <- Serve(far, reply) }()
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
		{"an announcement, and after the reply the answer", []string{"echo two", "Start"}, `["echo two"]`, `["Ready|10" "<echo two>"]`},
		{"a reply need only begin with Start", []string{"echo", "Started", "x"}, `["echo" "x"]`, `["Ready|6" "<echo>" "Ready|3"]`},
		{"BUG: the rest of a cut command is no reply, and the next read a command", []string{"ec", "ho", "Start"}, `["ec" "Start"]`, `["Ready|4" "Ready|7"]`},
		{"BUG: a reply in two reads is no reply", []string{"echo", "Sta", "rt"}, `["echo" "rt"]`, `["Ready|6" "Ready|4"]`},
		{"BUG: a reply and a command in one read are one", []string{"1", "Start2"}, `["1"]`, `["Ready|3" "<1>"]`},
		{"an empty answer becomes an error", []string{"quiet", "Start"}, `["quiet"]`, `["Ready|7" "cmd err"]`},
		{"a client that leaves before it replies", []string{"echo"}, `["echo"]`, `["Ready|6"]`},
		{"nothing but a leave", nil, `[]`, `[]`},
	} {
		for _, eofWith := range []bool{false, true} {
			s := reads(test.reads...)
			s.eofWith = eofWith
			var heard []string
			err := Serve(s, func(command string) []byte { heard = append(heard, command); return reply(command) })
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
		{"announcement and answer", []string{"Ready|3", "abc", "Ready|10", "01234", "56789"}, []string{"abc", "0123456789"}},
		{"BUG: a size in two reads is another size", []string{"Ready|1", "0", "0123456789"}, []string{"0"}},
		{"BUG: half a Ready is none", []string{"Rea", "dy|3"}, []string{`error: no size in "Rea"`}},
		{"BUG: without a Ready the last size is used again", []string{"Ready|3", "abc", "Rea", "dy|"}, []string{"abc", "dy|"}},
		{"a Ready without a size", []string{"Ready|"}, []string{`error: no size in "Ready|"`}},
		{"a Ready without a bar", []string{"Ready"}, []string{`error: no size in "Ready"`}},
		{"the last bar counts", []string{"Ready|x|3", "abc"}, []string{"abc"}},
		{"BUG: more than the size is taken", []string{"Ready|3", "abcd"}, []string{"abcd"}},
		{"a long answer", []string{"Ready|1500", strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
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
	for n := range len("Ready|3") {
		s := reads(("Ready|3")[:n])
		if n == 0 {
			s = reads()
		}
		if _, err := NewClient(s).Call("x"); !errors.Is(err, io.ErrUnexpectedEOF) && n == 0 {
			t.Errorf("after %d bytes: %v, want io.ErrUnexpectedEOF", n, err)
		}
	}
}

func TestClientWrites(t *testing.T) {
	s := reads("Ready|3", "abc")
	if _, err := NewClient(s).Call("echo"); err != nil || fmt.Sprintf("%q", s.writes) != `["echo" "Start"]` {
		t.Errorf("wrote %q, %v", s.writes, err)
	}
}
