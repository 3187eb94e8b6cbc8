package picture

import (
	"slices"

	"stickydemo/demos/lab"
	"stickydemo/netsim/trace"
)

// Moment is Streams as they stood after so many events of the log: what had been
// written, read and believed by then. What waits unread in a stream is not on the
// wire yet, so that nobody sees beforehand what a read will take.
func Moment(r *lab.Result, events int) []*Stream {
	all := Streams(r)
	then := Streams(Until(r, events))
	for _, s := range then {
		i := slices.IndexFunc(all, func(w *Stream) bool { return w.Conn == s.Conn && w.Dir == s.Dir })
		whole := all[i]
		s.Ends = slices.DeleteFunc(s.Ends, func(e End) bool { // of messages that are not whole
			return !slices.ContainsFunc(whole.Ends, func(w End) bool { return w.At == e.At && w.Message == e.Message })
		})
		if r.Stage.OnDatagrams() {
			continue
		}
		unread := func(b Box) bool { return len(s.Read) == 0 || b.From >= s.Read[len(s.Read)-1].To }
		if !whole.wireDiffers() {
			s.Wire = nil
		}
		for _, boxes := range []*[]Box{&s.Wire, &s.Segments.Left, &s.Segments.Missed, &s.Segments.Resent} {
			*boxes = slices.DeleteFunc(*boxes, unread)
		}
	}
	return then
}

// Until returns a run as it stood after so many events. An answer, or a command,
// is believed once the last of its bytes was read; what became of a call that has
// none is known at the end.
func Until(r *lab.Result, events int) *lab.Result {
	then := *r
	then.Log, then.Maps = r.Log[:events], nil
	if events == len(r.Log) {
		return &then
	}
	type place struct {
		conn int
		dir  trace.Direction
	}
	read := map[place]int{}
	for _, e := range then.Log {
		if e.Kind == trace.Read {
			read[place{e.Conn, e.Dir}] = max(read[place{e.Conn, e.Dir}], e.To)
		}
	}
	unread := func(p lab.Piece) bool { return p.Len() == 0 || read[place{p.Conn, p.Dir}] < p.To }
	if i := slices.IndexFunc(r.Calls, func(c lab.Call) bool { return unread(c.Source) || slices.ContainsFunc(c.More, unread) }); i >= 0 {
		then.Calls = r.Calls[:i]
	}
	if i := slices.IndexFunc(r.Server.Heard, func(h lab.Heard) bool { return unread(h.Source) }); i >= 0 {
		then.Server.Heard = r.Server.Heard[:i]
	}
	then.Server.Err = nil
	return &then
}

// Moves returns which events of a run's log are worth a moment of their own:
// those that its programs and their users could notice.
func Moves(r *lab.Result) []int {
	var list []int
	for i, e := range r.Log {
		switch e.Kind {
		case trace.Written, trace.Read:
			if e.To > e.From {
				list = append(list, i)
			}
		case trace.Lost, trace.End, trace.Reset:
			list = append(list, i)
		}
	}
	return list
}
