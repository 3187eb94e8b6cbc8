package picture

import (
	"strings"
	"unicode/utf8"
)

// Columns returns the columns that text takes where a character has one, and a
// wide one two, as in a terminal.
func Columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if Wide(r) {
		return 2
	}
	return 1
}

// Quote returns data in quotes and no wider than limit columns, cut short with
// an ellipsis outside the quotes.
func Quote(data []byte, limit int) string {
	const end = `"...`
	if len(data) > 4*limit {
		data = data[:4*limit] // no byte takes less than a quarter of a column
	}
	whole := `"` + Clean(string(data)) + `"`
	if Columns(whole) <= limit {
		return whole
	}
	return Clip(whole, limit-len(end)) + end
}

// Clip returns the longest beginning of text that fits into limit columns.
func Clip(text string, limit int) string {
	n := 0
	for i, r := range text {
		if n += runeColumns(r); n > limit {
			return text[:i]
		}
	}
	return text
}

// Unbroken yields the parts of text that a line break must not enter. A wide
// closing sign stays with what is before it, an opening one with what follows;
// every second straight quotation mark is a closing one.
func Unbroken(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		from, quoted := 0, false
		for at := 0; at < len(text); {
			r, n := utf8.DecodeRuneInString(text[at:])
			to := at + n
			next, _ := utf8.DecodeRuneInString(text[to:])
			quoted = quoted != (r == '"')
			opens := strings.ContainsRune(opening, r) || quoted && r == '"'
			closes := strings.ContainsRune(closing, next) || quoted && next == '"' && r != ' '
			wide := runeColumns(r) == 2 || runeColumns(next) == 2
			if to == len(text) || !closes && (r == ' ' || next == ' ' || wide && !opens) {
				if !yield(text[from:to]) {
					return
				}
				from = to
			}
			at = to
		}
	}
}

// Signs with which no line begins, and with which none ends.
const (
	closing = "，。：；、？！）」』》"
	opening = "（「『《"
)
