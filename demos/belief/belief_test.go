package belief

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// What each experiment on the simulator shows: the verdicts of its parts, and
// the numbers that its sentence says.
var shown = map[string]struct {
	verdicts string
	numbers  string
}{
	"one-send-one-receive":  {"glued", "3 2 3 4 2 3 6 0"},
	"sticky":                {"glued torn leftover", "26"},
	"loopback":              {"ok ok error error", "2 4 2"},
	"sleep":                 {"ok error wrong", "400 600 12 0 10 167 24 24"},
	"flush":                 {"glued", "50 1 100"},
	"ack":                   {"ok wrong wrong", "2 80 40 24"},
	"bigger-buffer":         {"glued glued glued", "64 1 3 2,100 1 3 1,000 1,100 700"},
	"four-bytes":            {"error ok", "4 1 1 3 5 4"},
	"short-read-is-the-end": {"torn hang", "700 1,500 1,024"},
	"until-size":            {"glued ok", "6 16 1 2"},
	"leftovers":             {"torn", "2,000 2,000 1,024 976"},
	"write-atomic":          {"glued ok", "4 4 4 5 6 00 00 00 06 66"},
	"linux-only":            {"glued", "34 13 1 3 1 5 7 4 7 5"},
	"decode-chunks":         {"torn ok", "6 2 3"},
	"characters":            {"torn ok", "2 6 2,699,404,733"},
	"json-delimits":         {"error ok glued", "0 2 2 1 2 12"},
	"empty-answer":          {"hang ok", "0 0 4"},
	"delimiter":             {"torn ok", "2 3 2"},
	"any-length":            {"error error error error", "4 -1 2,147,483,647 1,195,725,856 3 3 1,048,576 3"},
	"empty-receive":         {"spin error", "10,000"},
}

var number = regexp.MustCompile(`-?\b\d+(,\d{3})*`)

func TestSimulatedBeliefs(t *testing.T) {
	for i := range All {
		b := &All[i]
		if b.Kernel {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			r := try(t, b)
			want, ok := shown[b.Name]
			if !ok {
				t.Fatal("it stands in no row of the test")
			}
			if !r.Refuted || !r.Skipped.IsZero() {
				t.Errorf("got refuted %t, skipped %q, want it refuted", r.Refuted, r.Skipped)
			}
			var verdicts []string
			for _, p := range r.Parts {
				verdicts = append(verdicts, string(p.Verdict))
			}
			if got := strings.Join(verdicts, " "); got != want.verdicts {
				t.Errorf("got verdicts %s, want %s", got, want.verdicts)
			}
			if got := strings.Join(number.FindAllString(r.Measured.String(), -1), " "); got != want.numbers {
				t.Errorf("got numbers %s, want %s, in %q", got, want.numbers, r.Measured)
			}
		})
	}
	if len(shown) != len(slices.DeleteFunc(slices.Clone(All), func(b Belief) bool { return b.Kernel })) {
		t.Error("the test has rows for beliefs that are not there")
	}
}

// The kernel's numbers are its own; what must hold of them is this.
func TestKernelBeliefs(t *testing.T) {
	sentences := map[string]string{
		"nodelay":        `^With TCP_NODELAY, 5 writes came out of [1-4] reads? of 19 bytes, for the reader .* out of [1-5]\.$`,
		"send-sends-all": `^A write of 50,000,000 bytes that had 250ms took [\d,]+ and .* took 50,000,000\.$`,
		"write-arrived":  `^\d+ writes of 50,000 bytes each returned .* the peer read [\d,]+ and then "connection reset by peer"\.$`,
		"udp":            `^A receive of 4 bytes took "hell" of a datagram of 23 and the other 19 were gone, .* "next"; .* three and then one came\.$`,
	}
	for i := range All {
		b := &All[i]
		if !b.Kernel {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			r := try(t, b)
			if !r.Skipped.IsZero() {
				t.Skip(r.Skipped.String())
			}
			if !r.Refuted {
				t.Errorf("not refuted: %s", r.Measured)
			}
			if !regexp.MustCompile(sentences[b.Name]).MatchString(r.Measured.String()) {
				t.Errorf("got %q, want it like %s", r.Measured, sentences[b.Name])
			}
			for _, p := range r.Parts {
				if p.Simulated() {
					t.Errorf("%s: on the simulator, and the table says kernel", p.Name)
				}
			}
		})
	}
}

func try(t *testing.T, b *Belief) Result {
	t.Helper()
	r, err := b.Try()
	if err != nil {
		t.Fatal(err)
	}
	if r.Belief != b {
		t.Error("the result is of another belief")
	}
	return r
}

// The same words and the same events, every time.
func TestSameEveryTime(t *testing.T) {
	text := func(r Result) string {
		var out bytes.Buffer
		if err := json.NewEncoder(&out).Encode(r); err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Parts {
			if err := p.Log.Write(&out); err != nil {
				t.Fatal(err)
			}
		}
		return out.String()
	}
	for i := range All {
		if b := &All[i]; !b.Kernel {
			if first, second := text(try(t, b)), text(try(t, b)); first != second {
				t.Errorf("%s: got\n%s\nand then\n%s", b.Name, first, second)
			}
		}
	}
}

// The table is read aloud: each row says all four things, each in a sentence of
// its own, and a name is one that can be typed.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for i := range All {
		b := &All[i]
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(b.Name) || seen[b.Name] || b.Name == "all" {
			t.Errorf("%q is no name, or not a new one", b.Name)
		}
		seen[b.Name] = true
		if Find(b.Name) != b || b.Number() != i+1 {
			t.Errorf("%s: not found, or its number is %d and not %d", b.Name, b.Number(), i+1)
		}
		for _, text := range []string{b.Says, b.Tried, b.Instead} {
			if !regexp.MustCompile(`^[A-Z].*\.$`).MatchString(text) {
				t.Errorf("%s: %q is no sentence", b.Name, text)
			}
		}
	}
	if Find("no such belief") != nil {
		t.Error("found one that is not there")
	}
}

// An experiment reports what happened: on a system whose reads are not those
// that were recorded, the belief would stand.
func TestNotRefuted(t *testing.T) {
	old := recorded
	defer func() { recorded = old }()
	recorded = []int{17, 17}
	r := try(t, Find("linux-only"))
	if r.Refuted || !strings.Contains(r.Measured.String(), "where those recorded on Linux are of 17 and 17") {
		t.Errorf("got refuted %t and %q", r.Refuted, r.Measured)
	}
}

// The harness finds fault with programs only where they are at fault.
func TestVerdicts(t *testing.T) {
	two := []string{"one", "three"}
	for _, c := range []struct {
		name, plan string
		send       func(*sender)
		receive    func(*receiver) error
		want       stage.Verdict
	}{
		{"a read a message, as beginners believe", "as-written", each(two), eachRead(64), stage.OK},
		{"frames hold, glued", "glue", framed(two), readFramed, stage.OK},
		{"frames hold, byte by byte", "drip", framed(two), readFramed, stage.OK},
		{"both in one read", "glue", each(two), eachRead(64), stage.Glued},
		{"part of the first", "up:cut=1", each(two), eachRead(64), stage.Torn},
		{"other bytes", "as-written", each([]string{"one", "other"}), eachRead(64), stage.Wrong},
		{"the rest of the first", "as-written", each([]string{"one", "three"}), eachRead(2), stage.Torn},
		{"nothing ever comes", "glue", func(s *sender) { s.Read(make([]byte, 1)) }, eachRead(64), stage.Hang},
		{"busy for ever", "glue", each(nil), func(r *receiver) error {
			for {
				r.Read(nil)
			}
		}, stage.Spin},
		{"the receiver gives up", "glue", each(two), func(*receiver) error { return io.ErrUnexpectedEOF }, stage.Error},
		{"the receiver leaves", "glue", each(two), func(*receiver) error { return nil }, stage.Error},
	} {
		if p := oneWay(c.plan, two, c.send, c.receive); p.Verdict != c.want {
			t.Errorf("%s: got %s, want %s", c.name, p.Verdict, c.want)
		}
	}
}

// A message that is taken stands where it was read, also where its bytes occur
// twice.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, message string
		from, to      int
		want          trace.Span
	}{
		{"at the end of what was read", "ab", 0, 4, trace.Span{From: 2, To: 4}},
		{"before it", "ba", 0, 6, trace.Span{From: 1, To: 3}},
		{"behind what was taken before", "ab", 2, 5, trace.Span{From: 2, To: 4}},
		{"nowhere", "xx", 0, 6, trace.Span{}},
		{"an empty one", "", 0, 6, trace.Span{}},
		{"longer than what was read", "ababab", 0, 2, trace.Span{}},
	} {
		if got := find([]byte("ababab"), c.message, c.from, c.to); got.Span != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got.Span, c.want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for text, want := range map[string]string{`a\nb`: "a\nb", `a\\nb`: `a\nb`, `\\`: `\`, `a`: "a", `\`: `\`, "": ""} {
		if got := unescape(text); got != want {
			t.Errorf("unescape(%q): got %q, want %q", text, got, want)
		}
	}
}

// A wait for bytes that never come is bounded by the connection, not by luck.
func TestUnread(t *testing.T) {
	if why := sockets(); !why.IsZero() {
		t.Skip(why)
	}
	client, server, err := loopback()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	defer server.Close()
	if n, err := unread(server, 9); n != 0 || err != nil {
		t.Fatalf("before a write: got %d bytes, %v", n, err)
	}
	if _, err := client.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := arrive(server, 5); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 9)
	if n, err := server.Read(got); n != 5 || err != nil {
		t.Errorf("asking took bytes away: got %d, %v, want 5", n, err)
	}
	server.Close()
	if err := arrive(server, 1); err == nil {
		t.Error("a closed connection: no error")
	}
}

// A hang is told apart from a bug of ours.
func TestErrorsAreKept(t *testing.T) {
	p := oneWay("glue", nil, func(*sender) {}, func(*receiver) error { panic("ours") })
	var panicked *netsim.PanicError
	if !errors.As(p.Err, &panicked) || p.Net != lab.Sim {
		t.Errorf("got %v, want the panic", p.Err)
	}
}
