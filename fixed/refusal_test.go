package fixed_test

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

func TestServerRefusesFaults(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		for _, fault := range s.commands {
			c := reads(fault.stream, "and more that the server has not read")
			err := s.serve(c, never(t))
			if err == nil || !strings.Contains(err.Error(), fault.want) || strings.ContainsFunc(err.Error(), unprintable) {
				t.Errorf("%s: got error %q, want one in print with %s", fault.name, err, fault.want)
			}
			if left, _ := io.ReadAll(c); !c.ended || len(left) > 0 {
				t.Errorf("%s: got half-closed %v, %d bytes unread, want true, 0", fault.name, c.ended, len(left))
			}
			s.checkRefused(t, fault.name, c.wrote())
		}
	})
}

// unprintable reports what an error must not carry from a peer to a terminal.
func unprintable(r rune) bool { return r < ' ' || r > '~' }

// checkRefused checks that stream tells a client why it is refused. Where only
// the end of the stream means something, words cannot be told from an answer.
func (s stage) checkRefused(t *testing.T, name, stream string) {
	t.Helper()
	got, err := s.client(reads(stream)).Call("x")
	if s.single {
		if err != nil || !strings.Contains(string(got), "limit 1048576") {
			t.Errorf("%s: the refused client got %q, %v, want the reason for an answer", name, got, err)
		}
	} else if got != nil || err == nil || !strings.HasPrefix(err.Error(), "refused by the peer: ") {
		t.Errorf("%s: the refused client got %q, %v, want refused by the peer", name, got, err)
	}
}

func TestClientRefusesFaults(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		for _, fault := range s.answers {
			got, err := s.client(reads(fault.stream)).Call("x")
			if got != nil || err == nil || !strings.Contains(err.Error(), fault.want) {
				t.Errorf("%s: got %.40q, %v, want an error with %s", fault.name, got, err, fault.want)
			}
		}
	})
}

func TestCommandOverTheLimitIsNotSent(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		c := reads()
		got, err := s.client(c).Call(strings.Repeat("x", limit+1))
		if got != nil || err == nil || !strings.Contains(err.Error(), "1048577 bytes, limit 1048576") || len(c.writes) > 0 {
			t.Errorf("got %q, %v, %d writes, want 1048577 bytes, limit 1048576, and no write", got, err, len(c.writes))
		}
	})
}

func TestAnswerOverTheLimitIsRefused(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		if s.chunks {
			return // TestStreamingCallStopsOverItsLimit
		}
		c, leave := s.start(t, tcp)
		got, err := c.Call("huge")
		if s.single {
			if err != nil || string(got) != "message of at least 1048577 bytes, limit 1048576\n" {
				t.Errorf("client: got %.80q, %v, want the reason for an answer", got, err)
			}
		} else if want := `of 1048577 bytes, limit 1048576"`; got != nil || err == nil || !strings.HasPrefix(err.Error(), "refused by the peer: ") || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("client: got %.40q, %v, want %s", got, err, want)
		}
		if err := leave(); err == nil || !strings.Contains(err.Error(), "1048577 bytes, limit 1048576") {
			t.Errorf("server: got %v, want 1048577 bytes, limit 1048576", err)
		}
	})
}

// A refused peer that goes on sending reads the refusal all the same: over real
// TCP, where a close with unread input resets the connection.
func TestRefusalOutlivesUnreadInput(t *testing.T) {
	more := make([]byte, limit/2)
	each(t, stages, func(t *testing.T, s stage) {
		fault := []byte(s.commands[0].stream)
		for range 20 {
			client, server := tcp(t)
			served := make(chan error)
			go func() {
				err := s.serve(server, reply)
				server.Close()
				served <- err
			}()
			_, err := client.Write(fault)
			_, err2 := client.Write(more)
			if err := errors.Join(err, err2, client.(*net.TCPConn).CloseWrite()); err != nil {
				t.Fatalf("client that is being refused: got %v, want no error", err)
			}
			if words, err := io.ReadAll(client); err != nil || !strings.Contains(string(words), "limit") {
				t.Fatalf("client: got %q, %v, want the limit", words, err)
			}
			client.Close()
			if err := <-served; err == nil || !strings.Contains(err.Error(), s.commands[0].want) {
				t.Errorf("server: got %v, want %s", err, s.commands[0].want)
			}
		}
	})
}

// A refused peer that never stops sending is left after a while.
func TestRefusalTakesALimitedInput(t *testing.T) {
	flood := strings.Repeat("\x00", 3*limit)
	each(t, stages, func(t *testing.T, s stage) {
		c := reads(s.commands[0].stream, flood)
		s.serve(c, never(t))
		if left, _ := io.Copy(io.Discard, c); left < limit {
			t.Errorf("got %d of %d bytes unread, want at least %d", left, len(flood), limit)
		}
	})
}

// A peer that announces as much as it may and sends next to nothing is believed
// only as far as it has sent.
func TestAnnouncedBytesTakeNoMemory(t *testing.T) {
	most := strings.Repeat("x", limit)
	each(t, framed, func(t *testing.T, s stage) {
		ask, answer := s.ask(most), s.answer(most)
		for side, run := range map[string]func() error{
			"server": func() error { return s.serve(reads(ask[:len(ask)-limit+1]), never(t)) },
			"client": func() error { _, err := s.client(reads(answer[:len(answer)-limit+1])).Call("x"); return err },
		} {
			var err error
			if took := allocated(func() { err = run() }); took > 64<<10 || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: took %d bytes, %v, want at most %d, io.ErrUnexpectedEOF", side, took, err, 64<<10)
			}
		}
	})
}

// allocated is how many bytes f takes, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
