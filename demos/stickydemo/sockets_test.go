package main

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"stickydemo/demos/stage"
)

// visitor is a client of stage0's naive servers, on a connection of its own that
// a test may close.
func visitor(t *testing.T, address string) (stage.Caller, net.Conn) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(enough)); err != nil { // a hang is a failure
		t.Fatal(err)
	}
	caller, err := stage.Find("stage0").Naive.Client(func() (net.Conn, error) { return conn, nil })
	if err != nil {
		t.Fatal(err)
	}
	return caller, conn
}

func hears(t *testing.T, c stage.Caller, line string) {
	t.Helper()
	if got, err := c.Call(line); err != nil || string(got) != strings.ToUpper(line) {
		t.Errorf("%q: got %q, %v", line, got, err)
	}
}

// endsByItself checks that a server ends, well and unasked.
func (p *process) endsByItself(after string) {
	p.t.Helper()
	if status := p.wait(); status != exitOK || !strings.HasSuffix(p.stdout.String(), "\nended by itself after "+after+"\n") {
		p.t.Errorf("got status %d and %q", status, p.stdout.String())
	}
	if lines := p.rest(); len(lines) > 0 {
		p.t.Errorf("it said on stderr: %q", lines)
	}
}

// The eight problems of the seed begin with these four, here on real TCP.
func TestNaiveSocketsOverTCP(t *testing.T) {
	t.Run("once: a second message meets nobody", func(t *testing.T) {
		server, address := serving(t, "stage0", "--side", "naive", "--variant", "once")
		c, _ := visitor(t, address)
		hears(t, c, "hello")
		if got, err := c.Call("again"); err == nil {
			t.Errorf("got %q, want an error", got)
		}
		server.endsByItself("1 connection")
	})
	t.Run("spin: it does not notice that its client left", func(t *testing.T) {
		server, address := serving(t, "stage0", "--side", "naive", "--variant", "spin")
		c, conn := visitor(t, address)
		hears(t, c, "hello")
		hears(t, c, "again")
		conn.Close()
		if line := server.logged(); !strings.Contains(line, ": spin: 10000 reads in a row returned nothing") {
			t.Errorf("the log has %q", line)
		}
		server.stop() // which ends even this one
	})
	t.Run("first: it leaves with its first client", func(t *testing.T) {
		server, address := serving(t, "stage0", "--side", "naive", "--variant", "first")
		c, conn := visitor(t, address)
		hears(t, c, "hello")
		conn.Close()
		server.endsByItself("1 connection")
		if _, err := net.Dial("tcp", address); err == nil {
			t.Error("somebody still listens")
		}
	})
	t.Run("queue: the second waits until the first has left", func(t *testing.T) {
		server, address := serving(t, "stage0", "--side", "naive")
		defer server.stop()
		first, conn := visitor(t, address)
		second, waiting := visitor(t, address)
		hears(t, first, "hello")
		if err := waiting.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if got, err := second.Call("is anybody there?"); !os.IsTimeout(err) {
			t.Errorf("got %q, %v, want a timeout", got, err)
		}
		hears(t, first, "still me")
		conn.Close()
		if err := waiting.SetReadDeadline(time.Now().Add(enough)); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 64)
		if n, err := waiting.Read(answer); string(answer[:n]) != "IS ANYBODY THERE?" {
			t.Errorf("got %q, %v", answer[:n], err)
		}
	})
}
