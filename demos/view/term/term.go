// Package term draws results as text for a terminal: the picture of a run, the
// tables of the command, two sources side by side. Everything goes to an
// io.Writer in one piece and nothing is asked of the terminal: how wide it is
// and whether it has colours is the caller's to find out.
//
// Without colour the text is plain and the same on every system. What colour
// shows, letters and signs show too.
package term

import (
	"cmp"
	"io"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// Options say what the terminal is like, and who reads it.
type Options struct {
	Width int        // in columns; 0 is 80, and less than 40 is 40
	Color bool       // it understands escape codes
	Lang  words.Lang // of all that is said
}

const (
	defaultWidth = 80
	leastWidth   = 40

	// Two pictures stand side by side from here on: each then has cells for 21
	// bytes.
	twoColumns = 150

	// margin is the columns that text leaves free and lanes may use, so that
	// two texts side by side do not run into each other.
	margin = 2

	// prose is no wider than this: the eye loses longer lines.
	prose = 100
)

func (o Options) width() int {
	if o.Width == 0 {
		return defaultWidth
	}
	return max(o.Width, leastWidth)
}

// Run draws what became of both sides of one stage, and says what happened,
// why, what the fix changed and what it costs. Either result may be nil.
func Run(w io.Writer, naive, fixed *lab.Result, o Options) error {
	in := o.Lang
	var results []*lab.Result
	for _, r := range []*lab.Result{naive, fixed} {
		if r != nil {
			results = append(results, r)
		}
	}
	if len(results) == 0 {
		return nil
	}
	width := o.width()
	lines := banner(in, results, width)
	var k picture.Key
	switch {
	case len(results) == 2 && width >= twoColumns:
		half := (width - gutter) / 2
		lines = append(lines, pair(side(in, naive, half, &k), side(in, fixed, half, &k), half)...)
	default:
		for _, r := range results {
			lines = append(lines, flat(side(in, r, width, &k))...)
			lines = append(lines, nil)
		}
		lines = lines[:len(lines)-1]
	}
	lines = append(lines, explain(in, k, width)...)
	lines = append(lines, nil)
	lines = append(lines, narrate(in, results, width)...)
	return write(w, lines, o)
}

// Picture draws what became of one side: lanes for each direction of each
// connection, then the calls and their cost.
func Picture(w io.Writer, r *lab.Result, o Options) error {
	in := o.Lang
	width := o.width()
	var k picture.Key
	lines := banner(in, []*lab.Result{r}, width)
	lines = append(lines, flat(side(in, r, width, &k))...)
	lines = append(lines, explain(in, k, width)...)
	return write(w, lines, o)
}

// section is a part of a picture that stands beside the same part of another.
type section struct {
	conn  int             // 0 for what stands before the streams
	dir   trace.Direction // none for what stands behind both
	lines []line
}

// tail is the conn of what stands after the streams.
const tail = 1 << 30

func (s section) compare(t section) int {
	return cmp.Or(cmp.Compare(s.conn, t.conn), -cmp.Compare(s.dir, t.dir))
}

func flat(sections []section) []line {
	var lines []line
	for _, s := range sections {
		lines = append(lines, s.lines...)
	}
	return lines
}

// pair puts the sections of two pictures side by side, each beside its equal.
func pair(left, right []section, half int) []line {
	var lines []line
	for len(left)+len(right) > 0 {
		var l, r []line
		switch {
		case len(right) == 0 || len(left) > 0 && left[0].compare(right[0]) < 0:
			l, left = left[0].lines, left[1:]
		case len(left) == 0 || right[0].compare(left[0]) < 0:
			r, right = right[0].lines, right[1:]
		default:
			l, left = left[0].lines, left[1:]
			r, right = right[0].lines, right[1:]
		}
		lines = append(lines, beside(l, r, half)...)
	}
	return lines
}

// banner heads one stage, with what its results have in common.
func banner(in words.Lang, results []*lab.Result, width int) []line {
	r := results[0]
	var lines []line
	for _, text := range wrap(say.Stage(in, r.Stage, r.Variant)+say.Net(in, r), width) {
		lines = append(lines, line{{text, strong}})
	}
	lines = append(lines, line{{strings.Repeat("=", width), plain}})
	if r.Planned() {
		lines = append(lines, field(in, say.LabelPlan, r.Plan.String(), width)...)
	}
	lines = append(lines, field(in, say.LabelCommands, say.Commands(in, r.Commands), width)...)
	if r.Clients != stage.OneClient {
		lines = append(lines, field(in, say.LabelClients, say.Clients(in, r.Clients), width)...)
	}
	return lines
}

// side draws one side.
func side(in words.Lang, r *lab.Result, width int, k *picture.Key) []section {
	text := width - margin
	head := section{}
	head.lines = append(head.lines, nil)
	head.lines = append(head.lines, headline(in, r, text)...)
	sections := []section{head}

	all := picture.Streams(r)
	keep := picture.Connections(all)
	hidden := 0
	for i, s := range all {
		if !keep[s.Conn] {
			if i == 0 || all[i-1].Conn != s.Conn {
				hidden++
			}
			continue
		}
		sec := section{conn: s.Conn, dir: s.Dir, lines: []line{nil}}
		for _, t := range wrap(say.Stream(in, s, r.Log.Conns() > 1), text) {
			sec.lines = append(sec.lines, line{{t, strong}})
		}
		sec.lines = append(sec.lines, drawStream(in, s, width, k)...)
		sec.lines = append(sec.lines, waits(in, s, text)...)
		if s.Lost > 0 {
			sec.lines = append(sec.lines, field(in, "", say.Lost(in, s.Lost), text)...)
		}
		if len(s.Gone) > 0 {
			sec.lines = append(sec.lines, field(in, "", say.Gone(in, s), text)...)
		}
		if s.Reset && !r.Plan.Whole() {
			sec.lines = append(sec.lines, field(in, "", say.Reset(in), text)...)
		}
		sections = append(sections, sec)
		if i+1 == len(all) || all[i+1].Conn != s.Conn {
			sections = append(sections, section{conn: s.Conn, lines: drawLadder(in, r, s.Conn, text, k)})
		}
	}
	end := section{conn: tail, lines: []line{nil}}
	if hidden > 0 {
		end.lines = append(end.lines, field(in, say.LabelNote, say.HiddenConnections(in, hidden, r.Log.Conns()), text)...)
	}
	if len(all) == 0 {
		end.lines = append(end.lines, field(in, "", say.Empty(in), text)...)
	}
	end.lines = append(end.lines, summary(in, r, text)...)
	return append(sections, end)
}

// headline says how one side fared.
func headline(in words.Lang, r *lab.Result, width int) []line {
	program := in.Sayf("%s: ", say.Program(r))
	verdict := string(r.Verdict)
	first := line{{program, strong}, {verdict, verdictStyle(r.Verdict)}}
	indent := first.width() + 2
	if width-indent < 20 {
		return append([]line{first}, field(in, "", say.Headline(in, r), width)...)
	}
	var lines []line
	for i, text := range wrap(say.Headline(in, r), width-indent) {
		if i == 0 {
			lines = append(lines, append(first, piece{"  " + text, plain}))
		} else {
			lines = append(lines, line{{strings.Repeat(" ", indent) + text, plain}})
		}
	}
	return lines
}

// verdictStyle makes silent wrong answers stand out more than loud errors.
func verdictStyle(v stage.Verdict) style {
	switch {
	case v == stage.OK:
		return style{hue: good, bold: true}
	case v.Silent():
		return style{hue: worst, bold: true, inverse: true}
	}
	return style{hue: loud, bold: true}
}

// field is a labelled text, its further lines indented.
func field(in words.Lang, label, text string, width int) []line {
	var lines []line
	for _, t := range wrap(text, width-labelWidth) {
		lines = append(lines, line{{pad(in.Say(label), labelWidth) + t, plain}})
		label = ""
	}
	return lines
}

// explain is the key to the signs that were used.
func explain(in words.Lang, k picture.Key, width int) []line {
	signs := say.Key(in, k)
	if len(signs) == 0 {
		return nil
	}
	width = min(width, prose)
	lines := []line{nil}
	return append(lines, field(in, say.LabelKey, strings.Join(signs, in.Say("; ")), width)...)
}

// narrate tells what happened, why, what the fix changed and what it costs.
func narrate(in words.Lang, results []*lab.Result, width int) []line {
	width = min(width, prose)
	var lines []line
	for _, f := range say.Story(in, results) {
		lines = append(lines, field(in, f.Label, f.Text, width)...)
	}
	return lines
}
