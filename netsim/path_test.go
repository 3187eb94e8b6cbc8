package netsim_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// crossing is what a path did, a line an event: what left, when, what it waited
// for, when it came; and what each read returned.
func crossing(log trace.Log) []string {
	var lines []string
	for _, e := range log {
		switch e.Kind {
		case trace.Segment, trace.Ack:
			line := fmt.Sprintf("%v %s %d-%d", e.Time, e.Dir, e.From, e.To)
			if e.Kind == trace.Ack {
				line = fmt.Sprintf("%v %s ack %d", e.Time, e.Dir, e.Wire.Ack)
			}
			if e.Wire.Fin {
				line += " fin"
			}
			if e.Note != "" {
				line += " (" + e.Note + ")"
			}
			if e.Wire.Lost {
				line += " lost"
			} else {
				line += " until " + e.Wire.Until.String()
			}
			lines = append(lines, line)
		case trace.Read:
			lines = append(lines, fmt.Sprintf("%v %s read %d", e.Time, e.Dir, e.To-e.From))
		case trace.Reset:
			lines = append(lines, fmt.Sprintf("%v %s reset", e.Time, e.Dir))
		}
	}
	return lines
}

func writes(sizes ...int) func(net.Conn) {
	return func(conn net.Conn) {
		for _, n := range sizes {
			conn.Write(make([]byte, n))
		}
	}
}

func readAll(conn net.Conn) { io.Copy(io.Discard, conn) }

// TestPath holds the model to the rules that it names, one at a time. The server
// reads to the end and the client leaves at once, unless the case says otherwise.
func TestPath(t *testing.T) {
	for _, test := range []struct {
		name   string
		plan   string
		client func(net.Conn)
		server func(net.Conn)
		want   []string
	}{{
		"what is written in one piece leaves in segments, and the reader's reads follow their arrival",
		"link:rtt=40ms,mss=1460,rate=20mbit,delack=40ms", writes(8893), readAll, []string{
			"0s up 0-1460 until 20.6ms",
			"600µs up 1460-2920 (rate) until 21.2ms",
			"1.2ms up 2920-4380 (rate) until 21.8ms",
			"1.8ms up 4380-5840 (rate) until 22.4ms",
			"2.4ms up 5840-7300 (rate) until 23ms",
			"3ms up 7300-8760 (rate) until 23.6ms",
			"3.6ms up 8760-8893 (rate) until 23.6692ms",
			"3.6692ms up 8893-8893 fin (rate) until 23.6852ms",
			"20.6ms up read 1460",
			"21.2ms down ack 2920 (second) until 41.216ms",
			"21.2ms up read 1460",
			"21.8ms up read 1460",
			"22.4ms down ack 5840 (second) until 42.416ms",
			"22.4ms up read 1460",
			"23ms up read 1460",
			"23.6ms down ack 8760 (second) until 43.616ms",
			"23.6ms up read 1460",
			"23.6692ms up read 133",
			"23.6852ms down ack 8893 (at once) until 43.7012ms",
			"23.7012ms down 0-0 fin (rate) until 43.7172ms",
		},
	}, {
		"without a rate they arrive together and are one read",
		"link:mss=1460", writes(8893), readAll, []string{
			"0s up 0-1460 until 0s",
			"0s up 1460-2920 until 0s",
			"0s up 2920-4380 until 0s",
			"0s up 4380-5840 until 0s",
			"0s up 5840-7300 until 0s",
			"0s up 7300-8760 until 0s",
			"0s up 8760-8893 until 0s",
			"0s down ack 1460 (at once) until 0s",
			"0s down ack 2920 (at once) until 0s",
			"0s down ack 4380 (at once) until 0s",
			"0s down ack 5840 (at once) until 0s",
			"0s down ack 7300 (at once) until 0s",
			"0s down ack 8760 (at once) until 0s",
			"0s down ack 8893 (at once) until 0s",
			"0s up 8893-8893 fin until 0s",
			"0s down ack 8893 (at once) until 0s",
			"0s up read 8192",
			"0s up read 701",
			"0s down 0-0 fin until 0s",
			"0s up ack 0 (at once) until 0s",
		},
	}, {
		"Nagle: the second of two small writes waits for the delayed acknowledgement of the first",
		"link:rtt=2ms,mss=1460,nagle=on,delack=40ms", answered(4, 600), answer, []string{
			"0s up 0-4 until 1ms",
			"1ms up read 4",
			"41ms down ack 4 (delayed) until 42ms",
			"42ms up 4-604 (nagle) until 43ms",
			"43ms up read 600",
			"43ms down 0-1 until 44ms",
			"44ms down read 1",
			"44ms up 604-604 fin until 45ms",
			"45ms down ack 604 (at once) until 46ms",
			"45ms down 1-1 fin until 46ms",
		},
	}, {
		"with TCP_NODELAY it does not wait",
		"link:rtt=2ms,mss=1460,delack=40ms", answered(4, 600), answer, []string{
			"0s up 0-4 until 1ms",
			"0s up 4-604 until 1ms",
			"1ms up read 604",
			"1ms down 0-1 until 2ms",
			"2ms down read 1",
			"2ms up 604-604 fin until 3ms",
			"3ms down ack 604 (at once) until 4ms",
			"3ms down 1-1 fin until 4ms",
		},
	}, {
		"nor where both are one write; and the answer carries the acknowledgement",
		"link:rtt=2ms,mss=1460,nagle=on,delack=40ms", answered(604), answer, []string{
			"0s up 0-604 until 1ms",
			"1ms up read 604",
			"1ms down 0-1 until 2ms",
			"2ms down read 1",
			"2ms up 604-604 fin until 3ms",
			"3ms down ack 604 (at once) until 4ms",
			"3ms down 1-1 fin until 4ms",
		},
	}, {
		"Minshall: a full segment on its way does not hold back a small one",
		"link:rtt=2ms,mss=100,nagle=on,delack=40ms", answered(150), answer, []string{
			"0s up 0-100 until 1ms",
			"0s up 100-150 until 1ms",
			"1ms down ack 150 (second) until 2ms",
			"1ms up read 150",
			"1ms down 0-1 until 2ms",
			"2ms down read 1",
			"2ms up 150-150 fin until 3ms",
			"3ms down ack 150 (at once) until 4ms",
			"3ms down 1-1 fin until 4ms",
		},
	}, {
		"what is held back is joined, and leaves once it fills a segment",
		"link:rtt=2ms,mss=100,nagle=on,delack=40ms", answered(10, 60, 60, 10), answer, []string{
			"0s up 0-10 until 1ms",
			"0s up 10-110 (nagle) until 1ms",
			"1ms down ack 110 (second) until 2ms",
			"1ms up read 110",
			"1ms down 0-1 until 2ms",
			"2ms up 110-140 (nagle) until 3ms",
			"2ms down read 1",
			"2ms up 140-140 fin until 3ms",
			"3ms down ack 140 (at once) until 4ms",
			"3ms up read 30",
			"3ms down 1-2 until 4ms",
			"3ms down 2-2 fin until 4ms",
		},
	}, {
		"the last bytes of a stream do not wait",
		"link:rtt=2ms,mss=1460,nagle=on,delack=40ms", writes(4, 600), readAll, []string{
			"0s up 0-4 until 1ms",
			"0s up 4-604 (nagle) until 1ms",
			"0s up 604-604 fin until 1ms",
			"1ms down ack 604 (at once) until 2ms",
			"1ms up read 604",
			"1ms down 0-0 fin until 2ms",
		},
	}, {
		"a closed window holds everybody up until the reader has read half of it",
		"link:rtt=2ms,mss=10,window=20", writes(45), func(conn net.Conn) {
			simOf(conn).Sleep(10 * time.Millisecond)
			for {
				if _, err := io.ReadFull(conn, make([]byte, 5)); err != nil {
					return
				}
				simOf(conn).Sleep(10 * time.Millisecond)
			}
		}, []string{
			"0s up 0-10 until 1ms",
			"0s up 10-20 until 1ms",
			"1ms down ack 10 (at once) until 2ms",
			"1ms down ack 20 (at once) until 2ms",
			"10ms up read 5",
			"20ms up read 5",
			"20ms down ack 20 (window update) until 21ms",
			"21ms up 20-30 (window full) until 22ms",
			"22ms down ack 30 (at once) until 23ms",
			"30ms up read 5",
			"40ms up read 5",
			"40ms down ack 30 (window update) until 41ms",
			"41ms up 30-40 (window full) until 42ms",
			"42ms down ack 40 (at once) until 43ms",
			"50ms up read 5",
			"60ms up read 5",
			"60ms down ack 40 (window update) until 61ms",
			"61ms up 40-45 (window full) until 62ms",
			"61ms up 45-45 fin until 62ms",
			"62ms down ack 45 (at once) until 63ms",
			"62ms down ack 45 (at once) until 63ms",
			"70ms up read 5",
			"80ms up read 5",
			"80ms down ack 45 (window update) until 81ms",
			"90ms up read 5",
			"100ms down 0-0 fin until 101ms",
		},
	}, {
		"a lost segment is sent again after the timeout, which doubles; what came behind it waits",
		"link:rtt=40ms,mss=10,loss=50%,seed=1", writes(40), readAll, []string{
			"0s up 0-10 lost",
			"0s up 10-20 until 20ms",
			"0s up 20-30 lost",
			"0s up 30-40 until 20ms",
			"0s up 40-40 fin until 20ms",
			"20ms down ack 0 (out of order) until 40ms",
			"20ms down ack 0 (out of order) until 40ms",
			"240ms up 0-10 (resent) until 260ms",
			"260ms down ack 20 (out of order) until 280ms",
			"260ms up read 20",
			"520ms up 20-30 (resent) lost",
			"1s up 20-30 (resent) lost",
			"1.96s up 20-30 (resent) until 1.98s",
			"1.98s down ack 40 (out of order) until 2s",
			"1.98s down ack 40 (at once) until 2s",
			"1.98s up read 20",
			"1.98s down 0-0 fin until 2s",
		},
	}, {
		"a stalled byte is the first of a segment of its own, and all behind it wait",
		"up:stall=1s@15;link:rtt=2ms,mss=10,delack=40ms", writes(25), readAll, []string{
			"0s up 0-10 until 1ms",
			"0s up 10-15 until 1ms",
			"0s up 15-25 until 1.001s",
			"0s up 25-25 fin until 1.001s",
			"1ms down ack 15 (second) until 2ms",
			"1ms up read 15",
			"1.001s down ack 25 (at once) until 1.002s",
			"1.001s up read 10",
			"1.001s down 0-0 fin until 1.002s",
		},
	}, {
		"a cut is one that no read crosses, whatever the segments are",
		"up:cut=7;link:rtt=2ms,mss=10", writes(12), readAll, []string{
			"0s up 0-10 until 1ms",
			"0s up 10-12 until 1ms",
			"0s up 12-12 fin until 1ms",
			"1ms down ack 10 (at once) until 2ms",
			"1ms down ack 12 (at once) until 2ms",
			"1ms down ack 12 (at once) until 2ms",
			"1ms up read 7",
			"1ms up read 5",
			"1ms down 0-0 fin until 2ms",
		},
	}, {
		"a stream that is cut short ends behind its last byte",
		"up:truncate=7;link:rtt=2ms,mss=5,nagle=on,delack=40ms", writes(12), readAll, []string{
			"0s up 0-5 until 1ms",
			"0s up 5-7 until 1ms",
			"0s up 7-7 fin until 1ms",
			"1ms down ack 7 (second) until 2ms",
			"1ms down ack 7 (at once) until 2ms",
			"1ms up read 7",
			"1ms down 0-0 fin until 2ms",
		},
	}, {
		"who left answers what comes with a reset, and acknowledges none of it",
		"link:rtt=2ms,mss=5,delack=40ms", func(net.Conn) {}, func(conn net.Conn) {
			writes(5, 5, 5)(conn)
			simOf(conn).Sleep(time.Second)
		}, []string{
			"0s up 0-0 fin until 1ms",
			"0s down 0-5 until 1ms",
			"0s down 5-10 until 1ms",
			"0s down 10-15 until 1ms",
			"1ms down ack 0 (at once) until 2ms",
			"2ms down reset",
		},
	}} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := sim.Run(netsim.MustParsePlan(test.plan), "client", func() {
				client, server := sim.Pipe()
				sim.Go("server", func() {
					defer server.Close()
					test.server(simulated{server, sim})
				})
				test.client(client)
				client.Close()
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := crossing(sim.Log()); !slices.Equal(got, test.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

// simulated is a connection that knows its clock.
type simulated struct {
	net.Conn
	sim *netsim.Sim
}

func simOf(conn net.Conn) *netsim.Sim { return conn.(simulated).sim }

// answered writes, then waits for one byte.
func answered(sizes ...int) func(net.Conn) {
	return func(conn net.Conn) {
		writes(sizes...)(conn)
		io.ReadFull(conn, make([]byte, 1))
	}
}

// answer answers each read of more than 10 bytes with one.
func answer(conn net.Conn) {
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if n > 10 {
			conn.Write(buf[:1])
		}
	}
}

// TestPathsKeepTheirRules: whatever is written and read over whatever link, what
// comes is what was written, nothing stops, and each segment and acknowledgement
// keeps to the rules of its link.
func TestPathsKeepTheirRules(t *testing.T) {
	sim := newSim(t)
	seeds := uint64(2000)
	if testing.Short() {
		seeds = 200
	}
	for seed := range seeds {
		rnd := rand.New(rand.NewPCG(seed, 0))
		link := netsim.Link{RTT: time.Duration(rnd.IntN(3)) * 15 * time.Millisecond, Nagle: rnd.IntN(2) == 0, Seed: seed}
		some := func(n int) int { return rnd.IntN(2) * (1 + rnd.IntN(n)) }
		link.MSS, link.Window, link.Loss = some(30), some(60), some(200_000)
		link.DelAck = time.Duration(some(50)) * time.Millisecond
		link.Rate = int64(some(1000)) * 1000
		plan := netsim.Plan{Link: link}
		plan.Up.Window = some(40)
		if rnd.IntN(3) == 0 {
			plan.Down.Cuts = []int{1 + rnd.IntN(100)}
			plan.Up.Stalls = []netsim.Stall{{Delay: time.Second, At: rnd.IntN(100)}}
		}
		if parsed, err := netsim.ParsePlan(plan.String()); err != nil || parsed.String() != plan.String() {
			t.Fatalf("%s: got %s, %v from its text", plan, parsed, err)
		}

		sizes := make([]int, 1+rnd.IntN(8))
		for i := range sizes {
			sizes[i] = 1 + rnd.IntN(60)
		}
		pause := time.Duration(some(30)) * time.Millisecond
		var sent, got, back []byte
		echo := func(conn net.Conn) {
			buf := make([]byte, 1+rnd.IntN(50))
			for {
				n, err := conn.Read(buf)
				got = append(got, buf[:n]...)
				if err != nil {
					break
				}
				sim.Sleep(pause)
				conn.Write(buf[:n])
			}
			conn.Close()
		}
		run := func() (trace.Log, error) {
			sent, got, back = nil, nil, nil
			rnd = rand.New(rand.NewPCG(seed, 1))
			err := sim.Run(plan, "client", func() {
				client, server := sim.Pipe()
				sim.Go("server", func() { echo(server) })
				sim.Go("writer", func() {
					for _, n := range sizes {
						p := make([]byte, n)
						for i := range p {
							p[i] = byte(rnd.Uint32())
						}
						sent = append(sent, p...)
						client.Write(p)
						sim.Sleep(pause)
					}
					client.(interface{ CloseWrite() error }).CloseWrite()
				})
				back, _ = io.ReadAll(client)
				client.Close()
			})
			return sim.Log(), err
		}
		log, err := run()
		if err != nil || !bytes.Equal(got, sent) || !bytes.Equal(back, sent) {
			t.Fatalf("seed %d, %s: got %d and back %d of %d bytes, %v\n%s", seed, plan, len(got), len(back), len(sent), err, strings.Join(crossing(log), "\n"))
		}
		if err := keepsRules(log, plan); err != nil {
			t.Fatalf("seed %d, %s: %v\n%s", seed, plan, err, strings.Join(crossing(log), "\n"))
		}
		if again, _ := run(); !reflect.DeepEqual(again, log) {
			t.Fatalf("seed %d, %s: the second run is another", seed, plan)
		}
	}
}

// TestPathsEndWell: whoever leaves early, over whatever link, and however the plan
// ends a stream, nobody hangs and the run is the same again.
func TestPathsEndWell(t *testing.T) {
	sim := newSim(t)
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		some := func(n int) int { return rnd.IntN(2) * (1 + rnd.IntN(n)) }
		plan := netsim.Plan{Link: netsim.Link{
			RTT: time.Duration(rnd.IntN(3)) * 15 * time.Millisecond, MSS: 1 + rnd.IntN(30), Nagle: rnd.IntN(2) == 0,
			DelAck: time.Duration(some(50)) * time.Millisecond, Rate: int64(some(1000)) * 1000, Window: some(60), Loss: some(300_000), Seed: seed,
		}}
		if at := rnd.IntN(100); rnd.IntN(3) == 0 {
			plan.Up.Truncate = &at
		} else if rnd.IntN(3) == 0 {
			plan.Down.Reset = &at
		}
		talk := func(conn net.Conn) {
			defer conn.Close()
			for range rnd.IntN(6) {
				if _, err := conn.Write(make([]byte, 1+rnd.IntN(40))); err != nil {
					return
				}
				sim.Sleep(time.Duration(some(30)) * time.Millisecond)
				if rnd.IntN(2) == 0 {
					conn.SetReadDeadline(sim.Now().Add(20 * time.Millisecond))
					conn.Read(make([]byte, 1+rnd.IntN(30)))
				}
			}
		}
		run := func() (trace.Log, error) {
			rnd = rand.New(rand.NewPCG(seed, 3))
			err := sim.Run(plan, "client", func() {
				client, server := sim.Pipe()
				sim.Go("server", func() { talk(server) })
				talk(client)
			})
			return sim.Log(), err
		}
		log, err := run()
		if err != nil {
			t.Fatalf("seed %d, %s: %v\n%s", seed, plan, err, strings.Join(crossing(log), "\n"))
		}
		if again, _ := run(); !reflect.DeepEqual(again, log) {
			t.Fatalf("seed %d, %s: the second run is another", seed, plan)
		}
	}
}

// keepsRules reports what in a log breaks the rules of its link. What a sender
// knows of the other end is what has reached it.
func keepsRules(log trace.Log, plan netsim.Plan) error {
	link := plan.Link
	for _, dir := range []trace.Direction{trace.Up, trace.Down} {
		next, last := 0, time.Duration(0)
		var smalls []trace.Event // that left, not full
		for i, e := range log {
			if e.Wire == nil || e.Dir != dir {
				continue
			}
			if e.Wire.Until < last || e.Wire.Until < e.Time+link.RTT/2 {
				return fmt.Errorf("event %d overtakes, or is too fast", i)
			}
			last = e.Wire.Until
			if link.MSS > 0 && e.To-e.From > link.MSS {
				return fmt.Errorf("event %d has more than %d bytes", i, link.MSS)
			}
			known, edge := 0, link.Window
			for _, a := range log[:i] {
				if a.Wire != nil && a.Dir != dir && !a.Wire.Lost && a.Wire.Until <= e.Time {
					known, edge = max(known, a.Wire.Ack), max(edge, a.Wire.Ack+a.Wire.Window)
				}
			}
			if e.Kind == trace.Segment && link.Window > 0 && e.To > edge {
				return fmt.Errorf("event %d is beyond the window, which ends at %d", i, edge)
			}
			if e.Kind != trace.Segment || e.To == e.From || e.Note == trace.Resent {
				continue
			}
			if e.From != next {
				return fmt.Errorf("event %d begins at %d, want %d", i, e.From, next)
			}
			next = e.To
			small := link.MSS == 0 || e.To-e.From < link.MSS
			if last := e.To == len(log.Stream(1, dir)); link.Nagle && small && !last { // those need not wait
				for _, s := range smalls {
					// Where a stall parts a segment in two, or the window does, the
					// parts may be small.
					if s.To > known && link.Window == 0 && plan.Stream(1, dir).Stalls == nil {
						return fmt.Errorf("event %d is small, and so is the one to %d that is not acknowledged", i, s.To)
					}
				}
			}
			if small {
				smalls = append(smalls, e)
			}
		}
	}
	return nil
}
