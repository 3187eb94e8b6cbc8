// Package pcap writes the record of a run as a capture that Wireshark opens.
// Nothing was captured: the packets are made up to show what the record says,
// and the file says so of itself.
//
// It is what a capture on the client's machine would hold. Segments to the
// server are seen when they leave, whatever becomes of them; those to the client
// when they come, and what is lost on that way is not seen at all.
//
// A path that was modelled segment by segment is shown segment by segment. Of
// any other the record knows when bytes left and arrived, and no more: there a
// segment ends where a write ended, where the plan cuts, or at 1,460 bytes, and
// whatever arrives is acknowledged at once.
//
// What no capture shows, this one does not either: what each read returned, and
// bytes that were written and never left.
package pcap

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Limits, so that a log that comes from a stranger stays cheap.
const (
	MaxConns = 4_000                      // in all runs together: Wireshark takes none of their ports for a protocol
	MaxSize  = 1 << 30                    // of the capture, in bytes
	MaxTime  = 100 * 365 * 24 * time.Hour // of an event
)

// Options are what a log does not say.
type Options struct {
	Application string // which program writes the capture

	// Plans are those of the log's runs, in order: where they cut, how long the
	// way is, how wide the window. A run without one is taken to have the zero
	// Plan.
	Plans []netsim.Plan
}

// Write writes the log as pcapng. Each run is an interface with the run's name,
// one after the other, and each starts at 2000-01-01, as the simulator's clock
// does; each connection of any of them has a client's port of its own.
//
// The error names the event, counted from 1, that could not have happened, or the
// limit that the log is beyond. What was written by then is no whole capture.
func Write(w io.Writer, log trace.Log, o Options) error {
	out := bufio.NewWriter(w)
	f := &file{w: out}
	f.section(o.Application)
	conns := 0
	for n, from := 0, 0; from < len(log); n++ {
		to := from + 1
		for to < len(log) && log[to].Kind != trace.Begin {
			to++
		}
		r := run{file: f, name: "a run", conns: map[int]*conn{}, opened: &conns}
		if log[from].Kind == trace.Begin && log[from].Note != "" {
			r.name = clip(log[from].Note, maxName)
		}
		if n < len(o.Plans) {
			r.plan = o.Plans[n]
		}
		for i, e := range log[from:to] {
			if err := r.take(e); err != nil {
				return fmt.Errorf("pcap: event %d: %w", from+i+1, err)
			}
		}
		r.write()
		if f.err != nil {
			break
		}
		from = to
	}
	if f.err == nil {
		f.err = out.Flush()
	}
	if f.err != nil {
		return fmt.Errorf("pcap: %w", f.err)
	}
	return nil
}

// A run is the events between one trace.Begin and the next. They are taken in
// the order in which they happened, and shown in the order in which the client's
// machine saw what they speak of.
type run struct {
	file   *file
	name   string
	plan   netsim.Plan
	conns  map[int]*conn
	opened *int // connections of all runs so far

	now     time.Duration // of the last event
	moments []moment
}

// A moment is something for the capture to show, or to know, at a time.
type moment struct {
	at   time.Duration
	show func()
}

// at plans a moment. What is planned first for the same time comes first.
func (r *run) at(t time.Duration, show func()) {
	r.moments = append(r.moments, moment{max(t, 0), show})
}

// latency is the way from one end to the other.
func (r *run) latency() time.Duration { return r.plan.Link.RTT / 2 }

func (r *run) take(e trace.Event) error {
	switch {
	case e.Wire == nil && e.Time < r.now: // a segment may leave later than it was noted, or be noted late
		return fmt.Errorf("at %s, and the one before it at %s", e.Time, r.now)
	case e.Time < 0 || e.Time > MaxTime || e.Wire != nil && e.Wire.Until > MaxTime:
		return fmt.Errorf("not within %s", MaxTime)
	}
	if e.Wire == nil {
		r.now = e.Time
	}
	c := r.conns[e.Conn]
	switch {
	case e.Kind == trace.Begin:
		return nil
	case e.Kind == trace.Open && c != nil:
		return fmt.Errorf("connection %d was open", e.Conn)
	case e.Kind == trace.Open:
		if *r.opened == MaxConns {
			return fmt.Errorf("more than %d connections", MaxConns)
		}
		*r.opened++
		c = newConn(r, e.Conn, clientPort+*r.opened)
		r.conns[e.Conn] = c
		if c.datagrams = e.Note == trace.Datagrams; !c.datagrams {
			c.open(e.Time)
		}
		return nil
	case c == nil:
		return fmt.Errorf("connection %d was never opened", e.Conn)
	case e.Dir != trace.Up && e.Dir != trace.Down:
		return fmt.Errorf("%s of no direction", e.Kind)
	}
	s := c.up
	if e.Dir == trace.Down {
		s = c.down
	}
	if e.Kind == trace.Written {
		return s.write(e)
	}
	if c.datagrams {
		return s.datagram(e)
	}
	return s.stream(e)
}

// write shows all that was planned.
func (r *run) write() {
	r.file.network(r.name)
	slices.SortStableFunc(r.moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	for _, m := range r.moments {
		if r.file.err != nil {
			return
		}
		r.file.now = m.at
		m.show()
	}
}
