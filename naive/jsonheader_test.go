package naive_test

import (
	"fmt"
	"strings"
)

var jsonheaderServer = []serverCase{
	{"length, header and answer are three writes", []string{"echo two"}, []string{"echo two"}, []string{native(49), `{"total_size": 10, "filename": null, "md5": null}`, "<echo two>"}},
	{"BUG: two commands in one read are one", []string{"echo 1echo 2"}, []string{"echo 1echo 2"}, []string{native(49), head(14), "<echo 1echo 2>"}},
	{"BUG: one command in two reads is two", []string{"ec", "ho"}, []string{"ec", "ho"}, []string{native(48), head(4), "<ec>", native(48), head(4), "<ho>"}},
	{"an empty answer has the size 0", []string{"quiet"}, []string{"quiet"}, []string{native(48), head(0), ""}},
}

var jsonheaderClient = []clientCase{
	{"all in one read, since the reads ask for 4 and for the header", []string{native(48) + head(3) + "abc"}, []string{"abc"}},
	{"an answer in pieces", []string{native(48), head(3), "a", "b", "c"}, []string{"abc"}},
	{"a header as Python's json.dumps would write more of it", []string{native(37), `{"md5": null, "a": 1, "total_size":3}`, "abc"}, []string{"abc"}},
	{"BUG: a length in two reads is none", []string{native(48)[:2], native(48)[2:] + head(3) + "abc"}, []string{"error: one read returned 2 of the header length's 4 bytes"}},
	{"BUG: a header in two reads is half a header", []string{native(48), head(3)[:2], head(3)[2:] + "abc"}, []string{"error: unexpected end of JSON input"}},
	{"BUG: pipelined, the end of one answer takes the start of the next", []string{native(48) + head(3), "abc" + native(48)}, []string{"abc" + native(48)}},
	{"a length below 0", []string{native(-1)}, []string{"error: unexpected end of JSON input"}},
	{"a length of 2 GiB takes what is there", []string{native(1<<31 - 1), head(3), "abc"}, []string{"abc"}},
	{"a size below 0", []string{native(49) + head(-1)}, []string{""}},
	{"an answer of size 0", []string{native(48) + head(0)}, []string{""}},
	{"a header that is no object", []string{native(4) + "null" + native(2) + "[]"}, []string{"", "error: header"}},
	{"the text of another protocol", []string{"HTTP/1.1 200 OK"}, []string{"error: header"}},
	{"a long answer", []string{native(51) + head(1500), strings.Repeat("a", 1500)}, []string{strings.Repeat("a", 1500)}},
}

// head is the header of an answer.
func head(size int) string {
	return fmt.Sprintf(`{"total_size": %d, "filename": null, "md5": null}`, size)
}
