package term

import (
	"io"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
)

// Search shows what a search found: the run without a cut, with every place
// marked, and below it the counts, what was tried and the smallest plan.
func Search(w io.Writer, f *lab.Searched, o Options) error {
	in := o.Lang
	width := o.width()
	var k picture.Key
	lines := banner(in, []*lab.Result{f.Glued}, width)
	glued := *f.Glued
	broken := glued.Verdict != stage.OK
	if broken { // whatever is cut, and so no cut is to blame
		glued.Maps = nil
	}
	for _, s := range side(in, &glued, width, &k) {
		if s.conn != tail {
			lines = append(lines, s.lines...)
		}
	}
	if broken {
		lines = append(lines, field(in, say.LabelNote, in.Say(phraseBroken), width)...)
	}
	for i, swept := range f.Swept {
		label := ""
		if i == 0 {
			label = say.LabelTried
		}
		lines = append(lines, field(in, label, saySwept(in, swept), width)...)
	}
	lines = append(lines, nil)
	lines = append(lines, field(in, wordSmallest, saySmallest(in, f), width)...)
	lines = append(lines, field(in, wordComposed, sayComposed(in, f.Composition), width)...)
	lines = append(lines, explain(in, k, width)...)
	return write(w, lines, o)
}
