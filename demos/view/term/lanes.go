package term

import (
	"strconv"
	"strings"

	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// labelWidth is the columns left of the lanes, the blank after a label
// included.
const labelWidth = 9

// drawStream returns the lanes of one stream and the lines under them.
func drawStream(in words.Lang, s *picture.Stream, width int, k *picture.Key) []line {
	var lines []line
	blocks := s.Blocks(width-labelWidth, k)
	for i, b := range blocks {
		if i > 0 {
			lines = append(lines, nil)
		}
		for _, l := range b.Lanes {
			lines = append(lines, drawLane(in, b, l, width)...)
		}
	}
	if hidden := s.HiddenReads(blocks); hidden > 0 {
		lines = append(lines, field(in, "", say.HiddenReads(in, hidden, len(s.Read)), width-margin)...)
	}
	if s.Mapped != nil {
		text := strings.TrimSpace(say.Fatal(in, len(s.Mapped.Fatal), max(0, s.Mapped.Bytes-1)) + in.Say(" ") + say.Ways(in, s.Mapped))
		lines = append(lines, field(in, "", text, width-margin)...)
	}
	return lines
}

// drawLane draws one lane of a block: a line, or more for verdicts that have no
// room beside each other.
func drawLane(in words.Lang, b picture.Block, l picture.Lane, width int) []line {
	r := newRow(width)
	r.put(0, say.Lane(in, l.Kind), plain)
	if l.Empty {
		r.put(labelWidth+1, say.Nothing(in), plain)
		return []line{r.line()}
	}
	r.cells(b, l)
	switch l.Kind {
	case picture.Offset:
		r.ruler(l.Marks)
	case picture.Times:
		r.clock(l.Marks)
	case picture.Order:
		for _, m := range l.Marks {
			r.putFree(labelWidth+m.X+1, strconv.Itoa(m.Number), strong)
		}
	case picture.As:
		r.calls(l.Marks)
	case picture.Expected:
		return append([]line{r.ends(l.Marks)}, verdicts(l.Marks, width)...)
	case picture.Cuts:
		for _, m := range l.Marks {
			if m.Fatal {
				r.put(labelWidth+m.X, "x", style{hue: worst, bold: true})
			} else {
				r.put(labelWidth+m.X, ".", plain)
			}
		}
	}
	return []line{r.line()}
}

// putFree writes text from column x on if those columns are free, and reports
// whether they were.
func (r row) putFree(x int, text string, s style) bool {
	free := r.free(x, len(text))
	if free {
		r.put(x, text, s)
	}
	return free
}

// cells draws what a lane shows of each byte, between boundaries.
func (r row) cells(b picture.Block, l picture.Lane) {
	for _, bar := range l.Bars {
		if bar.Cut {
			r.put(labelWidth+bar.X, "/", strong)
		} else {
			r.put(labelWidth+bar.X, "|", plain)
		}
	}
	for i, c := range l.Cells {
		it := b.Items[i]
		x := labelWidth + it.X
		look := lookStyle(c.Look)
		switch {
		case c.Text == "":
			continue
		case it.Gap():
			r.put(x+(it.Width-2)/2, c.Text, look)
			continue
		}
		if look.inverse {
			r.put(x+1, "  ", look)
		}
		if c.Joins {
			r.put(x, " ", look)
		}
		r.put(x+1, c.Text, look)
	}
}

// ruler writes the offset of every byte for which there is room.
func (r row) ruler(marks []picture.Mark) {
	for _, m := range marks {
		x := labelWidth + m.X
		if !m.Gap {
			r.putFree(x+1, strconv.Itoa(m.Number), plain)
			continue
		}
		text := "+" + strconv.Itoa(m.Number)
		r.put(x+(m.Right-m.X-len(text)+1)/2, text, plain)
	}
}

// clock writes the times of boxes under them: where one differs from the last
// that is shown, and as far right in its box as it has to.
func (r row) clock(marks []picture.Mark) {
	last := ""
	for _, m := range marks {
		text := say.Time(m.Time)
		for x := labelWidth + m.X + 1; x < labelWidth+m.Right && text != last; x++ {
			if r.putFree(x, text, plain) {
				last = text
			}
		}
	}
}

// calls names calls by their letters, with a verdict where there is room.
func (r row) calls(marks []picture.Mark) {
	for _, m := range marks {
		x := labelWidth + m.X + 1
		if r.putFree(x, picture.Letter(m.Number, false), callStyle(m.Number)) && m.Verdict != "" {
			r.putFree(x+2, string(m.Verdict), verdictStyle(m.Verdict))
		}
	}
}

func (r row) ends(marks []picture.Mark) line {
	for _, m := range marks {
		r.put(labelWidth+m.X, "^", strong)
	}
	return r.line()
}

// verdicts writes what became of messages so that each ends under its mark.
func verdicts(marks []picture.Mark, width int) []line {
	var rows []row
	for _, m := range marks {
		x := labelWidth + m.X
		text := picture.Clip(string(m.Verdict), x)
		for i := 0; text != ""; i++ {
			if i == len(rows) {
				rows = append(rows, newRow(width))
			}
			if rows[i].putFree(x-len(text)+1, text, verdictStyle(m.Verdict)) {
				break
			}
		}
	}
	var lines []line
	for _, r := range rows {
		lines = append(lines, r.line())
	}
	return lines
}

// callStyle is the look of a call's letter.
func callStyle(call int) style { return style{hue: hues[(call-1)%len(hues)], bold: true} }

// lookStyle is the look of a byte in every lane.
func lookStyle(l picture.Look) style {
	if l.Message == 0 {
		return plain
	}
	s := callStyle(l.Message)
	s.inverse = l.Header
	return s
}
