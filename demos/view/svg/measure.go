package svg

import (
	"strings"

	"stickydemo/demos/view/picture"
)

// Nobody knows which font a viewer takes, so text is measured in a wide one: the
// advances of DejaVu Sans for the characters from ' ' to '~', in hundredths of
// the type size. What fits in it fits in Arial, Segoe UI or Noto Sans.
var (
	advances = [...]uint8{
		32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34,
		64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54,
		100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
		61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50,
		50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62,
		64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
	}
	boldAdvances = [...]uint8{
		35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37,
		70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 59,
		100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86,
		74, 86, 78, 73, 69, 82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 50,
		50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69,
		72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84,
	}
)

// face is a size of type and its weight; its name is its class.
type face struct {
	name string
	size int
	bold bool
	mono bool
}

var (
	heading = face{name: "h", size: 30, bold: true}
	title   = face{name: "s", size: 24, bold: true}
	strong  = face{name: "e", size: 22, bold: true}
	body    = face{name: "p", size: 22}
	label   = face{name: "l", size: 20}
	small   = face{name: "n", size: 18}
	bytes   = face{name: "b", size: 22, mono: true}
)

var faces = []face{heading, title, strong, body, label, small, bytes}

// line is the distance from one baseline to the next.
func (f face) line() int { return f.size * 7 / 5 }

// width returns the pixels that text takes, rounded up.
func (f face) width(text string) int {
	n := 0
	for _, r := range text {
		n += f.advance(r)
	}
	return (n*f.size + 99) / 100
}

// advance is a character's, in hundredths of the type size.
func (f face) advance(r rune) int {
	switch {
	case picture.Wide(r):
		return 100
	case f.mono:
		return 61
	case r < ' ' || r > '~':
		return 90
	case f.bold:
		return int(boldAdvances[r-' '])
	}
	return int(advances[r-' '])
}

// clip returns the longest beginning of text that fits into limit pixels.
func (f face) clip(text string, limit int) string {
	n := 0
	for i, r := range text {
		if n += f.advance(r); n*f.size > limit*100 {
			return text[:i]
		}
	}
	return text
}

// shorten is clip, but that what it leaves out leaves a trace.
func (f face) shorten(text string, limit int) string {
	if f.width(text) <= limit {
		return text
	}
	return f.clip(text, limit-f.width("...")) + "..."
}

// wrap breaks text into lines of at most limit pixels, and within words that are
// too long for a line.
func (f face) wrap(text string, limit int) []string {
	limit = max(limit, 2*f.size)
	var lines []string
	now := ""
	for word := range picture.Unbroken(text) {
		if word == " " && now == "" {
			continue
		}
		if word != " " && f.clip(now+word, limit) != now+word && now != "" {
			lines = append(lines, strings.TrimRight(now, " "))
			now = ""
		}
		for head := f.clip(word, limit); head != word; head = f.clip(word, limit) {
			lines = append(lines, head)
			word = word[len(head):]
		}
		now += word
	}
	if now = strings.TrimRight(now, " "); now != "" || len(lines) == 0 {
		lines = append(lines, now)
	}
	return lines
}
