package words

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestGroup(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999", 1234567: "1,234,567"} {
		if got := Group(n); got != want {
			t.Errorf("Group(%d): got %s, want %s", n, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	for _, c := range []struct {
		phrase           Phrase
		english, chinese string
	}{
		{Count(1, "byte"), "1 byte", "1 字节"},
		{Count(0, "read"), "0 reads", "0 次读"},
		{Count(-1000, "read"), "-1,000 reads", "-1,000 次读"},
		{Ungrouped(1000, "byte"), "1000 bytes", "1000 字节"},
		{Numbers(nil), "", ""},
		{Numbers([]int{1}), "1", "1"},
		{Numbers([]int{1, 2}), "1 and 2", "1 和 2"},
		{Numbers([]int{1, 2000, 3}), "1, 2,000 and 3", "1、2,000 和 3"},
		{List([]Phrase{Sentencef("%s under %s", "ok", "glue"), Sentencef("%s under %s", "hang", "drip")}), "ok under glue and hang under drip", "glue 下 ok 和 drip 下 hang"},
		{Sentencef("server"), "server", "服务端"},
		{Sentencef("100% of nothing"), "100% of nothing", "100% of nothing"},
		{Sentencef("%s of %s", "3", Count(5, "byte")), "3 of 5 bytes", "3 / 5 字节"},
		{Sentence{}, "", ""},
	} {
		if got := c.phrase.In(English); got != c.english {
			t.Errorf("got %q, want %q", got, c.english)
		}
		if got := c.phrase.In(Chinese); got != c.chinese {
			t.Errorf("got %q, want %q", got, c.chinese)
		}
	}
}

// In JSON a sentence is English, and what was read of it is said as it can be.
func TestSentenceInJSON(t *testing.T) {
	text, err := json.Marshal(Sentencef("exit status %d", 1))
	if err != nil || string(text) != `"exit status 1"` {
		t.Fatalf("got %s, %v", text, err)
	}
	var s Sentence
	if err := json.Unmarshal(text, &s); err != nil || s.In(Chinese) != "exit status 1" {
		t.Errorf("got %q, %v", s.In(Chinese), err)
	}
}

func TestRecognize(t *testing.T) {
	formats := []string{"%s is past the end (%d bytes) and does nothing", "exit status %d"}
	for _, c := range []struct{ text, want string }{
		{"up:cut=900 is past the end (14 bytes) and does nothing", "up:cut=900 超出了流的末尾（14 字节），不起作用"},
		{"exit status 3", "退出状态 3"},
		{"exit status three", "exit status three"},
		{"no exit status 3", "no exit status 3"},
		{"", ""},
	} {
		got := Recognize(c.text, formats...)
		if got.String() != c.text || got.In(Chinese) != c.want {
			t.Errorf("%q: got %q and %q, want %q", c.text, got, got.In(Chinese), c.want)
		}
	}
}

// What is recognised says the text again, whatever the text and the format, and
// finds in a sentence what was put there, if not always in the same places.
func FuzzRecognize(f *testing.F) {
	f.Add("up:cut=900 is past the end (14 bytes) and does nothing", "%s is past the end (%d bytes) and does nothing")
	f.Add("exit status 3", "exit status %d")
	f.Add("exit status +3", "exit status %d")
	f.Add("a of b of 7 of c", "%s of %s of %s")
	f.Add("100%", "100%")
	f.Fuzz(func(t *testing.T, text, format string) {
		if rest := strings.NewReplacer("%s", "", "%d", "").Replace(format); strings.Contains(rest, "%") || strings.Count(format, "%") > 4 {
			return // Recognize knows no other verbs, and no sentence has more
		}
		if got := Recognize(text, format).String(); got != text {
			t.Errorf("by %q: got %q, want %q", format, got, text)
		}
		args := make([]any, strings.Count(format, "%"))
		for i, verb := range verbs.FindAllString(format, -1) {
			if args[i] = "a" + text; verb == "%d" {
				args[i] = len(text)
			}
		}
		said := fmt.Sprintf(format, args...)
		if args, ok := match(said, format); !ok || fmt.Sprintf(format, args...) != said {
			t.Errorf("by %q: %q is not recognised", format, said)
		}
	})
}

var verbs = regexp.MustCompile("%[sd]")

func TestFind(t *testing.T) {
	for _, c := range []struct {
		locale string
		want   Lang
		ok     bool
	}{
		{"zh", Chinese, true}, {"zh_CN.UTF-8", Chinese, true}, {"zh-Hans", Chinese, true}, {"ZH", Chinese, true},
		{"en_GB", English, true}, {"en", English, true},
		{"", English, false}, {"C", English, false}, {"fr_FR", English, false}, {"zhong", English, false}, {"e", English, false},
	} {
		if got, ok := Find(c.locale); got != c.want || ok != c.ok {
			t.Errorf("Find(%q): got %s, %t, want %s, %t", c.locale, got, ok, c.want, c.ok)
		}
	}
}

func TestReplace(t *testing.T) {
	s := Sentencef("%s (%s)", Sentencef("signal: %s", "/class/ann"), "in /class/ann").Replace("/class/ann", "{each}")
	if got := s.In(Chinese); got != "信号 {each}（in {each}）" {
		t.Errorf("got %q", got)
	}
	if got := Sentencef("at /class/ann").Replace("/class/ann", "{each}").String(); got != "at {each}" {
		t.Errorf("got %q", got)
	}
}
