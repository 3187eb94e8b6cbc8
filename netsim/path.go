package netsim

import (
	"math"
	"time"

	"stickydemo/netsim/trace"
)

const never = math.MaxInt64

const (
	// minRTO is how much longer than a round trip a sender waits, at least, before
	// it sends again: Linux's TCP_RTO_MIN. RFC 6298, 2.4 has 1 s.
	minRTO = int64(200 * time.Millisecond)

	// maxRTO bounds the doubling of RFC 6298, 5.5: Linux's TCP_RTO_MAX.
	maxRTO = int64(120 * time.Second)
)

// A path takes the bytes of one stream across a modelled link: it chooses the
// segments in which they leave, and so when they arrive. It holds what TCP knows
// at both ends: the sender's half of this direction and the receiver's.
//
// Segments that carry bytes get lost, and the acknowledgements in them too;
// acknowledgements alone, and the segment that ends the stream, never do. So no
// probe of a closed window is needed (RFC 9293, 3.8.6.1).
type path struct {
	link *Link
	s    *stream
	back *path // of the other direction, which carries the acknowledgements

	// The sender's.
	next   int            // the first byte that has not left
	una    int            // the first one that is not acknowledged
	edge   int            // where the window ends
	most   int            // the widest that the window was
	small  int            // where the last segment ended that was not full
	held   string         // what the byte at next waits for, "" for nothing
	flight queue[segment] // left and not acknowledged, ascending
	fin    bool           // the end of the stream has left

	srtt, rttvar, rto int64 // RFC 6298, 2
	resendAt          int64

	// The link's.
	wire queue[carried] // on its way, in the order of arrival
	free int64          // when the link can take the next segment
	last int64          // when the last one arrives

	// The receiver's.
	early     []trace.Span // arrived before bytes in front of them, ascending
	told      int          // up to where it has acknowledged
	toldEdge  int          // where the window ended that it announced
	ackAt     int64        // when the acknowledgement goes that waits
	finOnHand bool         // the end of the stream has arrived, perhaps before all bytes

	settling bool // of the way up: things happen to either
}

// segment is bytes that left together.
type segment struct {
	trace.Span
	left  int64 // the last time
	tries int
}

// carried is a segment on its way, with what it says about the other direction.
type carried struct {
	trace.Span
	at        int64
	ack, edge int
	fin       bool
}

func (p *path) init(link *Link, s *stream, back *path) {
	flight, wire, early := p.flight.list, p.wire.list, p.early // their memory is kept
	*p = path{link: link, s: s, back: back, early: early[:0]}
	p.flight.list, p.wire.list = flight[:0], wire[:0]
	p.resendAt, p.ackAt = never, never
	p.edge, p.toldEdge = math.MaxInt, math.MaxInt
	if link.Window > 0 {
		p.edge, p.toldEdge = link.Window, link.Window
	}
	p.most = p.edge
	p.sample(int64(link.RTT)) // of the handshake
}

// push lets leave what may leave.
func (p *path) push(now int64) {
	s := p.s
	for p.next < s.sent {
		all := s.sent - p.next
		n := min(all, p.edge-p.next)
		full := p.link.MSS > 0 && n >= p.link.MSS
		switch {
		case full:
			n = p.link.MSS
		case n < all && n < max(p.most/2, 1):
			// The sender's part of avoiding silly windows: RFC 9293, 3.8.6.2.1.
			p.held = trace.WindowFull
			return
		case n == all && p.link.Nagle && !s.fin && p.una < p.small && p.small <= p.next:
			// RFC 896 and 1122, 4.2.3.4, as Minshall amended it and Linux has it
			// (draft-minshall-nagle-01): only a small segment on its way holds the
			// next small one back, not a full one. The last bytes do not wait.
			p.held = trace.Nagle
			return
		}
		if !full {
			p.small = p.next + n // even if a stall parts it
		}
		n, stall := p.upToStall(n)
		p.flight.push(segment{Span: trace.Span{From: p.next, To: p.next + n}})
		p.next += n
		p.transmit(p.flight.last(), now, stall, p.held)
		p.held = ""
	}
	if s.fin && !p.fin {
		p.fin = true
		p.put(carried{Span: trace.Span{From: p.next, To: p.next}, fin: true}, now, 0, false, "")
	}
}

// upToStall returns how many of the next n bytes leave in one segment, so that a
// stalled byte is the first of its own, and how long that one is stalled.
func (p *path) upToStall(n int) (int, int64) {
	s, delay := p.s, int64(0)
	stalls := s.spec.Stalls
	if s.stall < len(stalls) && stalls[s.stall].At == p.next {
		delay = int64(stalls[s.stall].Delay)
		s.stall++
	}
	if s.stall < len(stalls) {
		n = min(n, stalls[s.stall].At-p.next)
	}
	return n, delay
}

// transmit puts a segment on its way, or loses it.
func (p *path) transmit(seg *segment, now, stall int64, why string) {
	lost := p.loses(seg)
	seg.left = now
	seg.tries++
	if p.resendAt == never {
		p.await(now)
	}
	p.put(carried{Span: seg.Span}, now, stall, lost, why)
}

// await sets the timeout for the first segment on its way. On a link that loses
// nothing there is none: it could only be spurious.
func (p *path) await(now int64) {
	if p.link.Loss > 0 {
		p.resendAt = now + p.rto
	}
}

// loses reports whether the link loses a segment this time. It depends on the
// link's seed, on where the segment begins and on how often it was sent.
func (p *path) loses(seg *segment) bool {
	l := p.link
	return l.Loss > 0 && mix(l.Seed^mix(p.s.salt)^mix(uint64(seg.From)<<8+uint64(seg.tries)))%1_000_000 < uint64(l.Loss)
}

// put gives a segment to the link, with the newest acknowledgement of the other
// direction.
func (p *path) put(c carried, now, stall int64, lost bool, why string) {
	leaves := max(now, p.free)
	if leaves > now && why == "" {
		why = trace.Rate
	}
	p.free = leaves
	if rate := p.link.Rate; rate > 0 {
		p.free += int64(HeaderBytes+c.Len()) * 8 * int64(time.Second) / rate
	}
	c.at = max(p.last, p.free+p.s.latency+stall)
	p.last = c.at
	c.ack, c.edge = p.back.acknowledge()
	if !lost {
		p.wire.push(c)
	}
	if p.s.noteWire != nil && !(c.fin && p.s.finReset) { // a reset has an event of its own
		p.note(c, leaves, lost, why)
	}
}

func (p *path) note(c carried, leaves int64, lost bool, why string) {
	kind := trace.Segment
	if c.Len() == 0 && !c.fin {
		kind = trace.Ack
	}
	window := p.back.s.window - (p.back.s.arrived - p.back.s.read)
	if p.link.Window > 0 {
		window = c.edge - c.ack
	}
	p.s.noteWire(p.s, trace.Event{
		Time: time.Duration(leaves), Kind: kind, From: c.From, To: c.To, Note: why,
		Wire: &trace.Wire{
			Until: time.Duration(c.at), Ack: c.ack, AckFin: p.back.finOnHand && c.ack == p.back.s.sent, Window: max(window, 0),
			Fin: c.fin, Lost: lost,
		},
	})
}

// acknowledge returns what this direction's receiver tells its sender, for a
// segment that leaves now: all that has come, and where its window ends.
func (p *path) acknowledge() (ack, edge int) {
	p.told, p.ackAt = p.s.arrived, never
	if p.gain() >= p.step() {
		p.toldEdge = p.s.read + p.link.Window
	}
	return p.told, p.toldEdge
}

// gain returns by how much the window is wider than was announced.
func (p *path) gain() int {
	if p.link.Window == 0 {
		return -1
	}
	return p.s.read + p.link.Window - p.toldEdge
}

// step is by how much a window must have widened before that is announced: the
// receiver's part of avoiding silly windows (RFC 9293, 3.8.6.2.2).
func (p *path) step() int {
	step := p.link.Window / 2
	if p.link.MSS > 0 {
		step = min(step, p.link.MSS)
	}
	return max(step, 1)
}

// drained is told that the program has read. A window that was nearly closed is
// announced again when it is twice as wide, as Linux does.
func (p *path) drained(now int64) {
	gain, left := p.gain(), p.toldEdge-p.s.arrived
	if gain >= p.step() && left <= p.link.Window/2 && gain >= left {
		p.acknowledgeAlone(now, trace.WindowUpdate)
		p.settle(now)
	}
}

// acknowledgeAlone sends a segment without bytes the other way. Who has answered
// with a reset has nothing more to say: RFC 9293, 3.5.2.
func (p *path) acknowledgeAlone(now int64, why string) {
	if p.s.other.refusal {
		p.ackAt = never
		return
	}
	p.back.put(carried{Span: trace.Span{From: p.back.next, To: p.back.next}}, now, 0, false, why)
}

// upcoming returns when this path has something to do next.
func (p *path) upcoming() int64 {
	at := p.ackAt
	if c := p.wire.first(); c != nil {
		at = min(at, c.at)
	}
	return min(at, p.resendAt)
}

// settle lets happen what is due by now, in both directions and in order.
func (p *path) settle(now int64) {
	up, down := p, p.back
	if p.s.salt&1 == 1 {
		up, down = down, up
	}
	if up.settling {
		return // a reader that left answers what has just landed: the rest lands after it
	}
	up.settling = true
	for !p.s.broken {
		first, at := up, up.upcoming()
		if other := down.upcoming(); other < at {
			first, at = down, other
		}
		if at > now {
			break
		}
		first.happen(at)
	}
	up.settling = false
}

// happen does what is due at a time: a segment lands, an acknowledgement has
// waited long enough, or one that was lost is sent again.
func (p *path) happen(at int64) {
	switch c := p.wire.first(); {
	case c != nil && c.at == at:
		landed := *c
		p.wire.drop()
		p.back.acked(landed.ack, landed.edge, at)
		p.land(landed, at)
	case p.ackAt == at:
		p.acknowledgeAlone(at, trace.Delayed)
	default:
		p.rto = min(2*p.rto, maxRTO) // RFC 6298, 5.5
		p.resendAt = never
		p.transmit(p.flight.first(), at, 0, trace.Resent)
	}
}

// acked takes in what the receiver told.
func (p *path) acked(ack, edge int, at int64) {
	if edge > p.edge {
		p.most = max(p.most, edge-ack)
		p.edge = edge
	}
	if ack > p.una {
		p.una = ack
		// With timestamps (RFC 7323, 4.3) an acknowledgement tells which segment it
		// answers, one sent again too: the one that was missing.
		p.sample(at - p.flight.first().left)
		for seg := p.flight.first(); seg != nil && seg.To <= ack; seg = p.flight.first() {
			p.flight.drop()
		}
		p.resendAt = never
		if p.flight.first() != nil { // RFC 6298, 5.3
			p.await(at)
		}
	}
	p.push(at)
}

// sample takes in a round-trip time: RFC 6298, 2.2 and 2.3.
func (p *path) sample(r int64) {
	if p.rto == 0 {
		p.srtt, p.rttvar = r, r/2
	} else {
		p.rttvar += (max(p.srtt-r, r-p.srtt) - p.rttvar) / 4
		p.srtt += (r - p.srtt) / 8
	}
	p.rto = p.srtt + max(minRTO, 4*p.rttvar)
}

// land is the arrival of a segment at its receiver.
func (p *path) land(c carried, at int64) {
	s := p.s
	if c.fin {
		p.finOnHand = true
	}
	if c.Len() > 0 {
		gap := len(p.early) > 0 || c.To <= s.arrived
		if c.From > s.arrived {
			p.early = append(p.early, c.Span)
		} else if c.To > s.arrived {
			s.arrive(p.inOrder(c.To))
		}
		if s.deaf {
			s.refuse(at)
		}
		switch {
		case gap || len(p.early) > 0: // RFC 5681, 4.2
			p.acknowledgeAlone(at, trace.OutOfOrder)
		case p.link.DelAck == 0:
			p.acknowledgeAlone(at, trace.AtOnce)
		case p.link.MSS > 0 && s.arrived-p.told > p.link.MSS: // RFC 1122, 4.2.3.2, as Linux counts
			p.acknowledgeAlone(at, trace.Second)
		default:
			p.ackAt = min(p.ackAt, at+int64(p.link.DelAck))
		}
	}
	if p.finOnHand && s.arrived == s.sent && !s.ended {
		s.finAt = at
		if !s.finReset {
			p.acknowledgeAlone(at, trace.AtOnce)
		}
	}
}

// inOrder returns up to where all bytes are there once those before to are. What
// comes early comes in order: the link keeps it, and what is sent again is the
// first that its sender has not been told of, which is never early.
func (p *path) inOrder(to int) int {
	n := 0
	for n < len(p.early) && p.early[n].From <= to {
		to = max(to, p.early[n].To)
		n++
	}
	p.early = p.early[:copy(p.early, p.early[n:])]
	return to
}
