package svg

import (
	"io"
	"slices"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
)

// Moment draws the streams of one side as they stood after so many events of its
// log: see picture.Moment. Its description is the last that anybody could notice.
// What else there is to say of a run is left to whoever shows the picture; k notes
// the signs that it used.
func Moment(w io.Writer, r *lab.Result, events int, o Options, k *picture.Key) error {
	c := newCanvas(o)
	c.streams(picture.Until(r, events), picture.Moment(r, events), k)
	name := c.o.Lang.Sayf("%s: ", say.Stage(c.o.Lang, r.Stage, r.Variant)) + say.Program(r)
	description := say.Empty(c.o.Lang)
	moves := picture.Moves(r)
	if n, _ := slices.BinarySearch(moves, events); n > 0 {
		e := r.Log[moves[n-1]]
		description = say.Move(c.o.Lang, e, r.Log.Stream(e.Conn, e.Dir)[e.From:e.To])
	}
	return c.write(w, name, description)
}
