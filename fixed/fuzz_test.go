package fixed_test

import (
	"fmt"
	"slices"
	"testing"
)

func FuzzServeNoframing(f *testing.F)    { fuzzServe(f, "noframing") }
func FuzzServeSleephack(f *testing.F)    { fuzzServe(f, "sleephack") }
func FuzzServeAckhandshake(f *testing.F) { fuzzServe(f, "ackhandshake") }
func FuzzServeStructheader(f *testing.F) { fuzzServe(f, "structheader") }
func FuzzServeJsonheader(f *testing.F)   { fuzzServe(f, "jsonheader") }
func FuzzServeSockets(f *testing.F)      { fuzzServe(f, "sockets") }
func FuzzServeStreaming(f *testing.F)    { fuzzServe(f, "streaming") }
func FuzzServeDelimiter(f *testing.F)    { fuzzServe(f, "delimiter") }
func FuzzServeIncremental(f *testing.F)  { fuzzServe(f, "incremental") }

// fuzzServe gives a server arbitrary bytes, whole and one by one: it must do the
// same with both, and take little memory, whatever they announce.
func fuzzServe(f *testing.F, name string) {
	s := stages[slices.IndexFunc(stages, func(s stage) bool { return s.name == name })]
	_, asks, _ := s.talk()
	for _, stream := range []string{asks, "", "echo two", "你好", "GET / HTTP/1.1\r\n", "\xff\xff\xff\xff"} {
		f.Add([]byte(stream))
	}
	for _, fault := range s.commands {
		if len(fault.stream) < limit { // more is slow to mutate
			f.Add([]byte(fault.stream))
		}
	}
	echo := func(command string) []byte { return []byte(command) }
	f.Fuzz(func(t *testing.T, stream []byte) {
		var err error
		whole, single := reads(string(stream)), reads(string(stream)).drip()
		most := 256<<10 + 2048*uint64(len(stream)) // a whole message of 3 bytes takes 3300
		if took := allocated(func() { err = s.serve(whole, echo) }); took > most {
			t.Errorf("%d bytes of input took %d bytes of memory, want at most %d", len(stream), took, most)
		}
		again := s.serve(single, echo)
		if fmt.Sprint(again) != fmt.Sprint(err) || single.wrote() != whole.wrote() {
			t.Errorf("byte by byte: got %v, %q, want as whole: %v, %q", again, single.wrote(), err, whole.wrote())
		}
	})
}

func FuzzCallSockets(f *testing.F)   { fuzzCall(f, "sockets") }
func FuzzCallStreaming(f *testing.F) { fuzzCall(f, "streaming") }

// fuzzCall gives a client arbitrary bytes for an answer, as fuzzServe does for
// commands.
func fuzzCall(f *testing.F, name string) {
	s := stages[slices.IndexFunc(stages, func(s stage) bool { return s.name == name })]
	_, _, answers := s.talk()
	for _, stream := range []string{answers, "", "HTTP/1.1 200 OK\r\n", "\xff\xff\xff\xff"} {
		f.Add([]byte(stream))
	}
	for _, fault := range s.answers {
		if len(fault.stream) < limit {
			f.Add([]byte(fault.stream))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var answer []byte
		var err error
		whole, single := reads(string(stream)), reads(string(stream)).drip()
		most := 256<<10 + 2048*uint64(len(stream))
		if took := allocated(func() { answer, err = s.client(whole).Call("x") }); took > most {
			t.Errorf("%d bytes of input took %d bytes of memory, want at most %d", len(stream), took, most)
		}
		if len(answer) > len(stream) || err != nil && answer != nil {
			t.Errorf("got %d bytes and %v from %d", len(answer), err, len(stream))
		}
		again, err2 := s.client(single).Call("x")
		if fmt.Sprint(err2) != fmt.Sprint(err) || string(again) != string(answer) || single.wrote() != whole.wrote() {
			t.Errorf("byte by byte: got %q, %v, want as whole: %q, %v", again, err2, answer, err)
		}
	})
}
