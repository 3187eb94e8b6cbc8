package svg

import (
	"io"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
)

// Belief draws what an experiment did, says what it measured and what to do
// instead, and whether the belief is refuted.
func Belief(w io.Writer, r *beliefs.Result, o Options) error {
	c := newCanvas(o)
	c.heading(say.Belief(c.o.Lang, r.Belief))
	c.field(say.LabelTried, c.o.Lang.Say(r.Tried))
	k := picture.Key{Sent: true}
	for _, p := range r.Parts {
		c.part(p, &k)
		k.Sent = k.Sent && len(p.Calls) == 0
	}
	c.pauses(r.Pauses)
	c.key(k)
	c.down(12)
	measured := picture.Clean(r.Measured.In(c.o.Lang))
	if r.Skipped.IsZero() {
		c.field(say.LabelMeasured, measured)
	}
	c.field(say.LabelInstead, c.o.Lang.Say(r.Instead))
	class := "silent"
	switch {
	case !r.Skipped.IsZero():
		class = "loud"
	case r.Refuted:
		class = "ok"
	}
	c.text(label, "soft", margin, c.y+strong.size, c.o.Lang.Say(say.LabelVerdict))
	c.lines(strong, class, left, say.Refuted(c.o.Lang, r))
	return c.write(w, say.Belief(c.o.Lang, r.Belief), c.o.Lang.Say(r.Tried)+c.o.Lang.Say(" ")+measured)
}

// part draws one part of an experiment: lanes, or bars where there are too many
// bytes for them.
func (c *canvas) part(p beliefs.Part, k *picture.Key) {
	c.down(16)
	c.path("rule", 2, "M%d %dH%d", margin, c.y, c.right())
	c.down(10)
	c.lines(title, "ink", margin, say.Part(c.o.Lang, p))
	for _, b := range p.Bars {
		c.amount(b, p.Bars)
	}
	for _, s := range picture.Streams(p.Result) {
		if p.Show != "" && p.Show != s.Dir {
			continue
		}
		s.Unplaced = len(s.Believed) == 0 // nothing to show is not nothing believed
		c.down(8)
		c.lines(strong, "ink", margin, say.Stream(c.o.Lang, s, p.Log.Conns() > 1))
		c.stream(s, k)
		if s.Lost > 0 {
			c.field("", say.Lost(c.o.Lang, s.Lost))
		}
	}
	if len(p.Calls) > 0 {
		c.callList(p.Result)
	}
	if err := p.Server.Err; err != nil && !picture.Told(p.Result, err) {
		c.field(say.LabelServer, picture.Clean(err.Error()))
	}
	if p.Err != nil && !picture.Told(p.Result, p.Err) {
		c.field(say.LabelEnd, picture.Clean(p.Err.Error()))
	}
}

// pauses is a table of what was predicted of them and what was found.
func (c *canvas) pauses(list []lab.Pause) {
	if len(list) == 0 {
		return
	}
	c.down(16)
	c.path("rule", 2, "M%d %dH%d", margin, c.y, c.right())
	c.down(10)
	c.lines(title, "ink", margin, say.Pauses(c.o.Lang))
	for i, row := range say.PauseTable(c.o.Lang, list) {
		f := body
		if i < 2 {
			f = strong
		}
		width := (c.right() - margin) / len(row)
		for j, text := range row {
			c.ending(f, "ink", margin+(j+1)*width-12, c.y+f.size, text)
		}
		c.y += f.line()
	}
	c.down(8)
	c.lines(body, "ink", margin, say.PauseNote(c.o.Lang))
}

// amount draws a bar to the scale of the largest.
func (c *canvas) amount(b beliefs.Bar, all []beliefs.Bar) {
	most := 1
	for _, other := range all {
		most = max(most, other.Bytes)
	}
	c.lines(body, "ink", margin, say.Bar(c.o.Lang, b))
	c.y = (c.y + patternSize - 1) / patternSize * patternSize
	if width := int(int64(c.right()-margin) * int64(max(0, b.Bytes)) / int64(most)); b.Bytes > 0 {
		width = max(3, width)
		c.rect("t1", margin, c.y, width, boxHeight)
		c.hatched(1, margin, c.y+boxHeight-strip, width, strip)
	}
	c.path("bar", 3, "M%d %dv%d", margin, c.y, boxHeight)
	c.down(boxHeight + 12)
}
