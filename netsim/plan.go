package netsim

import (
	"fmt"
	"slices"
	"time"

	"stickydemo/netsim/trace"
)

// Limits of a plan, so that one that comes from a stranger stays cheap.
const (
	MaxOffset = 1<<31 - 1      // of a cut, a stall, an end, in bytes
	MaxDelay  = 24 * time.Hour // of a stall or a round trip
	MaxWindow = 1 << 30        // in bytes
	MaxConn   = 1 << 20        // of N in N#
)

// DefaultWindow is the bytes that a direction holds where the plan names no
// window: written and not yet read. A writer blocks beyond it.
const DefaultWindow = 256 << 10

// A Plan says what the network does to the boundaries of every connection's
// two streams. The zero Plan glues: a read returns all that has arrived and
// fits. A Plan is plain data; ParsePlan and String turn it from and into text,
// which is also its JSON.
type Plan struct {
	Up, Down Stream     // client to server, server to client
	Conns    []ConnPlan // exceptions, ascending by N
	Link     Link
}

// ConnPlan is an exception for the N-th connection, counted from 1 in the
// order in which they are made: each kind that it sets replaces the plan's.
type ConnPlan struct {
	N        int
	Up, Down Stream
}

// Stream is what happens to one direction. Offsets are bytes from its start.
type Stream struct {
	Mode     Mode
	Cuts     []int   // ascending places that no read crosses; 1 is after the first byte
	Stalls   []Stall // ascending
	Window   int     // bytes written and not yet read; 0 is DefaultWindow
	Truncate *int    // the stream ends here, as if the writer had ended it
	Reset    *int    // the connection breaks here, for both directions

	// EOFWithData makes the read that takes the last byte return io.EOF along
	// with it, as io.Reader allows and crypto/tls does, and TCP never does.
	EOFWithData bool

	// These are of datagrams by their numbers in the order in which they were
	// sent, from 1, and leave streams alone, as all else leaves datagrams alone.
	Drops []int // ascending: they are lost
	Swaps []int // each at least 2 more than the last: they and the next change places
}

// Stall delays the byte at an offset: it arrives Delay after it was sent, and
// later bytes queue behind it with no delay of their own.
type Stall struct {
	Delay time.Duration
	At    int
}

// Mode chooses the cuts of a whole stream.
type Mode struct {
	Kind ModeKind
	N    uint64 // bytes of Every, seed of Random, otherwise 0
}

// ModeKind is the rule by which a Mode cuts.
type ModeKind uint8

const (
	Unset     ModeKind = iota // Glue, unless an exception's: then the plan's
	Glue                      // nowhere
	AsWritten                 // after each write: the network beginners believe in
	Drip                      // after each byte
	Every                     // after each N bytes
	Random                    // at places that the seed N chooses
)

// conn returns what the n-th connection goes through.
func (p *Plan) conn(n int) (up, down *Stream) {
	for i := range p.Conns {
		if p.Conns[i].N == n {
			up, down := p.Up, p.Down
			up.except(&p.Conns[i].Up)
			down.except(&p.Conns[i].Down)
			return &up, &down
		}
	}
	return &p.Up, &p.Down
}

// except replaces in s each kind that x sets.
func (s *Stream) except(x *Stream) {
	if x.Mode.Kind != Unset {
		s.Mode = x.Mode
	}
	if x.Cuts != nil {
		s.Cuts = x.Cuts
	}
	if x.Stalls != nil {
		s.Stalls = x.Stalls
	}
	if x.Window != 0 {
		s.Window = x.Window
	}
	if x.Truncate != nil {
		s.Truncate = x.Truncate
	}
	if x.Reset != nil {
		s.Reset = x.Reset
	}
	s.EOFWithData = s.EOFWithData || x.EOFWithData
	if x.Drops != nil {
		s.Drops = x.Drops
	}
	if x.Swaps != nil {
		s.Swaps = x.Swaps
	}
}

// Stream returns what one direction of the conn-th connection goes through.
func (p Plan) Stream(conn int, dir trace.Direction) Stream {
	up, down := p.conn(conn)
	if dir == trace.Up {
		return *up
	}
	return *down
}

// Cuts returns the places within the first n bytes of one direction of the
// conn-th connection at which the plan cuts. Those of as-written are not among
// them: they depend on the program.
func (p Plan) Cuts(conn int, dir trace.Direction, n int) []int {
	var cuts []int
	next := p.NextCut(conn, dir)
	for place := next(0, n); place < n; place = next(place, n) {
		cuts = append(cuts, place)
	}
	return cuts
}

// NextCut is Cuts for a stream that has no end: the function that it returns
// finds the first place beyond an offset, and before a limit, at which the plan
// cuts; the limit where there is none.
func (p Plan) NextCut(conn int, dir trace.Direction) func(beyond, limit int) int {
	s, salt := p.Stream(conn, dir), uint64(conn)<<1
	if dir == trace.Down {
		salt |= 1
	}
	return func(beyond, limit int) int {
		if i, _ := slices.BinarySearch(s.Cuts, beyond+1); i < len(s.Cuts) {
			limit = min(limit, s.Cuts[i])
		}
		switch s.Mode.Kind {
		case Drip:
			limit = min(limit, beyond+1)
		case Every:
			every := int(s.Mode.N)
			if gap := every - beyond%every; gap < limit-beyond {
				limit = beyond + gap
			}
		case Random:
			for place := beyond + 1; place < limit; place++ {
				if randomCut(s.Mode.N, salt, place) {
					return place
				}
			}
		}
		return limit
	}
}

// Whole reports whether every byte that is written arrives: the plan neither
// truncates nor resets. What it does to datagrams is no matter.
func (p Plan) Whole() bool {
	whole := func(s *Stream) bool { return s.Truncate == nil && s.Reset == nil }
	for i := range p.Conns {
		if !whole(&p.Conns[i].Up) || !whole(&p.Conns[i].Down) {
			return false
		}
	}
	return whole(&p.Up) && whole(&p.Down)
}

// Beyond names what stands so far past the end of its stream that it did
// nothing: a cut or a stall behind the last byte, an end that was not reached; and
// what is for datagrams. length returns the bytes that one direction of the n-th
// connection carried; asked for connection 0, the most that any carried.
func (p Plan) Beyond(length func(conn int, dir trace.Direction) int) []string {
	said := p.Up.beyond("up:", length(0, trace.Up))
	said = append(said, p.Down.beyond("down:", length(0, trace.Down))...)
	for i := range p.Conns {
		c := &p.Conns[i]
		said = append(said, c.Up.beyond(fmt.Sprintf("%d#up:", c.N), length(c.N, trace.Up))...)
		said = append(said, c.Down.beyond(fmt.Sprintf("%d#down:", c.N), length(c.N, trace.Down))...)
	}
	return said
}

func (s *Stream) beyond(where string, length int) []string {
	var said []string
	check := func(op string, last int) {
		if length < last {
			said = append(said, fmt.Sprintf("%s%s is past the end (%d bytes) and does nothing", where, op, length))
		}
	}
	for _, at := range s.Cuts {
		check(fmt.Sprintf("cut=%d", at), at+1) // there must be a byte behind it
	}
	for _, stall := range s.Stalls {
		check("stall="+stall.String(), stall.At+1)
	}
	if s.Truncate != nil {
		check(fmt.Sprintf("truncate=%d", *s.Truncate), *s.Truncate) // the very end will do
	}
	if s.Reset != nil {
		check(fmt.Sprintf("reset=%d", *s.Reset), *s.Reset)
	}
	return append(said, s.idle(where, datagramOps, "is for datagrams and leaves streams alone")...)
}
