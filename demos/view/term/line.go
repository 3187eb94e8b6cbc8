package term

import (
	"io"
	"strings"

	"github.com/fatih/color"
)

// style is how text looks where colours are on: a hue of the 256-colour
// palette, 0 for the terminal's own, and two attributes.
type style struct {
	hue     uint8
	bold    bool
	inverse bool
}

var (
	plain  = style{}
	strong = style{bold: true}
)

// hues tell messages apart, the first six at least. They follow the order of
// Okabe and Ito's palette for the colour-blind, moved to a middle lightness so
// that each stands out from a dark terminal and from a light one, as text and
// inverse. The letters say the same without them.
var hues = [...]uint8{33, 166, 133, 29, 136, 31}

const (
	good  uint8 = 29
	loud  uint8 = 136
	worst uint8 = 196
)

func (s style) color() *color.Color {
	c := color.New()
	if s.hue != 0 {
		c.Add(38, 5, color.Attribute(s.hue)) // palette entry s.hue as foreground
	}
	if s.bold {
		c.Add(color.Bold)
	}
	if s.inverse {
		c.Add(color.ReverseVideo)
	}
	c.EnableColor()
	return c
}

// line is one line of output, in pieces of one style each.
type line []piece

type piece struct {
	text  string
	style style
}

func (l line) width() int {
	n := 0
	for _, p := range l {
		n += width(p.text)
	}
	return n
}

// trim drops the blanks at the end of a line.
func (l line) trim() line {
	for len(l) > 0 {
		last := &l[len(l)-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			break
		}
		l = l[:len(l)-1]
	}
	return l
}

// write writes lines in one piece. Without colour, or where a piece is plain,
// no escape code is written.
func write(w io.Writer, lines []line, o Options) error {
	var out strings.Builder
	colors := map[style]*color.Color{}
	for _, l := range lines {
		if !o.Color {
			l = l.trim()
		}
		for _, p := range l {
			if !o.Color || p.style == plain {
				out.WriteString(p.text)
				continue
			}
			c := colors[p.style]
			if c == nil {
				c = p.style.color()
				colors[p.style] = c
			}
			out.WriteString(c.Sprint(p.text))
		}
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// row is a line under construction, one cell a terminal column.
type row []cell

type cell struct {
	text  string // "" in the right half of a wide glyph
	style style
}

func newRow(width int) row {
	r := make(row, width)
	for i := range r {
		r[i].text = " "
	}
	return r
}

// put writes text from column x on, and drops what does not fit.
func (r row) put(x int, text string, s style) {
	for _, c := range text {
		n := width(string(c))
		if x < 0 || x+n > len(r) {
			return
		}
		r[x] = cell{string(c), s}
		if n == 2 {
			r[x+1] = cell{"", s}
		}
		x += n
	}
}

// free reports whether columns [x, x+n) and one on either side are blank.
func (r row) free(x, n int) bool {
	if x < 0 || x+n > len(r) {
		return false
	}
	for _, c := range r[max(0, x-1):min(len(r), x+n+1)] {
		if c.text != " " {
			return false
		}
	}
	return true
}

// line returns the row without the blanks at its end.
func (r row) line() line {
	end := len(r)
	for end > 0 && r[end-1].text == " " && !r[end-1].style.inverse {
		end--
	}
	var l line
	for i := 0; i < end; {
		var text strings.Builder
		s := r[i].style
		for ; i < end && (r[i].style == s || r[i].text == ""); i++ {
			text.WriteString(r[i].text)
		}
		l = append(l, piece{text.String(), s})
	}
	return l
}

// beside puts two columns of lines side by side; the left one is as wide as
// said.
func beside(left, right []line, width int) []line {
	var lines []line
	for i := range max(len(left), len(right)) {
		var l line
		if i < len(left) {
			l = append(l, left[i]...)
		}
		if i < len(right) && len(right[i]) > 0 {
			l = append(l, piece{strings.Repeat(" ", width+gutter-l.width()), plain})
			l = append(l, right[i]...)
		}
		lines = append(lines, l)
	}
	return lines
}

// gutter is the blank columns between two pictures.
const gutter = 2
