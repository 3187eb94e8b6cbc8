package pager

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"stickydemo/demos/view/markdown"
	"stickydemo/demos/view/screen"
)

// counted is a document of 20 lines with commands on lines 2 and 12.
func counted() Document {
	return Document{
		Name: "doc",
		Set: func(width int) markdown.Page {
			page := markdown.Page{Commands: []markdown.Command{{Line: 2, Text: "one"}, {Line: 12, Text: "two \\\n more"}}}
			for i := range 20 {
				page.Lines = append(page.Lines, fmt.Sprint("line ", i))
			}
			return page
		},
		Run: func(_ context.Context, command string, width int) string {
			return fmt.Sprintf("ran %s at %d\n", command, width)
		},
	}
}

func TestPager(t *testing.T) {
	const lessonKeys = "space on, b back, / search, q quit"
	for _, test := range []struct {
		name string
		keys string // with a blank between two
		want string // the lines of a screen of 5
	}{
		{"at first", "", "line 0|line 1|line 2|line 3|doc 20%  " + lessonKeys + ", r runs: one"},
		{"a page on keeps a line", "space", "line 3|line 4|line 5|line 6|doc 35%  " + lessonKeys + ", r runs: two \\ …"},
		{"and back", "space space b", "line 3|line 4|line 5|line 6|doc 35%  " + lessonKeys + ", r runs: two \\ …"},
		{"a line on and back", "j down up j", "line 2|line 3|line 4|line 5|doc 30%  " + lessonKeys + ", r runs: one"},
		{"the end is no further", "G space j", "line 16|line 17|line 18|line 19|doc 100%  " + lessonKeys},
		{"nor the begin", "end home b k", "line 0|line 1|line 2|line 3|doc 20%  " + lessonKeys + ", r runs: one"},
		{"a search", "/ L i n e space 9 enter", "line 9|line 10|line 11|line 12|doc 65%  " + lessonKeys + ", r runs: two \\ …"},
		{"the next of it and the one before", "/ 1 enter n n N", "line 10|line 11|line 12|line 13|doc 70%  " + lessonKeys + ", r runs: two \\ …"},
		{"a search that is corrected", "/ 9 backspace 8 enter", "line 8|line 9|line 10|line 11|doc 60%  " + lessonKeys + ", r runs: two \\ …"},
		{"a search that is given up", "/ 9 escape", "line 0|line 1|line 2|line 3|doc 20%  " + lessonKeys + ", r runs: one"},
		{"what is searched for, while it is typed", "/ q r", "line 0|line 1|line 2|line 3|/qr"},
		{"nothing found", "/ x enter", "line 0|line 1|line 2|line 3|not found from here: x"},
		{"a command's output", "r", "$ one|ran one at 80|||output 100%: space on, q back to the lesson, r next command"},
		{"and back to where it stands", "r q", "line 2|line 3|line 4|line 5|doc 30%  " + lessonKeys + ", r runs: two \\ …"},
		{"space at the output's end goes back, too", "r space", "line 2|line 3|line 4|line 5|doc 30%  " + lessonKeys + ", r runs: two \\ …"},
		{"the next command", "r r", "$ two \\| more|ran two \\| more at 80|output 100%: space on, q back to the lesson, r next command"},
		{"there is none behind the last", "r r q r", "line 12|line 13|line 14|line 15|no command from here on"},
		{"but again from further up", "r r q g r", "$ one|ran one at 80|||output 100%: space on, q back to the lesson, r next command"},
		{"keys that mean nothing", "x left 5", "line 0|line 1|line 2|line 3|doc 20%  " + lessonKeys + ", r runs: one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := New(counted(), false)
			p.View(80, 5)
			if quits := press(p, test.keys); quits {
				t.Error("it quits")
			}
			if got := strings.Join(p.View(80, 5), "|"); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// press presses keys with a blank between two, and reports whether one quits.
func press(m screen.Model, keys string) bool {
	for _, key := range strings.Fields(keys) {
		if key == "space" {
			key = " "
		}
		action := m.Press(screen.Key(key))
		if action.Task != nil {
			action.Task(context.Background())
		}
		if action.Quit {
			return true
		}
		m.View(80, 5)
	}
	return false
}

func TestWhatQuits(t *testing.T) {
	for keys, want := range map[string]bool{"q": true, "escape": true, "ctrl-c": true, "r q": false, "r ctrl-c": true, "/ q": false} {
		p := New(counted(), false)
		p.View(80, 5)
		if got := press(p, keys); got != want {
			t.Errorf("%s: quits %t, want %t", keys, got, want)
		}
	}
}

// A screen of any size shows something, and another width is another page at
// about the same place.
func TestSizes(t *testing.T) {
	p := New(counted(), true)
	for _, height := range []int{1, 2, 100} {
		if got := len(p.View(1, height)); got < 2 || got > max(2, height) {
			t.Errorf("height %d: got %d lines", height, got)
		}
	}
	document := counted()
	document.Set = func(width int) markdown.Page {
		return markdown.Page{Lines: strings.Split(strings.Repeat("a\n", 4000/width), "\n")}
	}
	p = New(document, false)
	p.View(80, 10)
	p.text.top = 20
	if p.View(40, 10); p.text.top < 38 || p.text.top > 42 {
		t.Errorf("half as wide: got line %d, want about 40", p.text.top)
	}
}
