package term

import (
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// waits says why bytes of a stream came late.
func waits(in words.Lang, s *picture.Stream, width int) []line {
	var lines []line
	for i := range s.Segments.Waits {
		lines = append(lines, field(in, "", say.Wait(in, &s.Segments.Waits[i]), width)...)
	}
	return lines
}

// drawLadder lists the segments of a connection: the time at the client, which way
// it went, the time at the server, and what it was.
func drawLadder(in words.Lang, r *lab.Result, conn, columns int, k *picture.Key) []line {
	rungs := picture.Ladder(picture.Rungs(r, conn), k)
	if len(rungs) == 0 {
		return nil
	}
	lines := []line{nil}
	for _, t := range wrap(say.Wire(in, conn, r.Log.Conns() > 1), columns) {
		lines = append(lines, line{{t, strong}})
	}
	client, server := say.Ends(in)
	column := max(width(client), width(server))
	for _, rung := range rungs {
		column = max(column, len(say.Time(rung.Time)), len(arrival(&rung)))
	}
	row := func(left, arrow, right, text string, look style) {
		head := line{{flush(left, column), plain}, {pad(" "+arrow, 4), look}, {pad(right, column+2), plain}}
		indent := head.width()
		for _, t := range wrap(text, columns-indent) {
			lines = append(lines, append(head, piece{t, plain}).trim())
			head = line{{strings.Repeat(" ", indent), plain}}
		}
	}
	row(client, "", server, "", plain)
	for i := range rungs {
		rung := &rungs[i]
		if rung.Hidden > 0 {
			row("...", "", "...", say.Hidden(in, rung.Hidden), plain)
		}
		look := style{bold: true}
		if rung.Wire.Lost {
			look.hue = worst
		}
		if rung.Dir == trace.Up {
			row(say.Time(rung.Time), "->", arrival(rung), say.Rung(in, rung), look)
		} else {
			row(arrival(rung), "<-", say.Time(rung.Time), say.Rung(in, rung), look)
		}
	}
	return lines
}

// arrival is when a segment comes, or a sign that it does not.
func arrival(r *picture.Rung) string {
	if r.Wire.Lost {
		return "x"
	}
	return say.Time(r.Wire.Until)
}

// flush is text with blanks before it.
func flush(text string, n int) string { return strings.Repeat(" ", max(0, n-width(text))) + text }
