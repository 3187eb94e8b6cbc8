package netsim_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// onDatagrams runs f, with a client's socket and the server's, under a plan.
func onDatagrams(t *testing.T, plan string, f func(sim *netsim.Sim, client net.Conn, server net.PacketConn)) (*netsim.Sim, error) {
	t.Helper()
	sim := newSim(t)
	err := sim.Run(netsim.MustParsePlan(plan), "main", func() {
		server := sim.ListenPacket()
		f(sim, sim.DialPacket(), server)
	})
	return sim, err
}

// takes reads datagrams into a buffer of size bytes until the deadline, which is
// 1 s from now, and returns them in quotes.
func takes(sim *netsim.Sim, conn interface {
	SetReadDeadline(time.Time) error
	LocalAddr() net.Addr
}, size int) string {
	conn.SetReadDeadline(sim.Now().Add(time.Second))
	var got []string
	for {
		p := make([]byte, size)
		var n int
		var err error
		switch conn := conn.(type) {
		case net.PacketConn:
			n, _, err = conn.ReadFrom(p)
		case net.Conn:
			n, err = conn.Read(p)
		}
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				got = append(got, err.Error())
			}
			return strings.Join(got, " ")
		}
		got = append(got, fmt.Sprintf("%q", p[:n]))
	}
}

func TestDatagramsKeepTheirBoundaries(t *testing.T) {
	for _, test := range []struct {
		name, plan string
		sent       []string
		size       int // of the receives
		want       string
	}{
		{"what is written together is read apart", "glue", []string{"ab", "c"}, 64, `"ab" "c"`},
		{"stream plans leave them alone", "drip;cut=1;stall=1h@0;window=1;truncate=1;reset=2", []string{"ab", "c"}, 64, `"ab" "c"`},
		{"an empty one is one", "glue", []string{"", "a", ""}, 64, `"" "a" ""`},
		{"what a receive does not take is lost", "glue", []string{"abcdef", "gh"}, 4, `"abcd" "gh"`},
		{"a receive of nothing loses all", "glue", []string{"abc", ""}, 0, `"" ""`},
		{"one is dropped", "up:drop=2", []string{"a", "b", "c"}, 64, `"a" "c"`},
		{"several are", "drop=1,3", []string{"a", "b", "c"}, 64, `"b"`},
		{"those of the other direction are others", "down:drop=1", []string{"a", "b"}, 64, `"a" "b"`},
		{"two change places", "up:swap=1", []string{"a", "b", "c"}, 64, `"b" "a" "c"`},
		{"twice two do", "swap=1,3", []string{"a", "b", "c", "d"}, 64, `"b" "a" "d" "c"`},
		{"one that the next is dropped behind comes in its place", "swap=1;drop=2", []string{"a", "b", "c"}, 64, `"a" "c"`},
		{"a dropped one changes places with none", "swap=2;drop=2", []string{"a", "b", "c"}, 64, `"a" "c"`},
		{"the largest passes", "glue", []string{strings.Repeat("x", netsim.MaxDatagram)}, 1 << 16, fmt.Sprintf("%q", strings.Repeat("x", netsim.MaxDatagram))},
		{"an exception is one client's", "drop=1;1#drop=2", []string{"a", "b", "c"}, 64, `"a" "c"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := onDatagrams(t, test.plan, func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
				for _, text := range test.sent {
					write(t, client, text)
				}
				if got := takes(sim, server, test.size); got != test.want {
					t.Errorf("got %.100s, want %.100s", got, test.want)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDatagramsGoToTheirClient(t *testing.T) {
	_, err := onDatagrams(t, "2#down:drop=1", func(sim *netsim.Sim, first net.Conn, server net.PacketConn) {
		second := sim.DialPacket()
		write(t, second, "from the second")
		write(t, first, "from the first")
		for range 2 {
			p := make([]byte, 64)
			n, from, err := server.ReadFrom(p)
			if err != nil {
				t.Error(err)
			}
			for range 2 {
				if _, err := server.WriteTo(p[:n], from); err != nil {
					t.Error(err)
				}
			}
		}
		if got, want := takes(sim, first, 64), `"from the first" "from the first"`; got != want {
			t.Errorf("the first client got %s, want %s", got, want)
		}
		if got, want := takes(sim, second, 64), `"from the second"`; got != want {
			t.Errorf("the second client got %s, want %s", got, want)
		}
		if _, err := server.WriteTo(nil, server.LocalAddr()); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("to nobody: got %v, want %v", err, syscall.EHOSTUNREACH)
		}
		if got := []string{first.LocalAddr().String(), second.LocalAddr().String(), first.RemoteAddr().String()}; !slices.Equal(got, []string{"client", "client 2", "server"}) {
			t.Errorf("got the addresses %q", got)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDatagramDeadlines(t *testing.T) {
	_, err := onDatagrams(t, "link:rtt=40ms", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
		sim.Go("server", func() {
			p := make([]byte, 64)
			for {
				n, from, err := server.ReadFrom(p)
				if err != nil {
					return
				}
				server.WriteTo(p[:n], from)
			}
		})
		p := make([]byte, 64)
		for _, test := range []struct {
			wait, took time.Duration
			want       error
		}{
			{39 * time.Millisecond, 39 * time.Millisecond, os.ErrDeadlineExceeded},
			{time.Hour, time.Millisecond, nil}, // the late answer
			{40 * time.Millisecond, 40 * time.Millisecond, nil},
			{-time.Second, 0, os.ErrDeadlineExceeded},
		} {
			start := sim.Elapsed()
			if test.wait != time.Hour {
				write(t, client, "a")
			}
			client.SetReadDeadline(sim.Now().Add(test.wait))
			_, err := client.Read(p)
			if took := sim.Elapsed() - start; !errors.Is(err, test.want) || took != test.took {
				t.Errorf("a deadline in %s: got %v after %s, want %v after %s", test.wait, err, took, test.want, test.took)
			}
		}
		client.SetReadDeadline(time.Time{}) // none
		if _, err := client.Read(p); err != nil {
			t.Error(err)
		}
		client.SetDeadline(sim.Now())
		if _, err := client.Write(p); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a write behind its deadline: got %v", err)
		}
		server.Close()
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDatagramSocketsClose(t *testing.T) {
	_, err := onDatagrams(t, "glue", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
		write(t, client, "unread")
		sim.Go("closer", func() { server.Close() })
		sim.Sleep(time.Second)
		if _, _, err := server.ReadFrom(make([]byte, 9)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a receive on a closed socket: got %v", err)
		}
		if _, err := server.WriteTo(nil, client.LocalAddr()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a write on a closed socket: got %v", err)
		}
		if err := server.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a second Close: got %v", err)
		}
		if err := server.SetReadDeadline(sim.Now()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a deadline on a closed socket: got %v", err)
		}
		write(t, client, "nobody is there, and nobody says so")
		again := sim.ListenPacket()
		write(t, client, "b")
		if got := takes(sim, again, 9); got != `"b"` {
			t.Errorf("a new socket got %s, want what came since", got)
		}
		sim.Go("reader", func() {
			if _, err := client.Read(make([]byte, 9)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a blocked receive: got %v", err)
			}
		})
		sim.Sleep(time.Second)
		client.Close()
		if _, err := again.WriteTo([]byte("x"), client.LocalAddr()); err != nil {
			t.Errorf("to a client that left: got %v, want nothing noticed", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDatagramsTooLong(t *testing.T) {
	sim, err := onDatagrams(t, "glue", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
		if n, err := client.Write(make([]byte, netsim.MaxDatagram+1)); n != 0 || !errors.Is(err, syscall.EMSGSIZE) {
			t.Errorf("got %d, %v, want %v", n, err, syscall.EMSGSIZE)
		}
	})
	if err != nil || len(sim.Log()) != 1 {
		t.Errorf("got %v, %v, want the opening alone", err, sim.Log())
	}
}

func TestDatagramsThatFindNoRoomAreLost(t *testing.T) {
	sim, err := onDatagrams(t, "glue", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
		for range 100 {
			write(t, client, strings.Repeat("x", 10_000))
		}
		if got := strings.Count(takes(sim, server, 1), "x"); got < 20 || got > 30 {
			t.Errorf("got %d datagrams of 10,000 bytes, want those that fit into 256 KiB", got)
		}
		write(t, client, "y")
		if got := takes(sim, server, 1); got != `"y"` {
			t.Errorf("after that: got %s", got)
		}
	})
	if err != nil {
		t.Error(err)
	}
	if lost := notes(sim.Log()); !slices.Contains(lost, netsim.LostFull) {
		t.Errorf("got the notes %q", lost)
	}
}

// notes returns why bytes were lost, each reason once.
func notes(log trace.Log) []string {
	var list []string
	for _, e := range log {
		if e.Kind == trace.Lost && !slices.Contains(list, e.Note) {
			list = append(list, e.Note)
		}
	}
	return list
}

func TestDatagramTrace(t *testing.T) {
	sim, err := onDatagrams(t, "up:swap=1;up:drop=3;link:rtt=40ms", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
		for i, text := range []string{"abc", "de", "f"} {
			sim.Message(i + 1)
			write(t, client, text)
		}
		takes(sim, server, 2)
	})
	if err != nil {
		t.Error(err)
	}
	var got []string
	for _, e := range sim.Log() {
		got = append(got, strings.TrimSpace(fmt.Sprint(e.Time, " ", e.Kind, " ", e.From, "-", e.To, " ", e.Messages, " ", e.Note)))
	}
	want := []string{
		"0s open 0-0 [] datagrams",
		"0s written 0-3 [1]", "0s sent 0-3 [1]",
		"0s written 3-5 [2]", "0s sent 3-5 [2]",
		"0s written 5-6 [3]", "0s sent 5-6 [3]", "0s lost 5-6 [3] dropped by the plan",
		"20ms arrived 3-5 [2]", "20ms arrived 0-3 [1]",
		"20ms read 3-5 [2]", "20ms read 0-2 [1]", "20ms lost 2-3 [1] not taken by the receive",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var text bytes.Buffer
	if err := sim.Log().Write(&text); err != nil {
		t.Fatal(err)
	}
	if again, err := trace.Parse(&text); err != nil || !reflect.DeepEqual(again, sim.Log()) {
		t.Errorf("as JSON Lines and back: got %v, %v", again, err)
	}
}

// A swap whose second never comes is only late: a network that changes the order
// loses nothing.
func TestASwapThatWaitsInVain(t *testing.T) {
	_, err := onDatagrams(t, "swap=1", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
		write(t, client, "a")
		p := make([]byte, 9)
		if n, _, err := server.ReadFrom(p); string(p[:n]) != "a" || err != nil {
			t.Errorf("got %q, %v, want a", p[:n], err)
		}
		if sim.Elapsed() != 0 {
			t.Errorf("it took %s", sim.Elapsed())
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDatagramRunsThatEndBadly(t *testing.T) {
	t.Run("hang", func(t *testing.T) {
		_, err := onDatagrams(t, "drop=1", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
			sim.Go("server", func() { server.ReadFrom(make([]byte, 9)) })
			write(t, client, "a")
			client.Read(make([]byte, 9))
		})
		want := "hang: main waits to receive; server waits to receive; nothing is on its way"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
	t.Run("spin, to nobody", func(t *testing.T) {
		_, err := onDatagrams(t, "glue", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
			server.Close()
			for {
				write(t, client, "a")
			}
		})
		var spin *netsim.SpinError
		if !errors.As(err, &spin) {
			t.Errorf("got %v, want a SpinError", err)
		}
	})
	t.Run("spin, to one who does not read", func(t *testing.T) {
		_, err := onDatagrams(t, "glue", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
			for {
				write(t, client, "a")
			}
		})
		var spin *netsim.SpinError
		if !errors.As(err, &spin) {
			t.Errorf("got %v, want a SpinError", err)
		}
	})
	t.Run("late", func(t *testing.T) {
		_, err := onDatagrams(t, "drop=1", func(sim *netsim.Sim, client net.Conn, server net.PacketConn) {
			client.SetReadDeadline(sim.Now().Add(48 * time.Hour))
			client.Read(make([]byte, 9))
		})
		var late *netsim.LateError
		if !errors.As(err, &late) {
			t.Errorf("got %v, want a LateError", err)
		}
	})
	t.Run("two server sockets", func(t *testing.T) {
		_, err := onDatagrams(t, "glue", func(sim *netsim.Sim, _ net.Conn, _ net.PacketConn) { sim.ListenPacket() })
		var panicked *netsim.PanicError
		if !errors.As(err, &panicked) || !strings.Contains(fmt.Sprint(panicked.Value), "netsim: a run has one server socket at a time") {
			t.Errorf("got %v, want a panic that says so", err)
		}
	})
}

// The same plan gives the same trace, in a Sim that has run others too.
func TestDatagramRunsAreTheSame(t *testing.T) {
	sim := newSim(t)
	run := func(plan string) string {
		err := sim.Run(netsim.MustParsePlan(plan), "client", func() {
			server := sim.ListenPacket()
			defer server.Close()
			sim.Go("server", func() {
				p := make([]byte, 9)
				for {
					n, from, err := server.ReadFrom(p)
					if err != nil {
						return
					}
					server.WriteTo(p[:n], from)
				}
			})
			clients := []net.Conn{sim.DialPacket(), sim.DialPacket()}
			for i := range 10 {
				for _, c := range clients {
					write(t, c, fmt.Sprint(i))
					c.SetReadDeadline(sim.Now().Add(time.Second))
					c.Read(make([]byte, 9))
				}
			}
		})
		if err != nil {
			t.Error(err)
		}
		return fmt.Sprint(sim.Log())
	}
	const plan = "drop=2,5;swap=3,7;2#up:drop=1;link:rtt=30ms"
	first := run(plan)
	run("glue")
	if again := run(plan); again != first {
		t.Errorf("got\n%s\nand then\n%s", first, again)
	}
}

func TestBeyondDatagrams(t *testing.T) {
	count := func(conn int, dir trace.Direction) int {
		return map[string]int{"0up": 3, "0down": 2, "2up": 1}[fmt.Sprint(conn, dir)]
	}
	for _, test := range []struct {
		plan string
		want []string
	}{
		{"up:drop=1,3;down:swap=1;glue;link:rtt=1s", nil},
		{"as-written", nil},
		{"drop=3", []string{"down:drop=3 is past the last of 2 datagrams and does nothing"}},
		{"up:swap=3", []string{"up:swap=3 is past the last of 3 datagrams and does nothing"}},
		{"2#up:drop=2", []string{"2#up:drop=2 is past the last of 1 datagrams and does nothing"}},
		{"up:cut=2,9;down:drip", []string{"up:cut=2,9 is for streams and leaves datagrams alone", "down:drip is for streams and leaves datagrams alone"}},
	} {
		if got := netsim.MustParsePlan(test.plan).BeyondDatagrams(count); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.plan, got, test.want)
		}
	}
}

func FuzzLossesFromBytes(f *testing.F) {
	for _, data := range []string{"", "\x00", "\x00\x00\x40\x40", "\x80\xc0\x01\xff\x3f"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		plan := netsim.LossesFromBytes(data)
		if again, err := netsim.ParsePlan(plan.String()); err != nil || len(data) > 0 && !reflect.DeepEqual(again, plan) {
			t.Errorf("%q: got %s, which parses as %s, %v", data, plan, again, err)
		}
		if got := len(plan.Up.Drops) + len(plan.Up.Swaps) + len(plan.Down.Drops) + len(plan.Down.Swaps); got != len(data) {
			t.Errorf("%q: got %s, want %d losses", data, plan, len(data))
		}
	})
}

// A client whose request is lost asks again, on the virtual clock: no time passes.
func ExampleSim_ListenPacket() {
	var sim netsim.Sim
	defer sim.Close()
	err := sim.Run(netsim.MustParsePlan("up:drop=1"), "client", func() {
		server := sim.ListenPacket()
		defer server.Close() // or the server would wait for ever
		sim.Go("server", func() {
			buf := make([]byte, 512)
			for {
				n, client, err := server.ReadFrom(buf)
				if err != nil {
					return
				}
				server.WriteTo(bytes.ToUpper(buf[:n]), client)
			}
		})
		conn := sim.DialPacket()
		defer conn.Close()
		buf := make([]byte, 512)
		for range 3 {
			fmt.Fprint(conn, "hello")
			conn.SetReadDeadline(sim.Now().Add(time.Second))
			n, err := conn.Read(buf)
			fmt.Printf("%s: %q, %v\n", sim.Elapsed(), buf[:n], err)
			if err == nil {
				break
			}
		}
	})
	fmt.Println(err)
	// Output:
	// 1s: "", i/o timeout
	// 1s: "HELLO", <nil>
	// <nil>
}
