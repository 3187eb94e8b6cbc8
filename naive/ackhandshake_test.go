package naive_test

import "strings"

var ackhandshakeServer = []serverCase{
	{"an announcement, and after the reply the answer", []string{"echo two", "Start"}, []string{"echo two"}, []string{"Ready|10", "<echo two>"}},
	{"a reply need only begin with Start", []string{"echo", "Started", "x"}, []string{"echo", "x"}, []string{"Ready|6", "<echo>", "Ready|3"}},
	{"BUG: the rest of a cut command is no reply, and the next read a command", []string{"ec", "ho", "Start"}, []string{"ec", "Start"}, []string{"Ready|4", "Ready|7"}},
	{"BUG: a reply in two reads is no reply", []string{"echo", "Sta", "rt"}, []string{"echo", "rt"}, []string{"Ready|6", "Ready|4"}},
	{"BUG: a reply and a command in one read are one", []string{"1", "Start2"}, []string{"1"}, []string{"Ready|3", "<1>"}},
	{"an empty answer becomes an error", []string{"quiet", "Start"}, []string{"quiet"}, []string{"Ready|7", "cmd err"}},
	{"a client that leaves before it replies", []string{"echo"}, []string{"echo"}, []string{"Ready|6"}},
}

var ackhandshakeClient = []clientCase{
	{"announcement and answer", []string{"Ready|3", "abc", "Ready|10", "01234", "56789"}, []string{"abc", "0123456789"}},
	{"BUG: a size in two reads is another size", []string{"Ready|1", "0", "0123456789"}, []string{"0"}},
	{"BUG: half a Ready is none", []string{"Rea", "dy|3"}, []string{`error: no size in "Rea"`}},
	{"BUG: without a Ready the last size is used again", []string{"Ready|3", "abc", "Rea", "dy|"}, []string{"abc", "dy|"}},
	{"a Ready without a size", []string{"Ready|"}, []string{`error: no size in "Ready|"`}},
	{"a Ready without a bar", []string{"Ready"}, []string{`error: no size in "Ready"`}},
	{"the last bar counts", []string{"Ready|x|3", "abc"}, []string{"abc"}},
	{"BUG: more than the size is taken", []string{"Ready|3", "abcd"}, []string{"abcd"}},
	{"a long answer", []string{"Ready|1500", strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
}

var sizeServer = []serverCase{
	{"a size, and after any reply the answer", []string{"echo two", "anything"}, []string{"echo two"}, []string{"10", "<echo two>"}},
	{"BUG: the rest of a cut command will do for a reply", []string{"ec", "ho"}, []string{"ec"}, []string{"4", "<ec>"}},
	{"an empty answer becomes a sentence", []string{"quiet", "x"}, []string{"quiet"}, []string{"32", "cmd exec success,has not output!"}},
	{"a client that leaves before it replies", []string{"echo"}, []string{"echo"}, []string{"6", "<echo>"}},
}

var sizeClient = []clientCase{
	{"size and answer", []string{"3", "abc", "10", "01234", "56789"}, []string{"abc", "0123456789"}},
	{"BUG: a size in two reads is another size", []string{"1", "0", "0123456789"}, []string{"0"}},
	{"BUG: size and answer in one read are no number", []string{"3abc"}, []string{`error: no size in "3abc"`}},
	{"BUG: a byte too many, and the loop never ends", []string{"3", "abcd", "more"}, []string{"error: unexpected EOF"}},
}
