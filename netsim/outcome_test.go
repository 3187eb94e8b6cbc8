package netsim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// outcome is a run that ends badly. Its tasks are started by task, so that the
// test sees how they end.
type outcome struct {
	name  string
	plan  string
	limit time.Duration
	main  func(sim *netsim.Sim, task func(name string, f func()))
	want  error  // without the Stack of a panic
	text  string // of the error
}

var outcomes = []outcome{
	{
		name: "both ends wait to read",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, server := sim.Pipe()
			task("server", func() {
				io.ReadFull(server, make([]byte, 8))
			})
			client.Write([]byte("abc"))
			read(client, 1)
		},
		want: &netsim.HangError{Waits: []netsim.Wait{
			{Task: "main", On: "read", Conn: 1, Dir: trace.Down},
			{Task: "server", On: "read", Conn: 1, Dir: trace.Up, Offset: 3},
		}},
		text: "hang: main waits to read down at offset 0 of connection 1; server waits to read up at offset 3 of connection 1; nothing is on its way",
	},
	{
		name: "both ends wait to write into full windows",
		plan: "up:window=3;down:window=4",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, server := sim.Pipe()
			task("server", func() { server.Write([]byte("abcdefgh")) })
			client.Write([]byte("abcdefgh"))
		},
		want: &netsim.HangError{Waits: []netsim.Wait{
			{Task: "main", On: "write", Conn: 1, Dir: trace.Up, Offset: 3},
			{Task: "server", On: "write", Conn: 1, Dir: trace.Down, Offset: 4},
		}},
		text: "hang: main waits to write up at offset 3 of connection 1; server waits to write down at offset 4 of connection 1; nothing is on its way",
	},
	{
		name: "a server that accepts for ever",
		main: func(sim *netsim.Sim, task func(string, func())) {
			l := sim.Listen()
			task("server", func() {
				for {
					l.Accept()
				}
			})
			sim.Dial()
			sim.Dial()
		},
		want: &netsim.HangError{Waits: []netsim.Wait{{Task: "server", On: "accept"}}},
		text: "hang: server waits to accept; nothing is on its way",
	},
	{
		name: "a hang on the second connection, after time and arrivals",
		plan: "link:rtt=1s",
		main: func(sim *netsim.Sim, task func(string, func())) {
			a, _ := sim.Pipe()
			_, b := sim.Pipe()
			a.Write([]byte("on its way to nobody"))
			sim.Sleep(time.Minute)
			read(b, 1)
		},
		want: &netsim.HangError{Waits: []netsim.Wait{{Task: "main", On: "read", Conn: 2, Dir: trace.Up}}},
		text: "hang: main waits to read up at offset 0 of connection 2; nothing is on its way",
	},
	{
		name: "what a broken connection had on its way is not waited for",
		plan: "up:stall=20h@1",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, server := sim.Pipe()
			client.Write([]byte("abc"))
			sim.Sleep(time.Second)
			server.Close()
			_, other := sim.Pipe()
			read(other, 1)
		},
		want: &netsim.HangError{Waits: []netsim.Wait{{Task: "main", On: "read", Conn: 2, Dir: trace.Up}}},
		text: "hang: main waits to read up at offset 0 of connection 2; nothing is on its way",
	},
	{
		name: "a task that sleeps too long",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, _ := sim.Pipe()
			task("sleeper", func() { sim.Sleep(time.Hour + 1) })
			read(client, 1)
		},
		want: &netsim.LateError{Limit: time.Hour, Waits: []netsim.Wait{
			{Task: "main", On: "read", Conn: 1, Dir: trace.Down},
			{Task: "sleeper", On: "sleep"},
		}},
		text: "late: not over after 1h0m0s of virtual time: main waits to read down at offset 0 of connection 1; sleeper sleeps",
	},
	{
		name:  "a task that sleeps for ever, again and again",
		limit: time.Second,
		main: func(sim *netsim.Sim, task func(string, func())) {
			sim.Sleep(time.Millisecond)
			sim.Sleep(math.MaxInt64)
		},
		want: &netsim.LateError{Limit: time.Second, Waits: []netsim.Wait{{Task: "main", On: "sleep"}}},
		text: "late: not over after 1s of virtual time: main sleeps",
	},
	{
		name:  "a byte that arrives too late",
		plan:  "up:stall=2s@0",
		limit: time.Second,
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, server := sim.Pipe()
			client.Write([]byte("a"))
			read(server, 1)
		},
		want: &netsim.LateError{Limit: time.Second, Waits: []netsim.Wait{{Task: "main", On: "read", Conn: 1, Dir: trace.Up}}},
		text: "late: not over after 1s of virtual time: main waits to read up at offset 0 of connection 1",
	},
	{
		name: "a task that waits a little, without end",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, _ := sim.Pipe()
			for {
				client.SetReadDeadline(sim.Now().Add(time.Second))
				read(client, 1)
			}
		},
		want: &netsim.LateError{Limit: time.Hour, Waits: []netsim.Wait{{Task: "main", On: "read", Conn: 1, Dir: trace.Down}}},
		text: "late: not over after 1h0m0s of virtual time: main waits to read down at offset 0 of connection 1",
	},
	spin("a task that reads on behind the end of the stream", "glue", func(sim *netsim.Sim) func() {
		client, server := sim.Pipe()
		server.Close()
		return func() { read(client, 1) }
	}),
	spin("a task that polls with a deadline in the past", "glue", func(sim *netsim.Sim) func() {
		client, _ := sim.Pipe()
		client.SetDeadline(sim.Now())
		return func() { read(client, 1) }
	}),
	spin("a task that reads nothing", "glue", func(sim *netsim.Sim) func() {
		client, _ := sim.Pipe()
		return func() { client.Read(nil) }
	}),
	spin("a task that writes nothing", "glue", func(sim *netsim.Sim) func() {
		client, _ := sim.Pipe()
		return func() { client.Write(nil) }
	}),
	spin("a task that writes to a closed connection", "glue", func(sim *netsim.Sim) func() {
		client, _ := sim.Pipe()
		client.Close()
		return func() { client.Write([]byte("a")) }
	}),
	spin("a task that writes behind the end of a truncated stream", "truncate=2", func(sim *netsim.Sim) func() {
		client, _ := sim.Pipe()
		client.Write([]byte("ab"))
		return func() { client.Write([]byte("a")) }
	}),
	spin("a task that sleeps for no time", "glue", func(sim *netsim.Sim) func() {
		return func() { sim.Sleep(0) }
	}),
	spin("a task that dials where nobody listens", "glue", func(sim *netsim.Sim) func() {
		return func() { sim.Dial() }
	}),
	spin("a task that accepts behind Close", "glue", func(sim *netsim.Sim) func() {
		l := sim.Listen()
		l.Close()
		return func() { l.Accept() }
	}),
	{
		name: "two tasks that yield to each other",
		main: func(sim *netsim.Sim, task func(string, func())) {
			task("other", func() {
				for {
					sim.Sleep(0)
				}
			})
			for {
				sim.Sleep(0)
			}
		},
		want: &netsim.SpinError{Task: "main", Calls: netsim.SpinLimit},
		text: "spin: main and nothing else: 10000 calls in a row moved no byte and no time",
	},
	{
		name: "the first task panics",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, _ := sim.Pipe()
			task("reader", func() { read(client, 1) })
			sim.Sleep(time.Second)
			panic("oops")
		},
		want: &netsim.PanicError{Task: "main", Value: "oops"},
		text: "panic in main: oops",
	},
	{
		name: "another task panics",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, _ := sim.Pipe()
			task("server", func() { panic(io.ErrNoProgress) })
			read(client, 1)
		},
		want: &netsim.PanicError{Task: "server", Value: io.ErrNoProgress},
		text: "panic in server: multiple Read calls return no data or error",
	},
	{
		name: "what panics while it is ended does not hide why",
		main: func(sim *netsim.Sim, task func(string, func())) {
			client, _ := sim.Pipe()
			task("server", func() {
				defer panic("later")
				read(client, 1)
			})
			panic("first")
		},
		want: &netsim.PanicError{Task: "main", Value: "first"},
		text: "panic in main: first",
	},
	{
		name: "a run within a run",
		main: func(sim *netsim.Sim, task func(string, func())) {
			sim.Run(netsim.Plan{}, "inner", func() {})
		},
		want: &netsim.PanicError{Task: "main", Value: "netsim: Run called within a run"},
		text: "panic in main: netsim: Run called within a run",
	},
	{
		name: "Close within a run",
		main: func(sim *netsim.Sim, task func(string, func())) {
			task("waits", func() { sim.Sleep(time.Second) })
			sim.Close()
		},
		want: &netsim.PanicError{Task: "main", Value: "netsim: Close called within a run"},
		text: "panic in main: netsim: Close called within a run",
	},
	{
		name: "a second listener",
		main: func(sim *netsim.Sim, task func(string, func())) {
			sim.Listen().Close()
			sim.Listen()
			sim.Listen()
		},
		want: &netsim.PanicError{Task: "main", Value: "netsim: a run has one listener at a time, and it is open"},
		text: "panic in main: netsim: a run has one listener at a time, and it is open",
	},
}

// spin is the outcome of a task that makes one call without end.
func spin(name, plan string, prepare func(*netsim.Sim) (call func())) outcome {
	return outcome{
		name: name,
		plan: plan,
		main: func(sim *netsim.Sim, task func(string, func())) {
			for call := prepare(sim); ; {
				call()
			}
		},
		want: &netsim.SpinError{Task: "main", Calls: netsim.SpinLimit},
		text: "spin: main and nothing else: 10000 calls in a row moved no byte and no time",
	}
}

func TestOutcomes(t *testing.T) {
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			goroutines := runtime.NumGoroutine()
			sim := &netsim.Sim{Limit: o.limit, Trace: true}
			for range 3 { // the first run checks goroutines, later ones reuse coroutines
				begun, ended := 0, 0
				watch := func(f func()) {
					begun++
					defer func() { ended++ }()
					f()
				}
				err := sim.Run(netsim.MustParsePlan(o.plan), "main", func() {
					watch(func() {
						o.main(sim, func(name string, f func()) { sim.Go(name, func() { watch(f) }) })
					})
				})
				var p *netsim.PanicError
				if errors.As(err, &p) {
					if !strings.Contains(string(p.Stack), "outcome_test.go") {
						t.Errorf("got the stack %s, want one that shows where", p.Stack)
					}
					p.Stack = nil
				}
				if !reflect.DeepEqual(err, o.want) {
					t.Errorf("got %#v, want %#v", err, o.want)
				}
				if err == nil || err.Error() != o.text {
					t.Errorf("got %v, want %s", err, o.text)
				}
				if ended != begun {
					t.Errorf("got %d tasks ended, want the %d that had begun", ended, begun)
				}
				wantRunsAsNew(t, sim)
			}
			sim.Close()
			wantGoroutines(t, goroutines)
		})
	}
}

// wantRunsAsNew runs a small exchange on a Sim and on a new one.
func wantRunsAsNew(t *testing.T, sim *netsim.Sim) {
	t.Helper()
	fresh := &netsim.Sim{Trace: true}
	defer fresh.Close()
	var logs []string
	for _, s := range []*netsim.Sim{sim, fresh} {
		limit := s.Limit
		s.Limit = 0
		err := talk(s, "down:drip;link:rtt=10ms", func(conn net.Conn) {
			write(t, conn, "question")
			closeWrite(t, conn)
			if got, err := io.ReadAll(conn); string(got) != "question" || err != nil {
				t.Errorf("got %q, %v, want the question", got, err)
			}
		}, func(conn net.Conn) {
			echo(conn)
			conn.Close()
		})
		s.Limit = limit
		if err != nil {
			t.Errorf("a run behind a bad one: got %v, want nil", err)
		}
		var log strings.Builder
		s.Log().Write(&log)
		logs = append(logs, log.String())
	}
	if logs[0] != logs[1] {
		t.Errorf("a run behind a bad one: got the log\n%s\nwant that of a new Sim\n%s", logs[0], logs[1])
	}
}

// wantGoroutines lets goroutines that are about to end do so, and counts.
func wantGoroutines(t *testing.T, want int) {
	t.Helper()
	for try := 0; runtime.NumGoroutine() > want; try++ {
		if try == 100_000 {
			buf := make([]byte, 1<<16)
			t.Fatalf("got %d goroutines, want %d:\n%s", runtime.NumGoroutine(), want, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}

func TestAWaitInJSON(t *testing.T) {
	text, err := json.Marshal([]netsim.Wait{
		{Task: "client", On: "read", Conn: 1, Dir: trace.Down},
		{Task: "server", On: "accept"},
	})
	if want := `[{"task":"client","on":"read","conn":1,"dir":"down","offset":0},{"task":"server","on":"accept","offset":0}]`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
}

// TestEndedTasksMayCleanUp: in a run that has failed, deferred functions may
// close what they have; whatever could block ends them again.
func TestEndedTasksMayCleanUp(t *testing.T) {
	sim := newSim(t)
	var said []string
	say := func(what string, v any) { said = append(said, fmt.Sprint(what, " ", v)) }
	err := sim.Run(netsim.Plan{}, "main", func() {
		l := sim.Listen()
		client, server := sim.Pipe()
		defer say("main", "ends")
		sim.Go("task", func() {
			defer say("task", "ends")
			defer func() {
				defer func() { say("recovers", recover() != nil) }()
				client.Write([]byte("x"))
			}()
			defer func() { say("listener", l.Close()) }()
			defer func() { say("again", client.Close()) }()
			defer func() { say("close", client.Close()) }()
			defer func() { say("half", client.(interface{ CloseWrite() error }).CloseWrite()) }()
			defer func() { say("deadline", client.SetDeadline(sim.Now())) }()
			read(client, 1)
		})
		read(server, 1)
	})
	if _, ok := err.(*netsim.HangError); !ok {
		t.Errorf("got %v, want a hang", err)
	}
	want := []string{
		"deadline <nil>", "half <nil>", "close <nil>", "again use of closed network connection", "listener <nil>",
		"recovers true", "task ends", "main ends",
	}
	if !reflect.DeepEqual(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
}

// TestFailNowWithinARun: a task that ends its goroutine ends the one that
// called Run, as testing's FailNow wants, and nothing stays behind.
func TestFailNowWithinARun(t *testing.T) {
	for _, test := range []struct {
		name string
		main func(sim *netsim.Sim, task func(f func()))
	}{
		{"in the first task", func(sim *netsim.Sim, task func(func())) {
			task(func() { sim.Sleep(time.Minute) })
			sim.Sleep(time.Second)
			runtime.Goexit()
		}},
		{"in the first task before any other has begun", func(sim *netsim.Sim, task func(func())) {
			sim.Go("never begins", func() { t.Error("got it begun, want not") })
			runtime.Goexit()
		}},
		{"in another task", func(sim *netsim.Sim, task func(func())) {
			task(func() { sim.Sleep(time.Minute) })
			task(func() {
				sim.Sleep(time.Second)
				runtime.Goexit()
			})
			task(func() { sim.Sleep(time.Minute) })
			sim.Sleep(time.Minute)
		}},
		{"in another task when the first is over", func(sim *netsim.Sim, task func(func())) {
			task(func() { sim.Sleep(time.Minute) })
			task(func() { runtime.Goexit() })
		}},
		{"in every task that is ended by it", func(sim *netsim.Sim, task func(func())) {
			for range 3 {
				task(func() {
					defer runtime.Goexit()
					sim.Sleep(time.Minute)
				})
			}
			runtime.Goexit()
		}},
		{"in a task that is ended by a hang", func(sim *netsim.Sim, task func(func())) {
			client, server := sim.Pipe()
			task(func() {
				defer runtime.Goexit()
				read(client, 1)
			})
			task(func() { read(client, 1) })
			read(server, 1)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			goroutines := runtime.NumGoroutine()
			sim := &netsim.Sim{Trace: true}
			for range 3 {
				begun, ended, returned := 0, 0, false
				watch := func(f func()) {
					begun++
					defer func() { ended++ }()
					f()
				}
				done := make(chan bool)
				go func() {
					defer close(done)
					sim.Run(netsim.Plan{}, "main", func() {
						watch(func() {
							test.main(sim, func(f func()) { sim.Go("task", func() { watch(f) }) })
						})
					})
					returned = true
				}()
				<-done
				if returned {
					t.Error("got Run to return, want its goroutine ended")
				}
				if ended != begun {
					t.Errorf("got %d tasks ended, want the %d that had begun", ended, begun)
				}
				wantRunsAsNew(t, sim)
			}
			sim.Close()
			wantGoroutines(t, goroutines)
		})
	}
}

// panicked returns what f panicked with.
func panicked(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

func TestCallsOutsideOfARun(t *testing.T) {
	sim := newSim(t)
	var conn net.Conn
	var l net.Listener
	calls := []struct {
		name string
		call func()
	}{
		{"Go", func() { sim.Go("task", func() {}) }},
		{"Sleep", func() { sim.Sleep(1) }},
		{"Message", func() { sim.Message(1) }},
		{"Listen", func() { sim.Listen() }},
		{"Dial", func() { sim.Dial() }},
		{"Pipe", func() { sim.Pipe() }},
		{"Read", func() { read(conn, 1) }},
		{"Write", func() { conn.Write(nil) }},
		{"Accept", func() { l.Accept() }},
	}
	check := func(when string) {
		t.Helper()
		for _, c := range calls {
			if conn == nil && (c.name == "Read" || c.name == "Write" || c.name == "Accept") {
				continue
			}
			if got, want := panicked(c.call), "netsim: "+c.name+" called outside of a run"; got != want {
				t.Errorf("%s %s: got the panic %v, want %s", c.name, when, got, want)
			}
		}
	}
	check("before the first run")
	err := sim.Run(netsim.Plan{}, "main", func() {
		l = sim.Listen()
		conn, _ = sim.Dial()
		sim.Sleep(time.Second)
	})
	if err != nil {
		t.Fatal(err)
	}
	check("behind a run")
	for _, err := range []error{conn.Close(), conn.(interface{ CloseWrite() error }).CloseWrite(), conn.SetDeadline(time.Time{}), l.Close()} {
		if err != net.ErrClosed {
			t.Errorf("behind a run: got %v, want net.ErrClosed", err)
		}
	}
	if got, want := sim.Now(), time.Date(2000, 1, 1, 0, 0, 1, 0, time.UTC); !got.Equal(want) || sim.Elapsed() != time.Second {
		t.Errorf("got %s, %s, want the run's last %s, 1s", got, sim.Elapsed(), want)
	}
	if got := len(sim.Log()); got != 1 {
		t.Errorf("got %d events, want that the connection was made and no more", got)
	}
	sim.Close()
	sim.Close() // twice is once
	wantRunsAsNew(t, sim)
}

func TestAStrangeGoroutineIsToldSo(t *testing.T) {
	sim := newSim(t)
	err := sim.Run(netsim.Plan{}, "main", func() {
		client, _ := sim.Pipe()
		l := sim.Listen()
		for _, c := range []struct {
			name string
			call func()
		}{
			{"Read", func() { read(client, 1) }},
			{"Write", func() { client.Write([]byte("a")) }},
			{"Close", func() { client.Close() }},
			{"CloseWrite", func() { client.(interface{ CloseWrite() error }).CloseWrite() }},
			{"SetDeadline", func() { client.SetDeadline(time.Time{}) }},
			{"Sleep", func() { sim.Sleep(1) }},
			{"Go", func() { sim.Go("task", func() {}) }},
			{"Accept", func() { l.Accept() }},
			{"Close", func() { l.Close() }},
			{"Dial", func() { sim.Dial() }},
		} {
			got := make(chan any)
			go func() { got <- panicked(c.call) }()
			text, _ := (<-got).(string)
			if !strings.HasPrefix(text, "netsim: "+c.name+" called by goroutine ") || !strings.HasSuffix(text, "start it with Sim.Go") {
				t.Errorf("got the panic %q, want one that says who called %s", text, c.name)
			}
		}
		sim.Go("task", func() { sim.Sleep(1) }) // a task is none
		for range 1000 {
			client.SetDeadline(time.Time{})
		}
		late := make(chan any)
		go func() {
			late <- panicked(func() {
				for range 1000 {
					client.SetDeadline(time.Time{})
				}
			})
		}()
		if text, _ := (<-late).(string); !strings.HasPrefix(text, "netsim: SetDeadline called by goroutine ") {
			t.Errorf("got the panic %q late in a run", text)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheListenerOfARun(t *testing.T) {
	sim := newSim(t)
	err := sim.Run(netsim.MustParsePlan("link:rtt=1s"), "client", func() {
		l := sim.Listen()
		first, err := sim.Dial()
		if err != nil {
			t.Fatal(err)
		}
		second, _ := sim.Dial()
		write(t, first, "one")
		write(t, second, "two")
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		wantRead(t, conn, "one", nil) // connections are accepted in the order in which they were made

		sim.Go("acceptor", func() {
			if _, err := l.Accept(); err != nil {
				t.Errorf("got %v, want the second connection", err)
			}
			if _, err := l.Accept(); err != net.ErrClosed {
				t.Errorf("a blocked Accept when the listener closes: got %v, want net.ErrClosed", err)
			}
		})
		sim.Sleep(time.Second)
		if err := l.Close(); err != nil {
			t.Errorf("got %v, want nil", err)
		}
		if err := l.Close(); err != net.ErrClosed {
			t.Errorf("a second Close: got %v, want net.ErrClosed", err)
		}
		if _, err := sim.Dial(); !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != "connection refused" {
			t.Errorf("Dial behind Close: got %v, want ECONNREFUSED", err)
		}

		l = sim.Listen() // another may follow
		unaccepted, err := sim.Dial()
		if err != nil {
			t.Errorf("Dial to the next listener: got %v, want nil", err)
		}
		l.Close()
		if _, err := read(unaccepted, 1); err != netsim.ErrReset {
			t.Errorf("a connection that nobody accepted: got %v, want ErrReset", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDeadlinesAreTimeouts(t *testing.T) {
	sim := newSim(t)
	sim.Run(netsim.Plan{}, "main", func() {
		conn, _ := sim.Pipe()
		conn.SetDeadline(sim.Now())
		_, err := read(conn, 1)
		var e net.Error
		if !errors.As(err, &e) || !e.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want a timeout", err)
		}
	})
}
