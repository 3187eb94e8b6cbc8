package picture

import (
	"cmp"
	"slices"
	"time"

	"stickydemo/netsim/trace"
)

// Segments is the bytes of a stream as they left, where the link is modelled.
type Segments struct {
	Left   []Box  // each byte once, the first time that it left
	Missed []Box  // those that the link lost
	Resent []Box  // the last time
	Waits  []Wait // in the order in which the bytes stand, what waited alike together
}

// Wait is why bytes came later than the link alone would have made them come.
type Wait struct {
	Span
	Segments int           // so many waited, and Span encloses them
	Why      string        // of a Rung; or trace.Resent, Again, Behind
	Length   time.Duration // the longest of them; 0 where it did not end
	Kept     time.Duration // with Nagle, how much of it an acknowledgement was kept back
	For      Span          // what they waited for: with Nagle the small segment, with Behind the missing one
	Lost     int           // times
}

// Why bytes waited that had left.
const (
	Again  = "again"  // nowhere: they came, were sent again, and it was not told in time
	Behind = "behind" // at the receiver, for bytes in front of them that were lost
)

// add takes in a segment.
func (s *Segments) add(e trace.Event) {
	b := Box{Span{From: e.From, To: e.To}, e.Time}
	if b.Len() == 0 || e.Wire == nil {
		return
	}
	if e.Note != trace.Resent {
		s.Left = append(s.Left, b)
	} else if i, found := find(s.Resent, b.From); found {
		s.Resent[i] = b
	} else {
		s.Resent = slices.Insert(s.Resent, i, b)
	}
	if i, found := find(s.Missed, b.From); e.Wire.Lost && !found {
		s.Missed = slices.Insert(s.Missed, i, b)
	}
}

// find returns the index of the box that begins at an offset, or of where it
// belongs.
func find(boxes []Box, from int) (int, bool) {
	return slices.BinarySearchFunc(boxes, from, func(b Box, from int) int { return b.From - from })
}

// alone is how many waits of a kind are told one by one.
const alone = 2

// explain works out why bytes waited, from the segments of their connection.
func (s *Segments) explain(rungs []Rung, dir trace.Direction) {
	type fate struct {
		Rung             // the first one with these bytes
		lost, sent int   // times
		came       *Rung // the first one that was not lost
	}
	var fates []*fate
	for i := range rungs {
		r := &rungs[i]
		if r.Dir != dir || r.To == r.From {
			continue
		}
		at, found := slices.BinarySearchFunc(fates, r.From, func(f *fate, from int) int { return f.From - from })
		if !found {
			fates = slices.Insert(fates, at, &fate{Rung: *r})
		}
		f := fates[at]
		f.sent++
		if r.Wire.Lost {
			f.lost++
		} else if f.came == nil {
			f.came = r
		}
	}
	var all []Wait
	var slowest *Rung // of those so far, the last to come
	stuck := false
	for _, f := range fates {
		w := Wait{Span: Span{From: f.From, To: f.To}, Segments: 1}
		if f.Waited > 0 {
			w := w
			w.Why, w.Length, w.Kept, w.For = f.Why, f.Waited, f.Kept, f.For
			all = append(all, w)
		}
		switch {
		case f.lost > 0:
			w := w
			w.Why, w.Lost = trace.Resent, f.lost
			if f.came != nil {
				w.Length = f.came.Time - f.Time
			}
			all = append(all, w)
		case f.sent > 1:
			w := w
			w.Why = Again
			all = append(all, w)
		}
		stuck = stuck || f.came == nil // and what is behind it waits for ever
		if stuck {
			continue
		}
		if slowest != nil && slowest.Wire.Until > f.came.Wire.Until {
			w.Why, w.Length, w.For = Behind, slowest.Wire.Until-f.came.Wire.Until, Span{From: slowest.From, To: slowest.To}
			all = append(all, w)
		} else {
			slowest = f.came
		}
	}
	kinds := map[string]int{}
	for _, w := range all {
		kinds[w.Why]++
	}
	for _, w := range all {
		i := slices.IndexFunc(s.Waits, func(other Wait) bool { return other.Why == w.Why })
		if i < 0 || kinds[w.Why] <= alone {
			s.Waits = append(s.Waits, w)
			continue
		}
		m := &s.Waits[i]
		m.To, m.Segments, m.Lost = w.To, m.Segments+1, m.Lost+w.Lost
		m.Length, m.Kept = max(m.Length, w.Length), max(m.Kept, w.Kept)
	}
	slices.SortStableFunc(s.Waits, func(a, b Wait) int { return cmp.Compare(a.From, b.From) })
}

// segments draws what left together, and what of it was lost and left again.
func (b *block) segments() {
	left := &b.s.Segments
	if !b.any(left.Left) {
		return
	}
	b.lane(Segment, left.Left, true)
	if b.any(left.Missed) {
		b.lane(Lost, left.Missed, false)
	}
	if b.any(left.Resent) {
		b.lane(Resent, left.Resent, true)
	}
}
