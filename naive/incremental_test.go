package naive_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"stickydemo/naive/incremental"
	"stickydemo/netsim/search"
)

var incrementalServer = []serverCase{
	{"one read, one frame, by luck", []string{frame("echo two")}, []string{"echo two"}, []string{frame("<echo two>")}},
	{"two frames in one read are two", []string{frame("echo 1") + frame("echo 2")}, []string{"echo 1", "echo 2"}, []string{frame("<echo 1>"), frame("<echo 2>")}},
	{"BUG: a frame in two reads is none", []string{frame("echo")[:6], frame("echo")[6:]}, nil, nil},
	{"BUG: nor is the next one where its start came with that", []string{frame("echo")[:6], "ho" + frame("two")}, nil, nil},
	{"BUG: the rest of a frame may pass for another", []string{frame("echo")[:4], "\x00\x00\x00\x00"}, []string{""}, []string{frame("<>")}},
	{"BUG: half a header is lost", []string{frame("echo")[:2], frame("echo")[2:]}, nil, nil},
	{"an empty answer has the size 0", []string{frame("quiet")}, []string{"quiet"}, []string{frame("")}},
}

var incrementalClient = []clientCase{
	{"one read, one frame, by luck", []string{frame("one"), frame("two")}, []string{"one", "two", "error: unexpected EOF"}},
	{"two answers in one read are two", []string{frame("one") + frame("two")}, []string{"one", "two"}},
	{"BUG: a frame in two reads is none", []string{frame("one")[:6], frame("one")[6:], frame("two")}, []string{"two"}},
	{"BUG: a frame over the buffer of 1024 bytes is none", []string{frame(strings.Repeat("a", 1500))}, []string{"error: unexpected EOF"}},
	{"the longest that fits", []string{frame(strings.Repeat("a", 1020))}, []string{strings.Repeat("a", 1020)}},
	{"BUG: a size of 4 GiB is believed, and nothing comes of it", []string{"\xff\xff\xff\xff", frame("one")}, []string{"one"}},
	{"BUG: the text of another protocol is a size", []string{"HTTP/1.1 200 OK"}, []string{"error: unexpected EOF"}},
}

// frame is a payload behind its size.
func frame(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

// A cut within a frame is fatal, one between two is not: of the 2^(n-1) ways to
// cut a stream, those that do so between its frames alone are right. The proof
// counts them without trying each, and so does brute force.
func TestIncrementalCounts(t *testing.T) {
	for _, test := range []struct {
		stream string
		right  int64
	}{
		{frame("ab"), 1},
		{frame("ab") + frame("cde"), 2},
		{frame("ab") + frame("") + frame("c"), 4},
		{frame("ab") + frame("c")[:3], 8}, // a header that never comes whole may end anywhere
	} {
		p, err := search.Prove(t.Context(), func() *incremental.Decoder { return new(incremental.Decoder) }, []byte(test.stream), true)
		if err != nil || p.Verdict != search.Refuted {
			t.Fatalf("%q: got %s, %v, want it refuted", test.stream, p.Verdict, err)
		}
		all := int64(1) << (len(test.stream) - 1)
		if p.Wrong == nil || p.Wrong.Int64() != all-test.right {
			t.Errorf("%q: got %s wrong, want %d", test.stream, p.Wrong, all-test.right)
		}
		wrong := int64(0)
		for ways := range all {
			if !asWhole(test.stream, ways) {
				wrong++
			}
		}
		if wrong != all-test.right {
			t.Errorf("%q: brute force got %d wrong, want %d", test.stream, wrong, all-test.right)
		}
	}
}

// asWhole cuts a stream at the places whose bits are set, and reports whether
// each chunk brought what the bytes up to there give at once.
func asWhole(stream string, ways int64) bool {
	var d, all incremental.Decoder
	var messages []string
	take := func(d *incremental.Decoder, into *[]string) {
		for message, ok, _ := d.Next(); ok; message, ok, _ = d.Next() {
			*into = append(*into, string(message))
		}
	}
	from := 0
	for to := 1; to <= len(stream); to++ {
		if to < len(stream) && ways>>(to-1)&1 == 0 {
			continue
		}
		d.Feed([]byte(stream[from:to]))
		take(&d, &messages)
		var want []string
		all.Feed([]byte(stream[:to]))
		take(&all, &want)
		if fmt.Sprint(messages) != fmt.Sprint(want) {
			return false
		}
		from = to
	}
	return true
}
