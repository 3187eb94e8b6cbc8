package svg

import (
	"fmt"
	"strconv"
	"strings"

	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
)

// A column of the picture is 14 pixels, and a byte three of them: a boundary
// stands in the middle of the first, the byte's text in the middle between two
// boundaries.
const (
	column = 14
)

// columns of the lanes for which the picture has room.
func (c *canvas) columns() int { return (c.right() - left) / column }

// boundary returns where the boundary in a column of the lanes stands.
func boundary(col int) int { return left + col*column + column/2 }

// Lanes of bytes are boxes of this height, with a strip of pattern in the last
// pixels of it.
const (
	boxHeight = 36
	strip     = patternSize
)

// stream draws the lanes of one stream and the lines under them.
func (c *canvas) stream(s *picture.Stream, k *picture.Key) {
	blocks := s.Blocks(c.columns(), k)
	for i, b := range blocks {
		if i > 0 {
			c.down(small.size)
		}
		for _, l := range b.Lanes {
			c.lane(b, l)
		}
	}
	c.down(8)
	if hidden := s.HiddenReads(blocks); hidden > 0 {
		c.field("", say.HiddenReads(c.o.Lang, hidden, len(s.Read)))
	}
	if s.Mapped != nil {
		c.field("", strings.TrimSpace(say.Fatal(c.o.Lang, len(s.Mapped.Fatal), max(0, s.Mapped.Bytes-1))+c.o.Lang.Say(" ")+say.Ways(c.o.Lang, s.Mapped)))
	}
}

// lane draws one lane of a block.
func (c *canvas) lane(b picture.Block, l picture.Lane) {
	if l.Cells != nil {
		c.boxes(b, l)
		return
	}
	name := strings.TrimSpace(say.Lane(c.o.Lang, l.Kind))
	if l.Empty {
		c.text(label, "soft", margin, c.y+28, name)
		c.text(label, "soft", boundary(0), c.y+28, say.Nothing(c.o.Lang))
		c.down(boxHeight + 4)
		return
	}
	c.text(label, "soft", margin, c.y+label.size, name)
	switch l.Kind {
	case picture.Offset:
		c.ruler(l.Marks)
	case picture.Times:
		c.clock(l.Marks)
	case picture.Order:
		for _, m := range l.Marks {
			c.centred(strong, "ink", boundary(m.X)+3*column/2, c.y+label.size, strconv.Itoa(m.Number))
		}
	case picture.As:
		c.calls(l.Marks)
	case picture.Expected:
		c.ends(l.Marks)
	case picture.Cuts:
		for _, m := range l.Marks {
			x, y := boundary(m.X), c.y+label.size-6
			if m.Fatal {
				c.path("cut", 4, "M%d %dl14 14m0 -14l-14 14", x-7, y-7)
			} else {
				c.rect("soft", x-2, y-2, 4, 4)
			}
		}
	}
	c.down(label.line())
}

// boxes draws what a lane shows of each byte, between boundaries.
func (c *canvas) boxes(b picture.Block, l picture.Lane) {
	c.y = (c.y + patternSize - 1) / patternSize * patternSize // see patternSize
	c.text(label, "soft", margin, c.y+24, say.Lane(c.o.Lang, l.Kind))
	for from := 0; from < len(l.Cells); {
		to := from + 1
		for to < len(l.Cells) && l.Cells[to].Look == l.Cells[from].Look && (l.Cells[to].Text == "") == (l.Cells[from].Text == "") {
			to++
		}
		if l.Cells[from].Text != "" {
			c.ground(l.Cells[from].Look, boundary(b.Items[from].X), boundary(b.Items[to-1].X+b.Items[to-1].Width))
		}
		from = to
	}
	single := map[string]*letters{"ink": {}, "paper": {}}
	for i, cell := range l.Cells {
		it := b.Items[i]
		middle := (boundary(it.X) + boundary(it.X+it.Width)) / 2
		switch {
		case cell.Text == picture.Elided:
			for k := -1; k <= 1; k++ {
				c.rect("soft", middle+12*k-2, c.y+13, 4, 4)
			}
		case c.o.Bare && len(cell.Text) == 1 && cell.Text != " ":
			single[textClass(cell.Look)].add(cell.Text, middle)
		case cell.Text != "":
			c.centred(bytes, textClass(cell.Look), middle, c.y+22, cell.Text)
		}
	}
	for _, class := range []string{"ink", "paper"} {
		c.spread(bytes, class, single[class], c.y+22)
	}
	for _, bar := range l.Bars {
		x := boundary(bar.X)
		class, d := "bar", fmt.Sprintf("M%d %dv%d", x, c.y-1, boxHeight+2)
		if bar.Cut {
			class, d = "cut", fmt.Sprintf("M%d %dL%d %d", x-6, c.y+boxHeight+3, x+6, c.y-3)
		}
		c.path("gap", 8, "%s", d) // so that it stands out from any ground
		c.path(class, 4, "%s", d)
	}
	c.down(boxHeight + 4)
}

// ground is the background of neighbouring bytes that look alike.
func (c *canvas) ground(look picture.Look, from, to int) {
	if look.Message == 0 {
		c.path("rule", 1, "M%d %dh%dv%dh%dz", from, c.y, to-from, boxHeight, from-to)
		return
	}
	n := strconv.Itoa(hue(look.Message))
	if look.Header {
		c.rect("m"+n, from, c.y, to-from, boxHeight-strip)
		c.rect("t"+n, from, c.y+boxHeight-strip, to-from, strip)
	} else {
		c.rect("t"+n, from, c.y, to-from, boxHeight)
	}
	c.hatched(look.Message, from, c.y+boxHeight-strip, to-from, strip)
}

// ruler writes the offset of every byte for which there is room.
func (c *canvas) ruler(marks []picture.Mark) {
	var taken spans
	for _, m := range marks {
		text := strconv.Itoa(m.Number)
		if m.Gap {
			text = "+" + text
		}
		middle := (boundary(m.X) + boundary(m.Right)) / 2
		if width := small.width(text) + 8; taken.take(middle-width/2, width) {
			c.centred(small, "soft", middle, c.y+label.size, text)
		}
	}
}

// clock writes the times of boxes under them: where one differs from the last
// that is shown, and as far right in its box as it has to.
func (c *canvas) clock(marks []picture.Mark) {
	free := 0
	last := ""
	for _, m := range marks {
		text := say.Time(m.Time)
		x := max(free, boundary(m.X))
		if width := small.width(text); text != last && x < boundary(m.Right) && x+width <= c.right() {
			c.text(small, "ink", x, c.y+label.size, text)
			free, last = x+width+12, text
		}
	}
}

// calls names calls by their letters, with a verdict where there is room.
func (c *canvas) calls(marks []picture.Mark) {
	for i, m := range marks {
		x := boundary(m.X)
		end := c.right()
		if i+1 < len(marks) {
			end = boundary(marks[i+1].X)
		}
		x = c.badge(m.Number, x, c.y+label.size)
		if word := string(m.Verdict); word != "" && x+8+strong.width(word) <= end {
			c.text(strong, verdictClass(m.Verdict), x+8, c.y+label.size, word)
		}
	}
}

// badge is the letter of a call on its colour; it returns where that ends.
func (c *canvas) badge(call, x, y int) int {
	const width = 26
	c.rect("m"+strconv.Itoa(hue(call)), x, y-21, width, 26)
	c.centred(strong, "paper", x+width/2, y-1, picture.Letter(call, false))
	return x + width
}

// ends marks where messages end, with what became of each under it.
func (c *canvas) ends(marks []picture.Mark) {
	var rows []spans
	for _, m := range marks {
		x := boundary(m.X)
		c.path("bar", 4, "M%d %dl9 -15l9 15", x-9, c.y+label.size)
		word := string(m.Verdict)
		if word == "" {
			continue
		}
		width := strong.width(word)
		at := min(max(x-width/2, left), c.right()-width)
		for i := 0; ; i++ {
			if i == len(rows) {
				rows = append(rows, nil)
			}
			if rows[i].take(at-8, width+16) {
				c.text(strong, verdictClass(m.Verdict), at, c.y+label.line()+strong.size+i*strong.line(), word)
				break
			}
		}
	}
	c.down(len(rows) * strong.line())
}

// spans are pixels of a row that are taken.
type spans [][2]int

// take takes pixels [x, x+width) if none of them is taken.
func (s *spans) take(x, width int) bool {
	for _, t := range *s {
		if x < t[1] && t[0] < x+width {
			return false
		}
	}
	*s = append(*s, [2]int{x, x + width})
	return true
}
