package fixed_test

import (
	"strings"
	"testing"

	"stickydemo/fixed/ackhandshake"
)

// ackhandshakeFaults are faults in a line that should begin with word.
func ackhandshakeFaults(word string) []fault {
	return []fault{
		{"a size of 2 GiB", word + "2147483648\n", "2147483648"},
		{"a size of one over the limit", word + "1048577\n", "limit of 1048576"},
		{"a size that no integer holds", word + strings.Repeat("9", 100) + "\n", "99999"},
		{"a negative size", word + "-1\n", word + "-1"},
		{"a sign", word + "+1\nx", word + "+1"},
		{"a space", word + " 1\nx", word + " 1"},
		{"no digit at all", word + "\nx", word},
		{"a carriage return", word + "1\r\nx", `\r`},
		{"another word", "Ran|1\nx", "Ran|1"},
		{"no word", "1\nx", `line "1\n"`},
		{"an empty line", "\n", `line "\n"`},
		{"the naive program's request", "echo two\n", "echo two"},
		{"another protocol", "GET / HTTP/1.1\r\n", "GET / HTTP"},
		{"digits without end", word + strings.Repeat("0", 4096), "limit of 512 bytes"},
		{"text without end", strings.Repeat("x", 4096), "limit of 512 bytes"},
		{"a refusal from a client", "Refused|never\n", `refused by the peer: "never"`},
	}
}

// Once a size is announced, the client takes whatever comes for the answer. So
// a bad reply is an error, and not a word is said about it.
func TestAckhandshakeIsSilentAfterReady(t *testing.T) {
	for _, test := range []struct{ name, reply, want string }{
		{"another word", "Stop\n", `reply "Stop\n", want Start`},
		{"the next command at once", "Run|1\nx", `reply "Run|1\n", want Start`},
		{"no end", strings.Repeat("S", 4096), "limit of 512 bytes"},
		{"half of it", "Sta", "unexpected EOF"},
		{"none of it", "", "unexpected EOF"},
	} {
		c := reads("Run|1\nx" + test.reply)
		if err := ackhandshake.Serve(c, reply); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want one with %s", test.name, err, test.want)
		}
		if c.wrote() != "Ready|3\n" {
			t.Errorf("%s: wrote %q, want the announcement alone", test.name, c.wrote())
		}
	}
}
