package naive_test

import (
	"strings"
	"testing"

	"stickydemo/naive/noframing"
)

var noframingServer = []serverCase{
	{"one read, one command, by luck", []string{"echo two"}, []string{"echo two"}, []string{"<echo two>"}},
	{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, []string{"echo 1echo 2"}, []string{"<echo 1echo 2>"}},
	{"BUG: one command in two reads is two", []string{"ec", "ho"}, []string{"ec", "ho"}, []string{"<ec>", "<ho>"}},
	{"BUG: an empty answer is not sent", []string{"quiet", "x"}, []string{"quiet", "x"}, []string{"<x>"}},
}

var noframingClient = []clientCase{
	{"one read, one answer, by luck", []string{"one", "two"}, []string{"one", "two", "error: unexpected EOF"}},
	{"BUG: an answer in two reads is two", []string{"on", "e"}, []string{"on", "e"}},
	{"BUG: the rest of a long answer is the next one", []string{strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1024), strings.Repeat("a", 476)}},
	{"BUG: two answers in one read are one", []string{"onetwo"}, []string{"onetwo"}},
}

func TestNoframingDoesNotSendAnEmptyCommand(t *testing.T) {
	c := reads("an answer to nothing")
	if got, err := noframing.NewClient(c).Call(""); err != nil || len(c.writes) > 0 {
		t.Errorf("got %q, %v, wrote %q, want no write", got, err, c.writes)
	}
}
