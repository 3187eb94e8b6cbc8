package relay

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// enough is for what ends sooner, unless there is a bug.
const enough = time.Minute

// needs skips a test that wants more than Go, and fails it where CI has
// promised to have it.
func needs(t *testing.T, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("STICKYDEMO_CI") != "" {
		t.Fatalf("CI must have %s", what)
	}
	t.Skipf("needs %s", what)
}

// a test is a relay in front of a server.
type test struct {
	*Relay
	t       testing.TB
	address string
	stop    func() // when it returns, nothing happens any more

	mu  sync.Mutex
	log trace.Log
}

// relaying starts r in front of a server that hands each connection to serve,
// if r goes nowhere yet.
func relaying(t testing.TB, r *Relay, serve func(*net.TCPConn)) *test {
	t.Helper()
	if r.To == "" {
		r.To = serving(t, "127.0.0.1:0", serve)
	}
	l := listen(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx, l) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := r.Counters().Active; n != 0 {
			t.Errorf("%d connections are still active", n)
		}
	})
	t.Cleanup(stop)
	return &test{Relay: r, t: t, address: l.Addr().String(), stop: stop}
}

// traced is relaying with a trace.
func traced(t testing.TB, r *Relay, serve func(*net.TCPConn)) *test {
	t.Helper()
	var x *test
	ready := make(chan struct{})
	r.Trace = func(e trace.Event) {
		<-ready
		x.mu.Lock()
		defer x.mu.Unlock()
		x.log = append(x.log, e)
	}
	x = relaying(t, r, serve)
	close(ready)
	return x
}

// over waits until no connection is under way.
func (x *test) over() {
	x.t.Helper()
	for limit := time.Now().Add(enough); x.Counters().Active > 0; runtime.Gosched() {
		if time.Now().After(limit) {
			x.t.Fatal("a connection does not end")
		}
	}
}

// of returns the events of a kind and direction so far.
func (x *test) of(kind trace.Kind, dir trace.Direction) (events []trace.Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range x.log {
		if e.Kind == kind && e.Dir == dir {
			events = append(events, e)
		}
	}
	return events
}

func listen(t testing.TB, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// serving listens until the end of the test.
func serving(t testing.TB, address string, serve func(*net.TCPConn)) string {
	t.Helper()
	l := listen(t, address)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(enough))
				serve(conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return l.Addr().String()
}

func (x *test) dial() *net.TCPConn {
	x.t.Helper()
	return dial(x.t, x.address)
}

func dial(t testing.TB, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(enough))
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func send(t testing.TB, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

// expect reads just so many bytes as want has.
func expect(t testing.TB, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("got %q, %v, want %q", got[:n], err, want)
	}
}

// closeWrite ends the stream.
func closeWrite(t testing.TB, conn *net.TCPConn) {
	t.Helper()
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
}

// reads returns what each read of a stream returned, up to its end.
func reads(conn net.Conn) (all []string, err error) {
	p := make([]byte, 1<<16)
	for {
		n, err := conn.Read(p)
		if n > 0 {
			all = append(all, string(p[:n]))
		}
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// collect is a server that says what each of its reads returned.
func collect(t testing.TB) (serve func(*net.TCPConn), got chan []string) {
	got = make(chan []string, 10)
	return func(c *net.TCPConn) {
		all, err := reads(c)
		if err != nil {
			t.Errorf("the server read %d times, then: %v", len(all), err)
		}
		got <- all
	}, got
}

// upper answers each byte with its capital.
func upper(c *net.TCPConn) {
	p := make([]byte, 1)
	for {
		if _, err := c.Read(p); err != nil {
			return
		}
		if _, err := io.WriteString(c, strings.ToUpper(string(p))); err != nil {
			return
		}
	}
}

func TestWithoutAPlanAllPasses(t *testing.T) {
	x := relaying(t, &Relay{}, func(c *net.TCPConn) { io.Copy(c, c) })
	text := strings.Repeat("everything ", 100_000)
	for n := 1; n <= 3; n++ {
		c := x.dial()
		go func() {
			io.WriteString(c, text)
			c.CloseWrite()
		}()
		got, err := io.ReadAll(c)
		if err != nil || string(got) != text {
			t.Fatalf("got %d bytes, %v, want %d", len(got), err, len(text))
		}
		c.Close()
	}
	x.stop()
	size := int64(3 * len(text))
	if got, want := x.Counters(), (Counters{Conns: 3, Up: size, Down: size}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestATraceTellsAll(t *testing.T) {
	x := traced(t, &Relay{}, upper)
	c := x.dial()
	send(t, c, "a")
	expect(t, c, "A")
	send(t, c, "b")
	closeWrite(t, c)
	expect(t, c, "B")
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
	x.stop()
	if got := string(x.log.Stream(1, trace.Up)); got != "ab" {
		t.Errorf("up: %q", got)
	}
	if got := string(x.log.Stream(1, trace.Down)); got != "AB" {
		t.Errorf("down: %q", got)
	}
	for _, dir := range []trace.Direction{trace.Up, trace.Down} {
		if got := x.of(trace.End, dir); len(got) != 1 || got[0].From != 2 {
			t.Errorf("%s: ends %v, want one at 2", dir, got)
		}
	}
	if len(x.of(trace.Open, trace.Up)) != 1 || len(x.of(trace.Arrived, trace.Up)) == 0 {
		t.Errorf("got %v", x.log)
	}
	var text strings.Builder
	if err := x.log.Write(&text); err != nil {
		t.Fatal(err)
	}
	if _, err := trace.Parse(strings.NewReader(text.String())); err != nil {
		t.Errorf("its own trace: %v", err)
	}
}

func TestWhatARelayCannotDo(t *testing.T) {
	for text, item := range map[string]string{
		"as-written":               "as-written",
		"up:as-written":            "up:as-written",
		"drip;3#down:as-written":   "3#down:as-written",
		"eof-with-data":            "eof-with-data",
		"cut=4;down:eof-with-data": "down:eof-with-data",
	} {
		plan := netsim.MustParsePlan(text)
		err := Check(plan)
		var bad *netsim.PlanError
		if !errors.As(err, &bad) || bad.Item != item || bad.Reason == "" {
			t.Errorf("%s: got %v, want a plan error of %s", text, err, item)
		}
		l := listen(t, "127.0.0.1:0")
		if served := (&Relay{Plan: plan}).Serve(t.Context(), l); !errors.As(served, &bad) {
			t.Errorf("%s: Serve returned %v", text, served)
		}
		l.Close()
	}
	for _, text := range []string{"", "glue", "drip", "every=3", "random=1", "cut=1;stall=1s@2;window=3;truncate=4;reset=5;link:rtt=1s;4#drip"} {
		if err := Check(netsim.MustParsePlan(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]bool{"": true, "glue": false, "up:glue": false, "2#drip": false, "link:rtt=1ms": false, "reset=0": false, "window=9": false} {
		if got := Plain(netsim.MustParsePlan(text)); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func TestADialThatFailsBreaksTheConnection(t *testing.T) {
	l := listen(t, "127.0.0.1:0")
	l.Close() // nobody listens there now
	notices := make(chan error, 10)
	x := relaying(t, &Relay{To: l.Addr().String(), Notice: func(conn int, err error) { notices <- err }}, nil)
	conn, err := net.Dial("tcp", x.address)
	if err == nil {
		defer conn.Close()
		_, err = conn.Read(make([]byte, 1))
	}
	if !broke(err) {
		t.Errorf("the client met %v, want a reset", err)
	}
	if err := <-notices; !errors.Is(err, syscall.ECONNREFUSED) && !strings.Contains(err.Error(), "refused") {
		t.Errorf("noticed %v", err)
	}
	x.stop()
	if got, want := x.Counters(), (Counters{Conns: 1, Refused: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The server begins to listen once the relay has been refused by it.
func TestADialIsTriedAgain(t *testing.T) {
	l := listen(t, "127.0.0.1:0")
	to := l.Addr().String()
	l.Close()
	x := relaying(t, &Relay{To: to, Dial: enough}, nil)
	c := x.dial()
	send(t, c, "a")
	serving(t, to, upper)
	expect(t, c, "A")
	c.Close()
}

func TestServeEndsWithItsListenerAndBreaksWhatIsOpen(t *testing.T) {
	r := &Relay{To: serving(t, "127.0.0.1:0", upper), Plan: netsim.MustParsePlan("stall=1h@1")}
	l := listen(t, "127.0.0.1:0")
	served := make(chan error)
	go func() { served <- r.Serve(context.Background(), l) }()
	c := dial(t, l.Addr().String())
	send(t, c, "a")
	expect(t, c, "A")
	send(t, c, "b")
	l.Close()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); !broke(err) {
		t.Errorf("the client read %v, want a reset", err)
	}
}

// broke reports an error that a reset makes. Windows has a name of its own for
// it.
func broke(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || err != nil && strings.Contains(err.Error(), "forcibly closed")
}

func TestTLSIsNoticed(t *testing.T) {
	hello := "\x16\x03\x01\x00\xc8" + strings.Repeat("x", 200)
	for name, test := range map[string]struct {
		sends []string
		want  int
	}{
		"at once":            {[]string{hello}, 1},
		"in pieces":          {[]string{hello[:2], hello[2:]}, 1},
		"text":               {[]string{"GET / HTTP/1.1\r\n\r\n"}, 0},
		"a long text":        {[]string{"\x16\x03 and so on"}, 0},
		"an empty record":    {[]string{"\x16\x03\x01\x00\x00"}, 0},
		"too long a record":  {[]string{"\x16\x03\x01\xff\xff"}, 0},
		"not from the start": {[]string{"x" + hello}, 0},
	} {
		for _, plan := range []string{"", "cut=3"} {
			t.Run(name+" "+plan, func(t *testing.T) {
				notices := make(chan error, 10)
				serve, got := collect(t)
				x := traced(t, &Relay{Plan: netsim.MustParsePlan(plan), Notice: func(_ int, err error) { notices <- err }}, serve)
				c := x.dial()
				for _, s := range test.sends {
					send(t, c, s)
				}
				closeWrite(t, c)
				<-got
				x.stop()
				if got := x.Counters().TLS; got != test.want || len(notices) != test.want {
					t.Errorf("counted %d and noticed %d, want %d", got, len(notices), test.want)
				}
				noted := 0
				for _, e := range x.of(trace.Written, trace.Up) {
					if e.Note == "TLS" {
						noted++
					}
				}
				if noted != test.want {
					t.Errorf("traced %d times, want %d", noted, test.want)
				}
			})
		}
	}
}
