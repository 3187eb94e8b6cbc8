package picture

import (
	"cmp"
	"slices"

	"stickydemo/netsim/trace"
)

// addDatagram takes in an event that is another one for a datagram than for
// bytes of a stream. It reports whether it is.
func (s *Stream) addDatagram(e trace.Event, b Box) bool {
	switch e.Kind {
	case trace.Written:
		s.Sent++
		return false
	case trace.Arrived: // each for itself
		s.Wire = append(s.Wire, b)
		return true
	case trace.Lost:
		s.Gone = append(s.Gone, b)
		if !slices.Contains(s.Why, e.Note) {
			s.Why = append(s.Why, e.Note)
		}
		return true
	}
	return false
}

// sortDatagrams puts what came in another order than it was sent where it stands
// in its stream.
func (s *Stream) sortDatagrams() {
	byPlace := func(a, b Box) int { return cmp.Compare(a.From, b.From) }
	if !slices.IsSortedFunc(s.Wire, byPlace) {
		arrived := slices.Clone(s.Wire)
		slices.SortStableFunc(s.Wire, byPlace)
		for _, b := range s.Wire {
			s.Order = append(s.Order, slices.Index(arrived, b)+1)
		}
	}
	slices.SortStableFunc(s.Read, byPlace)
	slices.SortStableFunc(s.Gone, byPlace)
}
