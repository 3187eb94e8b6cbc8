// Package lessons is the course: one text a lesson and language, embedded, and
// the figures that their commands drew. Order lives in the file names. What the
// texts print is run and compared by the tests of demos/stickydemo.
package lessons

import (
	"cmp"
	"embed"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Files are the texts, and the figures under figures.
//
//go:embed *.md figures
var Files embed.FS

// Languages are those that every lesson has, as a --lang names them.
var Languages = []string{"en", "zh"}

// suffixes are the ends of the languages' file names.
var suffixes = map[string]string{"en": ".md", "zh": ".zh-CN.md"}

// Lesson is one lesson, or a text beside them without a number.
type Lesson struct {
	Name   string // structheader
	Number int    // -1 where it has none
	base   string // 04-structheader
}

// None is the Number of a text that is no lesson, such as that for teachers.
const None = -1

// All returns the lessons by number, and what has none behind them by name.
func All() []Lesson { return slices.Clone(all) }

var all = list(Files)

func list(files fs.FS) []Lesson {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		panic("lessons: " + err.Error()) // the pattern is ours
	}
	var list []Lesson
	for _, name := range names {
		base := strings.TrimSuffix(strings.TrimSuffix(name, ".md"), ".zh-CN")
		l := Lesson{Name: base, Number: None, base: base}
		if number, rest, found := strings.Cut(base, "-"); found {
			if n, err := strconv.Atoi(number); err == nil {
				l.Number, l.Name = n, rest
			}
		}
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b Lesson) int {
		// As unsigned, None is the greatest.
		return cmp.Or(cmp.Compare(uint(a.Number), uint(b.Number)), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Find returns the lesson of a number, a name or both, as in 4, 04, structheader
// and 04-structheader.
func Find(word string) (Lesson, bool) {
	for _, l := range all {
		if word == l.Name || word == l.base {
			return l, true
		}
		if n, err := strconv.ParseUint(word, 10, 31); err == nil && int(n) == l.Number {
			return l, true
		}
	}
	return Lesson{}, false
}

// Text returns the lesson as Markdown.
func (l Lesson) Text(lang string) string {
	text, err := Files.ReadFile(l.File(lang))
	if err != nil {
		panic("lessons: " + err.Error()) // a test finds a lesson without a language
	}
	return string(text)
}

// File returns the name of the lesson's text.
func (l Lesson) File(lang string) string { return l.base + suffixes[lang] }

// Title returns what the lesson is called, without its number.
func (l Lesson) Title(lang string) string {
	title, _, _ := strings.Cut(l.Text(lang), "\n")
	title = strings.TrimPrefix(title, "# ")
	if number, rest, found := strings.Cut(title, " "); found && l.Number != None {
		if _, err := strconv.Atoi(number); err == nil {
			return rest
		}
	}
	return title
}

// Summary returns the paragraph under the title, as Markdown.
func (l Lesson) Summary(lang string) string {
	_, text, _ := strings.Cut(l.Text(lang), "\n")
	text, _, _ = strings.Cut(strings.TrimLeft(text, "\n"), "\n\n")
	if strings.HasPrefix(text, "#") {
		return ""
	}
	return text
}
