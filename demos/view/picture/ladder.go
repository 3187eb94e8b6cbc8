package picture

import (
	"cmp"
	"slices"

	"stickydemo/netsim/trace"
)

// A ladder has at most so many rungs, and with gaps so many lines.
const (
	mostRungs = 16
	mostLines = 20
)

// Ladder chooses the rungs to draw, and notes in key what they show: the first
// ones, those at which something waited or was lost, and the last.
func Ladder(rungs []Rung, key *Key) []Rung {
	order := make([]int, len(rungs))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		if i < 2 || i == len(rungs)-1 {
			return 0
		}
		return rungs[i].matters()
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	keep := make([]bool, len(rungs))
	kept, lines := 0, 1 // a gap, before any is kept
	for _, i := range order {
		// A rung divides the gap in which it stands, or takes its place.
		before, behind := i > 0 && !keep[i-1], i+1 < len(rungs) && !keep[i+1]
		more := 0
		if before && behind {
			more = 2
		} else if before || behind {
			more = 1
		}
		if kept > 0 && (kept == mostRungs || lines+more > mostLines) && len(rungs) > mostRungs {
			break
		}
		keep[i] = true
		kept++
		lines += more
	}
	var list []Rung
	hidden := 0
	for i, r := range rungs {
		// A gap of one would take the line of what it hides.
		single := i > 0 && i+1 < len(rungs) && !keep[i] && keep[i-1] && keep[i+1]
		if !keep[i] && !single {
			hidden++
			continue
		}
		r.Hidden, hidden = hidden, 0
		list = append(list, r)
	}
	for _, r := range list {
		key.Ack = key.Ack || r.TellsAck()
		key.Bytes = key.Bytes || r.To > r.From
		key.Fin = key.Fin || r.Wire.Fin || r.TellsFin()
		key.Room = key.Room || r.Narrow
	}
	return list
}

// TellsAck reports whether the number of acknowledged bytes is worth a word.
func (r *Rung) TellsAck() bool {
	return r.News && !r.TellsFin() || r.Kind == trace.Ack && !r.TellsFin()
}

// TellsFin reports whether it is the first one to acknowledge the end.
func (r *Rung) TellsFin() bool { return r.News && r.Wire.AckFin }

// matters ranks rungs, those first that explain most.
func (r *Rung) matters() int {
	switch {
	case r.Wire.Lost, r.Note == trace.Resent, r.Why == trace.Nagle, r.Note == trace.Delayed, r.Narrow:
		return 1
	case r.Why == trace.WindowFull, r.Why == Blocked:
		return 2
	case r.To > r.From:
		return 3
	case r.Kind == trace.Ack && !r.Wire.AckFin:
		return 4
	}
	return 5
}
