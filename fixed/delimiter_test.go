package fixed_test

import (
	"fmt"
	"strings"
	"testing"

	"stickydemo/fixed/delimiter"
)

var delimiterFaults = []fault{
	{"one over the limit", strings.Repeat("x", limit+1) + "\n", "message of at least 1048577 bytes, limit 1048576"},
	{"one over the limit, all of it escapes", strings.Repeat(`\n`, limit+1) + "\n", "limit 1048576"},
	{"text without end", strings.Repeat("x", limit+1), "limit 1048576"},
	{"an unknown escape", `a\qb` + "\n", `escape "\\q", want \n, \r or \\`},
	{"an escape of a digit", `\0` + "\n", `escape "\\0"`},
	{"an escape of what is not in print", "\\\x1b\n", `escape "\\\x1b"`},
	{"a backslash at the end", "a\\\n", `escape "\\\n"`},
	{"a carriage return in the line", "a\rb\n", `a carriage return before "b"`},
	{"two carriage returns at the end", "a\r\r\n", `a carriage return before "\r"`},
	{"a carriage return that is escaped at the end", "a\\\r\n", `escape "\\\r"`},
	{"a refusal in the middle of a line", `a\!never` + "\n", `escape "\\!"`},
	{"a refusal from a client", `\!never` + "\n", `refused by the peer: "never"`},
	{"a refusal with escapes", `\!a\n\r\\"你` + "\n", `refused by the peer: "a\n\r\\\"\u4f60"`},
	{"a refusal in a refusal", `\!\!` + "\n", `escape "\\!"`},
	{"a refusal without end", `\!` + strings.Repeat("x", 4096), "limit of 512 bytes"},
}

func escaped(payload string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`, `\`, `\\`).Replace(payload) + "\n"
}

// Whatever bytes a payload has, each alone, in pairs and at the end of a line
// that other systems write, it comes back as it was, and its line has one line
// feed.
func TestDelimiterTakesAnyBytes(t *testing.T) {
	check := func(payload, end string) {
		sent := reads("\n")
		if _, err := delimiter.NewClient(sent).Call(payload); err != nil || strings.Count(sent.wrote(), "\n") != 1 {
			t.Errorf("%q: wrote %q, %v, want one line", payload, sent.wrote(), err)
		}
		line := strings.TrimSuffix(sent.wrote(), "\n") + end
		for _, answers := range []*conn{reads(line), reads(line).drip()} {
			if got, err := delimiter.NewClient(answers).Call("x"); err != nil || string(got) != payload {
				t.Errorf("%q: got %q, %v, want %q", line, got, err, payload)
			}
		}
	}
	for a := range 256 {
		check(string([]byte{byte(a)}), "\n")
		for _, b := range []byte("\n\r\\nr!\x00\xff") {
			check(string([]byte{byte(a), b}), "\r\n")
			check(string([]byte{b, byte(a)}), "\n")
		}
	}
}

// A line of exactly the limit is taken, with either end and wherever a read
// ends; one byte more is not. (A limit that counted the carriage return only
// when its line feed came in the same read would refuse some of the first.)
func TestDelimiterLimitIsTheSameUnderEveryCut(t *testing.T) {
	bodies := []string{strings.Repeat("x", limit-1) + `\r`, strings.Repeat("x", limit-1) + `\\`, strings.Repeat("x", limit)}
	if raced {
		bodies = bodies[:1]
	}
	for _, body := range bodies {
		for _, end := range []string{"\n", "\r\n"} {
			for over, body := range []string{body, "x" + body} {
				stream := body + end
				for cut := len(stream) - 6; cut <= len(stream); cut++ {
					name := fmt.Sprintf("%d bytes and %q, cut at %d, %d over", len(body), end, cut, over)
					got, err := delimiter.NewClient(reads(stream[:cut], stream[cut:])).Call("x")
					if over == 0 && (err != nil || len(got) != limit) {
						t.Errorf("%s: got %d bytes, %v, want %d", name, len(got), err, limit)
					}
					if over > 0 && (got != nil || err == nil || !strings.Contains(err.Error(), "limit 1048576")) {
						t.Errorf("%s: got %d bytes, %v, want an error with the limit", name, len(got), err)
					}
				}
			}
		}
	}
}
