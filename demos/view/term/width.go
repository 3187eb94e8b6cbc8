package term

import (
	"strings"

	"stickydemo/demos/view/picture"
)

// width returns the columns that text takes in a terminal.
func width(text string) int { return picture.Columns(text) }

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
	for word := range picture.Unbroken(text) {
		n := width(word)
		if columns > 0 && columns+n > limit {
			flush()
		}
		if columns == 0 && word == " " {
			continue
		}
		for n > limit {
			head := picture.Clip(word, limit)
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
