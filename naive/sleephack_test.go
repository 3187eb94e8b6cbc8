package naive_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/naive/sleephack"
)

var sleephackServer = []serverCase{
	{"size and answer are two writes", []string{"echo two"}, []string{"echo two"}, []string{"10", "<echo two>"}},
	{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, []string{"echo 1echo 2"}, []string{"14", "<echo 1echo 2>"}},
	{"BUG: one command in two reads is two", []string{"ec", "ho"}, []string{"ec", "ho"}, []string{"4", "<ec>", "4", "<ho>"}},
	{"an empty answer becomes a sentence", []string{"quiet"}, []string{"quiet"}, []string{"32", "cmd exec success,has not output!"}},
}

var sleephackClient = []clientCase{
	{"size and answer in reads of their own, by luck", []string{"3", "abc", "10", "01234", "56789"}, []string{"abc", "0123456789"}},
	{"white space about the size, as int() allows it", []string{" 3\n", "abc"}, []string{"abc"}},
	{"BUG: size and answer in one read are no number", []string{"3abc"}, []string{`error: size "3abc" is no number`}},
	{"BUG: they may even be another number", []string{"345"}, []string{"error: unexpected EOF"}},
	{"BUG: a size in two reads is another size", []string{"1", "0", "0123456789"}, []string{"0", "error: unexpected EOF"}},
	{"BUG: a byte too many, and the loop never ends", []string{"3", "abcd", "more", "and more"}, []string{"error: unexpected EOF"}},
	{"a long answer", []string{"1500", strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
}

func TestSleephackPausesBetweenSizeAndAnswer(t *testing.T) {
	c, pauses := reads("echo"), 0
	err := sleephack.Serve(c, reply, func(d time.Duration) {
		if pauses++; d != 500*time.Millisecond || !slices.Equal(c.writes, []string{"6"}) {
			t.Errorf("slept %v after %q, want 500ms after 6", d, c.writes)
		}
	})
	if err != nil || pauses != 1 || !slices.Equal(c.writes, []string{"6", "<echo>"}) {
		t.Errorf("got %v, %d pauses, wrote %q, want 1 pause, 6 and <echo>", err, pauses, c.writes)
	}
}
