package term

import (
	"strings"
	"unicode/utf8"

	"stickydemo/demos/view/picture"
)

// width returns the columns that text takes in a terminal.
func width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth returns 2 for a character that is twice as wide as others.
func runeWidth(r rune) int {
	if picture.Wide(r) {
		return 2
	}
	return 1
}

// clean is what all text passes through that is not ours.
func clean(text string) string { return picture.Clean(text) }

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
	for word := range unbroken(text) {
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

// unbroken yields the parts of text that a line break must not enter. A wide
// closing sign stays with what is before it, an opening one with what follows.
func unbroken(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		from := 0
		for at := 0; at < len(text); {
			r, n := utf8.DecodeRuneInString(text[at:])
			to := at + n
			next, _ := utf8.DecodeRuneInString(text[to:])
			if to == len(text) || !strings.ContainsRune(closing, next) &&
				(r == ' ' || next == ' ' || (runeWidth(r) == 2 || runeWidth(next) == 2) && !strings.ContainsRune(opening, r)) {
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
