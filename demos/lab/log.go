package lab

import (
	"strings"

	"stickydemo/demos/stage"
	"stickydemo/netsim/trace"
)

// Log returns the events of each run behind one that names it.
func Log(results []*Result) trace.Log {
	var log trace.Log
	for _, r := range results {
		program := string(r.Side)
		if r.Variant != "" && r.Side == stage.Naive {
			program += " " + r.Variant
		}
		name := strings.Join([]string{r.Stage.ID, program, r.Where()}, " ")
		log = append(log, trace.Event{Kind: trace.Begin, Note: name})
		log = append(log, r.Log...)
	}
	return log
}

// Where says what a run was put under.
func (r *Result) Where() string {
	under, sockets := "under "+r.Plan.String(), "on kernel sockets"
	if r.Nagle {
		sockets += " with Nagle's algorithm"
	}
	switch {
	case r.Net != Kernel:
		return under
	case r.Planned():
		return sockets + " " + under
	}
	return sockets
}
