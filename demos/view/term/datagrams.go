package term

import (
	"cmp"
	"slices"
	"strconv"

	"stickydemo/netsim/trace"
)

// addDatagram takes in an event that is another one for a datagram than for
// bytes of a stream. It reports whether it is.
func (s *stream) addDatagram(e trace.Event, b box) bool {
	switch e.Kind {
	case trace.Written:
		s.sent++
		return false
	case trace.Arrived: // each for itself
		s.wire = append(s.wire, b)
		return true
	case trace.Lost:
		s.gone = append(s.gone, b)
		if !slices.Contains(s.why, e.Note) {
			s.why = append(s.why, e.Note)
		}
		return true
	}
	return false
}

// sortDatagrams puts what came in another order than it was sent where it stands
// in its stream.
func (s *stream) sortDatagrams() {
	byPlace := func(a, b box) int { return cmp.Compare(a.From, b.From) }
	if !slices.IsSortedFunc(s.wire, byPlace) {
		arrived := slices.Clone(s.wire)
		slices.SortStableFunc(s.wire, byPlace)
		for _, b := range s.wire {
			s.order = append(s.order, slices.Index(arrived, b)+1)
		}
	}
	slices.SortStableFunc(s.read, byPlace)
	slices.SortStableFunc(s.gone, byPlace)
}

// arrivals numbers the datagrams in the order in which they arrived, where that
// is not the one in which they were sent.
func (b *block) arrivals() {
	r := b.row(wordOrder)
	any := false
	for n, place := range b.s.order {
		i, ok := b.cell(b.s.wire[n].From)
		text := strconv.Itoa(place)
		if ok && r.free(b.x(b.items[i])+1, len(text)) {
			r.put(b.x(b.items[i])+1, text, strong)
			any = true
		}
	}
	if any {
		b.key.order = true
		b.add(r)
	}
}
