package structheader

import (
	"bytes"
	"encoding/binary"
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

// native is a size as the server writes it on this machine.
func native(size int32) string {
	return string(binary.NativeEndian.AppendUint32(nil, uint32(size)))
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
		{"size and answer are two writes", []string{"echo two"}, `["echo two"]`, fmt.Sprintf("%q", []string{native(10), "<echo two>"})},
		{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, `["echo 1echo 2"]`, fmt.Sprintf("%q", []string{native(14), "<echo 1echo 2>"})},
		{"BUG: one command in two reads is two", []string{"ec", "ho"}, `["ec" "ho"]`, fmt.Sprintf("%q", []string{native(4), "<ec>", native(4), "<ho>"})},
		{"an empty answer has the size 0", []string{"quiet"}, `["quiet"]`, fmt.Sprintf("%q", []string{native(0), ""})},
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
		{"size and answer in one read, since the read asks for 4", []string{native(3) + "abc"}, []string{"abc"}},
		{"an answer in pieces", []string{native(3), "a", "b", "c"}, []string{"abc"}},
		{"BUG: a size in two reads is no size", []string{native(3)[:2], native(3)[2:] + "abc"}, []string{"error: header of 2 bytes, want 4"}},
		{"BUG: pipelined, the end of one answer takes the start of the next", []string{native(3), "abc" + native(1) + "d"}, []string{"abc" + native(1) + "d"}},
		{"BUG: a size below 0 is an empty answer", []string{native(-1)}, []string{""}},
		{"an answer of size 0", []string{native(0)}, []string{""}},
		{"BUG: a size of 2 GiB is believed until the end", []string{native(1<<31 - 1), "abc"}, []string{"error: unexpected EOF"}},
		{"BUG: the text of another protocol is a size", []string{"HTTP/1.1 200 OK"}, []string{"error: unexpected EOF"}},
		{"a long answer", []string{native(1500), strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
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
	for n := range len(native(3) + "abc") {
		s := reads((native(3) + "abc")[:n])
		if n == 0 {
			s = reads()
		}
		if _, err := NewClient(s).Call("x"); !errors.Is(err, io.ErrUnexpectedEOF) && n != 1 && n != 2 && n != 3 {
			t.Errorf("after %d bytes: %v, want io.ErrUnexpectedEOF", n, err)
		}
	}
}
