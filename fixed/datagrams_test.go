package fixed_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/fixed/datagrams"
)

// datagram is one by hand.
func datagram(kind byte, number uint32, piece, of uint16, payload string) string {
	d := binary.BigEndian.AppendUint32([]byte{kind}, number)
	d = binary.BigEndian.AppendUint16(d, piece)
	d = binary.BigEndian.AppendUint16(d, of)
	d = binary.BigEndian.AppendUint16(d, uint16(len(payload)))
	return string(d) + payload
}

// perDatagram is the bytes of an answer that one datagram carries.
const perDatagram = 1200 - 11

// A mailbox gives a server the datagrams of several clients, "NAME: DATAGRAM", and
// keeps its answers in the same form. It is closed behind the last.
type mailbox struct {
	net.PacketConn
	in, out []string
	failAt  int // the write that fails, from 1
}

func (m *mailbox) ReadFrom(p []byte) (int, net.Addr, error) {
	if len(m.in) == 0 {
		return 0, nil, net.ErrClosed
	}
	from, d, _ := strings.Cut(m.in[0], ": ")
	m.in = m.in[1:]
	return copy(p, d), name(from), nil
}

func (m *mailbox) WriteTo(p []byte, to net.Addr) (int, error) {
	m.out = append(m.out, to.String()+": "+string(p))
	if len(m.out) == m.failAt {
		return 0, errBroken
	}
	return len(p), nil
}

type name string

func (name) Network() string  { return "test" }
func (n name) String() string { return string(n) }

// served returns what a server runs and answers for what comes in.
func served(t *testing.T, in ...string) (ran, out []string) {
	t.Helper()
	box := &mailbox{in: in}
	err := datagrams.Serve(box, func(command string) []byte {
		ran = append(ran, command)
		return reply(command)
	})
	if err != nil {
		t.Errorf("got %v, want no error behind the last", err)
	}
	return ran, box.out
}

func TestDatagramServer(t *testing.T) {
	one, two := datagram('?', 1, 0, 0, "one"), datagram('?', 2, 0, 0, "two")
	for _, test := range []struct {
		name           string
		in, runs, says []string
	}{
		{"by hand", []string{"a: ?\x00\x00\x00\x07\x00\x00\x00\x00\x00\x03abc"}, []string{"abc"}, []string{"a: =\x00\x00\x00\x07\x00\x00\x00\x01\x00\x05<abc>"}},
		{"no output is an answer", []string{"a: " + datagram('?', 1, 0, 0, "quiet")}, []string{"quiet"}, []string{"a: " + datagram('=', 1, 0, 1, "")}},
		{"no command is one", []string{"a: " + datagram('?', 1, 0, 0, "")}, []string{""}, []string{"a: " + datagram('=', 1, 0, 1, "<>")}},
		{"a copy is answered and not run", []string{"a: " + one, "a: " + one}, []string{"one"},
			[]string{"a: " + datagram('=', 1, 0, 1, "<one>"), "a: " + datagram('=', 1, 0, 1, "<one>")}},
		{"a late copy is neither", []string{"a: " + one, "a: " + two, "a: " + one}, []string{"one", "two"},
			[]string{"a: " + datagram('=', 1, 0, 1, "<one>"), "a: " + datagram('=', 2, 0, 1, "<two>")}},
		{"numbers are each client's own", []string{"a: " + one, "b: " + one, "a: " + two, "b: " + one}, []string{"one", "one", "two"},
			[]string{"a: " + datagram('=', 1, 0, 1, "<one>"), "b: " + datagram('=', 1, 0, 1, "<one>"), "a: " + datagram('=', 2, 0, 1, "<two>"), "b: " + datagram('=', 1, 0, 1, "<one>")}},
		{"numbers go round", []string{"a: " + datagram('?', 1<<32-1, 0, 0, "one"), "a: " + datagram('?', 0, 0, 0, "two"), "a: " + datagram('?', 1<<32-1, 0, 0, "one")},
			[]string{"one", "two"}, []string{"a: " + datagram('=', 1<<32-1, 0, 1, "<one>"), "a: " + datagram('=', 0, 0, 1, "<two>")}},
		{"a piece of what was never asked is refused", []string{"a: " + datagram('?', 1, 1, 2, "one")}, nil,
			[]string{"a: " + datagram('!', 1, 1, 0, "the answer is no longer remembered: ask anew")}},
		{"a piece that there is not gets nothing", []string{"a: " + one, "a: " + datagram('?', 1, 1, 2, "one")}, []string{"one"},
			[]string{"a: " + datagram('=', 1, 0, 1, "<one>")}},
		{"too much is refused", []string{"a: " + datagram('?', 1, 0, 0, "huge"), "a: " + datagram('?', 1, 0, 0, "huge")}, []string{"huge"},
			[]string{"a: " + datagram('!', 1, 0, 0, "answer of 1048577 bytes, limit 1048576"), "a: " + datagram('!', 1, 0, 0, "answer of 1048577 bytes, limit 1048576")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if ran, out := served(t, test.in...); !slices.Equal(ran, test.runs) || !slices.Equal(out, test.says) {
				t.Errorf("got %q, %q, want %q, %q", ran, out, test.runs, test.says)
			}
		})
	}
}

// Whoever sends what is no request gets no answer, which might go to a third.
func TestDatagramServerIsSilentToStrangers(t *testing.T) {
	right := datagram('?', 1, 0, 0, "one")
	hostile := []string{
		"", "?", "one", "GET / HTTP/1.1\r\n\r\n", strings.Repeat("\xff", 65507), strings.Repeat("?", 1200), strings.Repeat("?", 1201),
		right + "x", datagram('?', 1, 0, 0, strings.Repeat("x", perDatagram+1)),
		datagram('=', 1, 0, 1, "one"), datagram('!', 1, 0, 0, "one"), datagram('x', 1, 0, 0, "one"),
		datagram('?', 1, 1, 0, "one"), datagram('?', 1, 1, 1, "one"), datagram('?', 1, 65535, 65535, "one"), datagram('?', 1, 0, 883, "one"),
	}
	for n := range right {
		hostile = append(hostile, right[:n])
	}
	for _, d := range hostile {
		ran, out := served(t, "b: "+d, "a: "+right)
		if !slices.Equal(ran, []string{"one"}) || len(out) != 1 || !strings.HasPrefix(out[0], "a: ") {
			t.Errorf("%.60q: got %q, %.60q, want the request behind it run and answered alone", d, ran, out)
		}
	}
}

// What is remembered for clients has a bound, and no answer is a mixture.
func TestDatagramServerForgets(t *testing.T) {
	long := strings.Repeat("x", limit)
	run := func(command string) []byte {
		if command == "long" {
			return []byte(long)
		}
		return []byte(command + command)
	}
	twice := strings.Repeat("b", perDatagram)
	for _, test := range []struct {
		clients        int
		command, first string // of the clients, and of the first one
		of             uint16 // pieces of its answer
		forgets        bool
	}{{4095, "a", twice, 2, false}, {4096, "a", twice, 2, true}, {15, "long", "long", 882, false}, {16, "long", "long", 882, true}} {
		box := &mailbox{in: []string{"first: " + datagram('?', 1, 0, 0, test.first)}}
		for i := range test.clients {
			box.in = append(box.in, fmt.Sprint(i, ": ", datagram('?', 1, 0, 0, test.command)))
		}
		box.in = append(box.in, "first: "+datagram('?', 1, 1, test.of, test.first))
		if err := datagrams.Serve(box, run); err != nil {
			t.Fatal(err)
		}
		last := box.out[len(box.out)-1]
		if forgot := strings.HasPrefix(last, "first: !"); forgot != test.forgets {
			t.Errorf("%d clients and %q: got %.60q, want it forgotten: %v", test.clients, test.command, last, test.forgets)
		}
	}
}

// Only the last answer to a client counts.
func TestDatagramServerForgetsWhatWasAnswered(t *testing.T) {
	box := &mailbox{in: []string{"first: " + datagram('?', 1, 0, 0, "x")}}
	for number := range uint32(50) {
		box.in = append(box.in, "a: "+datagram('?', number, 0, 0, "x"))
	}
	box.in = append(box.in, "first: "+datagram('?', 1, 881, 882, "x"))
	err := datagrams.Serve(box, func(string) []byte { return []byte(strings.Repeat("x", limit)) })
	if last := box.out[len(box.out)-1]; err != nil || last != "first: "+datagram('=', 1, 881, 882, strings.Repeat("x", limit-881*perDatagram)) {
		t.Errorf("got %v, %.60q, want the last piece", err, last)
	}
}

// An answer that the network does not take is a lost one: nobody else suffers.
func TestDatagramServerOutlivesAFailedWrite(t *testing.T) {
	box := &mailbox{in: []string{"a: " + datagram('?', 1, 0, 0, "one"), "b: " + datagram('?', 1, 0, 0, "two")}, failAt: 1}
	if err := datagrams.Serve(box, reply); err != nil || len(box.out) != 2 {
		t.Errorf("got %v, %q, want both answered", err, box.out)
	}
}

// A line is a client's socket: each datagram that it sends is answered by some,
// and when there are no more its deadline has come.
type line struct {
	net.Conn
	answers func(asked string) []string
	asked   []string
	waiting []string
	by      []time.Time
	end     error // in place of the deadline
}

func (l *line) Write(p []byte) (int, error) {
	l.asked = append(l.asked, string(p))
	l.waiting = append(l.waiting, l.answers(string(p))...)
	return len(p), nil
}

func (l *line) Read(p []byte) (int, error) {
	if len(l.waiting) == 0 {
		if l.end != nil {
			return 0, l.end
		}
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(p, l.waiting[0])
	l.waiting = l.waiting[1:]
	return n, nil
}

func (l *line) SetReadDeadline(t time.Time) error { l.by = append(l.by, t); return nil }

// direct answers by a server that lives as long as the line.
func direct(t *testing.T) func(asked string) []string {
	var said []string // so far
	return func(asked string) []string {
		said = append(said, "a: "+asked)
		_, out := served(t, said...)
		return []string{strings.TrimPrefix(out[len(out)-1], "a: ")}
	}
}

func clock() time.Time { return time.Unix(1000, 0) }

func TestDatagramCalls(t *testing.T) {
	l := &line{answers: direct(t)}
	c := datagrams.NewClient(l, 1<<32-1, clock)
	for _, command := range []string{"你好", "quiet", "", strings.Repeat("x", perDatagram)} {
		got, err := c.Call(command)
		if want := reply(command); err != nil || string(got) != string(want) {
			t.Errorf("Call(%.20q): got %.20q, %v, want %.20q", command, got, err, want)
		}
	}
	if want := datagram('?', 1<<32-1, 0, 0, "你好"); l.asked[0] != want || len(l.asked) != 5 {
		t.Errorf("asked %d times, first %q, want 5, %q: the last answer takes two", len(l.asked), l.asked[0], want)
	}
	if got, err := c.Call("huge"); got != nil || err == nil || err.Error() != `refused by the peer: "answer of 1048577 bytes, limit 1048576"` {
		t.Errorf("got %.20q, %v, want a refusal", got, err)
	}
	if got, err := c.Call(strings.Repeat("x", perDatagram+1)); got != nil || err == nil || err.Error() != "command of 1190 bytes, limit 1189" {
		t.Errorf("got %.20q, %v, want an error", got, err)
	}
}

func TestDatagramAnswersOfEveryLength(t *testing.T) {
	for _, size := range []int{0, 1, perDatagram - 1, perDatagram, perDatagram + 1, 2 * perDatagram, 2*perDatagram + 1, limit} {
		want := strings.Repeat("0123456789", size/10+1)[:size]
		box := &mailbox{}
		var said []string
		l := &line{}
		l.answers = func(asked string) []string {
			said = []string{"a: " + datagram('?', 1, 0, 0, "x"), "a: " + asked}
			*box = mailbox{in: said}
			if err := datagrams.Serve(box, func(string) []byte { return []byte(want) }); err != nil {
				t.Fatal(err)
			}
			return []string{strings.TrimPrefix(box.out[1], "a: ")}
		}
		got, err := datagrams.NewClient(l, 1, clock).Call("x")
		if err != nil || string(got) != want {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
		if pieces := max(1, (size+perDatagram-1)/perDatagram); len(l.asked) != pieces {
			t.Errorf("%d bytes: asked %d times, want %d", size, len(l.asked), pieces)
		}
	}
}

func TestDatagramClientAsksAgain(t *testing.T) {
	for lost := range datagrams.Tries + 1 {
		l, n := &line{}, 0
		l.answers = func(string) []string {
			if n++; n <= lost {
				return nil
			}
			return []string{datagram('=', 1, 0, 1, "abc")}
		}
		got, err := datagrams.NewClient(l, 1, clock).Call("x")
		if lost < datagrams.Tries && (err != nil || string(got) != "abc" || n != lost+1) {
			t.Errorf("%d lost: got %q, %v, asked %d times, want abc", lost, got, err, n)
		}
		if lost == datagrams.Tries && (got != nil || err == nil || err.Error() != "no answer to 4 datagrams" || n != lost) {
			t.Errorf("%d lost: got %q, %v, asked %d times, want an error", lost, got, err, n)
		}
		for i, by := range l.by {
			if l.asked[i] != l.asked[0] || by != clock().Add(datagrams.Wait) {
				t.Errorf("asked %q until %s, want %q until a second from now", l.asked[i], by, l.asked[0])
			}
		}
	}
	l := &line{answers: func(string) []string { return nil }, end: errBroken}
	if got, err := datagrams.NewClient(l, 1, clock).Call("x"); got != nil || !errors.Is(err, errBroken) || len(l.asked) != 1 {
		t.Errorf("got %q, %v, asked %d times, want %v at once", got, err, len(l.asked), errBroken)
	}
}

// Nothing but the answer to what was asked will do, whoever sends it.
func TestDatagramClientPassesOver(t *testing.T) {
	first := datagram('=', 7, 0, 2, strings.Repeat("a", perDatagram))
	second := datagram('=', 7, 1, 2, "b")
	others := []string{
		"", "=", "abc", "HTTP/1.1 400 Bad Request\r\n\r\n", strings.Repeat("\xff", 65507),
		datagram('?', 7, 0, 0, "x"), // an echo
		datagram('=', 6, 0, 1, "of an earlier one"), datagram('=', 8, 0, 1, "of a later one"), datagram('!', 6, 0, 0, "no"),
		datagram('=', 7, 2, 3, "another piece"), datagram('=', 7, 0, 0, "of none"), datagram('=', 7, 0, 883, strings.Repeat("a", perDatagram)),
		datagram('=', 7, 0, 2, "short, and not the last"), datagram('=', 7, 1, 3, strings.Repeat("c", perDatagram)), datagram('=', 7, 1, 2, ""),
		datagram('=', 7, 0, 1, strings.Repeat("x", perDatagram+1)), datagram('!', 7, 0, 2, "no"),
	}
	for n := range 40 {
		others = append(others, first[:n], second[:min(n, len(second)-1)])
	}
	others = append(others, first[:len(first)-1])
	for _, other := range others {
		l := &line{}
		l.answers = func(asked string) []string {
			if asked[6] == 0 {
				return []string{other, first, first, other}
			}
			return []string{other, first, second}
		}
		got, err := datagrams.NewClient(l, 7, clock).Call("x")
		if want := strings.Repeat("a", perDatagram) + "b"; err != nil || string(got) != want || len(l.asked) != 2 {
			t.Errorf("%.60q: got %d bytes, %v after %d datagrams, want %d after 2", other, len(got), err, len(l.asked), len(want))
		}
	}
}

// FuzzServeDatagrams gives a server any two datagrams, of which it must make what
// the format says, and a right request, which must be answered whatever they were.
func FuzzServeDatagrams(f *testing.F) {
	for _, d := range []string{"", "GET / HTTP/1.1\r\n\r\n", datagram('?', 1, 0, 0, "one"), datagram('?', 1, 1, 2, "one"), datagram('=', 1, 0, 1, "one"), datagram('?', 1<<31, 0, 0, "quiet")} {
		f.Add([]byte(d), []byte(datagram('?', 1, 0, 0, "one")))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		ran, out := served(t, "b: "+string(first), "b: "+string(second), "a: "+datagram('?', 1, 0, 0, "abc"))
		if len(ran) == 0 || ran[len(ran)-1] != "abc" || out[len(out)-1] != "a: "+datagram('=', 1, 0, 1, "<abc>") {
			t.Fatalf("got %q, %q, want abc run and answered", ran, out)
		}
		for i, command := range ran[:len(ran)-1] {
			if d := string(first); i > 0 || d[min(11, len(d)):] != command {
				d = string(second)
				if d[min(11, len(d)):] != command {
					t.Errorf("ran %q, of %q and %q", command, first, second)
				}
			}
		}
		for _, d := range out[:len(out)-1] {
			if !strings.HasPrefix(d, "b: ") || len(d) > len("b: ")+1200 {
				t.Errorf("answered %q", d)
			}
		}
	})
}

// FuzzCallDatagrams gives a client anything before its answer: it must return that
// or what the peer itself answered to just this request, or refused.
func FuzzCallDatagrams(f *testing.F) {
	for _, d := range []string{"", "HTTP/1.1 400 Bad Request\r\n", datagram('=', 7, 0, 1, "other"), datagram('=', 6, 0, 1, "late"), datagram('!', 7, 0, 0, "no"), datagram('=', 7, 0, 2, "short")} {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, d []byte) {
		l := &line{answers: func(string) []string { return []string{string(d), datagram('=', 7, 0, 1, "abc")} }}
		got, err := datagrams.NewClient(l, 7, clock).Call("x")
		own := len(d) >= 11 && binary.BigEndian.Uint32(d[1:]) == 7 && d[5] == 0 && d[6] == 0
		switch {
		case err == nil && string(got) == "abc":
		case own && d[0] == '=' && d[7] == 0 && d[8] == 1 && err == nil && string(got) == string(d[11:]):
		case own && d[0] == '=' && err != nil && err.Error() == "no answer to 4 datagrams": // to the next piece
		case own && d[0] == '!' && got == nil && err != nil:
		default:
			t.Errorf("%q: got %q, %v", d, got, err)
		}
	})
}
