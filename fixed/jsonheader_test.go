package fixed_test

import (
	"testing"

	"stickydemo/fixed/jsonheader"
)

var jsonheaderFaults = []fault{
	{"another protocol", "GET / HTTP/1.1\r\n", `announced a header of 1195725856 bytes (0x47455420, "GET "), limit 4096`},
	{"a header length of -1", "\xff\xff\xff\xff", "4294967295 bytes (0xffffffff"},
	{"a header of one over its limit", "\x00\x00\x10\x01", "4097 bytes"},
	{"an empty header", "\x00\x00\x00\x00", "not one JSON object"},
	{"a payload of 2 GiB", prefixed(`{"total_size": 2147483648}`), `"2147483648" is no whole number up to the limit of 1048576`},
	{"one over the limit", prefixed(`{"total_size": 1048577}`), "limit of 1048576"},
	{"a size that no integer holds", prefixed(`{"total_size": 99999999999999999999999}`), "limit of 1048576"},
	{"a negative size", prefixed(`{"total_size": -1}`), `"-1" is no whole number`},
	{"an exponent", prefixed(`{"total_size": 1e3}`), `"1e3" is no whole number`},
	{"a fraction", prefixed(`{"total_size": 1.0}`), `"1.0" is no whole number`},
	{"a size in a string", prefixed(`{"total_size": "1"}`) + "x", "no whole number"},
	{"a size of null", prefixed(`{"total_size": null}`), "missing or null, no whole number"},
	{"no size", prefixed(`{"filename": null}`), "missing or null, no whole number"},
	{"a size under another case", prefixed(`{"Total_Size": 1}`) + "x", "no whole number"},
	{"a key twice", prefixed(`{"total_size": 1, "total_size": 2}`) + "xx", `key "total_size" twice`},
	{"a key twice, once with an escape", prefixed(`{"total_size": 1, "total\u005fsize": 2}`) + "xx", `key "total_size" twice`},
	{"an unknown key twice", prefixed(`{"total_size": 1, "x": null, "x": 2}`) + "x", `key "x" twice`},
	{"something after the object", prefixed(`{"total_size": 1} 2`) + "x", "not one JSON object"},
	{"two objects", prefixed(`{"total_size": 1}{}`) + "x", "not one JSON object"},
	{"a comma too many", prefixed(`{"total_size": 1,}`) + "x", "not one JSON object"},
	{"half an object", prefixed(`{"total_size": 1`) + "x", "not one JSON object"},
	{"a list", prefixed(`[1]`) + "x", "not one JSON object"},
	{"null", prefixed(`null`), "not one JSON object"},
	{"another payload's MD5", prefixed(`{"total_size": 1, "md5": "900150983cd24fb0d6963f7d28e17f72"}`) + "x", "md5 of 1 bytes is not"},
	{"an MD5 that is no string", prefixed(`{"total_size": 1, "md5": {"a": 1}}`) + "x", "md5 of 1 bytes is not"},
	{"a refusal from a client", prefixed(`{"total_size": 0, "error": "never"}`), `refused by the peer: "never"`},
	{"a refusal that is no string", prefixed(`{"total_size": 0, "error": ["\u001b", 1]}`), "refused by the peer"},
}

func TestJsonheaderTakesOtherHeaders(t *testing.T) {
	for _, test := range []struct{ name, header string }{
		{"no MD5: nobody is obliged to fill it in", `{"total_size": 3, "filename": null, "md5": null}`},
		{"nothing but the size", `{"total_size":3}`},
		{"unknown keys are passed over, whatever they hold", `{"a": {"total_size": 9, "b": [1e3, {}]}, "total_size": 3, "ver\"sion": 2.5}`},
		{"white space", " {\r\n\t\"total_size\" : 3 } \n"},
		{"keys of another case are other keys", `{"TOTAL_SIZE": 9, "total_size": 3}`},
	} {
		got, err := jsonheader.NewClient(reads(prefixed(test.header) + "abcd")).Call("x")
		if err != nil || string(got) != "abc" {
			t.Errorf("%s: got %q, %v, want abc", test.name, got, err)
		}
	}
}
