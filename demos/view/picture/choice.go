package picture

import (
	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
)

// Connections returns the connections to draw: the first ones, the first in which
// anything went wrong, and the last.
func Connections(all []*Stream) map[int]bool {
	const first = 3
	keep := map[int]bool{}
	trouble := false
	for i, s := range all {
		wrong := !trouble && len(s.trouble) > 0
		trouble = trouble || wrong
		if len(keep) < first || wrong || s.Conn == all[len(all)-1].Conn || i > 0 && keep[s.Conn] {
			keep[s.Conn] = true
		}
	}
	return keep
}

// Calls returns which calls to list: the first ones, the first two that
// were not ok, and the last.
func Calls(r *lab.Result) (keep []int, hidden int) {
	const first, most = 6, 10
	bad := 0
	for i, c := range r.Calls {
		if c.Verdict != stage.OK {
			bad++
		}
		if len(r.Calls) <= most || i < first || i == len(r.Calls)-1 || c.Verdict != stage.OK && bad <= 2 {
			keep = append(keep, i)
		} else {
			hidden++
		}
	}
	return keep, hidden
}

// Told reports whether a call's line has shown an error.
func Told(r *lab.Result, err error) bool {
	for _, c := range r.Calls {
		if c.Err != nil && c.Err.Error() == err.Error() {
			return true
		}
	}
	return false
}

// HeardRight reports whether the server ran what it was asked to, and nothing
// else.
func HeardRight(r *lab.Result) bool {
	if len(r.Server.Heard) > len(r.Commands) {
		return false
	}
	for i, h := range r.Server.Heard {
		if h.Command != r.Commands[i] {
			return false
		}
	}
	return true
}
