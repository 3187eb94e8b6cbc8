package netsim_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// talk runs a client and a server at the two ends of one connection.
func talk(sim *netsim.Sim, plan string, client, server func(net.Conn)) error {
	return sim.Run(netsim.MustParsePlan(plan), "client", func() {
		c, s := sim.Pipe()
		sim.Go("server", func() { server(s) })
		client(c)
	})
}

func closeWrite(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Errorf("CloseWrite: got %v, want nil", err)
	}
}

// read reads once, with room for size bytes.
func read(conn net.Conn, size int) (string, error) {
	buf := make([]byte, size)
	n, err := conn.Read(buf)
	return string(buf[:n]), err
}

// wantRead reads once with room for 64 bytes.
func wantRead(t *testing.T, conn net.Conn, want string, wantErr error) {
	t.Helper()
	if got, err := read(conn, 64); got != want || err != wantErr {
		t.Errorf("read: got %q, %v, want %q, %v", got, err, want, wantErr)
	}
}

func TestReads(t *testing.T) {
	for _, test := range []struct {
		name   string
		plan   string
		writes string // one word a write
		size   int    // of the reader's buffer
		want   string // one word a read
	}{
		{"glue glues what two writes wrote", "glue", "ab cde", 64, "abcde"},
		{"a read takes no more than fits", "glue", "abc def", 4, "abcd ef"},
		{"as-written gives a write a read", "as-written", "ab c def", 64, "ab c def"},
		{"as-written splits what does not fit", "as-written", "abcde f", 3, "abc de f"},
		{"drip gives a byte a read", "drip", "ab c", 64, "a b c"},
		{"every cuts each N bytes of the stream, not of a write", "every=3", "ab cdefg h", 64, "abc def gh"},
		{"every counts from the start of the stream, not of a read", "every=3", "abcdefgh", 2, "ab c de f gh"},
		{"a cut stands where the plan says", "cut=2", "abcde", 64, "ab cde"},
		{"a cut within a write and one between", "cut=1,4", "ab cd ef", 64, "a bcd ef"},
		{"cuts next to each other", "cut=2,3,4", "abcdef", 64, "ab c d ef"},
		{"a cut past the end does nothing", "cut=6,7,99", "abcdef", 64, "abcdef"},
		{"a cut and a mode both cut", "every=4;cut=2", "abcdef", 64, "ab cd ef"},
		{"a cut in the other direction cuts nothing here", "down:drip", "ab cd", 64, "abcd"},
		{"a window that is full cuts too", "window=3", "abcd efg", 64, "abc def g"},
		{"a window of one byte is a drip", "window=1", "abc", 64, "a b c"},
		{"a write of nothing is no read", "as-written", "ab  cd", 64, "ab cd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := talk(sim, test.plan, func(conn net.Conn) {
				for _, text := range strings.Split(test.writes, " ") {
					write(t, conn, text)
				}
				conn.Close()
			}, func(conn net.Conn) {
				got, err := chunks(conn, test.size)
				if strings.Join(got, " ") != test.want || err != io.EOF {
					t.Errorf("got %q, %v, want %q, EOF", got, err, test.want)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSegmentation reads random streams, written and read in random pieces
// under random plans, beside a model: all was written before the first read,
// so a read returns what fits, up to the next place that the plan cuts.
func TestSegmentation(t *testing.T) {
	sim := newSim(t)
	sim.Trace = false
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 3000 {
		data := make([]byte, 1+rnd.IntN(200))
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		var writes []int // where each write ends
		for end := 0; end < len(data); {
			end = min(end+1+rnd.IntN(40), len(data))
			writes = append(writes, end)
		}
		var cuts []int
		for place := 1; place < len(data); place++ {
			if rnd.IntN(10) == 0 {
				cuts = append(cuts, place)
			}
		}

		var plan netsim.Plan
		plan.Up.Cuts = cuts
		isCut := func(place int) bool { return slices.Contains(cuts, place) }
		switch kind := netsim.ModeKind(rnd.IntN(6)); kind {
		case netsim.AsWritten:
			plan.Up.Mode.Kind = kind
			isCut = func(place int) bool { return slices.Contains(cuts, place) || slices.Contains(writes, place) }
		case netsim.Drip:
			plan.Up.Mode.Kind = kind
			isCut = func(int) bool { return true }
		case netsim.Every:
			n := 1 + rnd.IntN(20)
			plan.Up.Mode = netsim.Mode{Kind: kind, N: uint64(n)}
			isCut = func(place int) bool { return slices.Contains(cuts, place) || place%n == 0 }
		case netsim.Random:
			plan.Up.Mode = netsim.Mode{Kind: kind, N: rnd.Uint64()}
			random := randomCuts(t, sim, plan.Up.Mode, len(data))
			isCut = func(place int) bool { return slices.Contains(cuts, place) || slices.Contains(random, place) }
		}

		err := sim.Run(plan, "client", func() {
			client, server := sim.Pipe()
			from := 0
			for _, end := range writes {
				client.Write(data[from:end])
				from = end
			}
			client.Close()
			for place := 0; place < len(data); {
				size := 1 + rnd.IntN(64)
				want := min(size, len(data)-place)
				for n := 1; n < want; n++ {
					if isCut(place + n) {
						want = n
					}
				}
				got, err := read(server, size)
				if err != nil || got != string(data[place:place+want]) {
					t.Fatalf("case %d, plan %s, writes to %d, read of %d at %d of %d: got %x, %v, want %x", i, plan, writes, size, place, len(data), got, err, data[place:place+want])
				}
				place += want
			}
			wantRead(t, server, "", io.EOF)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// randomCuts returns the places that a random mode cuts in the first bytes of
// a connection's up direction, learnt from reads that everything fits.
func randomCuts(t *testing.T, sim *netsim.Sim, mode netsim.Mode, bytes int) (cuts []int) {
	t.Helper()
	err := sim.Run(netsim.Plan{Up: netsim.Stream{Mode: mode}}, "client", func() {
		client, server := sim.Pipe()
		client.Write(make([]byte, bytes))
		client.Close()
		list, _ := chunks(server, bytes)
		place := 0
		for _, chunk := range list[:len(list)-1] {
			place += len(chunk)
			cuts = append(cuts, place)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return cuts
}

func TestASeedNamesOneSetOfPlaces(t *testing.T) {
	sim := newSim(t)
	sim.Trace = false
	mode := func(seed uint64) netsim.Mode { return netsim.Mode{Kind: netsim.Random, N: seed} }
	short, long := randomCuts(t, sim, mode(3), 300), randomCuts(t, sim, mode(3), 4000)
	if len(short) == 0 || !slices.Equal(short, long[:len(short)]) {
		t.Errorf("got %d for 300 bytes and %d for 4000, want the same as far as they go", short, long)
	}
	sets := map[string]bool{}
	for seed := range uint64(100) {
		sets[fmt.Sprint(randomCuts(t, sim, mode(seed), 2000))] = true
	}
	if len(sets) != 100 {
		t.Errorf("got %d sets of places from 100 seeds, want 100", len(sets))
	}

	// Up and down, and each connection, have places of their own.
	err := sim.Run(netsim.MustParsePlan("random=3"), "client", func() {
		seen := map[string]bool{}
		for range 2 {
			client, server := sim.Pipe()
			text := strings.Repeat("x", 2000)
			write(t, client, text)
			write(t, server, text)
			client.(interface{ CloseWrite() error }).CloseWrite()
			server.(interface{ CloseWrite() error }).CloseWrite()
			for _, conn := range []net.Conn{server, client} {
				list, _ := chunks(conn, 2000)
				seen[strings.Join(list, " ")] = true
			}
		}
		if len(seen) != 4 {
			t.Errorf("got %d sets of places in 4 streams, want 4", len(seen))
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadersAreLate(t *testing.T) {
	for _, test := range []struct {
		name   string
		plan   string
		client func(sim *netsim.Sim, conn net.Conn)
		want   string // what the server's reads return
	}{
		{"a blocked reader waits until the writer blocks", "glue", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("ab"))
			conn.Write([]byte("cd"))
			sim.Sleep(time.Second)
			conn.Write([]byte("ef"))
		}, "abcd ef"},
		{"a sender that waits for no time goes first", "glue", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("ab"))
			sim.Sleep(0)
			conn.Write([]byte("cd"))
		}, "abcd"},
		{"a task that has not begun goes first", "glue", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("ab"))
			sim.Go("helper", func() { conn.Write([]byte("cd")) })
			wantDeadline(conn)
		}, "abcd"},
		{"a writer that the window blocks goes first once it has room", "up:window=2", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Write([]byte("d"))
		}, "ab cd"},
		{"all that arrives at one instant is read together", "link:rtt=2s", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("ab"))
			conn.Write([]byte("cd"))
		}, "abcd"},
		{"bytes that queue behind a stall arrive with it", "up:stall=5s@1", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("ab"))
			sim.Sleep(time.Second)
			conn.Write([]byte("cd"))
			sim.Sleep(3 * time.Second)
			conn.Write([]byte("ef"))
		}, "a bcdef"},
		{"what is written at the instant of an arrival is read with it", "up:stall=5s@0", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("ab"))
			sim.Sleep(5 * time.Second)
			conn.Write([]byte("cd"))
		}, "abcd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := talk(sim, test.plan, func(conn net.Conn) {
				test.client(sim, conn)
				conn.Close()
			}, func(conn net.Conn) {
				if got, err := chunks(conn, 64); strings.Join(got, " ") != test.want {
					t.Errorf("got %q, %v, want %q", got, err, test.want)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// wantDeadline waits one second of virtual time by a read that nobody answers.
func wantDeadline(conn net.Conn) {
	conn.SetReadDeadline(time.Date(2000, 1, 1, 0, 0, 1, 0, time.UTC))
	if _, err := read(conn, 1); err != os.ErrDeadlineExceeded {
		panic(err)
	}
}

// arrivals returns when which bytes of the first connection arrived.
func arrivals(log trace.Log, dir trace.Direction) (list []string) {
	for _, e := range log {
		if e.Kind == trace.Arrived && e.Dir == dir {
			list = append(list, fmt.Sprintf("%d-%d@%s", e.From, e.To, e.Time))
		}
	}
	return list
}

func TestArrivals(t *testing.T) {
	type step struct {
		sleep time.Duration
		text  string
	}
	for _, test := range []struct {
		name  string
		plan  string
		steps []step
		want  string
	}{
		{"without delays all is there at once", "glue", []step{{0, "abc"}, {time.Second, "d"}}, "0-3@0s 3-4@1s"},
		{"a link delays every byte by half a round trip", "link:rtt=40ms", []step{{0, "abc"}, {time.Second, "d"}}, "0-3@20ms 3-4@1.02s"},
		{"a stalled byte arrives that long after it was sent", "up:stall=600ms@2", []step{{time.Second, "abc"}}, "0-2@1s 2-3@1.6s"},
		{"later bytes queue behind it", "up:stall=600ms@1", []step{{0, "abc"}, {500 * time.Millisecond, "de"}, {100 * time.Millisecond, "f"}}, "0-1@0s 1-2@600ms 2-3@600ms 3-5@600ms 5-6@600ms"},
		{"later bytes have no delay of their own", "up:stall=600ms@1", []step{{0, "abc"}, {601 * time.Millisecond, "de"}}, "0-1@0s 1-2@600ms 2-3@600ms 3-5@601ms"},
		{"a stall that is over when its queue is waits for the queue alone", "up:stall=600ms@0,200ms@2", []step{{0, "abcd"}}, "0-1@600ms 1-2@600ms 2-3@600ms 3-4@600ms"},
		{"a stall longer than its queue holds up again", "up:stall=600ms@0,700ms@2", []step{{0, "abcd"}}, "0-1@600ms 1-2@600ms 2-3@700ms 3-4@700ms"},
		{"a stall of no time only parts the arrivals", "up:stall=0s@1", []step{{0, "abc"}}, "0-1@0s 1-2@0s 2-3@0s"},
		{"a stall and a link add up", "up:stall=600ms@0;link:rtt=40ms", []step{{0, "ab"}}, "0-1@620ms 1-2@620ms"},
		{"a stall past the end does nothing", "up:stall=600ms@3", []step{{0, "abc"}}, "0-3@0s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := talk(sim, test.plan, func(conn net.Conn) {
				for _, step := range test.steps {
					sim.Sleep(step.sleep)
					write(t, conn, step.text)
				}
				conn.Close()
			}, func(conn net.Conn) { chunks(conn, 64) })
			if got := strings.Join(arrivals(sim.Log(), trace.Up), " "); got != test.want || err != nil {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestTheEndArrivesBehindTheLastByte(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:stall=3s@1;link:rtt=2s", func(conn net.Conn) {
		write(t, conn, "ab")
		conn.Close()
	}, func(conn net.Conn) {
		wantRead(t, conn, "a", nil)
		wantRead(t, conn, "b", nil)
		wantRead(t, conn, "", io.EOF)
		if got, want := sim.Elapsed(), 4*time.Second; got != want {
			t.Errorf("the end: got %s, want %s", got, want)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRoundTripTime(t *testing.T) {
	sim := newSim(t)
	const rtt = 100 * time.Millisecond
	took := func(what string, want time.Duration, f func()) {
		start := sim.Elapsed()
		f()
		if got := sim.Elapsed() - start; got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
	err := sim.Run(netsim.MustParsePlan("link:rtt=100ms"), "client", func() {
		l := sim.Listen()
		sim.Go("server", func() {
			conn, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			took("half a round trip up", rtt/2, func() { wantRead(t, conn, "hello", nil) })
			write(t, conn, "answer")
			took("the end a round trip later", rtt, func() { wantRead(t, conn, "", io.EOF) })
			conn.Close()
		})
		var conn net.Conn
		took("Dial", rtt, func() {
			var err error
			if conn, err = sim.Dial(); err != nil {
				t.Fatal(err)
			}
		})
		took("Write", 0, func() { write(t, conn, "hello") })
		took("a question and its answer", rtt, func() { wantRead(t, conn, "answer", nil) })
		took("Close", 0, func() { conn.Close() })
		took("a refused Dial", rtt, func() {
			l.Close()
			if _, err := sim.Dial(); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("got %v, want ECONNREFUSED", err)
			}
		})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTruncateAtEveryOffset(t *testing.T) {
	sim := newSim(t)
	const text = "abcdefgh"
	for k := range len(text) + 1 {
		err := talk(sim, fmt.Sprintf("up:truncate=%d;up:cut=3", k), func(conn net.Conn) {
			write(t, conn, text[:5])
			sim.Sleep(time.Second)
			write(t, conn, text[5:]) // what is lost is lost without a word
			wantRead(t, conn, "ok", nil)
			write(t, conn, "more")
			conn.Close()
		}, func(conn net.Conn) {
			if got, err := io.ReadAll(conn); string(got) != text[:k] || err != nil {
				t.Errorf("truncate=%d: got %q, %v, want %q, EOF", k, got, err, text[:k])
			}
			write(t, conn, "ok") // the other direction is whole
			conn.Close()
		})
		if err != nil {
			t.Errorf("truncate=%d: %v", k, err)
		}
		log := sim.Log()
		if got, want := log.Spans(trace.End, 1, trace.Up), []trace.Span{{From: k, To: k}}; !reflect.DeepEqual(got, want) {
			t.Errorf("truncate=%d: got the end at %v, want %v", k, got, want)
		}
		lost := 0
		for _, span := range log.Spans(trace.Lost, 1, trace.Up) {
			lost += span.Len()
		}
		if want := len(text) + len("more") - k; lost != want {
			t.Errorf("truncate=%d: got %d bytes lost, want %d", k, lost, want)
		}
		if got, want := string(log.Stream(1, trace.Up)), text+"more"; got != want {
			t.Errorf("truncate=%d: got %q written, want %q", k, got, want)
		}
	}
}

func TestResetAtEveryOffset(t *testing.T) {
	const text = "abcdefgh"
	//lint:ignore SA1032 ErrReset is the error under test here, not the target
	if !errors.Is(netsim.ErrReset, syscall.ECONNRESET) || errors.Is(netsim.ErrReset, syscall.EPIPE) {
		t.Errorf("got ErrReset = %v, want what is ECONNRESET and no other to errors.Is", netsim.ErrReset)
	}
	for _, link := range []string{"", ";link:rtt=1s"} {
		sim := newSim(t)
		for k := range len(text) + 1 {
			plan := fmt.Sprintf("up:reset=%d%s", k, link)
			err := talk(sim, plan, func(conn net.Conn) {
				if k > 0 || link != "" { // otherwise it was broken before it could be written to
					write(t, conn, text)
				}
				// The other direction breaks too, and so does writing.
				if got, err := read(conn, 64); err != netsim.ErrReset {
					t.Errorf("%s: the writer's read: got %q, %v, want ErrReset", plan, got, err)
				}
				if n, err := conn.Write([]byte("more")); n != 0 || err != netsim.ErrReset {
					t.Errorf("%s: a later write: got %d, %v, want 0, ErrReset", plan, n, err)
				}
				if err := conn.Close(); err != nil {
					t.Errorf("%s: Close: got %v, want nil", plan, err)
				}
			}, func(conn net.Conn) {
				got, err := io.ReadAll(conn)
				if string(got) != text[:k] || err != netsim.ErrReset {
					t.Errorf("%s: got %q, %v, want %q, ErrReset", plan, got, err, text[:k])
				}
				if n, err := conn.Write([]byte("answer")); n != 0 || err != netsim.ErrReset {
					t.Errorf("%s: the reader's write: got %d, %v, want 0, ErrReset", plan, n, err)
				}
				if got, err := read(conn, 64); err != netsim.ErrReset {
					t.Errorf("%s: a later read: got %q, %v, want ErrReset", plan, got, err)
				}
				conn.Close()
			})
			if err != nil {
				t.Errorf("%s: %v", plan, err)
			}
			if got, want := sim.Log().Spans(trace.Reset, 1, trace.Up), []trace.Span{{From: k, To: k}}; !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got the reset at %v, want %v", plan, got, want)
			}
		}
	}
}

func TestAResetThatIsNotReachedIsNone(t *testing.T) {
	for _, plan := range []string{"up:reset=9", "up:reset=9;link:rtt=1s"} {
		sim := newSim(t)
		err := talk(sim, plan, func(conn net.Conn) {
			write(t, conn, "abcdefgh")
			closeWrite(t, conn)
			wantRead(t, conn, "answer", nil)
			conn.Close()
		}, func(conn net.Conn) {
			if got, err := io.ReadAll(conn); string(got) != "abcdefgh" || err != nil {
				t.Errorf("%s: got %q, %v, want all and EOF", plan, got, err)
			}
			write(t, conn, "answer")
			conn.Close()
		})
		if err != nil {
			t.Errorf("%s: %v", plan, err)
		}
	}
}

// TestTheNearerEndWins: a plan may both truncate and reset a direction.
func TestTheNearerEndWins(t *testing.T) {
	for _, test := range []struct {
		name string
		plan string
		want string
		err  error
	}{
		{"truncate stands first", "truncate=2;reset=4", "ab", io.EOF},
		{"reset stands first", "truncate=4;reset=2", "ab", netsim.ErrReset},
		{"at one place the stream ends cleanly", "truncate=3;reset=3", "abc", io.EOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			sim.Run(netsim.MustParsePlan(test.plan), "both", func() {
				client, server := sim.Pipe()
				write(t, client, "abcdef")
				if got, err := chunks(server, 64); strings.Join(got, " ") != test.want || err != test.err {
					t.Errorf("got %q, %v, want %q, %v", got, err, test.want, test.err)
				}
			})
		})
	}
}

func TestEndOfStream(t *testing.T) {
	for _, test := range []struct {
		name   string
		plan   string
		writer func(sim *netsim.Sim, conn net.Conn)
		want   string // each read: its bytes, and its error behind a slash
	}{
		{"the end is a read of its own", "glue", func(_ *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Close()
		}, "abc /EOF"},
		{"the end comes with the last bytes where the plan says so", "eof-with-data", func(_ *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Close()
		}, "abc/EOF"},
		{"with the last bytes alone", "eof-with-data;cut=2", func(_ *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Close()
		}, "ab c/EOF"},
		{"an end that comes later is a read of its own", "eof-with-data", func(sim *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			sim.Sleep(time.Second)
			conn.Close()
		}, "abc /EOF"},
		{"an end without bytes", "eof-with-data", func(_ *netsim.Sim, conn net.Conn) { conn.Close() }, "/EOF"},
		{"a truncated stream's end comes with the last bytes too", "eof-with-data;truncate=2", func(_ *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Close()
		}, "ab/EOF"},
		{"a reset is always a read of its own", "eof-with-data;reset=2", func(_ *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Close()
		}, "ab /connection reset by peer"},
		{"the end crosses a link with the bytes before it", "eof-with-data;link:rtt=1s", func(_ *netsim.Sim, conn net.Conn) {
			conn.Write([]byte("abc"))
			conn.Close()
		}, "abc/EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := talk(sim, test.plan, func(conn net.Conn) { test.writer(sim, conn) }, func(conn net.Conn) {
				var got []string
				for {
					text, err := read(conn, 64)
					if err != nil {
						got = append(got, text+"/"+err.Error())
						break
					}
					got = append(got, text)
				}
				if strings.Join(got, " ") != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if text, err := read(conn, 64); text != "" || err == nil {
					t.Errorf("behind the end: got %q, %v, want the same error again", text, err)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestHalfClose(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "glue", func(conn net.Conn) {
		write(t, conn, "request")
		closeWrite(t, conn)
		closeWrite(t, conn) // twice is once
		if n, err := conn.Write([]byte("more")); n != 0 || !errors.Is(err, syscall.EPIPE) {
			t.Errorf("write behind CloseWrite: got %d, %v, want 0, EPIPE", n, err)
		}
		if got, err := io.ReadAll(conn); string(got) != "answer" || err != nil {
			t.Errorf("got %q, %v, want the answer", got, err)
		}
		if err := conn.Close(); err != nil {
			t.Errorf("Close: got %v, want nil", err)
		}
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != net.ErrClosed {
			t.Errorf("CloseWrite behind Close: got %v, want net.ErrClosed", err)
		}
	}, func(conn net.Conn) {
		if got, err := io.ReadAll(conn); string(got) != "request" || err != nil {
			t.Errorf("got %q, %v, want the request", got, err)
		}
		sim.Sleep(time.Second)
		write(t, conn, "answer")
		conn.Close()
	})
	if err != nil {
		t.Error(err)
	}
	if got, want := string(sim.Log().Stream(1, trace.Up)), "request"; got != want {
		t.Errorf("got %q written, want %q", got, want)
	}
}

func TestCloseWriteReleasesABlockedWrite(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:window=2", func(conn net.Conn) {
		sim.Go("closer", func() {
			sim.Sleep(time.Second)
			closeWrite(t, conn)
		})
		if n, err := conn.Write([]byte("abcd")); n != 2 || !errors.Is(err, syscall.EPIPE) {
			t.Errorf("got %d, %v, want 2, EPIPE", n, err)
		}
	}, func(conn net.Conn) {
		sim.Sleep(2 * time.Second)
		if got, err := chunks(conn, 64); strings.Join(got, " ") != "ab" || err != io.EOF {
			t.Errorf("got %q, %v, want ab, EOF", got, err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	const half = 500 * time.Millisecond // of the link's round trip
	for _, test := range []struct {
		name   string
		plan   string
		client func(t *testing.T, sim *netsim.Sim, conn net.Conn)
		server func(t *testing.T, sim *netsim.Sim, conn net.Conn)
	}{
		{"everything fails behind Close", "glue", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			if err := conn.Close(); err != nil {
				t.Errorf("got %v, want nil", err)
			}
			_, readErr := conn.Read(nil)
			_, writeErr := conn.Write(nil)
			for _, err := range []error{readErr, writeErr, conn.Close(), conn.SetDeadline(time.Time{})} {
				if err != net.ErrClosed {
					t.Errorf("got %v, want net.ErrClosed", err)
				}
			}
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) { wantRead(t, conn, "", io.EOF) }},

		{"what was written before Close arrives", "glue", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			write(t, conn, "last words")
			conn.Close()
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(time.Second)
			wantRead(t, conn, "last words", nil)
			wantRead(t, conn, "", io.EOF)
		}},

		{"calls that are blocked at the closed end return", "window=1", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Go("reader", func() {
				if _, err := read(conn, 1); err != net.ErrClosed {
					t.Errorf("read: got %v, want net.ErrClosed", err)
				}
			})
			sim.Go("writer", func() {
				if n, err := conn.Write([]byte("ab")); n != 1 || err != net.ErrClosed {
					t.Errorf("write: got %d, %v, want 1, net.ErrClosed", n, err)
				}
			})
			sim.Sleep(time.Second)
			conn.Close()
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) { sim.Sleep(time.Minute) }},

		{"a close with unread input resets the peer, whose own unread input is lost", "glue", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			write(t, conn, "refused")
			sim.Sleep(time.Second)
			wantRead(t, conn, "", netsim.ErrReset)
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			write(t, conn, "last words")
			sim.Sleep(time.Millisecond)
			conn.Close()
		}},

		{"a write to a closed peer succeeds, and the next fails", "glue", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(time.Second)
			write(t, conn, "too late")
			if n, err := conn.Write([]byte("x")); n != 0 || err != netsim.ErrReset {
				t.Errorf("got %d, %v, want 0, ErrReset", n, err)
			}
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) { conn.Close() }},

		{"a write longer than the window to a closed peer stops there", "window=3", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(time.Second)
			if n, err := conn.Write([]byte("abcde")); n != 3 || err != netsim.ErrReset {
				t.Errorf("got %d, %v, want 3, ErrReset", n, err)
			}
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) { conn.Close() }},

		{"a writer that the window blocks learns of the reset", "window=3", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			if n, err := conn.Write([]byte("abcde")); n != 3 || err != netsim.ErrReset {
				t.Errorf("got %d, %v, want 3, ErrReset", n, err)
			}
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(time.Second)
			conn.Close()
		}},

		{"a drained peer reads the last words", "glue", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			write(t, conn, "refused")
			closeWrite(t, conn)
			sim.Sleep(time.Second)
			wantRead(t, conn, "last words", nil)
			wantRead(t, conn, "", io.EOF)
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			io.Copy(io.Discard, conn)
			write(t, conn, "last words")
			conn.Close()
		}},

		{"the reset takes half a round trip, behind what was sent before", "link:rtt=1s", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			write(t, conn, "refused")
			wantRead(t, conn, "early", nil)
			if got, want := sim.Elapsed(), half+100*time.Millisecond; got != want {
				t.Errorf("early words: got %s, want %s", got, want)
			}
			wantRead(t, conn, "", netsim.ErrReset)
			if got, want := sim.Elapsed(), 2*half+100*time.Millisecond; got != want {
				t.Errorf("reset: got %s, want %s", got, want)
			}
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(100 * time.Millisecond)
			write(t, conn, "early")
			sim.Sleep(half)
			conn.Close()
		}},

		{"input that reaches a closed end is answered half a round trip later", "link:rtt=1s", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(100 * time.Millisecond)
			write(t, conn, "crosses the end")
			wantRead(t, conn, "", io.EOF)
			write(t, conn, "more")
			sim.Sleep(2*half - (sim.Elapsed() - 100*time.Millisecond))
			if n, err := conn.Write([]byte("x")); n != 0 || err != netsim.ErrReset {
				t.Errorf("got %d, %v at %s, want 0, ErrReset", n, err, sim.Elapsed())
			}
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) { conn.Close() }},

		{"a close before unread input has arrived resets when it does", "link:rtt=1s", func(t *testing.T, sim *netsim.Sim, conn net.Conn) {
			write(t, conn, "on its way")
			wantRead(t, conn, "", io.EOF)
			if got := sim.Elapsed(); got != half {
				t.Errorf("end: got %s, want %s", got, half)
			}
			sim.Sleep(half)
			wantRead(t, conn, "", netsim.ErrReset)
		}, func(t *testing.T, sim *netsim.Sim, conn net.Conn) { conn.Close() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := talk(sim, test.plan, func(conn net.Conn) { test.client(t, sim, conn) }, func(conn net.Conn) { test.server(t, sim, conn) })
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:window=4;link:rtt=2s", func(conn net.Conn) {
		write(t, conn, "abcdefghij") // returns when the last bytes are on their way
		if got, want := sim.Elapsed(), 2*time.Second; got != want {
			t.Errorf("the write: got %s, want %s", got, want)
		}
		conn.Close()
	}, func(conn net.Conn) {
		if got, _ := chunks(conn, 64); strings.Join(got, " ") != "abcd efgh ij" {
			t.Errorf("got %q, want abcd efgh ij", got)
		}
	})
	if err != nil {
		t.Error(err)
	}
	log := sim.Log()
	if got, want := log.Spans(trace.Written, 1, trace.Up), []trace.Span{{From: 0, To: 10}}; !reflect.DeepEqual(got, want) {
		t.Errorf("written: got %v, want %v", got, want)
	}
	if got, want := log.Spans(trace.Sent, 1, trace.Up), []trace.Span{{From: 0, To: 4}, {From: 4, To: 8}, {From: 8, To: 10}}; !reflect.DeepEqual(got, want) {
		t.Errorf("sent: got %v, want %v", got, want)
	}
}

// TestAWriteIsNotInterleaved: as with the kernel's connections, no Write comes
// between the parts of another, and the log says which bytes are whose.
func TestAWriteIsNotInterleaved(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:window=2;up:as-written", func(conn net.Conn) {
		for i, text := range []string{"aaaaa", "bbb", "cccc"} {
			sim.Go(text, func() {
				sim.Message(i + 1)
				write(t, conn, text)
			})
		}
	}, func(conn net.Conn) {
		if got, err := io.ReadAll(io.LimitReader(conn, 12)); string(got) != "aaaaabbbcccc" {
			t.Errorf("got %q, %v, want aaaaabbbcccc", got, err)
		}
	})
	if err != nil {
		t.Error(err)
	}
	log := sim.Log()
	if got, want := string(log.Stream(1, trace.Up)), "aaaaabbbcccc"; got != want {
		t.Errorf("got %q in the log, want %q", got, want)
	}
	for offset, want := range []int{0: 1, 4: 1, 5: 2, 7: 2, 8: 3, 11: 3} {
		if got := log.Message(1, trace.Up, offset); want != 0 && got != want {
			t.Errorf("the message of offset %d: got %d, want %d", offset, got, want)
		}
	}
}

// TestTheLogKeepsWhatAFailedWriteHandedOver: the offsets of later writes go on
// from there.
func TestTheLogKeepsWhatAFailedWriteHandedOver(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:window=3", func(conn net.Conn) {
		conn.SetWriteDeadline(sim.Now().Add(time.Second))
		if n, err := conn.Write([]byte("abcde")); n != 3 || err != os.ErrDeadlineExceeded {
			t.Errorf("got %d, %v, want 3, a deadline", n, err)
		}
		conn.SetWriteDeadline(sim.Now().Add(time.Second))
		if n, err := conn.Write([]byte("never")); n != 0 || err != os.ErrDeadlineExceeded {
			t.Errorf("got %d, %v, want 0, a deadline", n, err)
		}
		conn.SetWriteDeadline(time.Time{})
		sim.Sleep(2 * time.Second)
		write(t, conn, "fg")
		conn.Close()
	}, func(conn net.Conn) {
		sim.Sleep(3 * time.Second)
		if got, _ := io.ReadAll(conn); string(got) != "abcfg" {
			t.Errorf("got %q, want abcfg", got)
		}
	})
	if err != nil {
		t.Error(err)
	}
	log := sim.Log()
	if got, want := log.Spans(trace.Written, 1, trace.Up), []trace.Span{{From: 0, To: 3}, {From: 3, To: 5}}; !reflect.DeepEqual(got, want) {
		t.Errorf("written: got %v, want %v", got, want)
	}
	if got, want := string(log.Stream(1, trace.Up)), "abcfg"; got != want {
		t.Errorf("got %q in the log, want %q", got, want)
	}
}

func TestDeadlines(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:window=2", func(conn net.Conn) {
		wait := func(what string, want time.Duration, call func() error, wantErr error) {
			t.Helper()
			start := sim.Elapsed()
			err := call()
			if got := sim.Elapsed() - start; err != wantErr || got != want {
				t.Errorf("%s: got %v after %s, want %v after %s", what, err, got, wantErr, want)
			}
		}
		readOne := func() error { _, err := read(conn, 1); return err }
		writeThree := func() error { _, err := conn.Write([]byte("abc")); return err }

		conn.SetReadDeadline(sim.Now().Add(2 * time.Second))
		wait("a read", 2*time.Second, readOne, os.ErrDeadlineExceeded)
		wait("a read when the deadline has passed", 0, readOne, os.ErrDeadlineExceeded)
		wait("a write has a deadline of its own", 0, func() error { _, err := conn.Write(nil); return err }, nil)
		conn.SetWriteDeadline(sim.Now().Add(3 * time.Second))
		wait("a write", 3*time.Second, writeThree, os.ErrDeadlineExceeded)
		conn.SetDeadline(sim.Now().Add(-time.Second))
		wait("a read when the deadline is in the past", 0, readOne, os.ErrDeadlineExceeded)
		wait("a write when the deadline is in the past", 0, writeThree, os.ErrDeadlineExceeded)
		conn.SetReadDeadline(time.Time{})
		wait("a read without a deadline", 5*time.Second, readOne, nil)

		sim.Go("setter", func() {
			sim.Sleep(time.Second)
			conn.SetReadDeadline(sim.Now().Add(-time.Hour))
		})
		wait("a blocked read whose deadline is moved to the past", time.Second, readOne, os.ErrDeadlineExceeded)
		conn.SetReadDeadline(sim.Now().Add(time.Second))
		sim.Go("setter", func() { conn.SetReadDeadline(sim.Now().Add(4 * time.Second)) })
		wait("a blocked read whose deadline is moved on", 4*time.Second, readOne, os.ErrDeadlineExceeded)
	}, func(conn net.Conn) {
		sim.Sleep(10 * time.Second)
		write(t, conn, "x")
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadsAndWritesOfNothing(t *testing.T) {
	sim := newSim(t)
	err := talk(sim, "up:window=1", func(conn net.Conn) {
		write(t, conn, "")
		write(t, conn, "a")
		write(t, conn, "") // the window is full, and nothing fits
		if n, err := conn.Read(nil); n != 0 || err != nil {
			t.Errorf("read of nothing: got %d, %v, want 0, nil at once", n, err)
		}
		if got := sim.Elapsed(); got != 0 {
			t.Errorf("got %s, want no time", got)
		}
	}, func(conn net.Conn) { wantRead(t, conn, "a", nil) })
	if err != nil {
		t.Error(err)
	}
	for _, e := range sim.Log() {
		if e.Kind != trace.Open && e.From == e.To {
			t.Errorf("got the event %+v of nothing", e)
		}
	}
}

func TestAddresses(t *testing.T) {
	sim := newSim(t)
	sim.Run(netsim.Plan{}, "both", func() {
		l := sim.Listen()
		dialled, _ := sim.Dial()
		accepted, _ := l.Accept()
		if got, want := l.Addr().String(), "server"; got != want {
			t.Errorf("the listener: got %s, want %s", got, want)
		}
		if got, want := fmt.Sprintf("%s %s %s %s", dialled.LocalAddr(), dialled.RemoteAddr(), accepted.LocalAddr(), accepted.RemoteAddr()), "client server server client"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := dialled.LocalAddr().Network(), "netsim"; got != want {
			t.Errorf("got the network %s, want %s", got, want)
		}
	})
}
