package fixed_test

import "strings"

var sleephackFaults = []fault{
	{"a size of 2 GiB", "2147483648\n", "2147483648"},
	{"a size of one over the limit", "1048577\n", "limit of 1048576"},
	{"a size that no integer holds", strings.Repeat("9", 100) + "\n", "99999"},
	{"a negative size", "-1\n", `"-1\n" is no number`},
	{"a refusal that is not in ASCII", "-不\n", `refused by the peer: "\u4e0d"`},
	{"a sign", "+1\nx", "+1"},
	{"a space before", " 1\nx", " 1"},
	{"a space behind", "1 \nx", "1 "},
	{"no digit at all", "\nx", "no number"},
	{"a carriage return", "1\r\nx", `\r`},
	{"another protocol", "GET / HTTP/1.1\r\n", "GET / HTTP"},
	{"0xffffffff", "\xff\xff\xff\xff\n", `\xff`},
	{"digits without end", strings.Repeat("0", 4096), "limit of 512 bytes"},
	{"text without end", strings.Repeat("x", 4096), "limit of 512 bytes"},
}
