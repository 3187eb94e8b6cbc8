package naive_test

import "strings"

var structheaderServer = []serverCase{
	{"size and answer are two writes", []string{"echo two"}, []string{"echo two"}, []string{native(10), "<echo two>"}},
	{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, []string{"echo 1echo 2"}, []string{native(14), "<echo 1echo 2>"}},
	{"BUG: one command in two reads is two", []string{"ec", "ho"}, []string{"ec", "ho"}, []string{native(4), "<ec>", native(4), "<ho>"}},
	{"an empty answer has the size 0", []string{"quiet"}, []string{"quiet"}, []string{native(0), ""}},
}

var structheaderClient = []clientCase{
	{"size and answer in one read, since the read asks for 4", []string{native(3) + "abc"}, []string{"abc"}},
	{"an answer in pieces", []string{native(3), "a", "b", "c"}, []string{"abc"}},
	{"BUG: a size in two reads is no size", []string{native(3)[:2], native(3)[2:] + "abc"}, []string{"error: one read returned 2 of the header's 4 bytes"}},
	{"BUG: pipelined, the end of one answer takes the start of the next", []string{native(3), "abc" + native(1) + "d"}, []string{"abc" + native(1) + "d"}},
	{"BUG: a size below 0 is an empty answer", []string{native(-1)}, []string{""}},
	{"an answer of size 0", []string{native(0)}, []string{""}},
	{"BUG: a size of 2 GiB is believed until the end", []string{native(1<<31 - 1), "abc"}, []string{"error: unexpected EOF"}},
	{"BUG: the text of another protocol is a size", []string{"HTTP/1.1 200 OK"}, []string{"error: unexpected EOF"}},
	{"a long answer", []string{native(1500), strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
}
