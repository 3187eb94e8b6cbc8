package netsim

import (
	"time"

	"stickydemo/netsim/trace"
)

// Read is a read that a plan could cut: it returned the bytes [From, To) and
// would have returned [From, Most) if no cut had stood at To. So it asked about
// the places behind From up to To, or up to Most-1 where To is Most, and was
// told of a cut at the last of them where To is less than Most.
type Read struct {
	Conn     int
	Dir      trace.Direction
	From     int
	To, Most int
}

// Reads returns the reads of the last run that asked about any place, in order.
// The next run overwrites them.
func (s *Sim) Reads() []Read { return s.reads }

// Longest returns the longest pause of the last run, or the longest time that
// it set a deadline ahead.
func (s *Sim) Longest() time.Duration { return time.Duration(s.longest) }

func (s *Sim) watch(d *stream, from, to, most int) {
	conn, dir := d.place()
	s.reads = append(s.reads, Read{conn, dir, from, to, most})
}
