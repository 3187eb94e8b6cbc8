package term

import (
	"io"
	"strconv"
	"strings"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// Links says what a link is, and what the model predicts of one.
func Links(w io.Writer, checks []*lab.LinkCheck, o Options) error {
	in, width := o.Lang, o.width()
	var settings, named [][2]string
	for _, setting := range netsim.MustParsePlan(netsim.LinkForm).Link.Settings() {
		key, _, _ := strings.Cut(setting, "=")
		settings = append(settings, [2]string{setting, in.Say(linkWords[key])})
	}
	for _, l := range netsim.Links {
		named = append(named, [2]string{l.Name, "link:" + strings.Join(l.Settings(), ",")})
	}
	lines := glossary(in, in.Say(phraseLinks), settings, width)[1:]
	lines = append(lines, remark(in.Say(phraseLeftOut), width)...)
	lines = append(lines, glossary(in, in.Say(phraseNamedLinks), named, width)...)
	lines = append(lines, nil)
	lines = append(lines, title(in.Say(phraseLoopback), width)...)
	t := linkTable(in, checks)
	lines = append(lines, t.lines(width)...)
	lines = append(lines, remark(in.Say(phraseLinkTable)+in.Say(" ")+in.Say(phraseCheckLink), width)...)
	return write(w, lines, o)
}

// LinkCheck shows what the model predicts beside what was measured.
func LinkCheck(w io.Writer, checks []*lab.LinkCheck, o Options) error {
	in, width, agree := o.Lang, o.width(), 0
	t := linkTable(in, checks)
	t.rows[0] = append(t.rows[0], entry{}, entry{}, entry{text: in.Say(say.LabelMeasured), right: true, style: strong}, entry{})
	t.rows[1] = append(t.rows[1], crossingHead(in)...)
	t.rows[1] = append(t.rows[1], entry{})
	for i, c := range checks {
		verdict := entry{text: in.Say(wordDiffers), style: style{hue: worst, bold: true}}
		if c.Agrees() {
			verdict = entry{text: in.Say(wordAgrees), style: style{hue: good, bold: true}}
			agree++
		}
		row := &t.rows[i+2]
		*row = append(append(*row, crossingCells(c, c.Median(), sayApart(in, c.Median().Apart))...), verdict)
	}
	lines := t.lines(width)
	lines = append(lines, remark(in.Say(phraseLinkTable), width)...)
	lines = append(lines, remark(sayMeasured(in, agree, len(checks)), width)...)
	return write(w, lines, o)
}

// linkTable is the cases and what is predicted of each, behind two rows of heads.
func linkTable(in words.Lang, checks []*lab.LinkCheck) table {
	t := table{rows: [][]entry{
		{{}, {}, {}, {}, {}, {text: in.Say(phrasePredicted), right: true, style: strong}},
		append([]entry{{text: in.Say(wordWritten), style: strong}, {text: in.Say(wordNagle), style: strong}, {text: in.Say(wordLate), right: true, style: strong}}, crossingHead(in)...),
	}}
	for _, c := range checks {
		nagle, came := in.Say(wordOff), sayApart(in, c.Predicted.Apart)
		if c.Nagle {
			nagle = in.Say(wordOn)
		}
		if c.Race {
			came = in.Say(wordRace)
		}
		row := []entry{{text: sayWrites(&c.LinkCase)}, {text: nagle}, {text: sayCoarse(c.Late), right: true}}
		t.rows = append(t.rows, append(row, crossingCells(c, c.Predicted, came)...))
	}
	return t
}

func crossingHead(in words.Lang) []entry {
	return []entry{
		{text: in.Say(wordTime), right: true, style: strong}, {text: in.Say(wordReads), style: strong},
		{text: in.Say(wordSegments), right: true, style: strong},
	}
}

func crossingCells(c *lab.LinkCheck, x lab.Crossing, came string) []entry {
	if len(c.Writes) == 1 {
		came = wordNone // there is nothing to come apart
	}
	return []entry{{text: sayCoarse(x.Took), right: true}, {text: came}, {text: strconv.Itoa(x.Segments), right: true}}
}

func sayApart(in words.Lang, apart bool) string {
	if apart {
		return in.Say(wordApart)
	}
	return in.Say(wordGlued)
}

// sayWrites is what is written, and the pauses between.
func sayWrites(c *lab.LinkCase) string {
	between := "+"
	if c.Pause > 0 {
		between = "+" + sayCoarse(c.Pause) + "+"
	}
	var sizes []string
	for _, n := range c.Writes {
		sizes = append(sizes, words.Group(n))
	}
	return strings.Join(sizes, between)
}

// sayCoarse is a time in five columns at the most, up to 10 s.
func sayCoarse(d time.Duration) string {
	switch {
	case d >= 10*time.Millisecond:
		d = d.Round(time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(100 * time.Microsecond)
	}
	return say.Time(d)
}
