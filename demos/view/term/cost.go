package term

import (
	"io"
	"strconv"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// Cost shows what a message costs each program, one command and its answer, and
// how its time grows with the round-trip time and with loss.
func Cost(w io.Writer, c *lab.Costs, o Options) error {
	in, width := o.Lang, o.width()
	lines := perMessage(in, c.Programs).lines(width)
	lines = append(lines, remark(in.Say(phraseCost), width)...)
	lines = append(lines, nil)
	lines = append(lines, growth(in, say.ByTrip(in), c.ByTrip, func(p lab.Point) string { return say.Time(p.Link.RTT) }, width)...)
	lines = append(lines, growth(in, say.ByLoss(in), c.ByLoss, func(p lab.Point) string { return say.Percent(p.Link.Loss) }, width)...)
	lines = append(lines, wrapped(say.Growth(in), width)...)
	return write(w, lines, o)
}

func perMessage(in words.Lang, results []*lab.Result) *table {
	t := &table{rows: [][]entry{{
		{text: in.Say(wordProgram), style: strong}, {text: in.Say(say.LabelVerdict), style: strong},
	}}}
	for _, word := range []string{wordTime, wordTrips, wordSegments, wordHeaders, wordWireB, wordPayload, wordExtra, wordReads, wordWrites} {
		t.rows[0] = append(t.rows[0], entry{text: in.Say(word), right: true, style: strong})
	}
	for _, r := range results {
		c, n := r.Cost, max(1, len(r.Calls))
		row := []entry{
			{text: r.Stage.ID + " " + say.ProgramShort(&r.Spec)},
			{text: string(r.Verdict), style: verdictStyle(r.Verdict)},
			{text: say.Time(c.Elapsed / time.Duration(n)), right: true},
		}
		modelled := r.Plan.Link.Modelled() && !r.Stage.OnDatagrams()
		for i, v := range []int{c.RoundTrips, c.Segments, c.Headers, c.Wire, c.Payload, c.Wire - c.Payload, c.Reads, c.Writes} {
			e := entry{text: each(v, n), right: true}
			if !modelled && (i == 1 || i == 2) {
				e.text = wordNone
			}
			row = append(row, e)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// each returns v/n with at most one decimal.
func each(v, n int) string {
	if v%n == 0 {
		return words.Group(v / n)
	}
	return strconv.FormatFloat(float64(v)/float64(n), 'f', 1, 64)
}

// growth is a table of times, a column for each of the links.
func growth(in words.Lang, heading string, list []lab.Growth, head func(lab.Point) string, width int) []line {
	if len(list) == 0 {
		return nil
	}
	var t table
	t.rows = [][]entry{{{text: in.Say(wordProgram), style: strong}}}
	for _, p := range list[0].Points {
		t.rows[0] = append(t.rows[0], entry{text: head(p), right: true, style: strong})
	}
	for _, g := range list {
		row := []entry{{text: g.Stage.ID + " " + say.ProgramShort(&g.Spec)}}
		for _, p := range g.Points {
			e := entry{text: say.Time(p.Elapsed), right: true}
			if p.Verdict != stage.OK {
				e = entry{text: string(p.Verdict), right: true, style: verdictStyle(p.Verdict)}
			}
			row = append(row, e)
		}
		t.rows = append(t.rows, row)
	}
	lines := wrapped(heading, width)
	for i := range lines {
		lines[i][0].style = strong
	}
	return append(append(lines, t.lines(width)...), nil)
}
