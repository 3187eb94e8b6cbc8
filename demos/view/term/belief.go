package term

import (
	"io"
	"strings"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// Beliefs lists what there is to refute.
func Beliefs(w io.Writer, list []beliefs.Belief, o Options) error {
	in := o.Lang
	width := o.width()
	lines := title(in.Say(phraseBeliefs), width)
	names := 0
	for _, b := range list {
		names = max(names, len(b.Name))
	}
	for i, b := range list {
		head := line{{sayNumber(i+1, len(list)), plain}, {pad(b.Name, names+2), strong}}
		lines = append(lines, hang(head, head.width(), in.Say(b.Says), width)...)
	}
	return write(w, append(lines, remark(in.Say(phraseTryBelief), width)...), o)
}

// Belief draws what an experiment did, says what it measured and what to do
// instead, and whether the belief is refuted.
func Belief(w io.Writer, r *beliefs.Result, o Options) error {
	in := o.Lang
	width := o.width()
	text := min(width, prose)
	var lines []line
	for _, t := range wrap(say.Belief(in, r.Belief), width) {
		lines = append(lines, line{{t, strong}})
	}
	lines = append(lines, line{{strings.Repeat("=", width), plain}})
	lines = append(lines, field(in, say.LabelTried, in.Say(r.Tried), text)...)
	k := picture.Key{Sent: true}
	for _, p := range r.Parts {
		lines = append(lines, nil)
		lines = append(lines, partLines(in, p, width, &k)...)
		k.Sent = k.Sent && len(p.Calls) == 0
	}
	lines = append(lines, pauses(in, r.Pauses, width)...)
	lines = append(lines, explain(in, k, width)...)
	lines = append(lines, nil)
	if r.Skipped.IsZero() {
		lines = append(lines, field(in, say.LabelMeasured, picture.Clean(r.Measured.In(in)), text)...)
	}
	lines = append(lines, field(in, say.LabelInstead, in.Say(r.Instead), text)...)
	look := style{hue: worst, bold: true, inverse: true}
	switch {
	case !r.Skipped.IsZero():
		look = style{hue: loud, bold: true}
	case r.Refuted:
		look = style{hue: good, bold: true}
	}
	for i, t := range field(in, say.LabelVerdict, say.Refuted(in, r), text) {
		if i == 0 {
			label := pad(in.Say(say.LabelVerdict), labelWidth)
			t = line{{label, plain}, {t[0].text[len(label):], look}}
		}
		lines = append(lines, t)
	}
	return write(w, lines, o)
}

// partLines draws one part of an experiment: lanes, or bars where there are too
// many bytes for them.
func partLines(in words.Lang, p beliefs.Part, width int, k *picture.Key) []line {
	var lines []line
	for _, t := range wrap(say.Part(in, p), width) {
		lines = append(lines, line{{t, strong}})
	}
	for _, b := range p.Bars {
		lines = append(lines, bar(in, b, p.Bars, width-margin)...)
	}
	drawn := false
	for _, s := range picture.Streams(p.Result) {
		if p.Show != "" && p.Show != s.Dir {
			continue
		}
		if drawn {
			lines = append(lines, nil)
		}
		drawn = true
		s.Unplaced = len(s.Believed) == 0 // nothing to show is not nothing believed
		for _, t := range wrap(say.Stream(in, s, p.Log.Conns() > 1), width) {
			lines = append(lines, line{{t, plain}})
		}
		lines = append(lines, drawStream(in, s, width, k)...)
		if s.Lost > 0 {
			lines = append(lines, field(in, "", say.Lost(in, s.Lost), width-margin)...)
		}
	}
	if len(p.Calls) > 0 {
		lines = append(lines, calls(in, p.Result, width-margin)...)
	}
	if err := p.Server.Err; err != nil && !picture.Told(p.Result, err) {
		lines = append(lines, field(in, say.LabelServer, picture.Clean(err.Error()), width-margin)...)
	}
	if p.Err != nil && !picture.Told(p.Result, p.Err) {
		lines = append(lines, field(in, say.LabelEnd, picture.Clean(p.Err.Error()), width-margin)...)
	}
	return lines
}

// pauses is a table of what was predicted of them and what was found.
func pauses(in words.Lang, list []lab.Pause, width int) []line {
	if len(list) == 0 {
		return nil
	}
	var t table
	for i, row := range say.PauseTable(in, list) {
		cells := make([]entry, len(row))
		for j, text := range row {
			cells[j] = entry{text: text, right: j > 0}
			if i < 2 {
				cells[j].style = strong
			}
		}
		t.rows = append(t.rows, cells)
	}
	lines := []line{nil, {{say.Pauses(in), strong}}}
	return append(append(lines, t.lines(width)...), wrapped(say.PauseNote(in), width)...)
}

// bar draws an amount to the scale of the largest.
func bar(in words.Lang, b beliefs.Bar, all []beliefs.Bar, width int) []line {
	most := 1
	for _, other := range all {
		most = max(most, other.Bytes)
	}
	cells := width - 1
	if b.Bytes <= 0 {
		cells = 0
	} else {
		cells = max(1, int(int64(cells)*int64(b.Bytes)/int64(most)))
	}
	var lines []line
	for _, t := range wrap(say.Bar(in, b), width) {
		lines = append(lines, line{{t, plain}})
	}
	return append(lines, line{{"|", plain}, {strings.Repeat("#", cells), callStyle(1)}})
}

// Refuted says how many of several beliefs were refuted.
func Refuted(w io.Writer, results []*beliefs.Result, o Options) error {
	in := o.Lang
	return write(w, remark(sayTally(in, results), o.width()), o)
}
