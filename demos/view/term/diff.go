package term

import (
	"io"
	"strconv"
	"strings"

	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
)

// Diff shows two sources, equal lines beside each other, changed ones marked -
// and +. Where the terminal is too narrow for both it shows what changed, the
// new lines under the old. Lines with a // BUG: or a // FIX: stand out.
func Diff(w io.Writer, heading, left, right string, o Options) error {
	in := o.Lang
	width := o.width()
	lines := title(picture.Clean(heading), width)
	rows := picture.Align(left, right)
	if width >= sideBySide {
		lines = append(lines, diffBeside(rows, width)...)
	} else {
		lines = append(lines, diffUnder(in, rows, width)...)
	}
	return write(w, lines, o)
}

const (
	// Sources stand side by side from here on.
	sideBySide = 120

	// number is the columns before a line of source: its number and its mark.
	number = 6

	tabWidth = 4
	context  = 3 // equal lines shown around changed ones, where not all are
)

// The hues of changed lines; the marks say the same.
const (
	oldHue = 166
	newHue = 33
)

func diffBeside(rows []picture.Pair, width int) []line {
	half := (width - gutter) / 2
	var lines []line
	for _, p := range rows {
		l, r := byte('-'), byte('+')
		if p.Same {
			l, r = ' ', ' '
		}
		lines = append(lines, beside(code(p.Left, l, p.LeftText, half), code(p.Right, r, p.RightText, half), half)...)
	}
	return lines
}

func diffUnder(in words.Lang, rows []picture.Pair, width int) []line {
	near := make([]bool, len(rows)) // rows close to a change
	for i, p := range rows {
		if !p.Same {
			for k := max(0, i-context); k < min(len(rows), i+context+1); k++ {
				near[k] = true
			}
		}
	}
	var lines []line
	for i := 0; i < len(rows); {
		from := i
		switch {
		case !near[i]:
			for i < len(rows) && !near[i] {
				i++
			}
			lines = append(lines, line{{strings.Repeat(" ", number) + sayEqualLines(in, i-from), plain}})
		case rows[i].Same:
			lines = append(lines, code(rows[i].Right, ' ', rows[i].RightText, width)...)
			i++
		default:
			for i < len(rows) && !rows[i].Same {
				i++
			}
			for _, p := range rows[from:i] {
				lines = append(lines, code(p.Left, '-', p.LeftText, width)...)
			}
			for _, p := range rows[from:i] {
				lines = append(lines, code(p.Right, '+', p.RightText, width)...)
			}
		}
	}
	return lines
}

// code returns one line of source with its number, counted from 0, and its
// mark, on as many lines as it needs; none for number -1.
func code(n int, mark byte, text string, width int) []line {
	if n < 0 {
		return nil
	}
	s := plain
	switch mark {
	case '-':
		s = style{hue: oldHue}
	case '+':
		s = style{hue: newHue}
	}
	digits := strconv.Itoa(n + 1)
	head := strings.Repeat(" ", max(0, number-3-len(digits))) + digits + " " + string(mark) + " "
	var lines []line
	for _, part := range wrapCode(text, width-number) {
		l := line{{head, s}}
		at := len(part)
		for _, sign := range []string{"// BUG:", "// FIX:"} {
			if i := strings.Index(part, sign); i >= 0 {
				at = i
			}
		}
		l = append(l, piece{part[:at], s})
		if at < len(part) {
			l = append(l, piece{part[at:], style{hue: s.hue, bold: true, inverse: true}})
		}
		lines = append(lines, l.trim())
		head = strings.Repeat(" ", number)
	}
	return lines
}

// wrapCode breaks a line of source where its comment begins or, if that does
// not suffice, at spaces. Further lines are indented a little more.
func wrapCode(text string, limit int) []string {
	if width(text) <= limit {
		return []string{text}
	}
	body := strings.TrimLeft(text, " ")
	indent := text[:min(len(text)-len(body), limit/2)]
	if i := strings.Index(body, "//"); i > 0 && width(indent)+width(strings.TrimRight(body[:i], " ")) <= limit {
		lines := []string{indent + strings.TrimRight(body[:i], " ")}
		for _, part := range wrap(body[i:], limit-len(indent)-tabWidth) {
			lines = append(lines, indent+strings.Repeat(" ", tabWidth)+part)
		}
		return lines
	}
	var lines []string
	for i, part := range wrap(body, limit-len(indent)-tabWidth) {
		if i > 0 {
			part = strings.Repeat(" ", tabWidth) + part
		}
		lines = append(lines, indent+part)
	}
	return lines
}
