// Package words says what this program tells people in the language that they
// read: English, which is what the code is written in, or another one, from a
// catalogue keyed by the English text, as gettext has it. A text that the
// catalogue lacks comes out in English; a test sees to it that it lacks none.
//
// What a program is told, and not people, has one language: names of verdicts
// and plans, JSON, errors, which must be found again by a search.
//
// golang.org/x/text/message does the same with more grammar than two languages
// need. It would put commas into every English number and another 0.2 MB,
// compressed, into the page.
package words

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Lang is a language by its two letters of ISO 639. The zero value is English.
type Lang string

const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// catalogue is one language: for each English text its own. Formats have the
// same verbs in both, in any order: %[2]s is the second argument.
type catalogue map[string]string

// catalogues are all languages but English. A language is a file with its
// catalogue, and a line here.
var catalogues = map[Lang]catalogue{
	Chinese: chinese,
}

// Langs are all languages.
var Langs = []Lang{English, Chinese}

// Find returns the language of a locale such as zh, zh-CN or zh_CN.UTF-8.
func Find(locale string) (l Lang, ok bool) {
	for _, l := range Langs {
		rest, found := strings.CutPrefix(strings.ToLower(locale), string(l))
		if found && (rest == "" || strings.ContainsAny(rest[:1], "_-.@")) {
			return l, true
		}
	}
	return English, false
}

// Say returns a text in the language.
func (l Lang) Say(text string) string {
	if own, ok := catalogues[l][text]; ok {
		return own
	}
	return text
}

// Sayf is Say for a format. Arguments that are a [Phrase] are said in the
// language, too.
func (l Lang) Sayf(format string, args ...any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		said[i] = l.own(arg)
	}
	return fmt.Sprintf(l.Say(format), said...)
}

// own is a phrase in the language, and anything else as it is.
func (l Lang) own(arg any) any {
	if phrase, ok := arg.(Phrase); ok {
		return phrase.In(l)
	}
	return arg
}

// Count returns a number of things: see the function.
func (l Lang) Count(n int, word string) string { return Count(n, word).In(l) }

// Join puts texts one behind the other, as an enumeration of any length.
func (l Lang) Join(texts []string) string { return strings.Join(texts, l.Say(", ")) }

// Texts yields the language's catalogue: English texts with its own. English has
// none.
func (l Lang) Texts() iter.Seq2[string, string] { return maps.All(catalogues[l]) }

// Phrase is what can be said in any language, and is where it is shown.
type Phrase interface {
	In(Lang) string
}

// Sentence is a Phrase that a run gave: what its numbers say is known there, and
// in which language is known where it is shown. The zero value says nothing.
// As a string, and in JSON, it is English.
type Sentence struct {
	format string
	args   []any // nil: format is a text as it is, percent signs and all
}

// Sentencef returns a sentence of a format and its arguments, which may be
// phrases themselves.
func Sentencef(format string, args ...any) Sentence { return Sentence{format, args} }

func (s Sentence) In(l Lang) string {
	if len(s.args) == 0 {
		return l.Say(s.format)
	}
	return l.Sayf(s.format, s.args...)
}

func (s Sentence) String() string { return s.In(English) }

// IsZero reports whether it says nothing.
func (s Sentence) IsZero() bool { return s.format == "" }

// Replace returns the sentence with something else in the place of old, wherever
// its strings have that.
func (s Sentence) Replace(old, new string) Sentence {
	if len(s.args) == 0 {
		return Sentence{format: strings.ReplaceAll(s.format, old, new)}
	}
	args := slices.Clone(s.args)
	for i := range args {
		switch arg := args[i].(type) {
		case string:
			args[i] = strings.ReplaceAll(arg, old, new)
		case Sentence:
			args[i] = arg.Replace(old, new)
		}
	}
	return Sentence{s.format, args}
}

func (s Sentence) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Sentence) UnmarshalText(text []byte) error {
	*s = Sentencef(string(text))
	return nil
}

// Strings returns sentences in English, as JSON has them: nil for none.
func Strings(list []Sentence) []string {
	var texts []string
	for _, s := range list {
		texts = append(texts, s.String())
	}
	return texts
}

// Recognize makes a sentence of an English text that was said elsewhere, in a
// package that knows no languages or in a file, by the first of the formats, of
// %s and %d, that gives it. A text that none gives is said as it is.
func Recognize(text string, formats ...string) Sentence {
	for _, format := range formats {
		if args, ok := match(text, format); ok {
			return Sentencef(format, args...)
		}
	}
	return Sentencef(text)
}

func match(text, format string) (args []any, ok bool) {
	before, verb, found := strings.Cut(format, "%")
	rest, ok := strings.CutPrefix(text, before)
	if !found || !ok {
		return nil, ok && rest == ""
	}
	kind, format := verb[0], verb[1:]
	behind, _, more := strings.Cut(format, "%")
	if !more && !strings.HasSuffix(rest, behind) {
		return nil, false
	}
	for end := len(rest); ; end-- { // the longest that fits
		if end = strings.LastIndex(rest[:min(end+len(behind), len(rest))], behind); end <= 0 {
			return nil, false
		}
		var arg any = Sentencef(rest[:end])
		if kind == 'd' {
			n, err := strconv.Atoi(rest[:end])
			if err != nil || strconv.Itoa(n) != rest[:end] { // +3 would be said as 3
				continue
			}
			arg = n
		}
		if args, ok := match(rest[end:], format); ok {
			return append([]any{arg}, args...), true
		}
	}
}
