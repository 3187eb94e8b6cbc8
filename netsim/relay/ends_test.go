package relay

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// both runs a test without a plan and with one.
func both(t *testing.T, f func(t *testing.T, plan netsim.Plan)) {
	for _, plan := range []string{"", "every=3", "glue"} {
		t.Run(plan, func(t *testing.T) { f(t, netsim.MustParsePlan(plan)) })
	}
}

func TestHalfClosed(t *testing.T) {
	both(t, func(t *testing.T, plan netsim.Plan) {
		heard := make(chan struct{})
		x := relaying(t, &Relay{Plan: plan}, func(c *net.TCPConn) {
			all, err := io.ReadAll(c)
			if err != nil {
				t.Error(err)
			}
			<-heard
			io.WriteString(c, "you said "+string(all))
			c.CloseWrite()
			if n, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the server read %d, %v", n, err)
			}
		})
		c := x.dial()
		send(t, c, "hello")
		closeWrite(t, c)
		close(heard)
		got, err := io.ReadAll(c)
		if err != nil || string(got) != "you said hello" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// The server ends its stream first, and still hears the client.
func TestHalfClosedByTheServer(t *testing.T) {
	both(t, func(t *testing.T, plan netsim.Plan) {
		got := make(chan string, 1)
		x := relaying(t, &Relay{Plan: plan}, func(c *net.TCPConn) {
			io.WriteString(c, "go on")
			c.CloseWrite()
			all, err := io.ReadAll(c)
			if err != nil {
				t.Error(err)
			}
			got <- string(all)
		})
		c := x.dial()
		if all, err := io.ReadAll(c); err != nil || string(all) != "go on" {
			t.Errorf("got %q, %v", all, err)
		}
		send(t, c, "and on")
		closeWrite(t, c)
		if all := <-got; all != "and on" {
			t.Errorf("the server got %q", all)
		}
	})
}

func TestAResetOfTheClientReachesTheServer(t *testing.T) {
	both(t, func(t *testing.T, plan netsim.Plan) {
		read, end := make(chan string, 1), make(chan error, 1)
		x := relaying(t, &Relay{Plan: plan}, func(c *net.TCPConn) {
			p := make([]byte, 5)
			io.ReadFull(c, p)
			read <- string(p)
			_, err := c.Read(p)
			end <- err
		})
		c := x.dial()
		send(t, c, "hello")
		if got := <-read; got != "hello" {
			t.Errorf("the server read %q", got)
		}
		c.SetLinger(0)
		c.Close()
		if err := <-end; !broke(err) {
			t.Errorf("the server read %v, want a reset", err)
		}
	})
}

// What the server said before it left, with unread input, still arrives; then
// the reset does.
func TestLastWordsBeforeAReset(t *testing.T) {
	both(t, func(t *testing.T, plan netsim.Plan) {
		x := relaying(t, &Relay{Plan: plan}, func(c *net.TCPConn) {
			io.ReadFull(c, make([]byte, 1))
			io.WriteString(c, "too long")
			c.SetLinger(0)
		})
		c := x.dial()
		send(t, c, "hello")
		all, err := reads(c)
		if got := strings.Join(all, ""); got != "too long" || !broke(err) {
			t.Errorf("got %q, then %v, want a reset behind %q", got, err, "too long")
		}
	})
}

// The server takes nothing more, and says so only when it is written to.
func TestAServerThatLeavesEndsItsClient(t *testing.T) {
	both(t, func(t *testing.T, plan netsim.Plan) {
		x := relaying(t, &Relay{Plan: plan}, func(c *net.TCPConn) {})
		c := x.dial()
		if _, err := io.ReadAll(c); err != nil {
			t.Errorf("got %v, want the end", err)
		}
		for {
			if _, err := io.WriteString(c, "hello"); err != nil {
				if !broke(err) {
					t.Errorf("got %v, want a reset", err)
				}
				return
			}
			runtime.Gosched()
		}
	})
}

// A receiver that never reads: each cut is sent on after Drain, and said to have
// timed out, and the sender is held back once all buffers are full.
func TestAPeerThatNeverReads(t *testing.T) {
	leave := make(chan struct{})
	x := traced(t, &Relay{Plan: netsim.MustParsePlan("up:cut=1,2"), Drain: 20 * time.Millisecond}, func(c *net.TCPConn) { <-leave })
	defer close(leave)
	c := x.dial()
	c.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	n, err := io.Copy(c, zeros{})
	if err == nil || !os.IsTimeout(err) {
		t.Errorf("the sender sent %d bytes, then %v, want it to be held back", n, err)
	}
	if sure != "verified" {
		return
	}
	for limit := time.Now().Add(enough); x.Counters().TimedOut < 2 && time.Now().Before(limit); runtime.Gosched() {
	}
	cuts := x.of(trace.Cut, trace.Up)
	if len(cuts) != 2 || cuts[0].Note != "timed out" || cuts[1].Note != "timed out" {
		t.Errorf("got cuts %v, want two that timed out", cuts)
	}
	if got := x.Counters(); got.TimedOut != 2 || got.Verified != 0 {
		t.Errorf("got %+v", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// To be told to stop ends whatever waits: a stall, a hold, a cut, a window, a
// receiver that does not read, a dial.
func TestServeEndsAtOnce(t *testing.T) {
	for _, plan := range []string{"", "stall=1h@0", "glue", "cut=1", "window=1", "link:rtt=1h", "truncate=1", "drip"} {
		t.Run(plan, func(t *testing.T) {
			leave := make(chan struct{})
			x := relaying(t, &Relay{Plan: netsim.MustParsePlan(plan), Hold: time.Hour, quiet: time.Hour, Drain: time.Hour}, func(c *net.TCPConn) { <-leave })
			defer close(leave)
			c := x.dial()
			send(t, c, strings.Repeat("x", 1000))
			start := time.Now()
			x.stop()
			if took := time.Since(start); took > enough/2 {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// Nothing is left of connections that have gone, however they went.
func TestNothingIsLeft(t *testing.T) {
	plans := []string{"", "drip", "glue", "up:truncate=3", "down:reset=3", "stall=1ms@1"}
	ways := []func(c *net.TCPConn){
		func(c *net.TCPConn) {
			c.CloseWrite()
			io.ReadAll(c)
		},
		func(c *net.TCPConn) { c.SetLinger(0) },
		func(c *net.TCPConn) {},
	}
	round := func() {
		for _, plan := range plans {
			r := &Relay{To: "", Plan: netsim.MustParsePlan(plan)}
			done := make(chan struct{})
			t.Run("", func(t *testing.T) {
				defer close(done)
				x := relaying(t, r, func(c *net.TCPConn) { io.Copy(c, c) })
				for i := range 30 {
					c := x.dial()
					send(t, c, "hello")
					ways[i%len(ways)](c)
					c.Close()
				}
				x.over()
			})
			<-done
		}
	}
	round() // what the runtime and the pools keep
	goroutines, files, heap := left()
	for range 3 {
		round()
	}
	for limit := time.Now().Add(enough); ; runtime.Gosched() {
		g, f, h := left()
		if g <= goroutines && f <= files && h <= heap+1<<20 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines, %d files and %d bytes are left, of %d, %d, %d before", g, f, h, goroutines, files, heap)
		}
	}
}

// left is what there is: goroutines, open files where that can be known, and
// bytes of memory in use.
func left() (goroutines, files int, heap uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if list, err := os.ReadDir("/proc/self/fd"); err == nil {
		files = len(list)
	}
	return runtime.NumGoroutine(), files, m.HeapAlloc
}

// Cuts are pauses where nobody can tell what the receiver has read.
func TestUnverified(t *testing.T) {
	serve, got := collect(t)
	x := traced(t, &Relay{Plan: netsim.MustParsePlan("up:every=2"), blind: true}, serve)
	c := x.dial()
	send(t, c, "abcdef")
	closeWrite(t, c)
	if all := strings.Join(<-got, ""); all != "abcdef" {
		t.Errorf("got %q", all)
	}
	x.stop()
	if got := x.Counters(); got.Unverified != 2 || got.Verified+got.TimedOut != 0 {
		t.Errorf("got %+v, want 2 unverified cuts", got)
	}
	arrived := x.of(trace.Arrived, trace.Up)
	for i, e := range x.of(trace.Cut, trace.Up) {
		if e.Note != "unverified" {
			t.Errorf("got %v", e)
		}
		if gap := arrived[i+1].Time - arrived[i].Time; gap < blindPause {
			t.Errorf("a pause of %s, want %s", gap, blindPause)
		}
	}
}

func TestBlindPlans(t *testing.T) {
	for _, plan := range []string{"drip", "glue", "window=3", "reset=4", "truncate=4", "every=2;window=5;stall=1ms@2"} {
		t.Run(plan, func(t *testing.T) {
			x := relaying(t, &Relay{Plan: netsim.MustParsePlan("up:" + strings.ReplaceAll(plan, ";", ";up:")), blind: true}, func(c *net.TCPConn) { io.Copy(io.Discard, c) })
			c := x.dial()
			fmt.Fprint(c, "abcdef")
			c.CloseWrite()
			io.Copy(io.Discard, c)
			x.over()
		})
	}
}
