package lab_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"stickydemo/demos/lab"
	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// composed are the exchanges on which composition is tried.
var composed = [][]string{
	{"echo ab", "true"},
	{"seq 1 9", "printf '粘\\n包'"},
}

// schedule is a random plan for both directions at once: cuts, stalls that make
// either side wait for the other in another order, and a path that takes time.
// Connections may differ in it.
func schedule(seed uint64) netsim.Plan {
	r := rand.New(rand.NewPCG(seed, 11))
	stream := func() (s netsim.Stream) {
		switch r.IntN(4) {
		case 0:
			s.Mode = netsim.Mode{Kind: netsim.Random, N: r.Uint64()}
		case 1:
			s.Mode = netsim.Mode{Kind: netsim.Every, N: uint64(1 + r.IntN(9))}
		case 2:
			s.Mode.Kind = netsim.AsWritten
		}
		rare := 1 + r.IntN(20)
		for at := range 150 {
			if at > 0 && r.IntN(rare) == 0 {
				s.Cuts = append(s.Cuts, at)
			}
			if r.IntN(3*rare) == 0 {
				s.Stalls = append(s.Stalls, netsim.Stall{Delay: time.Duration(r.IntN(3000)) * time.Millisecond, At: at})
			}
		}
		return s
	}
	p := netsim.Plan{Up: stream(), Down: stream()}
	p.Link.RTT = time.Duration(r.IntN(3)) * 7 * time.Millisecond
	if r.IntN(3) == 0 {
		p.Conns = []netsim.ConnPlan{{N: 1 + r.IntN(3), Up: stream(), Down: stream()}}
	}
	return p
}

// conversation is all that a run came to but for its times: what each call
// returned, what the server ran, and every byte of every stream.
func conversation(r *lab.Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Verdict, r.Err, r.Server.Verdict, r.Server.Err)
	for _, c := range r.Calls {
		fmt.Fprintf(&b, "%q %s %q %v\n", c.Command, c.Verdict, c.Got, c.Err)
	}
	for _, h := range r.Server.Heard {
		fmt.Fprintf(&b, "%q %q\n", h.Command, h.Answer)
	}
	for conn := range r.Log.Conns() {
		for _, dir := range []trace.Direction{trace.Up, trace.Down} {
			fmt.Fprintf(&b, "%d %s %q\n", conn+1, dir, r.Log.Stream(conn+1, dir))
		}
	}
	return b.String()
}

// schedules returns how many there are to try, on so many of the exchanges: all
// of them where CI has the time.
func schedules() (seeds uint64, exchanges [][]string) {
	switch {
	case raced:
		return 200, composed[:1]
	case os.Getenv("STICKYDEMO_CI") == "":
		return 500, composed
	}
	return 2000, composed
}

// What Compose concludes from each side alone is so for both together: nothing
// that random cuts and stalls do in both directions at once makes a difference.
func TestComposition(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute under the race detector")
	}
	for i := range stage.All {
		if stage.All[i].OnDatagrams() {
			continue
		}
		t.Run(stage.All[i].ID, func(t *testing.T) {
			t.Parallel()
			var l lab.Lab
			defer l.Close()
			seeds, exchanges := schedules()
			t.Logf("%d schedules on %d exchanges; with STICKYDEMO_CI=1 and without -race 2000 on %d", seeds, len(exchanges), len(composed))
			for k, commands := range exchanges {
				spec := lab.Spec{Stage: &stage.All[i], Side: stage.Fixed, Commands: commands}
				c, err := lab.Compose(t.Context(), spec, 1)
				if err != nil || !c.Holds {
					t.Errorf("%q: got %+v, %v, want it to hold", commands, c, err)
					continue
				}
				want := conversation(l.Run(spec))
				for seed := range seeds {
					spec.Plan = schedule(seed<<1 | uint64(k))
					if got := conversation(l.Run(spec)); got != want {
						t.Fatalf("under %s: got\n%swant\n%s", spec.Plan, got, want)
					}
				}
			}
		})
	}
}

// The same schedules break every naive program, of which Compose says that it
// does not hold: they would show it if it did so wrongly.
func TestCompositionWouldBeNoticed(t *testing.T) {
	naives(t, func(t *testing.T, spec lab.Spec, b *stage.Break) {
		t.Parallel()
		var l lab.Lab
		defer l.Close()
		if b.Sound {
			return // what is wrong with it is no matter of cuts
		}
		spec.Commands = composed[0]
		if spec.Variant == "ends" { // to which few places are fatal
			spec.Commands = composed[1]
		}
		if c, err := lab.Compose(t.Context(), spec, 1); err != nil || c.Holds || c.Why.IsZero() {
			t.Errorf("got %+v, %v, want it not to hold", c, err)
		}
		if spec.Stage.OnDatagrams() {
			return // its schedules are losses
		}
		want, differ := conversation(l.Run(spec)), 0
		for seed := range uint64(100) {
			spec.Plan = schedule(seed)
			if conversation(l.Run(spec)) != want {
				differ++
			}
		}
		if differ < 50 {
			t.Errorf("%d of 100 schedules made a difference, want most", differ)
		}
	})
}

// On goroutines, where the schedule is the runtime's, it is the same once more.
func TestCompositionOnGoroutines(t *testing.T) {
	for i := range stage.All {
		if stage.All[i].OnDatagrams() {
			continue
		}
		t.Run(stage.All[i].ID, func(t *testing.T) {
			s := &stage.All[i]
			for k, commands := range composed {
				for seed := range uint64(50) {
					plan := schedule(seed<<1 | uint64(k))
					synctest.Test(t, func(t *testing.T) { converse(t, s, plan, commands) })
				}
			}
		})
	}
}

// converse makes the calls through a plan and checks the answers and what the
// server was told to run.
func converse(t *testing.T, s *stage.Stage, plan netsim.Plan, commands []string) {
	l := netsim.Listen(plan)
	var heard []string
	done := make(chan error)
	env := stage.Env{Sleep: time.Sleep, Run: func(command string) []byte {
		heard = append(heard, command)
		return s.AnswerTo(command)
	}, Stream: func(command string, stdout, stderr io.Writer) int {
		heard = append(heard, command)
		return shell.Stream(command, stdout, stderr, time.Sleep)
	}}
	go func() {
		if s.Fixed.ServeAll != nil {
			var group errgroup.Group
			env.Handlers = waiting{&group}
			err := s.Fixed.ServeAll(l, env)
			if failed := group.Wait(); failed != nil {
				t.Errorf("under %s: a handler left with %v", plan, failed)
			}
			done <- err
			return
		}
		for {
			conn, err := l.Accept()
			if err != nil {
				done <- err
				return
			}
			err = s.Fixed.Serve(conn, env)
			conn.Close()
			if err != nil {
				t.Errorf("under %s: the server left with %v", plan, err)
			}
		}
	}()
	var conns []net.Conn
	caller, err := s.Fixed.Client(func() (net.Conn, error) {
		conn, err := l.Dial()
		if err == nil {
			conns = append(conns, conn)
		}
		return conn, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range commands {
		if got, err := caller.Call(command); err != nil || !bytes.Equal(got, s.AnswerTo(command)) {
			t.Errorf("under %s: %q was answered %q, %v", plan, command, got, err)
		}
	}
	for _, conn := range conns {
		conn.Close()
	}
	l.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if fmt.Sprint(heard) != fmt.Sprint(commands) {
		t.Errorf("under %s: the server ran %q", plan, heard)
	}
}

// waiting makes handlers of a group whose error is looked at later.
type waiting struct{ *errgroup.Group }

func (w waiting) Wait() { _ = w.Group.Wait() }
