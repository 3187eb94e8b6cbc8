package term

import (
	"io"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/netsim/trace"
)

// Moment draws one direction of one connection as it stood after so many events
// of the log: see picture.Moment. It draws nothing where nothing had been written.
func Moment(w io.Writer, r *lab.Result, events, conn int, dir trace.Direction, o Options) error {
	width := o.width()
	var lines []line
	for _, s := range picture.Moment(r, events) {
		if s.Conn != conn || s.Dir != dir {
			continue
		}
		for _, t := range wrap(say.Stream(o.Lang, s, r.Log.Conns() > 1), width-margin) {
			lines = append(lines, line{{t, strong}})
		}
		lines = append(lines, drawStream(o.Lang, s, width, new(picture.Key))...)
	}
	return write(w, lines, o)
}
