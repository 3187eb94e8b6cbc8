package relay

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Without a quiet moment, nor an end of Hold, all writes become one read.
func TestGlueHoldsToTheEnd(t *testing.T) {
	for plan, want := range map[string][]string{
		"up:glue":            {"abcdefghi"},
		"up:glue;up:cut=4":   {"abcd", "efghi"},
		"glue;up:truncate=5": {"abcde"},
	} {
		t.Run(plan, func(t *testing.T) {
			serve, got := collect(t)
			x := traced(t, &Relay{Plan: netsim.MustParsePlan(plan), Hold: time.Hour, quiet: time.Hour}, serve)
			c := x.dial()
			for _, s := range []string{"abc", "def", "ghi"} {
				send(t, c, s)
			}
			closeWrite(t, c)
			all := <-got
			if strings.Join(all, "") != strings.Join(want, "") {
				t.Errorf("got %q, want %q", all, want)
			}
			if sure == "verified" && len(all) != len(want) {
				t.Errorf("got %q, want %q", all, want)
			}
			x.stop()
			if pieces := x.of(trace.Arrived, trace.Up); len(pieces) != len(want) {
				t.Errorf("pieces %v, want %d", pieces, len(want))
			}
			if got := x.Counters(); got.Ended != 0 || got.Verified+got.Unverified != len(want)-1 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// A sender that waits for its answer gets it: silence ends a hold. That is no
// cut that the program would not have without a relay.
func TestGlueEndsWhenTheSenderIsIdle(t *testing.T) {
	x := relaying(t, &Relay{Plan: netsim.MustParsePlan("glue"), Hold: time.Hour}, func(c *net.TCPConn) { io.Copy(c, c) })
	c := x.dial()
	for _, s := range []string{"one", "two", "three"} {
		send(t, c, s)
		expect(t, c, s)
	}
	x.stop()
	if got := x.Counters(); got.Ended != 0 || got.Verified+got.Unverified+got.TimedOut != 0 {
		t.Errorf("got %+v, want no cuts", got)
	}
}

// The sender sends more when the receiver has read what was held, and has not
// answered: the hold was too short, and that is recorded.
func TestAHoldThatEndedIsACut(t *testing.T) {
	for name, r := range map[string]*Relay{
		"Hold is over":       {Hold: time.Millisecond, quiet: time.Hour},
		"the sender is idle": {Hold: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			read := make(chan string, 10)
			r.Plan = netsim.MustParsePlan("up:glue")
			x := traced(t, r, func(c *net.TCPConn) {
				p := make([]byte, 100)
				for {
					n, err := c.Read(p)
					if err != nil {
						return
					}
					read <- string(p[:n])
				}
			})
			c := x.dial()
			for _, s := range []string{"a", "b"} {
				send(t, c, s)
				if got := <-read; got != s {
					t.Errorf("got %q, want %q", got, s)
				}
			}
			x.stop()
			if got := x.Counters(); got.Ended != 1 || got.Verified+got.Unverified != 0 {
				t.Errorf("got %+v, want one hold that ended", got)
			}
			cuts := x.of(trace.Cut, trace.Up)
			if len(cuts) != 1 || cuts[0].Note != "hold ended" || cuts[0].From != 1 {
				t.Errorf("got cuts %v", cuts)
			}
		})
	}
}

// What is held is bounded; a receiver of much is not starved.
func TestGlueOfMuch(t *testing.T) {
	const size = 1 << 20
	total := make(chan int64, 1)
	x := traced(t, &Relay{Plan: netsim.MustParsePlan("up:glue"), Hold: time.Hour, quiet: time.Hour}, func(c *net.TCPConn) {
		n, err := io.Copy(io.Discard, c)
		if err != nil {
			t.Error(err)
		}
		total <- n
	})
	c := x.dial()
	send(t, c, strings.Repeat("x", size))
	closeWrite(t, c)
	if got := <-total; got != size {
		t.Errorf("got %d bytes, want %d", got, size)
	}
	x.stop()
	if pieces := x.of(trace.Arrived, trace.Up); len(pieces) != size/maxPiece {
		t.Errorf("%d pieces, want %d of %d bytes", len(pieces), size/maxPiece, maxPiece)
	}
	if got := x.Counters(); got.Ended != size/maxPiece-1 {
		t.Errorf("got %+v", got)
	}
}
