package trace_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"stickydemo/netsim/trace"
)

// exchange is two messages in three writes of the client, arriving and read in
// other pieces, and an answer.
func exchange() trace.Log {
	return trace.Log{
		{Kind: trace.Begin, Note: "naive <one> & 粘包"},
		{Kind: trace.Open, Conn: 1, Dir: trace.Up},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, To: 4, Messages: []int{1}, Data: []byte{0, 0, 0, 255}},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, From: 4, To: 6, Data: []byte("hi")},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, From: 6, To: 9, Messages: []int{2}, Data: []byte("<&>")},
		{Kind: trace.Sent, Conn: 1, Dir: trace.Up, To: 9},
		{Time: time.Millisecond, Kind: trace.Arrived, Conn: 1, Dir: trace.Up, To: 5},
		{Time: time.Millisecond, Kind: trace.Read, Conn: 1, Dir: trace.Up, To: 4},
		{Time: time.Second, Kind: trace.Arrived, Conn: 1, Dir: trace.Up, From: 5, To: 9},
		{Time: time.Second, Kind: trace.Read, Conn: 1, Dir: trace.Up, From: 3, To: 7},
		{Time: time.Second, Kind: trace.Written, Conn: 1, Dir: trace.Down, To: 2, Messages: []int{1}, Data: []byte("ok")},
		{Time: time.Second, Kind: trace.End, Conn: 1, Dir: trace.Up, From: 9, To: 9},
		{Time: time.Second, Kind: trace.Lost, Conn: 1, Dir: trace.Down, From: 1, To: 2},
		{Time: math.MaxInt64, Kind: trace.Reset, Conn: 2, Dir: trace.Down, From: 3, To: 3},
	}
}

func TestWhatIsWrittenParses(t *testing.T) {
	log := exchange()
	var text bytes.Buffer
	if err := log.Write(&text); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(text.String(), "\n"); got != len(log) {
		t.Errorf("got %d lines, want one for each of %d events", got, len(log))
	}
	got, err := trace.Parse(bytes.NewReader(text.Bytes()))
	if err != nil || !reflect.DeepEqual(got, log) {
		t.Errorf("got %+v, %v, want %+v", got, err, log)
	}
	got, err = trace.Parse(strings.NewReader(strings.ReplaceAll(text.String(), "\n", "\r\n")))
	if err != nil || !reflect.DeepEqual(got, log) {
		t.Errorf("with another system's line ends: got %+v, %v, want the same", got, err)
	}
}

func TestTheFormOfALine(t *testing.T) {
	for _, test := range []struct {
		name string
		e    trace.Event
		want string
	}{
		{"bytes are base64", trace.Event{Time: 1500, Kind: trace.Written, Conn: 2, Dir: trace.Down, From: 3, To: 5, Messages: []int{7}, Data: []byte("hi")},
			`{"time_ns":1500,"kind":"written","conn":2,"dir":"down","from":3,"to":5,"messages":[7],"data":"aGk="}`},
		{"what is empty is left out", trace.Event{Kind: trace.Begin},
			`{"time_ns":0,"kind":"begin","from":0,"to":0}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			if err := (trace.Log{test.e}).Write(&got); err != nil || got.String() != test.want+"\n" {
				t.Errorf("got %s, %v, want %s", got.String(), err, test.want)
			}
		})
	}
}

func TestMalformedLinesAreNamed(t *testing.T) {
	const good = `{"time_ns":0,"kind":"open","conn":1,"dir":"up","from":0,"to":0}`
	for _, test := range []struct {
		name string
		line string
		want string // in the error
	}{
		{"no JSON", "open", "invalid character"},
		{"an empty line", "", "EOF"},
		{"half a line", good[:30], "unexpected EOF"},
		{"no object", "[1]", "cannot unmarshal"},
		{"null", "null", `no kind ""`},
		{"an empty object", "{}", `no kind ""`},
		{"an unknown kind", `{"kind":"sniffed","from":0,"to":0}`, `no kind "sniffed"`},
		{"an unknown direction", `{"kind":"end","dir":"left","from":0,"to":0}`, `no direction "left"`},
		{"an unknown field", `{"kind":"end","port":80}`, `unknown field "port"`},
		{"a field of another type", `{"kind":"end","from":"0"}`, "cannot unmarshal"},
		{"an offset that is no whole number", `{"kind":"end","from":1.5}`, "cannot unmarshal"},
		{"a span that runs backwards", `{"kind":"read","from":4,"to":3}`, "[4, 3) runs backwards"},
		{"a span from before the start", `{"kind":"read","from":-1,"to":3}`, "[-1, 3) runs backwards"},
		{"data that is shorter than its span", `{"kind":"written","from":0,"to":3,"data":"aGk="}`, "[0, 3) with 2 bytes"},
		{"data where none belongs", `{"kind":"read","from":0,"to":2,"data":"aGk="}`, `data in an event of the kind "read"`},
		{"data that is not base64", `{"kind":"written","from":0,"to":2,"data":"h!"}`, "illegal base64"},
		{"two events", good + good, "more than one event"},
		{"a brace too many", good + "}", "more than one event"},
		{"text behind the event", good + " end", "more than one event"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log, err := trace.Parse(strings.NewReader(good + "\n" + test.line + "\n" + good + "\n"))
			if err == nil || !strings.HasPrefix(err.Error(), "trace line 2: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want an error of line 2 with %q", log, err, test.want)
			}
			if log != nil {
				t.Errorf("got %v along with the error, want none", log)
			}
		})
	}
}

func TestALineIsBounded(t *testing.T) {
	line := strings.NewReader("{\"kind\":\"end\"}\n" + strings.Repeat("x", trace.MaxLine+1))
	if _, err := trace.Parse(line); err == nil || err.Error() != "trace line 2: longer than 67108864 bytes" {
		t.Errorf("got %v, want one that names line 2 and the limit", err)
	}
}

func TestErrorsOfTheFileAreKept(t *testing.T) {
	broken := errors.New("broken")
	if _, err := trace.Parse(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("Parse: got %v, want what wraps %v", err, broken)
	}
	file, w := io.Pipe()
	file.CloseWithError(broken)
	if err := exchange().Write(w); !errors.Is(err, broken) {
		t.Errorf("Write: got %v, want what wraps %v", err, broken)
	}
}

func TestStreamsAndSpans(t *testing.T) {
	log := exchange()
	if got, want := log.Stream(1, trace.Up), []byte("\x00\x00\x00\xffhi<&>"); !bytes.Equal(got, want) {
		t.Errorf("Stream: got %q, want %q", got, want)
	}
	if got := log.Stream(2, trace.Up); len(got) != 0 {
		t.Errorf("Stream of a connection without: got %q, want nothing", got)
	}
	if got, want := log.Conns(), 2; got != want {
		t.Errorf("Conns: got %d, want %d", got, want)
	}
	if got := (trace.Log)(nil).Conns(); got != 0 {
		t.Errorf("Conns of nothing: got %d, want 0", got)
	}
	spans := log.Spans(trace.Read, 1, trace.Up)
	if want := []trace.Span{{From: 0, To: 4}, {From: 3, To: 7}}; !reflect.DeepEqual(spans, want) {
		t.Errorf("Spans: got %v, want %v", spans, want)
	}
	if got, want := spans[1].Len(), 4; got != want {
		t.Errorf("Len: got %d, want %d", got, want)
	}
	if got := log.Spans(trace.Read, 1, trace.Down); len(got) != 0 {
		t.Errorf("Spans of the other direction: got %v, want none", got)
	}
}

func TestMessage(t *testing.T) {
	log := exchange()
	for _, test := range []struct {
		name   string
		dir    trace.Direction
		offset int
		want   int
	}{
		{"the first byte of a message", trace.Up, 0, 1},
		{"the last byte of a message", trace.Up, 3, 1},
		{"a byte of which the program did not say", trace.Up, 4, 0},
		{"the next message", trace.Up, 6, 2},
		{"a byte past the end", trace.Up, 9, 0},
		{"the other direction", trace.Down, 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := log.Message(1, test.dir, test.offset); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestOwnGivesEveryEventItsMessages(t *testing.T) {
	log := exchange()
	for range 2 { // twice is once
		log.Own()
		for i, want := range [][]int{
			2: {1}, 3: nil, 4: {2},
			5:  {1, 2}, // sent 0 to 9
			6:  {1},    // arrived 0 to 5
			7:  {1},    // read 0 to 4
			8:  {2},    // arrived 5 to 9
			9:  {1, 2}, // read 3 to 7
			10: {1},
			11: nil, // the end belongs to none
			12: {1}, // lost 1 to 2, down
			13: nil, // a connection of which nothing was written
		} {
			if got := log[i].Messages; !reflect.DeepEqual(got, want) {
				t.Errorf("event %d, %s: got %v, want %v", i, log[i].Kind, got, want)
			}
		}
	}
}

func TestOwnKeepsRunsApart(t *testing.T) {
	run := trace.Log{
		{Kind: trace.Begin},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, To: 2, Messages: []int{1}, Data: []byte("ab")},
		{Kind: trace.Read, Conn: 1, Dir: trace.Up, To: 2},
	}
	log := append(run, run...)
	log[4].Messages = []int{5}
	log.Own()
	for i, want := range map[int][]int{0: nil, 2: {1}, 3: nil, 5: {5}} {
		if got := log[i].Messages; !reflect.DeepEqual(got, want) {
			t.Errorf("event %d: got %v, want %v", i, got, want)
		}
	}
}

func TestOwnKeepsConnectionsAndMessagesApart(t *testing.T) {
	log := trace.Log{
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, To: 2, Messages: []int{3}, Data: []byte("ab")},
		{Kind: trace.Written, Conn: 2, Dir: trace.Up, To: 2, Messages: []int{9}, Data: []byte("ab")},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, From: 2, To: 4, Messages: []int{1}, Data: []byte("cd")},
		{Kind: trace.Written, Conn: 1, Dir: trace.Up, From: 4, To: 6, Messages: []int{3}, Data: []byte("ef")},
		{Kind: trace.Read, Conn: 1, Dir: trace.Up, To: 6},
		{Kind: trace.Read, Conn: 1, Dir: trace.Down, To: 6},
		{Kind: trace.Read, Conn: 2, Dir: trace.Up, To: 2},
	}
	log.Own()
	for i, want := range map[int][]int{4: {1, 3}, 5: nil, 6: {9}} {
		if got := log[i].Messages; !reflect.DeepEqual(got, want) {
			t.Errorf("event %d: got %v, want %v, each once and ascending", i, got, want)
		}
	}
}

// FuzzParse: whatever parses writes, and that parses to the same.
func FuzzParse(f *testing.F) {
	var text bytes.Buffer
	exchange().Write(&text)
	f.Add(text.Bytes())
	f.Add([]byte("{\"kind\":\"written\",\"to\":2,\"data\":\"aGk=\",\"messages\":[2,1]}\n{\"KIND\":\"read\",\"to\":9}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		log, err := trace.Parse(bytes.NewReader(data))
		if err != nil {
			if log != nil {
				t.Errorf("got %v along with %v, want none", log, err)
			}
			return
		}
		log.Own()
		log.Message(1, trace.Up, 1)
		log.Stream(1, trace.Up)
		log.Conns()

		var text, again bytes.Buffer
		if err := log.Write(&text); err != nil {
			t.Fatal(err)
		}
		log, err = trace.Parse(bytes.NewReader(text.Bytes()))
		if err != nil {
			t.Fatalf("%s\nparses, and fails once written: %v", text.Bytes(), err)
		}
		if err := log.Write(&again); err != nil || !bytes.Equal(again.Bytes(), text.Bytes()) {
			t.Errorf("got %s, %v, want %s", again.Bytes(), err, text.Bytes())
		}
	})
}
