package term

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/netsim"
)

// Every English word that this file writes stands here.
const (
	phraseLinks = "A link is the path between both ends, an item of a plan: link:rtt=40ms,nagle=on"

	phraseNamedLinks = "Links with a name; link:lan,nagle=off is one with a setting of your own"

	phraseLeftOut = "Left out: congestion control and fast retransmit (RFC 5681), so that every loss costs a timeout; " +
		"jitter and reordering; the quick acknowledgements at the start of a connection; options in headers."

	phrasePredicted = "What the model says of a kept connection on loopback"

	phraseLinkTable = "A client asks, and reads as late as late says. The server answers in the writes that are listed, " +
		"in bytes, + being between two of them; Nagle is at both ends, and off is TCP_NODELAY. time is from asking to " +
		"the last byte; apart: the first read returned the first write and no more, glued: more than that, race: either " +
		"may happen on a kernel. Segments are of 1,460 bytes at the most, and an acknowledgement is delayed by up to 40ms."

	phraseCheckLink = "stickydemo link --check measures the same on this machine."

	wordKept      = "written"
	wordNagle     = "Nagle"
	wordLate      = "late"
	wordCame      = "reads"
	wordApart     = "apart"
	wordGlued     = "glued"
	wordRace      = "race"
	wordSegments  = "segments"
	wordPredicted = "predicted"
	wordOnHere    = "measured"
	wordAgrees    = "agrees"
	wordDiffers   = "differs"
	wordOn        = "on"
	wordOff       = "off"
)

// linkWords says what the settings of a link mean.
var linkWords = map[string]string{
	"rtt":    "round-trip time, half of it each way; the others are each a cause of their own",
	"mss":    "most bytes of a segment (RFC 9293, 3.7.1)",
	"nagle":  "on: a segment that is not full waits until the last such one is acknowledged (RFC 896; RFC 1122, 4.2.3.4; as in Minshall's draft and on Linux); off: TCP_NODELAY",
	"delack": "how long an acknowledgement waits for bytes that carry it, until more than a full segment is due one (RFC 1122, 4.2.3.2)",
	"rate":   "bits a second, each way, headers of 40 bytes among them",
	"window": "bytes of a receiver's buffer: its sender waits when it is full (RFC 9293, 3.8.6)",
	"loss":   "so many of the segments with bytes are lost, and sent again after a timeout (RFC 6298, with Linux's 200ms)",
	"seed":   "which ones are",
}

// sayMeasured explains the verdicts of a check.
func sayMeasured(agree, all int) string {
	return fmt.Sprintf("%d of %d agree. measured is the median of %d tries behind a few that do not count. It agrees if "+
		"the time is within %s of what is predicted, the segments are as many and, but for a race, the writes came apart "+
		"or glued alike; one that differs was measured again, %d times in all.",
		agree, all, lab.LinkTries, lab.LinkTolerance, lab.LinkRounds)
}

// Links says what a link is, and what the model predicts of one.
func Links(w io.Writer, checks []*lab.LinkCheck, o Options) error {
	width := o.width()
	var settings, named [][2]string
	for _, setting := range netsim.MustParsePlan(netsim.LinkForm).Link.Settings() {
		key, _, _ := strings.Cut(setting, "=")
		settings = append(settings, [2]string{setting, linkWords[key]})
	}
	for _, l := range netsim.Links {
		named = append(named, [2]string{l.Name, "link:" + strings.Join(l.Settings(), ",")})
	}
	lines := glossary(phraseLinks, settings, width)[1:]
	lines = append(lines, remark(phraseLeftOut, width)...)
	lines = append(lines, glossary(phraseNamedLinks, named, width)...)
	lines = append(lines, nil)
	lines = append(lines, title(phrasePredicted, width)...)
	t := linkTable(checks)
	lines = append(lines, t.lines(width)...)
	lines = append(lines, remark(phraseLinkTable+" "+phraseCheckLink, width)...)
	return write(w, lines, o)
}

// LinkCheck shows what the model predicts beside what was measured.
func LinkCheck(w io.Writer, checks []*lab.LinkCheck, o Options) error {
	width, agree := o.width(), 0
	t := linkTable(checks)
	t.rows[0] = append(t.rows[0], entry{}, entry{}, entry{text: wordOnHere, right: true, style: strong}, entry{})
	t.rows[1] = append(t.rows[1], crossingHead()...)
	t.rows[1] = append(t.rows[1], entry{})
	for i, c := range checks {
		verdict := entry{text: wordDiffers, style: style{hue: worst, bold: true}}
		if c.Agrees() {
			verdict = entry{text: wordAgrees, style: style{hue: good, bold: true}}
			agree++
		}
		row := &t.rows[i+2]
		*row = append(append(*row, crossingCells(c, c.Median(), sayApart(c.Median().Apart))...), verdict)
	}
	lines := t.lines(width)
	lines = append(lines, remark(phraseLinkTable, width)...)
	lines = append(lines, remark(sayMeasured(agree, len(checks)), width)...)
	return write(w, lines, o)
}

// linkTable is the cases and what is predicted of each, behind two rows of heads.
func linkTable(checks []*lab.LinkCheck) table {
	t := table{rows: [][]entry{
		{{}, {}, {}, {}, {}, {text: wordPredicted, right: true, style: strong}},
		append([]entry{{text: wordKept, style: strong}, {text: wordNagle, style: strong}, {text: wordLate, right: true, style: strong}}, crossingHead()...),
	}}
	for _, c := range checks {
		nagle, came := wordOff, sayApart(c.Predicted.Apart)
		if c.Nagle {
			nagle = wordOn
		}
		if c.Race {
			came = wordRace
		}
		row := []entry{{text: sayWrites(&c.LinkCase)}, {text: nagle}, {text: sayCoarse(c.Late), right: true}}
		t.rows = append(t.rows, append(row, crossingCells(c, c.Predicted, came)...))
	}
	return t
}

func crossingHead() []entry {
	return []entry{
		{text: wordTime, right: true, style: strong}, {text: wordCame, style: strong},
		{text: wordSegments, right: true, style: strong},
	}
}

func crossingCells(c *lab.LinkCheck, x lab.Crossing, came string) []entry {
	if len(c.Writes) == 1 {
		came = "-" // there is nothing to come apart
	}
	return []entry{{text: sayCoarse(x.Took), right: true}, {text: came}, {text: strconv.Itoa(x.Segments), right: true}}
}

func sayApart(apart bool) string {
	if apart {
		return wordApart
	}
	return wordGlued
}

// sayWrites is what is written, and the pauses between.
func sayWrites(c *lab.LinkCase) string {
	between := "+"
	if c.Pause > 0 {
		between = "+" + sayCoarse(c.Pause) + "+"
	}
	var sizes []string
	for _, n := range c.Writes {
		sizes = append(sizes, group(n))
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
	return sayTime(d)
}
