package web

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/view/svg"
	"stickydemo/demos/words"
)

type costs struct {
	Plan string     `json:"plan"`
	Rows [][]string `json:"rows"` // a table of a message's costs, its head among them
	Text string     `json:"text"` // the same in columns
	SVG  string     `json:"svg"`  // how a message's time grows with the round-trip time
}

// hello is the command that each program is sent.
const hello = "echo" + " hello"

// price is what a message costs each program, as stickydemo cost has it.
func price(ctx context.Context, q *request) (any, error) {
	plan, err := q.plan("wan")
	if err != nil {
		return nil, err
	}
	var l lab.Lab
	defer l.Close()
	var all lab.Costs
	lab.Programs(func(spec lab.Spec) {
		if ctx.Err() == nil {
			spec.Plan, spec.Commands, spec.Clients = plan, slices.Repeat([]string{hello}, 10), stage.OneClient
			all.Add(&l, spec)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows := perMessage(q.Lang, all.Programs)
	var out bytes.Buffer
	err = svg.Cost(&out, &all, svg.Options{Lang: q.Lang, ID: "stickydemo-cost", Width: clamp(q.Width), Bare: true})
	return &costs{plan.String(), rows, columns(rows), out.String()}, err
}

// perMessage is a table of what a message costs each program. A number that is
// not known, for want of a link that is modelled, is "-".
func perMessage(in words.Lang, results []*lab.Result) [][]string {
	rows := [][]string{{
		in.Say("program"), in.Say(say.LabelVerdict), in.Say("time"), in.Say("trips"), in.Say("segments"), in.Say("headers"),
		in.Say("wire"), in.Say("payload"), in.Say("reads"), in.Say("writes"),
	}}
	for _, r := range results {
		c, n := r.Cost, max(1, len(r.Calls))
		row := []string{r.Stage.ID + " " + say.ProgramShort(&r.Spec), string(r.Verdict), say.Time(c.Elapsed / time.Duration(n))}
		for i, v := range []int{c.RoundTrips, c.Segments, c.Headers, c.Wire, c.Payload, c.Reads, c.Writes} {
			text := strconv.FormatFloat(math.Round(float64(v)*10/float64(n))/10, 'f', -1, 64)
			if (i == 1 || i == 2) && (!r.Plan.Link.Modelled() || r.Stage.OnDatagrams()) {
				text = "-"
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	return rows
}

// columns sets a table as text: two columns of words, and numbers that end alike.
func columns(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], picture.Columns(cell))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-picture.Columns(cell))
			if i < 2 {
				line += cell + pad + "  "
			} else {
				line += pad + cell + "  "
			}
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}
