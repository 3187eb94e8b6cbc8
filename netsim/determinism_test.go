package netsim_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"stickydemo/netsim"
)

// busy is a run with a bit of everything: a listener, three clients at once,
// messages, sleeps, deadlines, half-closes, two writers on one connection.
func busy(sim *netsim.Sim) {
	l := sim.Listen()
	sim.Go("server", func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			sim.Go("handler", func() {
				defer conn.Close()
				buf := make([]byte, 16)
				for {
					n, err := conn.Read(buf)
					if n > 0 {
						sim.Message(int(buf[0]))
						conn.Write(bytes.ToUpper(buf[:n]))
					}
					if err != nil {
						return
					}
					sim.Sleep(time.Duration(n) * time.Millisecond)
				}
			})
		}
	})
	left := 3
	for i := range left {
		sim.Go(fmt.Sprint("client ", i), func() {
			defer func() {
				if left--; left == 0 {
					l.Close()
				}
			}()
			sim.Sleep(time.Duration(i%2) * time.Millisecond)
			conn, err := sim.Dial()
			if err != nil {
				return
			}
			defer conn.Close()
			for m := range 2 {
				sim.Message(1 + 4*i + m)
				conn.Write([]byte(fmt.Sprintf("%cmessage of %d", 1+2*i+m, i)))
			}
			sim.Go("second writer", func() {
				sim.Message(100 + i)
				conn.Write([]byte("and more"))
				conn.(interface{ CloseWrite() error }).CloseWrite()
			})
			conn.SetReadDeadline(sim.Now().Add(25 * time.Millisecond))
			if _, err := io.Copy(io.Discard, conn); err != nil {
				conn.SetReadDeadline(time.Time{})
				io.Copy(io.Discard, conn)
			}
		})
	}
}

var busyPlans = []string{
	"glue",
	"as-written;window=5",
	"random=9;link:rtt=7ms",
	"up:drip;down:every=3;stall=30ms@4,20ms@15;2#window=11;3#down:truncate=20;link:rtt=3ms",
	"2#up:reset=15;eof-with-data",
	"up:cut=3;stall=30ms@4;link:rtt=7ms,mss=5,nagle=on,delack=40ms,rate=1mbit,window=9,loss=20%,seed=5",
}

// busyLog runs busy and returns what was recorded, as JSON Lines, and the
// outcome.
func busyLog(t *testing.T, sim *netsim.Sim, plan netsim.Plan) string {
	t.Helper()
	err := sim.Run(plan, "main", func() { busy(sim) })
	var p *netsim.PanicError
	if errors.As(err, &p) {
		t.Fatalf("%v\n%s", err, p.Stack)
	}
	var log bytes.Buffer
	if err := sim.Log().Write(&log); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintln(log.String(), err)
}

func TestTheSameRunIsTheSameEverywhere(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, text := range busyPlans {
		t.Run(text, func(t *testing.T) {
			plan := netsim.MustParsePlan(text)
			reused := newSim(t)
			want := ""
			for _, procs := range []int{1, 8} {
				runtime.GOMAXPROCS(procs)
				for i := range 50 {
					fresh := &netsim.Sim{Trace: true}
					got := busyLog(t, fresh, plan)
					fresh.Close()
					if want == "" {
						want = got
					}
					if got != want {
						t.Fatalf("GOMAXPROCS %d, run %d: got\n%s\nwant\n%s", procs, i, got, want)
					}
					if got := busyLog(t, reused, plan); got != want {
						t.Fatalf("GOMAXPROCS %d, run %d of a Sim that is used again: got\n%s\nwant\n%s", procs, i, got, want)
					}
				}
			}
		})
	}
}

// TestRunsThatAlternateDoNotMeet: a Sim that runs one plan after another does
// what new ones do.
func TestRunsThatAlternateDoNotMeet(t *testing.T) {
	sim := newSim(t)
	want := map[string]string{}
	for _, text := range busyPlans {
		fresh := &netsim.Sim{Trace: true}
		want[text] = busyLog(t, fresh, netsim.MustParsePlan(text))
		fresh.Close()
	}
	for i := range 100 {
		text := busyPlans[(i*i+i/7)%len(busyPlans)]
		if got := busyLog(t, sim, netsim.MustParsePlan(text)); got != want[text] {
			t.Fatalf("%s, run %d: got\n%s\nwant\n%s", text, i, got, want[text])
		}
	}
}

// TestARunLeavesNothingToTheNext: one that breaks off with bytes in every
// buffer does not either.
func TestARunLeavesNothingToTheNext(t *testing.T) {
	sim := newSim(t)
	const plan = "up:window=4;as-written;stall=1m@1;link:rtt=1s"
	err := talk(sim, plan, func(conn net.Conn) {
		conn.Write([]byte("abc"))
		conn.Write([]byte("def"))
	}, func(conn net.Conn) {
		conn.Write([]byte("ghi"))
		io.ReadFull(conn, make([]byte, 9))
	})
	if err == nil {
		t.Fatal("got nil, want a hang")
	}
	wantRunsAsNew(t, sim)
}

func TestARunAllocatesNothing(t *testing.T) {
	var sim netsim.Sim
	defer sim.Close()
	var server net.Conn
	buf := make([]byte, 64)
	serve := func() {
		n, _ := server.Read(buf[32:])
		server.Write(buf[32 : 32+n])
		server.Close()
	}
	main := func() {
		var client net.Conn
		client, server = sim.Pipe()
		sim.Go("server", serve)
		client.Write(buf[:8])
		client.Read(buf[:8])
		client.Close()
	}
	plan := netsim.MustParsePlan("as-written;stall=1s@3;cut=2;link:rtt=1s")
	run := func() { sim.Run(plan, "client", main) }
	run()
	if got := testing.AllocsPerRun(100, run); got != 0 {
		t.Errorf("got %v allocations a run, want 0", got)
	}
}
