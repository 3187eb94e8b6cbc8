package picture

import (
	"fmt"
	"strings"
	"unicode"
)

// Wide reports whether a character is one of the wide ones of East Asian
// writing, which take the room of two others (a simplification of Unicode's UAX
// 11: text comes through Glyph, which lets through no character whose width
// terminals disagree on).
func Wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || // leading Hangul
		r >= 0x2e80 && r <= 0xa4cf && r != 0x303f || // radicals to Yi, with kana and CJK
		r >= 0xac00 && r <= 0xd7a3 || // Hangul syllables
		r >= 0xf900 && r <= 0xfaff || // CJK compatibility
		r >= 0xfe30 && r <= 0xfe6f ||
		r >= 0xff00 && r <= 0xff60 || // fullwidth forms
		r >= 0xffe0 && r <= 0xffe6 ||
		r >= 0x20000 && r <= 0x3fffd)
}

// scripts are those whose letters have the same width in every terminal, join
// with no neighbour and run from left to right.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic,
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
}

// Glyph reports whether a character may be shown as it is. Controls, which a
// peer could steer the terminal with, are not; nor is what has no sure width.
func Glyph(r rune) bool {
	switch {
	case r < 0x7f:
		return r >= ' '
	case r == unicode.ReplacementChar:
		return false
	case unicode.IsLetter(r):
		return unicode.In(r, scripts...) && !(r >= 0x1160 && r <= 0x11ff) // Hangul parts that join
	}
	return Wide(r) && unicode.IsPunct(r)
}

// Clean returns text with everything that Glyph refuses written as an escape.
func Clean(text string) string {
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == unicode.ReplacementChar && text[i] != 0xef:
			fmt.Fprintf(&out, `\x%02x`, text[i]) // not UTF-8
		case Glyph(r):
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
