package markdown

import (
	"strings"
	"testing"

	"stickydemo/demos/words"
)

func set(t *testing.T, document string, width int) string {
	t.Helper()
	page, err := Set(document, Options{Width: width})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(page.Lines, "\n")
}

func TestSet(t *testing.T) {
	const code = "```go\nfunc f() {\n\treturn\n}\n```"
	for _, test := range []struct {
		name     string
		document string
		width    int
		want     string
	}{
		{"headings are ruled by their level", "# One\n\n## Two\n\n### Three\n\ntext", 40,
			"One\n===\n\nTwo\n---\n\nThree\n\ntext"},
		{"prose is wrapped, and its own lines do not matter", "aaa bbb\nccc ddd eee fff ggg", 20,
			"aaa bbb ccc ddd eee\nfff ggg"},
		{"a word longer than a line is cut", "aaaaaaaaaaaaaaaaaaaaaaaaa b", 20,
			"aaaaaaaaaaaaaaaaaaaa\naaaaa b"},
		{"no Chinese line begins with a comma or a full stop", "一二三四五六七八九十，一二三四五六七八。", 20,
			"一二三四五六七八九\n十，一二三四五六七\n八。"},
		{"no Chinese line ends with an opening bracket", "一二三四五六七八九（十）", 20,
			"一二三四五六七八九\n（十）"},
		{"no blank where Chinese lines join", "一二\n三四 TCP\n五六，\nTCP", 40, "一二三四 TCP 五六，TCP"},
		{"code keeps its hyphens together", "aaaa bbbb `--plan down:cut=2` c", 20,
			"aaaa bbbb `--plan\ndown:cut=2` c"},
		{"escapes and entities", `a \* b &amp; c`, 40, "a * b & c"},
		{"emphasis is plain without colour", "a *b* **c**", 40, "a b c"},
		{"a link is its text, one to elsewhere also where it goes", "[a](../b.md) [c](https://d.example/)", 60,
			"a c (https://d.example/)"},
		{"lists and lists in them", "- a\n- b b b b b b b b b b b\n  - c\n  - d\n\n7. e\n8. f", 20,
			"- a\n- b b b b b b b b b\n  b b\n  - c\n  - d\n\n7. e\n8. f"},
		{"a loose list", "- a\n\n  b\n\n- c", 20, "- a\n\n  b\n\n- c"},
		{"a list with code in it", "- a\n\n  ```\n  x\n  ```\n- b", 20, "- a\n\n      x\n\n- b"},
		{"a quote", "> aaa bbb ccc ddd eee fff\n>\n> g", 20, "> aaa bbb ccc ddd\n> eee fff\n>\n> g"},
		{"code is indented", code, 40, "    func f() {\n        return\n    }"},
		{"code gives its indent for its width", "```\n012345678901234567\n```", 20, "  012345678901234567"},
		{"code that is too wide is folded at a blank", "```\n0123456789abcdef xyz uvw\n```", 20,
			"0123456789abcdef\n    xyz uvw"},
		{"folded output is explained", "```console\n$ a\n0123456789abcdefghijkl\n```", 20,
			"$ a\n0123456789abcdefghij\n    kl\n(Folded: it was\nprinted in a wider\nterminal. Run in\nyours, it fits.)"},
		{"a table", "| a | bbb |\n|---|---|\n| cc 字 | d |", 40, "a      bbb\n-----  ---\ncc 字  d"},
		{"a table's widest column gives way", "| a | b |\n|---|---|\n| c | ddd ddd ddd ddd ddd ddd |", 20,
			"a  b\n-  -----------------\nc  ddd ddd ddd ddd\n   ddd ddd"},
		{"a table without room", "| aaaaaaaaaa | bbbbbbbbbb | cc |\n|---|---|---|\n| d | e | f |\n| g | h | i |", 20,
			"aaaaaaaaaa: d\nbbbbbbbbbb: e\ncc: f\n\naaaaaaaaaa: g\nbbbbbbbbbb: h\ncc: i"},
		{"a figure is described, with the command that draws it", "```console\n$ stickydemo run stage4 \\\n    --svg 04-a.svg | head -1\n```\n\n![What it shows](figures/04-a.svg)", 60,
			"    $ stickydemo run stage4 \\\n        --svg 04-a.svg | head -1\n\nFigure: What it shows\nIn the terminal: stickydemo run stage4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := set(t, test.document, test.width); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

func TestCommandsAreFound(t *testing.T) {
	const document = "# A\n\n```console\n$ one \\\n  more\noutput\n$ two\n```\n\n```sh\n$ not run\n```\n\n" +
		"```console\n$ three --svg f.svg\n```\n![f](figures/f.svg)\n"
	page, err := Set(document, Options{Width: 80})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"one \\\n  more", "two", "three"}
	if len(page.Commands) != len(want) {
		t.Fatalf("got %q, want %q", page.Commands, want)
	}
	for i, c := range page.Commands {
		first, _, _ := strings.Cut(c.Text, "\n")
		if c.Text != want[i] || !strings.Contains(page.Lines[c.Line], first) {
			t.Errorf("got %q at %q, want %q", c.Text, page.Lines[c.Line], want[i])
		}
	}
}

func TestColoursAreWords(t *testing.T) {
	page, err := Set("# A\n\na *b* **c** `d`", Options{Width: 80, Color: true})
	if err != nil {
		t.Fatal(err)
	}
	const want = "a \x1b[3mb\x1b[23m \x1b[1mc\x1b[22m \x1b[38;5;33md\x1b[0;25;0m"
	if got := page.Lines[len(page.Lines)-1]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatNoLessonIsMadeOfIsRefused(t *testing.T) {
	for _, document := range []string{"<p>a</p>", "a <b>b</b>", "a ![b](c.svg) d"} {
		if _, err := Set(document, Options{Width: 80}); err == nil {
			t.Errorf("%q: got no error", document)
		}
	}
}

func FuzzSet(f *testing.F) {
	f.Add("# A\n\n- b `c`\n\n| d |\n|---|\n| 粘包，|\n", uint8(40), true)
	f.Add("```console\n$ a \\\n", uint8(0), false)
	f.Add("> 1. > - a\n\n![b](c)", uint8(1), false)
	f.Fuzz(func(t *testing.T, document string, width uint8, color bool) {
		page, err := Set(document, Options{Width: int(width), Color: color, Lang: words.Chinese})
		if err != nil {
			return
		}
		for _, c := range page.Commands {
			if c.Line >= len(page.Lines) {
				t.Errorf("command %q at line %d of %d", c.Text, c.Line, len(page.Lines))
			}
		}
	})
}
