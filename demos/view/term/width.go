package term

import (
	"fmt"
	"strings"
	"unicode"
)

// width returns the columns that text takes in a terminal.
func width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth returns 2 for the wide characters of East Asian writing, 1 for all
// others (a simplification of Unicode's UAX 11: text comes through glyph, which
// lets through no character whose width terminals disagree on).
func runeWidth(r rune) int {
	switch {
	case r < 0x1100:
		return 1
	case r <= 0x115f, // leading Hangul
		r >= 0x2e80 && r <= 0xa4cf && r != 0x303f, // radicals to Yi, with kana and CJK
		r >= 0xac00 && r <= 0xd7a3,                // Hangul syllables
		r >= 0xf900 && r <= 0xfaff,                // CJK compatibility
		r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff00 && r <= 0xff60, // fullwidth forms
		r >= 0xffe0 && r <= 0xffe6,
		r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// scripts are those whose letters have the same width in every terminal, join
// with no neighbour and run from left to right.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic,
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
}

// glyph reports whether a character may be shown as it is. Controls, which a
// peer could steer the terminal with, are not; nor is what has no sure width.
func glyph(r rune) bool {
	switch {
	case r < 0x7f:
		return r >= ' '
	case r == unicode.ReplacementChar:
		return false
	case unicode.IsLetter(r):
		return unicode.In(r, scripts...) && !(r >= 0x1160 && r <= 0x11ff) // Hangul parts that join
	}
	return runeWidth(r) == 2 && unicode.IsPunct(r)
}

// clean returns text with everything that glyph refuses written as an escape.
func clean(text string) string {
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == unicode.ReplacementChar && text[i] != 0xef:
			fmt.Fprintf(&out, `\x%02x`, text[i]) // not UTF-8
		case glyph(r):
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r < 0x100:
			fmt.Fprintf(&out, `\x%02x`, r)
		default:
			fmt.Fprintf(&out, `\u{%x}`, r)
		}
	}
	return out.String()
}

// quote returns data in quotes and no wider than limit columns, cut short with
// an ellipsis outside the quotes.
func quote(data []byte, limit int) string {
	const end = `"...`
	if len(data) > 4*limit {
		data = data[:4*limit] // no byte takes less than a quarter of a column
	}
	whole := `"` + clean(string(data)) + `"`
	if width(whole) <= limit {
		return whole
	}
	return clip(whole, limit-len(end)) + end
}

// clip returns the longest beginning of text that fits into limit columns.
func clip(text string, limit int) string {
	n := 0
	for i, r := range text {
		if n += runeWidth(r); n > limit {
			return text[:i]
		}
	}
	return text
}

// wrap breaks text into lines of at most limit columns: at spaces, on either
// side of a wide character, and within words that are too long for a line.
func wrap(text string, limit int) []string {
	limit = max(limit, 2)
	var lines []string
	var now strings.Builder
	columns := 0
	flush := func() {
		lines = append(lines, strings.TrimRight(now.String(), " "))
		now.Reset()
		columns = 0
	}
	for word := range words(text) {
		n := width(word)
		if columns > 0 && columns+n > limit {
			flush()
		}
		if columns == 0 && word == " " {
			continue
		}
		for n > limit {
			head := clip(word, limit)
			now.WriteString(head)
			flush()
			word = word[len(head):]
			n = width(word)
		}
		now.WriteString(word)
		columns += n
	}
	if columns > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// words yields the parts of text that a line break must not enter.
func words(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		from := 0
		for i, r := range text {
			if r != ' ' && runeWidth(r) == 1 {
				continue
			}
			if from < i && !yield(text[from:i]) {
				return
			}
			from = i + len(string(r))
			if !yield(text[i:from]) {
				return
			}
		}
		if from < len(text) {
			yield(text[from:])
		}
	}
}
