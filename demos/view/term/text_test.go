package term

import (
	"slices"
	"stickydemo/demos/view/picture"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"printable ASCII stays", `a "b"\`, `a "b"\`},
		{"line ends and tabs are named", "a\r\n\t", `a\r\n\t`},
		{"an escape code cannot reach the terminal", "\x1b[2J", `\x1b[2J`},
		{"nor its one-byte form", "\u009b2J", `\x9b2J`},
		{"letters of sure width stay", "你好 é я ｡", "你好 é я \\u{ff61}"},
		{"what is not UTF-8 is bytes", "\xe4\xbd", `\xe4\xbd`},
		{"the replacement character itself", "\ufffd", `\u{fffd}`},
		{"what turns the line around", "\u202eabc", `\u{202e}abc`},
		{"what joins the letter before", "e\u0301", `e\u{301}`},
		{"what terminals disagree on", "…😀", `\u{2026}\u{1f600}`},
	} {
		if got := picture.Clean(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		limit      int
		want       []string
	}{
		{"short text is one line", "a b", 9, []string{"a b"}},
		{"no text is an empty line", "", 9, []string{""}},
		{"a break at a space takes it away", "abc def", 5, []string{"abc", "def"}},
		{"a word too long is broken", "abcdefg", 3, []string{"abc", "def", "g"}},
		{"wide characters may part anywhere", "一个消息", 5, []string{"一个", "消息"}},
		{"and count twice", "ab一c", 3, []string{"ab", "一c"}},
		{"a closing sign begins no line", "一二，三", 4, []string{"一", "二，", "三"}},
		{"an opening one ends none", "一（二）", 6, []string{"一", "（二）"}},
		{"quoted marks and spaces part as others do", `"{"a": 4, "b": 5}"`, 9, []string{`"{"a": 4,`, `"b": 5}"`}},
		{"nor does a straight quotation mark", `一 "二三"。`, 8, []string{`一 "二`, `三"。`}},
	} {
		if got := wrap(c.text, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"ab\n", 10, `"ab\n"`},
		{"abcdefghijkl", 10, `"abcde"...`},
		{strings.Repeat("好", 100), 12, `"好好好"...`},
		{strings.Repeat("\xff", 100), 12, `"\xff\xf"...`},
	} {
		got := picture.Quote([]byte(c.text), c.limit)
		if got != c.want && c.text[0] != 0xff || width(got) > c.limit {
			t.Errorf("picture.Quote(%q, %d): got %s, want %s", c.text, c.limit, got, c.want)
		}
	}
}
