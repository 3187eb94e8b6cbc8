package ackhandshake

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

func TestSizeTwoCallsOnAPipe(t *testing.T) {
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- ServeSize(far, reply) }()
	c := NewSizeClient(near)
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

func TestSizeServer(t *testing.T) {
	for _, test := range []struct {
		name   string
		reads  []string
		heard  string
		writes string
	}{
		{"a size, and after any reply the answer", []string{"echo two", "anything"}, `["echo two"]`, `["10" "<echo two>"]`},
		{"BUG: the rest of a cut command will do for a reply", []string{"ec", "ho"}, `["ec"]`, `["4" "<ec>"]`},
		{"an empty answer becomes a sentence", []string{"quiet", "x"}, `["quiet"]`, `["32" "cmd exec success,has not output!"]`},
		{"a client that leaves before it replies", []string{"echo"}, `["echo"]`, `["6" "<echo>"]`},
		{"nothing but a leave", nil, `[]`, `[]`},
	} {
		for _, eofWith := range []bool{false, true} {
			s := reads(test.reads...)
			s.eofWith = eofWith
			var heard []string
			err := ServeSize(s, func(command string) []byte { heard = append(heard, command); return reply(command) })
			if err != nil || fmt.Sprintf("%q", heard) != test.heard || fmt.Sprintf("%q", s.writes) != test.writes {
				t.Errorf("%s: heard %q, wrote %q, %v; want %s, %s", test.name, heard, s.writes, err, test.heard, test.writes)
			}
		}
	}
}

func TestSizeClient(t *testing.T) {
	for _, test := range []struct {
		name  string
		reads []string
		want  []string // an answer each call, or "error: " and a part of it
	}{
		{"size and answer", []string{"3", "abc", "10", "01234", "56789"}, []string{"abc", "0123456789"}},
		{"BUG: a size in two reads is another size", []string{"1", "0", "0123456789"}, []string{"0"}},
		{"BUG: size and answer in one read are no number", []string{"3abc"}, []string{`error: no size in "3abc"`}},
		{"BUG: a byte too many, and the loop never ends", []string{"3", "abcd", "more"}, []string{"error: unexpected EOF"}},
	} {
		c := NewSizeClient(reads(test.reads...))
		for i, want := range test.want {
			got, err := c.Call("x")
			part, bad := strings.CutPrefix(want, "error: ")
			if bad && (err == nil || !strings.Contains(err.Error(), part)) || !bad && (err != nil || string(got) != want) {
				t.Errorf("%s: call %d: %q, %v, want %q", test.name, i+1, got, err, want)
			}
		}
	}
}

func TestSizeClientAtEOF(t *testing.T) {
	for n := range len("3") {
		s := reads(("3")[:n])
		if n == 0 {
			s = reads()
		}
		if _, err := NewSizeClient(s).Call("x"); !errors.Is(err, io.ErrUnexpectedEOF) && n == 0 {
			t.Errorf("after %d bytes: %v, want io.ErrUnexpectedEOF", n, err)
		}
	}
}

func TestSizeClientWrites(t *testing.T) {
	s := reads("3", "abc")
	if _, err := NewSizeClient(s).Call("echo"); err != nil || fmt.Sprintf("%q", s.writes) != `["echo" "ready when you are"]` {
		t.Errorf("wrote %q, %v", s.writes, err)
	}
}
