package term

import (
	"io"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
)

// Losses shows what a search of a stage on datagrams found: the picture of the
// run where nothing is lost, and which of its datagrams are fatal to lose.
func Losses(w io.Writer, f *lab.Losses, o Options) error {
	in := o.Lang
	width := o.width()
	var k picture.Key
	lines := banner(in, []*lab.Result{f.Whole}, width)
	for _, s := range side(in, f.Whole, width, &k) {
		if s.conn != tail {
			lines = append(lines, s.lines...)
		}
	}
	lines = append(lines, nil)
	label := say.LabelTried
	for _, d := range f.Directions {
		lines = append(lines, field(in, label, sayLoss(in, d), width)...)
		label = ""
	}
	lines = append(lines, nil)
	lines = append(lines, field(in, wordSmallest, sayFound(in, f.Smallest), width)...)
	lines = append(lines, field(in, say.LabelNote, in.Say(phraseNoCuts), width)...)
	lines = append(lines, explain(in, k, width)...)
	return write(w, lines, o)
}
