package fixed_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestServerUnderEveryCut(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		talk, asks, answers := s.talk()
		var want []string
		for _, e := range talk {
			want = append(want, e.command)
		}
		for name, c := range arrivals(asks) {
			var heard []string
			err := s.serve(c, func(command string) []byte { heard = append(heard, command); return reply(command) })
			if err != nil || !slices.Equal(heard, want) || c.wrote() != answers {
				t.Errorf("%s: got %q, %v, wrote %q, want %q, %q", name, heard, err, c.wrote(), want, answers)
			}
			if c.ended != s.single {
				t.Errorf("%s: got half-closed %v, want %v", name, c.ended, s.single)
			}
		}
	})
}

func TestClientUnderEveryCut(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		talk, asks, answers := s.talk()
		for name, conn := range arrivals(answers) {
			c := s.client(conn)
			for _, e := range talk {
				if got, err := c.Call(e.command); err != nil || string(got) != e.answer {
					t.Errorf("%s: Call(%q): got %q, %v, want %q", name, e.command, got, err, e.answer)
				}
			}
			if conn.wrote() != asks {
				t.Errorf("%s: wrote %q, want %q", name, conn.wrote(), asks)
			}
			if conn.ended != s.single || conn.closed != s.single {
				t.Errorf("%s: got half-closed %v, closed %v, want %v", name, conn.ended, conn.closed, s.single)
			}
		}
	})
}

// A stream that ends between two messages has ended well; inside one it has not.
func TestServerOfATruncatedStream(t *testing.T) {
	each(t, framed, func(t *testing.T, s stage) {
		talk, asks, answers := s.talk()
		boundaries := map[int]bool{0: true}
		at := 0
		for _, e := range talk {
			at += len(s.ask(e.command))
			boundaries[at] = true
		}
		for n := range len(asks) + 1 {
			for _, c := range []*conn{reads(asks[:n]), reads(asks[:n]).abrupt()} {
				err := s.serve(c, reply)
				if boundaries[n] && err != nil {
					t.Errorf("after %d bytes, between two messages: got %v, want no error", n, err)
				}
				if !boundaries[n] && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("after %d bytes, inside a message: got %v, want io.ErrUnexpectedEOF", n, err)
				}
				if !strings.HasPrefix(answers, c.wrote()) {
					t.Errorf("after %d bytes: wrote %q, want a part of %q", n, c.wrote(), answers)
				}
			}
		}
	})
}

// A client always waits for an answer: no end of the stream suits it.
func TestClientOfATruncatedStream(t *testing.T) {
	each(t, framed, func(t *testing.T, s stage) {
		talk, _, answers := s.talk()
		for n := range answers {
			for _, conn := range []*conn{reads(answers[:n]), reads(answers[:n]).abrupt()} {
				c, left := s.client(conn), n
				for _, e := range talk {
					got, err := c.Call(e.command)
					if left -= len(s.answer(e.answer)); left < 0 {
						if got != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
							t.Errorf("after %d bytes: Call(%q): got %q, %v, want io.ErrUnexpectedEOF", n, e.command, got, err)
						}
						break
					}
					if err != nil || string(got) != e.answer {
						t.Errorf("after %d bytes: Call(%q): got %q, %v, want %q", n, e.command, got, err, e.answer)
					}
				}
			}
		}
	})
}

func TestClientOfATruncatedRefusal(t *testing.T) {
	each(t, framed, func(t *testing.T, s stage) {
		refused := reads(s.commands[0].stream)
		s.serve(refused, reply)
		for n := range refused.wrote() {
			if got, err := s.client(reads(refused.wrote()[:n])).Call("x"); got != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("after %d bytes: got %q, %v, want io.ErrUnexpectedEOF", n, got, err)
			}
		}
	})
}

func TestResetIsReported(t *testing.T) {
	reset := errors.New("reset")
	each(t, stages, func(t *testing.T, s stage) {
		talk, asks, answers := s.talk()
		if s.single {
			answers = "" // a whole message is one whose stream has ended
		}
		for n := range len(asks) + 1 {
			for _, c := range []*conn{reads(asks[:n]).then(reset), reads(asks[:n]).then(reset).abrupt()} {
				if err := s.serve(c, reply); !errors.Is(err, reset) || !strings.HasPrefix(answers, c.wrote()) {
					t.Errorf("server after %d bytes: got %v, wrote %q, want %v, a part of %q", n, err, c.wrote(), reset, answers)
				}
			}
		}
		first := s.answer(talk[0].answer)
		fatal := len(first)
		if s.single {
			fatal++ // the end itself is missing
		}
		for n := range fatal {
			for _, c := range []*conn{reads(first[:n]).then(reset), reads(first[:n]).then(reset).abrupt()} {
				if got, err := s.client(c).Call("x"); got != nil || !errors.Is(err, reset) {
					t.Errorf("client after %d bytes: got %q, %v, want %v", n, got, err, reset)
				}
			}
		}
	})
}

func TestFailedWriteIsReported(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		whole := reads(s.abc[0])
		s.serve(whole, reply)
		for n := range whole.writes {
			c := reads(s.abc[0])
			c.failAt = n + 1
			if err := s.serve(c, reply); !errors.Is(err, errBroken) {
				t.Errorf("server, write %d: got %v, want %v", n+1, err, errBroken)
			}
		}
		whole = reads(s.abc[1])
		s.client(whole).Call("abc")
		for n := range whole.writes {
			c := reads(s.abc[1])
			c.failAt = n + 1
			if got, err := s.client(c).Call("abc"); got != nil || !errors.Is(err, errBroken) {
				t.Errorf("client, write %d: got %q, %v, want %v", n+1, got, err, errBroken)
			}
		}
	})
}

func TestClientThatSaysNothing(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		c := reads()
		if err := s.serve(c, never(t)); err != nil || len(c.writes) > 0 {
			t.Errorf("got %v, wrote %q, want nothing", err, c.writes)
		}
	})
}
