package pcap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/pcap"
	"stickydemo/netsim/trace"
)

func capture(t *testing.T, log trace.Log, plans ...netsim.Plan) []string {
	t.Helper()
	var file bytes.Buffer
	if err := pcap.Write(&file, log, pcap.Options{Application: "test", Plans: plans}); err != nil {
		t.Fatal(err)
	}
	return shown(t, file.Bytes())
}

func compare(t *testing.T, got []string, want string) {
	t.Helper()
	if got := strings.Join(got, "\n"); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// run returns the log of a run under a plan.
func run(t testing.TB, plan string, main func(*netsim.Sim)) (trace.Log, netsim.Plan) {
	t.Helper()
	s := netsim.Sim{Trace: true}
	defer s.Close()
	p := netsim.MustParsePlan(plan)
	var hang *netsim.HangError
	if err := s.Run(p, "client", func() { main(&s) }); err != nil && !errors.As(err, &hang) {
		t.Fatal(err)
	}
	return append(trace.Log{{Kind: trace.Begin, Note: plan}}, s.Log()...), p
}

// talk is two messages in three writes, an answer of so many bytes of which the
// client takes 4, and their partings.
func talk(answer int) func(*netsim.Sim) {
	return func(s *netsim.Sim) {
		l := s.Listen()
		s.Go("server", func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(conn, make([]byte, 7))
			s.Message(2)
			_, _ = conn.Write(bytes.Repeat([]byte("x"), answer))
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.Close()
		})
		conn, err := s.Dial()
		if err != nil {
			return
		}
		s.Message(1)
		_, _ = conn.Write([]byte("ab"))
		_, _ = conn.Write([]byte("cd"))
		s.Message(2)
		_, _ = conn.Write([]byte("efg"))
		_, _ = io.ReadFull(conn, make([]byte, 4))
		_ = conn.Close()
	}
}

func TestWhatTheClientsMachineSees(t *testing.T) {
	for _, test := range []struct {
		name, plan string
		answer     int
		want       string
	}{
		{"segments end where writes do, and what arrives is acknowledged at once", "glue", 4, `
-- glue
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030303 # connection 1 of glue
0s 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030303
0s 50001 up ACK seq 1 ack 1 window 32768
0s 50001 up PSH ACK seq 1 ack 1 window 32768 "ab" # up bytes [0, 2): write 1, message 1
0s 50001 down ACK seq 1 ack 3 window 32768
0s 50001 up PSH ACK seq 3 ack 1 window 32768 "cd" # up bytes [2, 4): write 2, message 1
0s 50001 down ACK seq 1 ack 5 window 32768
0s 50001 up PSH ACK seq 5 ack 1 window 32768 "efg" # up bytes [4, 7): write 3, message 2
0s 50001 down ACK seq 1 ack 8 window 32768
0s 50001 down PSH ACK seq 1 ack 8 window 32768 "xxxx" # down bytes [0, 4): write 1, message 2
0s 50001 up ACK seq 8 ack 5 window 32768
0s 50001 up FIN ACK seq 8 ack 5 window 32768 # up ends behind 7 bytes
0s 50001 down ACK seq 5 ack 9 window 32768
0s 50001 down FIN ACK seq 5 ack 9 window 32768 # down ends behind 4 bytes
0s 50001 up ACK seq 9 ack 6 window 32768`},
		{"the plan's cuts part segments; what left unread is answered with a reset; the way takes time", "down:cut=1;link:rtt=40ms", 5, `
-- down:cut=1;link:rtt=40ms
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030303 # connection 1 of down:cut=1;link:rtt=40ms
40ms 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030303
40ms 50001 up ACK seq 1 ack 1 window 32768
40ms 50001 up PSH ACK seq 1 ack 1 window 32768 "ab" # up bytes [0, 2): write 1, message 1
40ms 50001 up PSH ACK seq 3 ack 1 window 32768 "cd" # up bytes [2, 4): write 2, message 1
40ms 50001 up PSH ACK seq 5 ack 1 window 32768 "efg" # up bytes [4, 7): write 3, message 2
80ms 50001 down ACK seq 1 ack 3 window 32768
80ms 50001 down ACK seq 1 ack 5 window 32768
80ms 50001 down ACK seq 1 ack 8 window 32768
80ms 50001 down ACK seq 1 ack 8 window 32768 "x" # down bytes [0, 1): of write 1 [0, 5), message 2
80ms 50001 down PSH ACK seq 2 ack 8 window 32768 "xxxx" # down bytes [1, 5): of write 1 [0, 5), message 2
80ms 50001 up ACK seq 8 ack 6 window 32768
80ms 50001 up FIN ACK seq 8 ack 6 window 32768 # up ends behind 7 bytes
80ms 50001 up RST ACK seq 9 ack 6 window 32768 # reset: its sender left, and down bytes from 4 on came unread`},
		{"a small window closes, and is told to open before the next byte", "up:window=3", 0, `
-- up:window=3
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030303 # connection 1 of up:window=3
0s 50001 down SYN ACK seq 0 ack 1 window 3 options 020405b401030300
0s 50001 up ACK seq 1 ack 1 window 32768
0s 50001 up PSH ACK seq 1 ack 1 window 32768 "ab" # up bytes [0, 2): write 1, message 1
0s 50001 down ACK seq 1 ack 3 window 1
0s 50001 up ACK seq 3 ack 1 window 32768 "c" # up bytes [2, 3): of write 2 [2, 4), message 1
0s 50001 down ACK seq 1 ack 4 window 0
0s 50001 down ACK seq 1 ack 4 window 3
0s 50001 up PSH ACK seq 4 ack 1 window 32768 "d" # up bytes [3, 4): of write 2 [2, 4), message 1
0s 50001 down ACK seq 1 ack 5 window 2
0s 50001 up ACK seq 5 ack 1 window 32768 "ef" # up bytes [4, 6): of write 3 [4, 7), message 2
0s 50001 down ACK seq 1 ack 7 window 0
0s 50001 down ACK seq 1 ack 7 window 3
0s 50001 up PSH ACK seq 7 ack 1 window 32768 "g" # up bytes [6, 7): of write 3 [4, 7), message 2
0s 50001 down ACK seq 1 ack 8 window 2
0s 50001 down ACK seq 1 ack 8 window 3`},
		{"what tells of room is shown before the bytes that need it, long as the way is", "up:window=4;link:rtt=40ms", 0, `
-- up:window=4;link:rtt=40ms
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030303 # connection 1 of up:window=4;link:rtt=40ms
40ms 50001 down SYN ACK seq 0 ack 1 window 4 options 020405b401030300
40ms 50001 up ACK seq 1 ack 1 window 32768
40ms 50001 up PSH ACK seq 1 ack 1 window 32768 "ab" # up bytes [0, 2): write 1, message 1
40ms 50001 up PSH ACK seq 3 ack 1 window 32768 "cd" # up bytes [2, 4): write 2, message 1
60ms 50001 down ACK seq 1 ack 5 window 4
60ms 50001 up PSH ACK seq 5 ack 1 window 32768 "efg" # up bytes [4, 7): write 3, message 2
100ms 50001 down ACK seq 1 ack 8 window 1
100ms 50001 down ACK seq 1 ack 8 window 4`},
		{"what a truncated stream lost never left", "up:truncate=5", 0, `
-- up:truncate=5
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030303 # connection 1 of up:truncate=5
0s 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030303
0s 50001 up ACK seq 1 ack 1 window 32768
0s 50001 up PSH ACK seq 1 ack 1 window 32768 "ab" # up bytes [0, 2): write 1, message 1
0s 50001 down ACK seq 1 ack 3 window 32768
0s 50001 up PSH ACK seq 3 ack 1 window 32768 "cd" # up bytes [2, 4): write 2, message 1
0s 50001 down ACK seq 1 ack 5 window 32768
0s 50001 up ACK seq 5 ack 1 window 32768 "e" # up bytes [4, 5): of write 3 [4, 7), message 2
0s 50001 down ACK seq 1 ack 6 window 32768
0s 50001 up FIN ACK seq 6 ack 1 window 32768 # up ends behind 5 bytes; 2 more were written, and never left
0s 50001 down ACK seq 1 ack 7 window 32768
0s 50001 down FIN ACK seq 1 ack 7 window 32768 # down ends behind 0 bytes
0s 50001 up ACK seq 7 ack 2 window 32768`},
		{"the client hears from the server that the connection broke, in whichever direction", "up:reset=3", 4, `
-- up:reset=3
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030303 # connection 1 of up:reset=3
0s 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030303
0s 50001 up ACK seq 1 ack 1 window 32768
0s 50001 up PSH ACK seq 1 ack 1 window 32768 "ab" # up bytes [0, 2): write 1, message 1
0s 50001 down ACK seq 1 ack 3 window 32768
0s 50001 up ACK seq 3 ack 1 window 32768 "c" # up bytes [2, 3): of write 2 [2, 4), message 1
0s 50001 down ACK seq 1 ack 4 window 32768
0s 50001 down RST ACK seq 1 ack 4 window 32768 # reset: the connection breaks behind byte 3 of up`},
	} {
		t.Run(test.name, func(t *testing.T) {
			log, plan := run(t, test.plan, talk(test.answer))
			compare(t, capture(t, log, plan), test.want)
		})
	}
}

func TestDatagrams(t *testing.T) {
	log, plan := run(t, "up:drop=2;down:drop=1;down:swap=2;link:rtt=40ms", func(s *netsim.Sim) {
		socket := s.ListenPacket()
		s.Go("server", func() {
			defer socket.Close()
			for n := range 2 {
				_, from, _ := socket.ReadFrom(make([]byte, 2))
				s.Message(2*n + 1)
				_, _ = socket.WriteTo([]byte("12"), from)
				_, _ = socket.WriteTo([]byte("345"), from)
			}
		})
		conn := s.DialPacket()
		for i, text := range []string{"a", "", "bcd"} {
			s.Message(i + 1)
			_, _ = conn.Write([]byte(text))
		}
		for range 2 {
			_, _ = conn.Read(make([]byte, 2))
		}
	})
	compare(t, capture(t, log, plan), `
-- up:drop=2;down:drop=1;down:swap=2;link:rtt=40ms
0s 50001 up UDP "a" # up datagram 1, message 1
0s 50001 up UDP "" # up datagram 2, message 2; lost: dropped by the plan
0s 50001 up UDP "bcd" # up datagram 3, message 3; 1 of its 3 bytes: not taken by the receive
40ms 50001 down UDP "12" # down datagram 3, message 3
40ms 50001 down UDP "345" # down datagram 2, message 1; 1 of its 3 bytes: not taken by the receive
40ms 50001 down UDP "345" # down datagram 4, message 3`)
}

// Runs in one log are interfaces, and no two of their connections share a port.
func TestRunsInOneLog(t *testing.T) {
	one, _ := run(t, "glue", talk(4))
	log := append(append(one, one...), trace.Event{Kind: trace.Begin, Note: "nothing"})
	got := capture(t, log)
	if first, second := got[:len(got)/2], got[len(got)/2:len(got)-1]; strings.ReplaceAll(strings.Join(first, "\n"), " 50001 ", " 50002 ") != strings.Join(second, "\n") {
		t.Errorf("got\n%s\nand\n%s, want the same with another port", strings.Join(first, "\n"), strings.Join(second, "\n"))
	}
	if got[len(got)-1] != "-- nothing" {
		t.Errorf("got %q, want a run where nothing happened", got[len(got)-1])
	}
}

// The logs of testdata have segments, in ways that were chosen by hand.
func TestModelledSegments(t *testing.T) {
	for name, want := range map[string]string{
		"nagle": `
-- by hand: the body waits for the acknowledgement of the size
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030301 # connection 1 of by hand: the body waits for the acknowledgement of the size
40ms 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030301
40ms 50001 up ACK seq 1 ack 1 window 32768
40ms 50001 up PSH ACK seq 1 ack 1 window 32768 "\x00\x00\x00\a" # up bytes [0, 4): write 1, message 1
120ms 50001 down ACK seq 1 ack 5 window 32768 # acknowledged: delayed
120ms 50001 up PSH ACK seq 5 ack 1 window 32768 "echo ab" # up bytes [4, 11): write 2, message 1; had waited: nagle
160ms 50001 down PSH ACK seq 1 ack 12 window 32768 "ab\n" # down bytes [0, 3): write 1, message 1
160ms 50001 up FIN ACK seq 12 ack 4 window 32768 # up ends behind 11 bytes
200ms 50001 down FIN ACK seq 4 ack 13 window 32768 # down ends behind 3 bytes
200ms 50001 up ACK seq 13 ack 5 window 32768 # acknowledged: at once`,
		"lost-up": `
-- by hand: the request is lost
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030301 # connection 1 of by hand: the request is lost
40ms 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030301
40ms 50001 up ACK seq 1 ack 1 window 32768
40ms 50001 up PSH ACK seq 1 ack 1 window 32768 "\x00\x00\x00\aecho ab" # up bytes [0, 11): write 1, message 1; lost on its way
240ms 50001 up PSH ACK seq 1 ack 1 window 32768 "\x00\x00\x00\aecho ab" # up bytes [0, 11): write 1, message 1; resent: the one before was lost
280ms 50001 down PSH ACK seq 1 ack 12 window 32768 "ab\n" # down bytes [0, 3): write 1, message 1
280ms 50001 up FIN ACK seq 12 ack 4 window 32768 # up ends behind 11 bytes
320ms 50001 down FIN ACK seq 4 ack 13 window 32768 # down ends behind 3 bytes
320ms 50001 up ACK seq 13 ack 5 window 32768 # acknowledged: at once`,
		"lost-down": `
-- by hand: the first segment of the answer is lost
0s 50001 up SYN seq 0 ack 0 window 65535 options 020405b401030301 # connection 1 of by hand: the first segment of the answer is lost
40ms 50001 down SYN ACK seq 0 ack 1 window 65535 options 020405b401030301
40ms 50001 up ACK seq 1 ack 1 window 32768
40ms 50001 up PSH ACK seq 1 ack 1 window 32768 "\x00\x00\x00\aecho ab" # up bytes [0, 11): write 1, message 1
80ms 50001 down PSH ACK seq 5 ack 12 window 32768 "efg\n" # down bytes [4, 8): of write 1 [0, 8), message 1
80ms 50001 up ACK seq 12 ack 1 window 32768 # acknowledged: out of order
280ms 50001 down ACK seq 1 ack 12 window 32768 "abcd" # down bytes [0, 4): of write 1 [0, 8), message 1; resent: the one before was lost
280ms 50001 up ACK seq 12 ack 9 window 32768 # acknowledged: at once
280ms 50001 up FIN ACK seq 12 ack 9 window 32768 # up ends behind 11 bytes
320ms 50001 down FIN ACK seq 9 ack 13 window 32768 # down ends behind 8 bytes
320ms 50001 up ACK seq 13 ack 10 window 32768 # acknowledged: at once`,
		"window": `
-- by hand: the window closes and opens
0s 50001 up SYN seq 0 ack 0 window 4 options 020405b401030300 # connection 1 of by hand: the window closes and opens
40ms 50001 down SYN ACK seq 0 ack 1 window 4 options 020405b401030300
40ms 50001 up ACK seq 1 ack 1 window 4
40ms 50001 up ACK seq 1 ack 1 window 4 "abcd" # up bytes [0, 4): of write 1 [0, 8), message 1
80ms 50001 down ACK seq 1 ack 5 window 0 # acknowledged: at once
110ms 50001 down ACK seq 1 ack 5 window 4 # acknowledged: window update
110ms 50001 up PSH ACK seq 5 ack 1 window 4 "efgh" # up bytes [4, 8): of write 1 [0, 8), message 1; had waited: window full
150ms 50001 down ACK seq 1 ack 9 window 0 # acknowledged: at once
160ms 50001 down ACK seq 1 ack 9 window 4 # acknowledged: window update
170ms 50001 up FIN ACK seq 9 ack 1 window 4 # up ends behind 8 bytes
210ms 50001 down FIN ACK seq 1 ack 10 window 4 # down ends behind 0 bytes
210ms 50001 up ACK seq 10 ack 2 window 4 # acknowledged: at once`,
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.Open(filepath.Join("testdata", name+".jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			log, err := trace.Parse(file)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, capture(t, log, netsim.MustParsePlan("link:rtt=40ms")), want)
		})
	}
}

func TestWhatCouldNotHappenIsRefused(t *testing.T) {
	open := trace.Event{Kind: trace.Open, Conn: 1, Dir: trace.Up}
	datagrams := trace.Event{Kind: trace.Open, Conn: 1, Dir: trace.Up, Note: trace.Datagrams}
	wrote := func(from int, text string) trace.Event {
		return trace.Event{Kind: trace.Written, Conn: 1, Dir: trace.Up, From: from, To: from + len(text), Data: []byte(text)}
	}
	at := func(kind trace.Kind, from, to int) trace.Event {
		return trace.Event{Kind: kind, Conn: 1, Dir: trace.Up, From: from, To: to}
	}
	wire := func(kind trace.Kind, from, to int, w trace.Wire) trace.Event {
		e := at(kind, from, to)
		e.Wire = &w
		return e
	}
	later := open
	later.Time = 1
	latest := open
	latest.Time = math.MaxInt64
	nowhere := at(trace.Sent, 0, 0)
	nowhere.Dir = ""
	for _, test := range []struct {
		name string
		log  trace.Log
		want string
	}{
		{"a connection that was not opened", trace.Log{wrote(0, "ab")}, "event 1: connection 1 was never opened"},
		{"one that was", trace.Log{open, open}, "event 2: connection 1 was open"},
		{"no direction", trace.Log{open, nowhere}, "event 2: sent of no direction"},
		{"time that runs backwards", trace.Log{later, wrote(0, "ab")}, "event 2: at 0s, and the one before it at 1ns"},
		{"a time that no capture holds", trace.Log{latest}, "event 1: not within 876000h0m0s"},
		{"an arrival that late", trace.Log{open, wire(trace.Ack, 0, 0, trace.Wire{Until: math.MaxInt64})}, "event 2: not within 876000h0m0s"},
		{"a gap", trace.Log{open, wrote(1, "ab")}, "event 2: bytes [1, 3) written behind 0"},
		{"bytes written over sent ones", trace.Log{open, wrote(0, "ab"), at(trace.Sent, 0, 2), wrote(1, "x")}, "event 4: bytes [1, 2) written, and 2 had been sent"},
		{"more sent than written", trace.Log{open, wrote(0, "ab"), at(trace.Sent, 0, 3)}, "event 3: bytes [0, 3) sent behind 0 of 2 written"},
		{"more arrived than sent", trace.Log{open, wrote(0, "ab"), at(trace.Arrived, 0, 1)}, "event 3: bytes [0, 1) arrived behind 0 of 0 sent"},
		{"more read than arrived", trace.Log{open, at(trace.Read, 0, 1)}, "event 2: bytes [0, 1) read behind 0 of 0 arrived"},
		{"an end elsewhere", trace.Log{open, at(trace.End, 1, 1)}, "event 2: an end behind byte 1, of 0 sent and 0 arrived"},
		{"bytes behind the end", trace.Log{open, at(trace.End, 0, 0), wrote(0, "a"), at(trace.Sent, 0, 1)}, "event 4: bytes [0, 1) sent behind 0 of 1 written"},
		{"a segment of nothing", trace.Log{open, wire(trace.Segment, 0, 1, trace.Wire{})}, "event 2: a segment of bytes [0, 1) behind 0 of 0 written"},
		{"an acknowledgement of nothing", trace.Log{open, wire(trace.Ack, 0, 0, trace.Wire{Ack: 1})}, "event 2: 1 bytes acknowledged, and 0 were written"},
		{"a window that TCP cannot tell of", trace.Log{open, wire(trace.Ack, 0, 0, trace.Wire{Window: math.MaxInt})}, fmt.Sprintf("event 2: a window of %d bytes, and 1073741824 are the most", math.MaxInt)},
		{"an acknowledgement with bytes", trace.Log{open, wrote(0, "a"), wire(trace.Ack, 0, 1, trace.Wire{})}, "event 3: an acknowledgement with bytes [0, 1) or an end"},
		{"a datagram too long", trace.Log{datagrams, wrote(0, strings.Repeat("a", 65_508))}, "event 2: a datagram of 65508 bytes, and one holds 65507"},
		{"a datagram that nobody wrote", trace.Log{datagrams, at(trace.Sent, 0, 1)}, "event 2: bytes [0, 1) sent, and no datagram of them was written"},
		{"a datagram that nobody sent", trace.Log{datagrams, wrote(0, "a"), at(trace.Arrived, 0, 1)}, "event 3: bytes [0, 1) arrived, and no datagram of them was on its way"},
		{"a datagram lost that nobody wrote", trace.Log{datagrams, at(trace.Lost, 0, 1)}, "event 2: bytes [0, 1) lost, and no datagram of them was written"},
		{"an end of datagrams", trace.Log{datagrams, at(trace.End, 0, 0)}, "event 2: there is no end among datagrams"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := pcap.Write(io.Discard, test.log, pcap.Options{}); err == nil || err.Error() != "pcap: "+test.want {
				t.Errorf("got %v, want pcap: %s", err, test.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	var log trace.Log
	for n := range pcap.MaxConns {
		log = append(log, trace.Event{Kind: trace.Open, Conn: n + 1})
	}
	if err := pcap.Write(io.Discard, log, pcap.Options{}); err != nil {
		t.Errorf("as many connections as there may be: %v", err)
	}
	log = append(log, trace.Event{Kind: trace.Open, Conn: len(log) + 1})
	if err := pcap.Write(io.Discard, log, pcap.Options{}); err == nil || err.Error() != "pcap: event 4001: more than 4000 connections" {
		t.Errorf("one more: got %v", err)
	}
	longest := trace.Log{
		{Kind: trace.Open, Conn: 1, Note: trace.Datagrams},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, To: netsim.MaxDatagram, Data: make([]byte, netsim.MaxDatagram)},
		{Kind: trace.Sent, Conn: 1, Dir: trace.Up, To: netsim.MaxDatagram},
	}
	if got := capture(t, longest); len(got) != 2 {
		t.Errorf("the longest datagram: got %d lines", len(got))
	}
	log = trace.Log{ // a segment that no packet holds is shown in two
		{Kind: trace.Open, Conn: 1},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, To: 65_496, Data: make([]byte, 65_496)},
		{Kind: trace.Segment, Conn: 1, Dir: trace.Up, To: 65_496, Wire: &trace.Wire{Fin: true}},
	}
	got := capture(t, log)
	if n := len(got); n != 6 || !strings.HasPrefix(got[n-2], "0s 50001 up ACK seq 1 ") || !strings.HasPrefix(got[n-1], `0s 50001 up FIN PSH ACK seq 65496 `) {
		t.Errorf("a segment of 65,496 bytes: got %.100q", got)
	}
	hostile := trace.Log{{Kind: trace.Begin, Note: strings.Repeat("粘", 1<<20)}}
	if got := capture(t, hostile); len(got[0]) > 500 {
		t.Errorf("a name of 3 MiB: got %d bytes of it", len(got[0]))
	}
}

func TestErrorsOfTheFileAreKept(t *testing.T) {
	broken := errors.New("broken")
	file, w := io.Pipe()
	file.CloseWithError(broken)
	log, _ := run(t, "glue", talk(100_000))
	if err := pcap.Write(w, log, pcap.Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want what wraps %v", err, broken)
	}
}

// FuzzWrite: whatever parses is refused, or shown in whole blocks with right sums.
func FuzzWrite(f *testing.F) {
	names, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(names) == 0 {
		f.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "link:rtt=40ms;cut=3")
	}
	for _, plan := range []string{"drip;window=2", "up:truncate=5", "down:reset=2", "link:rtt=20m"} {
		log, _ := run(f, plan, talk(9))
		var text bytes.Buffer
		if err := log.Write(&text); err != nil {
			f.Fatal(err)
		}
		f.Add(text.Bytes(), plan)
	}
	f.Add([]byte(fmt.Sprintf(`{"kind":"open","conn":1,"note":"datagrams"}
{"kind":"written","conn":1,"dir":"down","from":0,"to":0}
{"kind":"sent","conn":1,"dir":"down"}
{"time_ns":%d,"kind":"arrived","conn":1,"dir":"down"}`, time.Hour)), "drop=1")
	f.Fuzz(func(t *testing.T, text []byte, planText string) {
		log, err := trace.Parse(bytes.NewReader(text))
		if err != nil {
			return
		}
		plan, err := netsim.ParsePlan(planText)
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := pcap.Write(&file, log, pcap.Options{Plans: []netsim.Plan{plan}}); err == nil {
			shown(t, file.Bytes())
		}
	})
}
