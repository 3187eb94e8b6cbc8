package relay

import (
	"runtime"
	"time"
)

// A verdict is what is known of a place when the bytes behind it are sent.
type verdict int

const (
	verified   verdict = iota // the receiver has read all before it
	unverified                // nobody can tell; there was a pause
	timedOut                  // it has not read all
	gone                      // it closed, and will read nothing more
	stopped                   // we were told to stop
)

const (
	// blindPause parts two pieces where nobody can tell whether the first was
	// read.
	blindPause = 3 * time.Millisecond

	// spins are the looks at a receiver before they become fewer: after them
	// one is taken each time that the wait has grown by an eighth.
	spins    = 64
	maxSleep = 2 * time.Millisecond

	// crowded are the looks where as many cuts wait as there are processors:
	// if all were looking, nobody would hear of what comes from the network.
	crowded = 4
)

// gate knows how far a receiver has read.
type gate struct {
	relay *Relay
	peer  *peer
	blind bool // it cannot be known

	received int // bytes that the receiver's kernel had, by the look before
	read     int // bytes that the receiver has read, at the least
}

// find looks whether the receiver is where it can be seen.
func (g *gate) find() {
	if g.blind {
		return
	}
	if _, err := g.relay.diag.ask(g.peer); err == nil {
	} else {
		g.blind = true
	}
}

// wait waits until the receiver of f has read its first bytes up to target; if
// bounded, no longer than Drain.
func (g *gate) wait(f *flow, target int, bounded bool) verdict {
	if target <= g.read {
		return verified
	}
	if g.blind {
		g.read = f.sent
		if !pause(f.ctx, blindPause) {
			return stopped
		}
		return unverified
	}
	start, patient := time.Now(), spins
	if g.relay.waiting.Add(1) >= int64(runtime.GOMAXPROCS(0)) {
		patient = crowded
	}
	defer g.relay.waiting.Add(-1)
	for looks := 1; ; looks++ {
		v, done := g.look(target)
		if done {
			if v == unverified { // the system has changed its mind
				g.blind = true
				return g.wait(f, target, bounded)
			}
			return v
		}
		if looks < patient {
			// A receiver in our own process is woken by a processor of the Go
			// scheduler that has nothing else to do: with GOMAXPROCS=1 that is
			// ours, once it sleeps, and a cut takes a millisecond.
			if looks%8 == 0 {
				runtime.Gosched()
			}
			yield()
			continue
		}
		waited := time.Since(start)
		switch {
		case f.ctx.Err() != nil:
			return stopped
		case bounded && waited > f.patience(start):
			return timedOut
		}
		time.Sleep(min(waited/8, maxSleep))
	}
}

// look looks at the receiver once. A socket's unread bytes are counted before
// its received ones in one answer, so that only those received by the answer
// before are known to be among both.
func (g *gate) look(target int) (v verdict, done bool) {
	a, err := g.relay.diag.ask(g.peer)
	switch {
	case err == errNoSocket:
		return gone, true
	case err != nil:
		return unverified, true
	case a.young:
		return 0, false
	case a.old:
		return gone, true
	}
	g.read = max(g.read, g.received-a.unread)
	g.received = a.received
	return verified, g.read >= target
}

// patience is how long a cut that began to wait at start may do so.
func (f *flow) patience(start time.Time) time.Duration {
	limit := f.relay.drain()
	if by := f.breakBy.Load(); by != 0 {
		limit = min(limit, time.Unix(0, by).Sub(start))
	}
	return limit
}
