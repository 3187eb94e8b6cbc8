package naive_test

import "strings"

var delimiterServer = []serverCase{
	{"a line is a command", []string{"echo two\n"}, []string{"echo two"}, []string{"<echo two>\n"}},
	{"two lines in one read are two", []string{"echo 1\necho 2\n"}, []string{"echo 1", "echo 2"}, []string{"<echo 1>\n", "<echo 2>\n"}},
	{"BUG: one line in two reads is two", []string{"ec", "ho\n"}, []string{"ec", "ho"}, []string{"<ec>\n", "<ho>\n"}},
	{"BUG: a line feed in a read of its own is a line", []string{"echo", "\n"}, []string{"echo", ""}, []string{"<echo>\n", "<>\n"}},
	{"BUG: a command of two lines is two", []string{"echo 1\n2\n"}, []string{"echo 1", "2"}, []string{"<echo 1>\n", "<2>\n"}},
	{"an empty answer is an empty line", []string{"quiet\n"}, []string{"quiet"}, []string{"\n"}},
}

var delimiterClient = []clientCase{
	{"one read, one line, by luck", []string{"one\n", "two\n"}, []string{"one", "two", "error: unexpected EOF"}},
	{"two lines in one read are two", []string{"one\ntwo\n"}, []string{"one", "two"}},
	{"an empty line is an empty answer", []string{"\n", "\n\n"}, []string{"", "", ""}},
	{"BUG: a line in two reads is two", []string{"on", "e\n"}, []string{"on", "e"}},
	{"BUG: a line feed in a read of its own is a line", []string{"one", "\n", "two\n"}, []string{"one", "", "two"}},
	{"BUG: a line feed of the payload ends it", []string{"1\n2\n3\n\n"}, []string{"1", "2", "3", ""}},
	{"BUG: a line over 1024 bytes is two", []string{strings.Repeat("a", 1500) + "\n"}, []string{strings.Repeat("a", 1024), strings.Repeat("a", 476)}},
	{"a carriage return is a part of the line", []string{"one\r\n"}, []string{"one\r"}},
}

var endsServer = []serverCase{
	{"a line is a command", []string{"echo two\n"}, []string{"echo two"}, []string{"<echo two>\n"}},
	{"in however many reads", []string{"ec", "ho", "\n"}, []string{"echo"}, []string{"<echo>\n"}},
	{"BUG: two lines in one read are one", []string{"echo 1\necho 2\n"}, []string{"echo 1\necho 2"}, []string{"<echo 1\necho 2>\n"}},
	{"an empty answer is an empty line", []string{"quiet\n"}, []string{"quiet"}, []string{"\n"}},
}

var endsClient = []clientCase{
	{"an answer in pieces", []string{"on", "e\n", "two\n"}, []string{"one", "two", "error: unexpected EOF"}},
	{"an answer of three lines, by luck", []string{"1\n2\n3\n\n"}, []string{"1\n2\n3\n"}},
	{"an answer over 1024 bytes", []string{strings.Repeat("a", 1500) + "\n"}, []string{strings.Repeat("a", 1500)}},
	{"BUG: a read that ends at a line feed of the payload ends it", []string{"1\n2\n", "3\n\n"}, []string{"1\n2", "3\n"}},
	{"BUG: two answers in one read are one", []string{"one\ntwo\n"}, []string{"one\ntwo"}},
}
