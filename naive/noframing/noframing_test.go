package noframing

import (
	"bytes"
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
		{"one read, one command, by luck", []string{"echo two"}, `["echo two"]`, `["<echo two>"]`},
		{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, `["echo 1echo 2"]`, `["<echo 1echo 2>"]`},
		{"BUG: one command in two reads is two", []string{"ec", "ho"}, `["ec" "ho"]`, `["<ec>" "<ho>"]`},
		{"BUG: an empty answer is not sent", []string{"quiet", "x"}, `["quiet" "x"]`, `["<x>"]`},
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
		{"one read, one answer, by luck", []string{"one", "two"}, []string{"one", "two", "error: unexpected EOF"}},
		{"BUG: an answer in two reads is two", []string{"on", "e"}, []string{"on", "e"}},
		{"BUG: the rest of a long answer is the next one", []string{strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1024), strings.Repeat("a", 476)}},
		{"BUG: two answers in one read are one", []string{"onetwo"}, []string{"onetwo"}},
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

func TestEmptyCommandIsNotSent(t *testing.T) {
	s := reads("an answer to nothing")
	if _, err := NewClient(s).Call(""); err != nil || len(s.writes) > 0 {
		t.Errorf("wrote %q, %v", s.writes, err)
	}
}
