package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"stickydemo/demos/view/markdown"
	"stickydemo/demos/words"
	"stickydemo/lessons"
)

// headings are those of a lesson, in their order.
var headings = map[string][]string{
	"en": {"What you will see", "The figure", "Why it happens", "The pair", "What the fix costs", "Questions", "Where this bug lived", "Answers"},
	"zh": {"你会看到什么", "图", "为什么会这样", "两份代码", "修复的代价", "思考题", "它曾在哪里出现", "答案"},
}

// Every lesson is there in both languages, with the same parts.
func TestLessonsAreWhole(t *testing.T) {
	for _, problem := range lessonProblems(lessons.Files) {
		t.Error(problem)
	}
	last := -1
	for _, l := range lessons.All() {
		if l.Number == lessons.None {
			continue
		}
		if l.Number == last {
			t.Errorf("%s has the number of another lesson", l.File("en"))
		}
		last = l.Number
		for _, lang := range lessons.Languages {
			if s := l.Summary(lang); s == "" || len(s) > 250 {
				t.Errorf("%s: the list needs a sentence under the title, of 250 bytes at most, got %q", l.File(lang), s)
			}
		}
	}
}

// lessonProblems says what is wrong with the form of a folder's texts.
func lessonProblems(files fs.FS) []string {
	var problems []string
	names, _ := fs.Glob(files, "*.md")
	for _, name := range names {
		base, isChinese := strings.CutSuffix(name, ".zh-CN.md")
		if !isChinese {
			base = strings.TrimSuffix(name, ".md")
		}
		english, err := fs.ReadFile(files, base+".md")
		if err != nil {
			problems = append(problems, base+".md is missing")
			continue
		}
		chinese, err := fs.ReadFile(files, base+".zh-CN.md")
		if err != nil {
			problems = append(problems, base+".zh-CN.md is missing")
			continue
		}
		if isChinese {
			continue
		}
		for _, problem := range pairProblems(base, string(english), string(chinese)) {
			problems = append(problems, base+": "+problem)
		}
	}
	return problems
}

// outline is what the languages of a lesson have in common.
type outline struct {
	headings []string // "## Questions"
	commands []string
	inline   []string // code in the line
	diffs    []string // blocks
	figures  []string
	links    []string // to files
}

func outlineOf(document string) outline {
	source := []byte(document)
	var o outline
	root := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			o.headings = append(o.headings, strings.Repeat("#", n.Level)+" "+string(n.Lines().Value(source)))
		case *ast.CodeSpan:
			var code strings.Builder
			for part := n.FirstChild(); part != nil; part = part.NextSibling() {
				if line, ok := part.(*ast.Text); ok {
					code.Write(line.Segment.Value(source))
				}
			}
			o.inline = append(o.inline, strings.ReplaceAll(code.String(), "\n", " "))
		case *ast.FencedCodeBlock:
			switch string(n.Language(source)) {
			case "diff":
				o.diffs = append(o.diffs, string(n.Lines().Value(source)))
			case "console":
				for _, c := range markdown.Commands(strings.Split(string(n.Lines().Value(source)), "\n")) {
					o.commands = append(o.commands, c.Text)
				}
			}
		case *ast.Image:
			o.figures = append(o.figures, string(n.Destination))
			o.links = append(o.links, string(n.Destination))
		case *ast.Link:
			if to := string(n.Destination); !strings.Contains(to, "://") {
				o.links = append(o.links, to)
			}
		}
		return ast.WalkContinue, nil
	})
	return o
}

var (
	langOfZh = regexp.MustCompile(` --lang zh\b`)
	fileOfZh = regexp.MustCompile(`([\w-]+)\.zh-CN\b`)
)

// pairProblems says in what two languages of a lesson differ that must not.
func pairProblems(base, english, chinese string) []string {
	var problems []string
	en, zh := outlineOf(english), outlineOf(chinese)
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	if len(en.headings) != len(zh.headings) {
		add("%d headings in English, %d in Chinese", len(en.headings), len(zh.headings))
	}
	numbered := regexp.MustCompile(`^\d\d-`).MatchString(base)
	last := -1
	for i := range min(len(en.headings), len(zh.headings)) {
		a, b := en.headings[i], zh.headings[i]
		levelA, titleA, _ := strings.Cut(a, " ")
		levelB, titleB, _ := strings.Cut(b, " ")
		switch {
		case levelA != levelB:
			add("heading %q stands beside %q", a, b)
		case i == 0 && (levelA != "#" || numbered && !(strings.HasPrefix(titleA, base[:2]+" ") && strings.HasPrefix(titleB, base[:2]+" "))):
			add("the first heading is %q and %q, want # %s and a title", a, b, base[:2])
		case levelA == "##" && numbered:
			at := slices.Index(headings["en"], titleA)
			if at <= last || headings["zh"][at] != titleB {
				add("heading %q beside %q: not one of the fixed ones, or not in their order", a, b)
			}
			last = max(last, at)
		}
	}

	same := func(what string, en, zh []string) {
		for i := range max(len(en), len(zh)) {
			switch {
			case i >= len(zh):
				add("%s %q is not in Chinese", what, en[i])
			case i >= len(en):
				add("%s %q is not in English", what, zh[i])
			case en[i] != langOfZh.ReplaceAllString(fileOfZh.ReplaceAllString(zh[i], "$1"), ""):
				add("%s %q stands beside %q", what, en[i], zh[i])
			}
		}
	}
	same("command", en.commands, zh.commands)
	same("figure", en.figures, zh.figures)
	same("diff", en.diffs, zh.diffs)
	return problems
}

// What a translator may forget is found.
func TestProblemsAreFound(t *testing.T) {
	const english = "# 01 A\n\nb\n\n## The figure\n\n```console\n$ run --svg 01-a.svg\n```\n\n![c](figures/01-a.svg)\n\n## Questions\n"
	const chinese = "# 01 甲\n\n乙\n\n## 图\n\n```console\n$ run --lang zh --svg 01-a.zh-CN.svg\n```\n\n![丙](figures/01-a.zh-CN.svg)\n\n## 思考题\n"
	for _, test := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"a heading of its own", "思考题", "问题", "not one of the fixed ones"},
		{"a heading less", "## 思考题\n", "", "3 headings in English, 2 in Chinese"},
		{"another level", "## 思考题", "### 思考题", "stands beside"},
		{"no number", "# 01 甲", "# 甲", "want # 01"},
		{"another command", "$ run", "$ run stage4", "command"},
		{"a command less", "$ run --lang zh --svg 01-a.zh-CN.svg\n", "", "is not in Chinese"},
		{"another figure", "figures/01-a.zh-CN.svg", "figures/02-a.zh-CN.svg", "figure"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := lessonProblems(fstest.MapFS{
				"01-a.md":       {Data: []byte(english)},
				"01-a.zh-CN.md": {Data: []byte(strings.Replace(chinese, test.old, test.new, 1))},
			})
			if test.want == "" && len(got) > 0 || test.want != "" && !strings.Contains(strings.Join(got, "; "), test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	for _, only := range []string{"01-a.md", "01-a.zh-CN.md"} {
		got := lessonProblems(fstest.MapFS{only: {Data: []byte(english)}})
		if len(got) != 1 || !strings.Contains(got[0], "is missing") {
			t.Errorf("%s alone: got %q, want that the other is missing", only, got)
		}
	}
}

// A link to a file of the repository leads to one.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, name := range documents(t, "../..") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range outlineOf(string(text)).links {
			to, _, _ := strings.Cut(link, "#")
			if to == "" {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), to)); err != nil {
				t.Errorf("%s: the link to %s: %v", name, link, cause(err))
			}
		}
	}
}

// A terminal can show every lesson.
func TestLessonsCanBeSet(t *testing.T) {
	for _, l := range lessons.All() {
		for _, lang := range lessons.Languages {
			for _, width := range []int{40, 100} {
				if _, err := markdown.Set(l.Text(lang), markdown.Options{Width: width, Color: true, Lang: words.Lang(lang)}); err != nil {
					t.Errorf("%s: %v", l.File(lang), err)
				}
			}
		}
	}
}
