package picture

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/netsim/trace"
)

// Rung is a segment on its way from one end of a connection to the other: a line
// of a ladder whose sides are the two ends. It is told of where the link is
// modelled, and so is what is drawn of segments elsewhere.
type Rung struct {
	trace.Event // its Kind is Segment or Ack

	Waited time.Duration // its first byte, since it was written, the first time that it left
	Why    string        // it waited: a Note of a Segment, or Blocked
	For    Span          // the small segment that Nagle's algorithm waited for
	Kept   time.Duration // an acknowledgement, since the first bytes of which it tells had come; with Nagle, the one that was waited for

	News   bool // it tells of bytes, or of an end, that none before it told of
	Narrow bool // its window is full or nearly, or is announced anew
	Hidden int  // so many before this one are not drawn
}

// Blocked is why a segment waited whose bytes nobody had room for when they were
// written.
const Blocked = "blocked"

// Rungs returns the segments of one connection in the order in which they left,
// none where the link is not modelled.
func Rungs(r *lab.Result, conn int) []Rung {
	link := r.Plan.Link
	ways := map[trace.Direction]*way{trace.Up: {}, trace.Down: {}}
	back := map[trace.Direction]*way{trace.Up: ways[trace.Down], trace.Down: ways[trace.Up]}
	n := 0
	for i := range r.Log {
		if r.Log[i].Conn == conn && r.Log[i].Wire != nil {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	rungs := make([]Rung, 0, n)
	for _, e := range r.Log {
		if e.Conn != conn {
			continue
		}
		w, other := ways[e.Dir], back[e.Dir]
		switch {
		case e.Kind == trace.Written:
			w.writes = append(w.writes, Box{Span{From: e.From, To: e.To}, e.Time})
		case e.Wire != nil:
			rung := Rung{Event: e}
			if e.To > e.From && e.Note != trace.Resent {
				w.wait(&rung, other, e.To-e.From < link.MSS || link.MSS == 0)
			}
			rung.News = e.Wire.Ack > w.told || e.Wire.AckFin && !w.toldFin
			if e.Note == trace.Delayed {
				rung.Kept = other.kept(e, w.told)
			}
			rung.Narrow = link.Window > 0 && (e.Note == trace.WindowUpdate || e.Wire.Window == 0 || e.Kind == trace.Ack && e.Wire.Window < link.MSS)
			w.told, w.toldFin = max(w.told, e.Wire.Ack), w.toldFin || e.Wire.AckFin
			if !e.Wire.Lost {
				w.landed = append(w.landed, landed{Span{From: e.From, To: e.To}, e.Wire, rung.Kept})
			}
			rungs = append(rungs, rung)
		}
	}
	slices.SortStableFunc(rungs, func(a, b Rung) int { return cmp.Compare(a.Time, b.Time) })
	return rungs
}

// way is one direction, as far as Rungs has come.
type way struct {
	writes []Box // those that have not left whole
	small  Span  // the last segment that was not full
	last   Rung  // the last one with bytes that left for the first time
	landed []landed
	first  int // of landed: those before hold acknowledged bytes alone

	told    int  // this many bytes of the other direction are acknowledged
	toldFin bool // and its end
}

// landed is a segment that was not lost.
type landed struct {
	Span
	wire *trace.Wire
	kept time.Duration
}

// wait works out how long, and why, a segment waited that leaves for the first
// time.
func (w *way) wait(rung *Rung, other *way, small bool) {
	for len(w.writes) > 0 && w.writes[0].To <= rung.From {
		w.writes = w.writes[1:]
	}
	if len(w.writes) > 0 {
		rung.Waited = rung.Time - w.writes[0].At
	}
	if rung.Waited > 0 {
		rung.Why = cmp.Or(rung.Note, Blocked)
		if rung.Note == "" && w.last.Time == rung.Time && w.last.Why != "" {
			rung.Why, rung.For, rung.Kept = w.last.Why, w.last.For, w.last.Kept // it left behind one that had waited
		}
	}
	if rung.Note == trace.Nagle {
		rung.For = w.small
		i := sort.Search(len(other.landed), func(i int) bool { return other.landed[i].wire.Ack >= w.small.To })
		if i < len(other.landed) {
			rung.Kept = other.landed[i].kept
		}
	}
	if w.last = *rung; small {
		w.small = Span{From: rung.From, To: rung.To}
	}
}

// kept returns how long an acknowledgement that leaves the other way had been kept
// back: since the first byte came of which told, so far, does not tell.
func (w *way) kept(ack trace.Event, told int) time.Duration {
	for w.first < len(w.landed) && w.landed[w.first].To <= max(told, w.landed[w.first].From) {
		w.first++
	}
	if w.first == len(w.landed) {
		return 0
	}
	return ack.Time - w.landed[w.first].wire.Until
}
