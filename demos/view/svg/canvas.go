package svg

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
)

// All lengths are pixels of a picture that is as wide as this, unless Options say
// otherwise. Whoever shows it scales it.
const (
	pageWidth = 1280
	margin    = 24
	labels    = 128 // left of lanes and fields, a gap included
	left      = margin + labels
	right     = pageWidth - margin
)

// canvas is a picture under construction, from top to bottom.
type canvas struct {
	o   Options
	out strings.Builder
	y   int // of what comes next
}

// width of the picture, and where its lanes and texts end.
func (c *canvas) width() int {
	if c.o.Width == 0 {
		return pageWidth
	}
	return min(max(c.o.Width, MinWidth), MaxWidth)
}
func (c *canvas) right() int { return c.width() - margin }

// text writes text whose baseline is y. Every text of a picture passes here.
func (c *canvas) text(f face, class string, x, y int, text string) {
	c.anchored(f, class, "", x, y, text)
}

// centred is text with its middle at x.
func (c *canvas) centred(f face, class string, x, y int, text string) {
	anchor := ` text-anchor="middle"`
	if f.mono { // all of them are
		anchor = ""
	}
	c.anchored(f, class, anchor, x, y, text)
}

// ending is text that ends at x.
func (c *canvas) ending(f face, class string, x, y int, text string) {
	c.anchored(f, class, ` text-anchor="end"`, x, y, text)
}

func (c *canvas) anchored(f face, class, anchor string, x, y int, text string) {
	if strings.Trim(text, " ") != "" {
		fmt.Fprintf(&c.out, "<text class=\"%s %s\"%s x=\"%d\" y=\"%d\">%s</text>\n", f.name, class, anchor, x, y, escape(text))
	}
}

// letters are characters of one byte, each with its middle.
type letters struct {
	text string
	at   []int
}

func (l *letters) add(letter string, middle int) {
	l.text += letter
	l.at = append(l.at, middle)
}

// spread writes letters as one text: browsers lay it out much sooner than a
// hundred. Other programs that draw SVG may put them behind each other.
func (c *canvas) spread(f face, class string, l *letters, y int) {
	if l.text != "" {
		x := strings.Trim(fmt.Sprint(l.at), "[]")
		fmt.Fprintf(&c.out, "<text class=\"%s %s\" x=\"%s\" y=\"%d\">%s</text>\n", f.name, class, x, y, escape(l.text))
	}
}

func (c *canvas) rect(class string, x, y, width, height int) {
	fmt.Fprintf(&c.out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", class, x, y, width, height)
}

// hatched is a rectangle of a message's pattern.
func (c *canvas) hatched(message, x, y, width, height int) {
	fmt.Fprintf(&c.out, "<rect fill=\"url(#%s-p%d)\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", c.o.id(), hue(message), x, y, width, height)
}

func (c *canvas) path(class string, stroke int, d string, args ...any) {
	fmt.Fprintf(&c.out, "<path class=\"%s\" stroke-width=\"%d\" d=\"%s\"/>\n", class, stroke, fmt.Sprintf(d, args...))
}

// down leaves room.
func (c *canvas) down(pixels int) { c.y += pixels }

// lines writes text from column x on, as many lines as it takes.
func (c *canvas) lines(f face, class string, x int, text string) {
	for _, t := range f.wrap(text, c.right()-x) {
		c.text(f, class, x, c.y+f.size, t)
		c.y += f.line()
	}
}

// field is a labelled text.
func (c *canvas) field(name, text string) {
	c.text(label, "soft", margin, c.y+body.size, c.o.Lang.Say(name))
	c.lines(body, "ink", left, text)
}

// pill is a word on a coloured ground; it returns where that ends.
func (c *canvas) pill(f face, class string, x, y int, word string) int {
	width := f.width(word) + 20
	fmt.Fprintf(&c.out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", class, x, y-f.size, width, f.size*13/10)
	c.centred(f, "paper", x+width/2, y, word)
	return x + width
}

// write writes the whole picture: its name and what it shows in words are for
// those who do not see it.
func (c *canvas) write(w io.Writer, name, description string) error {
	height := c.y + margin
	style := ""
	if !c.o.Bare {
		style = "<style>\n" + css(c.o.Theme) + "</style>\n"
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" class="stickydemo" lang="%[9]s" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="%[3]s-title %[3]s-desc">
<title id="%[3]s-title">%[4]s</title>
<desc id="%[3]s-desc">%[5]s</desc>
%[6]s%[7]s<rect class="paper" width="%[1]d" height="%[2]d"/>
%[8]s</svg>
`, c.width(), height, c.o.id(), escape(name), escape(description), style, defs(c.o.id()), c.out.String(), cmp.Or(c.o.Lang, words.English))
	return err
}

// escape returns text as XML, without what a peer could do harm with: see
// picture.Clean.
func escape(text string) string {
	return entities.Replace(picture.Clean(text))
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
