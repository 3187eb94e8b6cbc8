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
	rows := align(source(left), source(right))
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

// pairing is a line of either source, or the same line of both: -1 for none.
type pairing struct {
	left, right       int
	leftText, newText string
	same              bool
}

// source splits a text into lines, without tabs.
func source(text string) []string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		var out strings.Builder
		for _, r := range strings.TrimSuffix(l, "\r") {
			if r == '\t' {
				out.WriteString(strings.Repeat(" ", tabWidth-width(out.String())%tabWidth))
			} else {
				out.WriteString(picture.Clean(string(r)))
			}
		}
		lines = append(lines, out.String())
	}
	return lines
}

// align pairs the lines of two sources along their longest common
// subsequence, which takes len(a)*len(b) steps: sources are some pages long.
func align(a, b []string) []pairing {
	// common[i][j] is the length of that of a[i:] and b[j:]. Blank lines count
	// for little, so that blocks pair by what they say.
	worth := func(s string) int {
		if len(strings.TrimSpace(s)) < 2 {
			return 1
		}
		return 4
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if a[i] == b[j] {
				common[i][j] = max(common[i][j], common[i+1][j+1]+worth(a[i]))
			}
		}
	}
	var rows []pairing
	var i, j, fromI, fromJ int
	changed := func() { // pairs a[fromI:i] with b[fromJ:j] as they come
		for fromI < i || fromJ < j {
			p := pairing{left: -1, right: -1}
			if fromI < i {
				p.left, p.leftText = fromI, a[fromI]
				fromI++
			}
			if fromJ < j {
				p.right, p.newText = fromJ, b[fromJ]
				fromJ++
			}
			rows = append(rows, p)
		}
	}
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j] && common[i][j] == common[i+1][j+1]+worth(a[i]):
			changed()
			rows = append(rows, pairing{i, j, a[i], b[j], true})
			i, j = i+1, j+1
			fromI, fromJ = i, j
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			i++
		default:
			j++
		}
	}
	changed()
	return rows
}

func diffBeside(rows []pairing, width int) []line {
	half := (width - gutter) / 2
	var lines []line
	for _, p := range rows {
		l, r := byte('-'), byte('+')
		if p.same {
			l, r = ' ', ' '
		}
		lines = append(lines, beside(code(p.left, l, p.leftText, half), code(p.right, r, p.newText, half), half)...)
	}
	return lines
}

func diffUnder(in words.Lang, rows []pairing, width int) []line {
	near := make([]bool, len(rows)) // rows close to a change
	for i, p := range rows {
		if !p.same {
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
		case rows[i].same:
			lines = append(lines, code(rows[i].right, ' ', rows[i].newText, width)...)
			i++
		default:
			for i < len(rows) && !rows[i].same {
				i++
			}
			for _, p := range rows[from:i] {
				lines = append(lines, code(p.left, '-', p.leftText, width)...)
			}
			for _, p := range rows[from:i] {
				lines = append(lines, code(p.right, '+', p.newText, width)...)
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
