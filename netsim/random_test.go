package netsim_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// TestRandomProgramsUnderRandomPlans runs programs that make no sense, and
// checks what must hold whatever they do: bytes arrive whole, in order and no
// sooner than the plan lets them, no read crosses a cut, nothing follows an
// end, and the same happens twice.
func TestRandomProgramsUnderRandomPlans(t *testing.T) {
	used := newSim(t)
	ends := map[string]int{}
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		text := randomPlan(rnd)
		plan := netsim.MustParsePlan(text)
		program := rnd.Uint64()

		c := &chaos{sim: used}
		err := c.run(plan, program)
		log := used.Log()
		c.check(t, seed, text, plan, log)
		ends[strings.TrimPrefix(fmt.Sprintf("%T", err), "*netsim.")]++

		if seed%5 == 0 {
			again := &chaos{sim: &netsim.Sim{Trace: true}}
			errAgain := again.run(plan, program)
			if got, want := fmt.Sprint(again.sim.Log(), errAgain), fmt.Sprint(log, err); got != want {
				t.Errorf("seed %d, %s: got\n%s\na second time, want\n%s", seed, text, got, want)
			}
			again.sim.Close()
		}
		if t.Failed() {
			return
		}
	}
	if ends["<nil>"] < 100 || ends["HangError"] < 100 || ends["PanicError"] > 0 {
		t.Errorf("got the outcomes %v, want many of each and no panic", ends)
	}
}

func randomPlan(rnd *rand.Rand) string {
	items := []string{[]string{"glue", "as-written", "drip", "every=3", "random=4"}[rnd.IntN(5)]}
	add := func(chance int, format string, args ...any) {
		if rnd.IntN(chance) == 0 {
			items = append(items, fmt.Sprintf(format, args...))
		}
	}
	for _, dir := range []string{"up", "down"} {
		add(2, "%s:cut=%d,%d", dir, 1+rnd.IntN(10), 20+rnd.IntN(10))
		add(3, "%s:stall=%dms@%d,%dms@%d", dir, rnd.IntN(30), rnd.IntN(10), rnd.IntN(30), 10+rnd.IntN(20))
		add(3, "%s:window=%d", dir, 1+rnd.IntN(20))
		add(6, "%s:truncate=%d", dir, rnd.IntN(60))
		add(6, "%s:reset=%d", dir, rnd.IntN(60))
	}
	add(4, "eof-with-data")
	add(3, "link:rtt=%dms", 1+rnd.IntN(20))
	return strings.Join(items, ";")
}

// chaos is one random program: three tasks an end.
type chaos struct {
	sim  *netsim.Sim
	got  [2][]byte // what the reads of up and down returned
	read [2][]trace.Span

	closed bool // one of the ends was
}

func (c *chaos) run(plan netsim.Plan, program uint64) error {
	return c.sim.Run(plan, "main", func() {
		client, server := c.sim.Pipe()
		for i := range 6 {
			conn, in := client, 1
			if i%2 == 1 {
				conn, in = server, 0
			}
			rnd := rand.New(rand.NewPCG(program, uint64(i)))
			c.sim.Go(fmt.Sprint("task ", i), func() { c.task(rnd, conn, in) })
		}
	})
}

func (c *chaos) task(rnd *rand.Rand, conn net.Conn, in int) {
	buf := make([]byte, 32)
	for range rnd.IntN(14) {
		switch rnd.IntN(16) {
		case 0, 1, 2, 3, 4:
			for i := range buf {
				buf[i] = byte(rnd.Uint32())
			}
			conn.Write(buf[:rnd.IntN(len(buf))])
		case 5, 6, 7, 8, 9:
			n, _ := conn.Read(buf[:rnd.IntN(len(buf))])
			if n > 0 {
				from := len(c.got[in])
				c.got[in] = append(c.got[in], buf[:n]...)
				c.read[in] = append(c.read[in], trace.Span{From: from, To: from + n})
			}
		case 10, 11:
			c.sim.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond)
		case 12:
			conn.SetDeadline(c.sim.Now().Add(time.Duration(rnd.IntN(20)) * time.Millisecond))
		case 13:
			conn.SetDeadline(time.Time{})
		case 14:
			if rnd.IntN(3) == 0 {
				conn.(interface{ CloseWrite() error }).CloseWrite()
			}
		case 15:
			if rnd.IntN(4) == 0 {
				c.closed = true
				conn.Close()
			}
		}
	}
}

func (c *chaos) check(t *testing.T, seed uint64, text string, plan netsim.Plan, log trace.Log) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("seed %d, %s: %s", seed, text, fmt.Sprintf(format, args...))
	}
	for i, dir := range []trace.Direction{trace.Up, trace.Down} {
		spec := []*netsim.Stream{&plan.Up, &plan.Down}[i]
		stream := log.Stream(1, dir)
		if !bytes.HasPrefix(stream, c.got[i]) {
			fail("%s: got %x read, want a prefix of %x", dir, c.got[i], stream)
		}
		if got := log.Spans(trace.Read, 1, dir); !slices.Equal(got, c.read[i]) {
			fail("%s: got the reads %v in the log, want %v", dir, got, c.read[i])
		}

		at := map[trace.Kind]int{}            // the cursors
		sent := map[int]time.Duration{}       // when each byte was
		var now, lastArrival time.Duration    // of the event before
		var writes []int                      // where writes end, as far as they are whole
		over := false                         // the stream has ended
		limit, latency := -1, plan.Link.RTT/2 // the plan's end; half a round trip
		if spec.Truncate != nil {
			limit = *spec.Truncate
		}
		if spec.Reset != nil && (limit < 0 || *spec.Reset < limit) {
			limit = *spec.Reset
		}
		for _, e := range log {
			if e.Time < now {
				fail("the event %+v at an earlier time than the one before", e)
			}
			now = e.Time
			if e.Dir != dir {
				continue
			}
			switch e.Kind {
			case trace.Written, trace.Sent, trace.Arrived, trace.Read:
				if e.From != at[e.Kind] || e.To <= e.From {
					fail("the event %+v, want one that goes on at %d", e, at[e.Kind])
				}
				at[e.Kind] = e.To
			}
			if e.Kind == trace.Written {
				writes = append(writes, e.To)
			}
			if at[trace.Sent] > at[trace.Written] || at[trace.Arrived] > at[trace.Sent] || at[trace.Read] > at[trace.Arrived] {
				fail("the cursors %v at %+v, want read <= arrived <= sent <= written", at, e)
			}
			window := spec.Window
			if window == 0 {
				window = netsim.DefaultWindow
			}
			if at[trace.Sent]-at[trace.Read] > window {
				fail("%d bytes between read and sent at %+v, want %d at most", at[trace.Sent]-at[trace.Read], e, window)
			}
			if limit >= 0 && at[trace.Sent] > limit {
				fail("%d bytes sent, want %d at most", at[trace.Sent], limit)
			}
			switch e.Kind {
			case trace.Reset:
				reached := spec.Reset != nil && limit == *spec.Reset && at[trace.Sent] == limit
				if !reached && !c.closed {
					fail("the reset %+v, which neither the plan nor a Close made", e)
				}
			case trace.Sent:
				if over {
					fail("bytes sent behind the end: %+v", e)
				}
				for b := e.From; b < e.To; b++ {
					sent[b] = e.Time
				}
			case trace.End:
				over = true
				if e.From != at[trace.Sent] || e.From != at[trace.Arrived] {
					fail("the end %+v, want it behind the last of %d bytes sent and %d arrived", e, at[trace.Sent], at[trace.Arrived])
				}
			case trace.Arrived:
				want := lastArrival
				for b := e.From; b < e.To; b++ {
					want = max(want, sent[b]+latency)
					for _, stall := range spec.Stalls {
						if stall.At == b {
							want = max(want, sent[b]+latency+stall.Delay)
						}
					}
				}
				if e.Time != want {
					fail("the arrival %+v, want it at %s", e, want)
				}
				lastArrival = e.Time
			case trace.Read:
				for b := e.From + 1; b < e.To; b++ {
					cut := slices.Contains(spec.Cuts, b)
					switch spec.Mode.Kind {
					case netsim.Drip:
						cut = true
					case netsim.Every:
						cut = cut || b%int(spec.Mode.N) == 0
					case netsim.AsWritten:
						cut = cut || slices.Contains(writes, b)
					}
					if cut {
						fail("the read %+v crosses the cut at %d", e, b)
					}
				}
			}
		}
	}
}
