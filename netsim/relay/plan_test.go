package relay

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Every cut of the plan is made, in both directions, and verified where that
// can be; no read crosses one.
func TestCutsAreThePlans(t *testing.T) {
	text := strings.Repeat("0123456789", 20)
	for _, plan := range []string{
		"cut=1", "cut=3,7,199", "up:cut=5;down:cut=6", "drip", "every=7", "every=7;cut=8", "random=1", "random=2", "up:random=3;down:every=50",
		"glue;cut=100", "drip;window=3", "cut=200,900", "stall=1ms@20;every=30", "link:rtt=2ms;every=99", "1#every=3;2#drip",
	} {
		t.Run(plan, func(t *testing.T) {
			up := make(chan []string, 1)
			x := traced(t, &Relay{Plan: netsim.MustParsePlan(plan)}, func(c *net.TCPConn) {
				all, err := reads(c)
				if err != nil {
					t.Error(err)
				}
				up <- all
				io.WriteString(c, text)
			})
			c := x.dial()
			send(t, c, text)
			closeWrite(t, c)
			down, err := reads(c)
			if err != nil {
				t.Error(err)
			}
			x.stop()
			verified := 0
			for dir, got := range map[trace.Direction][]string{trace.Up: <-up, trace.Down: down} {
				if strings.Join(got, "") != text {
					t.Errorf("%s: got %q", dir, got)
				}
				want := x.Plan.Cuts(1, dir, len(text))
				verified += len(want)
				var cuts []int
				for _, e := range x.of(trace.Cut, dir) {
					if cuts = append(cuts, e.From); e.Note != sure || e.To != e.From {
						t.Errorf("%s: got %v, want it %s", dir, e, sure)
					}
				}
				if !slices.Equal(cuts, want) {
					t.Errorf("%s: got cuts %v, want %v", dir, cuts, want)
				}
				if sure != "verified" {
					continue
				}
				at := 0
				for _, read := range got {
					for _, cut := range want {
						if at < cut && cut < at+len(read) {
							t.Errorf("%s: read [%d, %d) crosses %d", dir, at, at+len(read), cut)
						}
					}
					at += len(read)
				}
			}
			if got := x.Counters(); got.Verified+got.Unverified != verified || got.TimedOut != 0 {
				t.Errorf("got %+v, want %d cuts", got, verified)
			}
		})
	}
}

func TestPlansOfConnections(t *testing.T) {
	serve, got := collect(t)
	x := relaying(t, &Relay{Plan: netsim.MustParsePlan("up:cut=2;2#up:cut=3;2#up:truncate=4")}, serve)
	for n := range 3 {
		c := x.dial()
		send(t, c, "hello")
		closeWrite(t, c)
		all := <-got
		if n == 1 && strings.Join(all, "") != "hell" || n != 1 && strings.Join(all, "") != "hello" {
			t.Errorf("connection %d: the server read %q", n+1, all)
		}
		if first := len(all[0]); sure == "verified" && first > 2+n%2 {
			t.Errorf("connection %d: the server read %q", n+1, all)
		}
		c.Close()
	}
	x.stop()
	if got := x.Beyond(); len(got) != 0 {
		t.Errorf("beyond: %q", got)
	}
}

func TestWhatIsPastTheEndIsSaid(t *testing.T) {
	serve, got := collect(t)
	x := relaying(t, &Relay{Plan: netsim.MustParsePlan("up:cut=2,5,9;2#up:cut=3;3#down:reset=7")}, serve)
	for _, text := range []string{"hello", "hi"} {
		c := x.dial()
		send(t, c, text)
		closeWrite(t, c)
		<-got
	}
	x.stop()
	want := []string{
		"up:cut=5 is past the end (5 bytes) and does nothing",
		"up:cut=9 is past the end (5 bytes) and does nothing",
		"2#up:cut=3 is past the end (2 bytes) and does nothing",
		"3#down:reset=7 is past the end (0 bytes) and does nothing",
	}
	if got := x.Beyond(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// came returns when the byte at an offset was given to the receiver, and when
// the relay had it.
func (x *test) came(dir trace.Direction, offset int) (written, arrived time.Duration) {
	x.t.Helper()
	at := func(kind trace.Kind) time.Duration {
		for _, e := range x.of(kind, dir) {
			if e.From <= offset && offset < e.To {
				return e.Time
			}
		}
		x.t.Fatalf("byte %d of %s was never %s", offset, dir, kind)
		return 0
	}
	return at(trace.Written), at(trace.Arrived)
}

// A stall holds its byte and all behind it, and what has gathered goes on in
// one piece.
func TestStall(t *testing.T) {
	const delay = 50 * time.Millisecond
	serve, got := collect(t)
	x := traced(t, &Relay{Plan: netsim.MustParsePlan("up:stall=50ms@3")}, serve)
	c := x.dial()
	send(t, c, "abcdefghi")
	closeWrite(t, c)
	if all := strings.Join(<-got, ""); all != "abcdefghi" {
		t.Errorf("got %q", all)
	}
	x.stop()
	if written, arrived := x.came(trace.Up, 3); arrived-written < delay {
		t.Errorf("byte 3 was held for %s", arrived-written)
	}
	arrived := x.of(trace.Arrived, trace.Up)
	if last := arrived[len(arrived)-1]; last.From != 3 || last.To != 9 {
		t.Errorf("pieces %v, want the last to be [3, 9)", arrived)
	}
	if n := len(x.of(trace.Cut, trace.Up)); n != 0 {
		t.Errorf("%d cuts, though a stall is none", n)
	}
}

func TestLinkDelaysEachWay(t *testing.T) {
	x := traced(t, &Relay{Plan: netsim.MustParsePlan("link:rtt=40ms")}, upper)
	c := x.dial()
	start := time.Now()
	send(t, c, "a")
	expect(t, c, "A")
	if took := time.Since(start); took < 40*time.Millisecond {
		t.Errorf("a round trip took %s", took)
	}
	closeWrite(t, c)
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
	if took := time.Since(start); took < 80*time.Millisecond {
		t.Errorf("a round trip and the ends took %s", took)
	}
	x.stop()
	for _, dir := range []trace.Direction{trace.Up, trace.Down} {
		if written, arrived := x.came(dir, 0); arrived-written < 20*time.Millisecond {
			t.Errorf("%s took %s", dir, arrived-written)
		}
	}
}

// The receiver says how far it may have read before each of its reads. No byte
// is given to it that stands further behind than the window.
func TestWindow(t *testing.T) {
	if sure != "verified" {
		t.Skip("a system that does not tell what was read")
	}
	const window, size = 4, 500
	var mayRead atomic.Int64
	read := make(chan int, 1)
	r := &Relay{Plan: netsim.MustParsePlan("up:window=4")}
	r.To = serving(t, "127.0.0.1:0", func(c *net.TCPConn) {
		p, n := make([]byte, 1), 0
		for {
			mayRead.Add(1)
			if _, err := c.Read(p); err != nil {
				read <- n
				return
			}
			n++
		}
	})
	r.Trace = func(e trace.Event) {
		if e.Kind == trace.Arrived && int64(e.To) > mayRead.Load()+window {
			t.Errorf("bytes [%d, %d) were sent when the receiver had read %d at the most", e.From, e.To, mayRead.Load())
		}
	}
	x := relaying(t, r, nil)
	c := x.dial()
	send(t, c, strings.Repeat("x", size))
	closeWrite(t, c)
	if got := <-read; got != size {
		t.Errorf("the receiver read %d bytes, want %d", got, size)
	}
}

// The receiver of a truncated stream sees its end while the sender goes on, and
// the other direction lives.
func TestTruncate(t *testing.T) {
	for _, at := range []int{0, 1, 5, 6} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			x := traced(t, &Relay{Plan: netsim.MustParsePlan(fmt.Sprintf("up:truncate=%d", at))}, func(c *net.TCPConn) {
				all, err := io.ReadAll(c)
				if err != nil {
					t.Error(err)
				}
				fmt.Fprintf(c, "%s.", all)
			})
			c := x.dial()
			send(t, c, "abcdef")
			expect(t, c, "abcdef"[:at]+".")
			send(t, c, strings.Repeat("x", 1<<20)) // swallowed
			closeWrite(t, c)
			if _, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("got %v, want the end", err)
			}
			x.over()
			x.stop()
			if ends := x.of(trace.End, trace.Up); len(ends) != 1 || ends[0].From != at {
				t.Errorf("ends %v, want one at %d", ends, at)
			}
			lost := x.of(trace.Lost, trace.Up)
			if len(lost) == 0 || lost[0].From != at || lost[len(lost)-1].To != 6+1<<20 {
				t.Errorf("lost %v", lost)
			}
			if got := x.Counters(); got.Up != int64(at) || got.Down != int64(at)+1 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestReset(t *testing.T) {
	for _, at := range []int{0, 1, 5, 6} {
		for _, dir := range []string{"up", "down"} {
			t.Run(fmt.Sprint(dir, at), func(t *testing.T) {
				type end struct {
					text string
					err  error
				}
				server := make(chan end, 1)
				take := func(c *net.TCPConn) end {
					all, err := reads(c)
					return end{strings.Join(all, ""), err}
				}
				x := traced(t, &Relay{Plan: netsim.MustParsePlan(fmt.Sprintf("%s:reset=%d", dir, at))}, func(c *net.TCPConn) {
					if dir == "down" {
						io.WriteString(c, "abcdef")
					}
					server <- take(c)
				})
				client := end{err: syscall.ECONNRESET}
				conn, err := net.Dial("tcp", x.address)
				if err == nil {
					c := conn.(*net.TCPConn)
					defer c.Close()
					if dir == "up" {
						io.WriteString(c, "abcdef")
					}
					client = take(c)
				} else if at > 0 || !broke(err) {
					t.Fatal(err)
				}
				x.over()
				if at > 0 { // else the server's end may never have been accepted
					s := <-server
					if !broke(s.err) {
						t.Errorf("the server read %q, then %v, want a reset", s.text, s.err)
					}
					if dir == "up" && s.text != "abcdef"[:at] {
						t.Errorf("the server read %q", s.text)
					}
				}
				if !broke(client.err) {
					t.Errorf("the client read %q, then %v, want a reset", client.text, client.err)
				}
				if dir == "down" && client.text != "abcdef"[:at] {
					t.Errorf("the client read %q", client.text)
				}
				x.stop()
				if resets := x.of(trace.Reset, trace.Direction(dir)); len(resets) != 1 || resets[0].From != at {
					t.Errorf("resets %v, want one at %d", resets, at)
				}
			})
		}
	}
}
