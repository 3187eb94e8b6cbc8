package netsim_test

import (
	"bytes"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

func TestAnExceptionReplacesThePlansOwnKind(t *testing.T) {
	for _, test := range []struct {
		name string
		plan string
		want [3]string // what the reads of connections 1 to 3 return
	}{
		{"no exception", "every=2", [3]string{"ab cd ef", "ab cd ef", "ab cd ef"}},
		{"a mode replaces the mode", "drip;2#every=4", [3]string{"a b c d e f", "abcd ef", "a b c d e f"}},
		{"glue replaces a mode", "drip;3#glue", [3]string{"a b c d e f", "a b c d e f", "abcdef"}},
		{"cuts replace the cuts", "cut=1,2;2#cut=5", [3]string{"a b cdef", "abcde f", "a b cdef"}},
		{"cuts leave the mode", "every=3;2#cut=1", [3]string{"abc def", "a bc def", "abc def"}},
		{"a mode leaves the cuts", "cut=1;1#every=4", [3]string{"a bcd ef", "a bcdef", "a bcdef"}},
		{"reset replaces reset", "reset=2;2#reset=4", [3]string{"ab", "abcd", "ab"}},
		{"truncate replaces truncate", "truncate=2;2#truncate=4", [3]string{"ab", "abcd", "ab"}},
		{"drops and swaps leave streams alone", "every=3;drop=1,2;swap=1;2#drop=1", [3]string{"abc def", "abc def", "abc def"}},
		{"an exception for the other direction is none", "2#down:drip", [3]string{"abcdef", "abcdef", "abcdef"}},
		{"two exceptions", "1#drip;3#cut=2", [3]string{"a b c d e f", "abcdef", "ab cdef"}},
		{"an exception that is never met", "9#drip", [3]string{"abcdef", "abcdef", "abcdef"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := sim.Run(netsim.MustParsePlan(test.plan), "client", func() {
				for i, want := range test.want {
					client, server := sim.Pipe()
					write(t, client, "abcdef")
					client.Close()
					if got, _ := chunks(server, 64); strings.Join(got, " ") != want {
						t.Errorf("connection %d: got %q, want %q", i+1, got, want)
					}
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnExceptionReplacesStalls(t *testing.T) {
	sim := newSim(t)
	err := sim.Run(netsim.MustParsePlan("up:stall=1s@0;2#up:stall=3s@0;3#up:stall=0s@0"), "client", func() {
		for i, want := range []time.Duration{time.Second, 3 * time.Second, 0} {
			client, server := sim.Pipe()
			start := sim.Elapsed()
			write(t, client, "a")
			read(server, 1)
			if got := sim.Elapsed() - start; got != want {
				t.Errorf("connection %d: got %s, want %s", i+1, got, want)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCutsAreWhereReadsStop: the places that a plan names are those at which
// reads stop that everything fits.
func TestCutsAreWhereReadsStop(t *testing.T) {
	const n = 100
	for _, text := range []string{
		"glue", "drip", "every=7", "random=3", "up:cut=1,50,99,100;down:cut=2", "every=7;cut=3,8,14",
		"drip;2#glue", "random=5;2#down:random=6;2#cut=40",
	} {
		t.Run(text, func(t *testing.T) {
			sim := newSim(t)
			plan := netsim.MustParsePlan(text)
			err := sim.Run(plan, "client", func() {
				for conn := 1; conn <= 2; conn++ {
					client, server := sim.Pipe()
					write(t, client, strings.Repeat("x", n))
					write(t, server, strings.Repeat("x", n))
					closeWrite(t, client)
					closeWrite(t, server)
					for _, end := range []struct {
						dir  trace.Direction
						conn net.Conn
					}{{trace.Up, server}, {trace.Down, client}} {
						list, _ := chunks(end.conn, n)
						var want []int
						place := 0
						for _, chunk := range list[:len(list)-1] {
							place += len(chunk)
							want = append(want, place)
						}
						if got := plan.Cuts(conn, end.dir, n); !slices.Equal(got, want) {
							t.Errorf("connection %d %s: got %d, want %d, where reads stopped", conn, end.dir, got, want)
						}
					}
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBeyondNamesWhatDidNothing(t *testing.T) {
	length := func(conn int, dir trace.Direction) int {
		return map[string]int{"0up": 10, "0down": 5, "2up": 3, "2down": 5}[fmt.Sprint(conn, dir)]
	}
	for _, test := range []struct {
		name string
		plan string
		want []string
	}{
		{"nothing stands past the end", "up:cut=9;down:cut=4;stall=1s@4;2#up:cut=2", nil},
		{"a cut at the end separates nothing", "up:cut=9,10", []string{"up:cut=10 is past the end (10 bytes) and does nothing"}},
		{"each direction has its end", "cut=7", []string{"down:cut=7 is past the end (5 bytes) and does nothing"}},
		{"a stall of a byte that never came", "down:stall=2s@5", []string{"down:stall=2s@5 is past the end (5 bytes) and does nothing"}},
		{"truncate at the very end ends the stream before its writer does", "truncate=5", nil},
		{"truncate past the end", "down:truncate=6", []string{"down:truncate=6 is past the end (5 bytes) and does nothing"}},
		{"reset at the very end breaks the connection", "down:reset=5", nil},
		{"reset past the end", "up:reset=11", []string{"up:reset=11 is past the end (10 bytes) and does nothing"}},
		{"an exception is measured by its connection", "2#cut=3", []string{"2#up:cut=3 is past the end (3 bytes) and does nothing"}},
		{"an exception for a connection that was never made", "9#down:reset=1", []string{"9#down:reset=1 is past the end (0 bytes) and does nothing"}},
		{"drops and swaps are not for streams", "up:drop=1;swap=2", []string{
			"up:drop=1 is for datagrams and leaves streams alone", "up:swap=2 is for datagrams and leaves streams alone",
			"down:swap=2 is for datagrams and leaves streams alone",
		}},
		{"modes and windows are never past the end", "every=100;window=100;eof-with-data", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := netsim.MustParsePlan(test.plan).Beyond(length); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWhole(t *testing.T) {
	for _, test := range []struct {
		name string
		plan string
		want bool
	}{
		{"glue loses nothing", "glue", true},
		{"cuts, stalls, windows and links lose nothing", "drip;cut=3;stall=1h@2;window=1;eof-with-data;link:rtt=1s", true},
		{"truncate loses bytes", "up:truncate=3", false},
		{"reset loses bytes", "down:reset=3", false},
		{"one connection's end loses bytes", "glue;7#down:truncate=0", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := netsim.MustParsePlan(test.plan).Whole(); got != test.want {
				t.Errorf("%s: got %v, want %v", test.plan, got, test.want)
			}
		})
	}
}

func TestPlanFromBytes(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"no bytes glue", nil, "glue"},
		{"one byte is no step", []byte{0x80}, "glue"},
		{"a cut", []byte{0x00, 0x03}, "up:cut=3"},
		{"a cut in the other direction", []byte{0x80, 0x03}, "down:cut=3"},
		{"steps count from the last one", []byte{0x00, 0x03, 0x00, 0x02}, "up:cut=3,5"},
		{"directions count apart", []byte{0x00, 0x03, 0x80, 0x02}, "up:cut=3;down:cut=2"},
		{"a stall", []byte{0x40, 0x03}, "up:stall=1s@3"},
		{"a stall of the first byte", []byte{0xc0, 0x00}, "down:stall=1s@0"},
		{"a cut stands beyond the first byte", []byte{0x00, 0x00}, "up:cut=1"},
		{"a step stands beyond the last", []byte{0x40, 0x00, 0x00, 0x00, 0x40, 0x00}, "up:cut=1;up:stall=1s@0,1s@2"},
		{"a step out of reach is left out", bytes.Repeat([]byte{0x3f, 0xff}, 9), "up:cut=16383,32766,49149,65532"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := netsim.PlanFromBytes(test.data).String(); got != test.want {
				t.Errorf("% x: got %s, want %s", test.data, got, test.want)
			}
		})
	}
}

// FuzzPlanFromBytes: any bytes make a valid plan that loses nothing.
func FuzzPlanFromBytes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x00, 0x02, 0xc0, 0x00, 0x80, 0x05, 0x40, 0x01})
	var sim netsim.Sim
	f.Cleanup(sim.Close)
	f.Fuzz(func(t *testing.T, data []byte) {
		plan := netsim.PlanFromBytes(data)
		if !plan.Whole() {
			t.Errorf("% x: got %s, want a plan that loses nothing", data, plan)
		}
		text := plan.String()
		again, err := netsim.ParsePlan(text)
		if err != nil {
			t.Fatalf("% x: got %s, which fails: %v", data, text, err)
		}
		if text != "glue" && !reflect.DeepEqual(again, plan) {
			t.Errorf("% x: got %+v from its print %s, want %+v", data, again, text, plan)
		}

		sim.Limit = 1 << 62 // the stalls of a long plan last longer than an hour
		err = sim.Run(plan, "client", func() {
			client, server := sim.Pipe()
			sim.Go("server", func() {
				echo(server)
				server.Close()
			})
			write(t, client, string(data))
			client.(interface{ CloseWrite() error }).CloseWrite()
			if got, err := chunks(client, 1<<16); strings.Join(got, "") != string(data) {
				t.Errorf("%s: got %q, %v back, want %q", plan, got, err, data)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// newSim makes a Sim that records and that the test closes.
func newSim(t testing.TB) *netsim.Sim {
	sim := &netsim.Sim{Trace: true}
	t.Cleanup(sim.Close)
	return sim
}

// write writes text in one call that must succeed.
func write(t testing.TB, conn net.Conn, text string) {
	t.Helper()
	if n, err := conn.Write([]byte(text)); n != len(text) || err != nil {
		t.Errorf("write %q: got %d, %v, want %d", text, n, err, len(text))
	}
}

// chunks reads until an error, at most size bytes a read, and returns what each
// read returned.
func chunks(conn net.Conn, size int) (list []string, err error) {
	buf := make([]byte, size)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			list = append(list, string(buf[:n]))
		}
		if err != nil {
			return list, err
		}
	}
}

// echo sends back what it reads until the end of the stream.
func echo(conn net.Conn) {
	buf := make([]byte, 1<<10)
	for {
		n, err := conn.Read(buf)
		conn.Write(buf[:n])
		if err != nil {
			return
		}
	}
}
