package fixed_test

var structheaderFaults = []fault{
	{"another protocol", "GET / HTTP/1.1\r\n", `announced 1195725856 bytes (0x47455420, "GET "), limit 1048576`},
	{"-1 as the naive side means it", "\xff\xff\xff\xff", `announced 4294967295 bytes (0xffffffff, "\xff\xff\xff\xff"), limit 1048576`},
	{"2 GiB less a byte", "\x7f\xff\xff\xff", "announced 2147483647 bytes"},
	{"one over the limit", "\x00\x10\x00\x01", "announced 1048577 bytes"},
	{"a size of 5 in the other order", "\x05\x00\x00\x00hello", "announced 83886080 bytes"},
	{"a refusal from a client", "\x80\x00\x00\x05never", `refused by the peer: "never"`},
	{"a refusal of no bytes", "\x80\x00\x00\x00", "announced 2147483648 bytes"},
}
