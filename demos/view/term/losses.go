package term

import (
	"io"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
)

// Losses shows what a search of a stage on datagrams found: the picture of the
// run where nothing is lost, and which of its datagrams are fatal to lose.
func Losses(w io.Writer, f *lab.Losses, o Options) error {
	width := o.width()
	var k picture.Key
	lines := banner([]*lab.Result{f.Whole}, width)
	for _, s := range side(f.Whole, width, &k) {
		if s.conn != tail {
			lines = append(lines, s.lines...)
		}
	}
	lines = append(lines, nil)
	label := wordTried
	for _, d := range f.Directions {
		lines = append(lines, field(label, sayLoss(d), width)...)
		label = ""
	}
	lines = append(lines, nil)
	lines = append(lines, field(wordSmallest, sayFound(f.Smallest), width)...)
	lines = append(lines, field(wordNote, phraseNoCuts, width)...)
	lines = append(lines, explain(k, width)...)
	return write(w, lines, o)
}
