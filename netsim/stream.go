package netsim

import (
	"errors"
	"io"
	"math"
	"syscall"

	"stickydemo/netsim/trace"
)

// ErrReset is what a read or a write meets on a connection that broke. It is
// syscall.ECONNRESET to errors.Is.
var ErrReset error = &sysError{"connection reset by peer", syscall.ECONNRESET}

var (
	// errPipe is what a write meets behind its own end's CloseWrite.
	errPipe error = &sysError{"broken pipe", syscall.EPIPE}

	// errRefused is what Dial meets where nobody listens.
	errRefused error = &sysError{"connection refused", syscall.ECONNREFUSED}
)

// sysError is an error of the system to errors.Is, with the same text on every
// system.
type sysError struct {
	text  string
	errno syscall.Errno
}

func (e *sysError) Error() string        { return e.text }
func (e *sysError) Is(target error) bool { return target == e.errno }

// errWait is the answer of a stream whose caller has to wait. It never leaves
// the package.
var errWait = errors.New("netsim: wait")

// A stream is one direction of a connection: bytes in order and four cursors
// over them, read <= arrived <= sent <= written. It is the one core of Sim and
// Pipe: it knows cuts, delays and ends, and nothing of who runs it, how one
// waits or what a clock is. Times are nanoseconds from its owner's clock,
// which must not run backwards. It is not safe for concurrent use.
type stream struct {
	spec  *Stream
	other *stream // the opposite direction of the same connection
	salt  uint64  // number of the connection, shifted left; the low bit is 1 for down

	latency int64 // ns from a byte's sending to its arrival
	path    *path // that its bytes take, nil where the link is not modelled
	spare   *path // to be used again
	window  int
	limit   int // offset at which the plan truncates or resets, math.MaxInt for never

	buf     buffer // the bytes between read and sent
	written int    // what was taken of what writers handed over
	sent    int    // what goes on its way: all of it, up to limit
	arrived int
	read    int

	flights queue[flight] // sent and not arrived, where that takes time
	ends    queue[int]    // ends of the writes that no read has passed, for AsWritten
	cut     int           // index of the first of spec.Cuts beyond read
	stall   int           // index of the first of spec.Stalls at or beyond sent

	finAt    int64 // when fin arrives
	refuseAt int64 // when refusal arrives
	done     bool  // the writer ended the stream itself and writes no more
	fin      bool  // an end is on its way: nothing will be sent beyond sent
	ended    bool  // it has arrived
	finReset bool  // the end is a reset, not an end of stream
	refusal  bool  // a reset that answers the other direction is on its way
	broken   bool  // reads and writes fail at once
	deaf     bool  // the reader closed: what arrives resets the connection

	plain bool // the spec cuts nowhere

	watch func(s *stream, from, to, most int) // nil unless watched

	note     func(kind trace.Kind, s *stream, from, to int, data []byte) // nil unless traced
	noteWire func(s *stream, e trace.Event)                              // nil unless traced
}

// flight is bytes on their way: those before the offset to arrive at a time.
type flight struct {
	to int
	at int64
}

// init makes s ready for a new connection; begin follows when both directions
// are.
func (s *stream) init(spec *Stream, link *Link, salt uint64, other *stream) {
	buf, flights, ends, spare := s.buf.ring, s.flights.list, s.ends.list, s.spare // their memory is kept
	*s = stream{spare: spare}
	s.buf.ring, s.flights.list, s.ends.list = buf, flights[:0], ends[:0]
	s.spec, s.other, s.salt = spec, other, salt
	s.latency, s.window, s.limit = int64(link.RTT/2), spec.Window, math.MaxInt
	if s.window == 0 {
		s.window = DefaultWindow
	}
	s.plain = len(spec.Cuts) == 0 && spec.Mode.Kind <= Glue
	if spec.Truncate != nil {
		s.limit = *spec.Truncate
	}
	if spec.Reset != nil && *spec.Reset < s.limit {
		s.limit, s.finReset = *spec.Reset, true
	}
}

// join lets the bytes of both directions cross the link as segments, where it is
// modelled.
func (l *Link) join(up, down *stream) {
	if !l.Modelled() {
		return
	}
	for _, s := range [...]*stream{up, down} {
		if s.spare == nil {
			s.spare = new(path)
		}
		s.path = s.spare
	}
	up.path.init(l, up, down.path)
	down.path.init(l, down, up.path)
}

// begin lets happen what the plan wants before the first byte.
func (s *stream) begin(now int64) {
	if s.limit == 0 {
		s.finish(now)
	}
}

// shut returns why nothing can be written any more, nil when it can.
func (s *stream) shut() error {
	switch {
	case s.broken || s.ended && s.finReset:
		return ErrReset
	case s.done:
		return errPipe
	}
	return nil
}

// announce notes a Write of p, which write then takes as the window allows.
func (s *stream) announce(p []byte) {
	if s.note != nil && len(p) > 0 && s.shut() == nil {
		s.note(trace.Written, s, s.written, s.written+len(p), p)
	}
}

// fits reports whether a Write of p is taken whole and at once, and nobody
// traces it.
func (s *stream) fits(p []byte) bool {
	return len(p) > 0 && len(p) <= min(s.window-(s.sent-s.read), s.limit-s.sent) &&
		s.shut() == nil && s.note == nil
}

// writeWhole is the Write of a p that fits.
func (s *stream) writeWhole(p []byte, now int64) {
	s.written += len(p)
	s.send(p, now)
	s.endWrite()
}

// write takes as much of p as the window allows. The error is errWait when p
// is not yet whole; the caller then passes the rest.
func (s *stream) write(p []byte, now int64) (n int, err error) {
	if err := s.shut(); err != nil {
		return 0, err
	}
	for len(p) > 0 {
		if s.broken { // by the bytes before these
			return n, ErrReset
		}
		lost := s.sent == s.limit
		room := len(p)
		if !lost {
			room = min(room, s.window-(s.sent-s.read), s.limit-s.sent)
			if room <= 0 {
				return n, errWait
			}
		}
		s.written += room
		if lost {
			if s.note != nil {
				s.note(trace.Lost, s, s.written-room, s.written, nil)
			}
		} else {
			s.send(p[:room], now)
		}
		n += room
		p = p[room:]
	}
	return n, nil
}

// pass lets n bytes go from a Write to a Read without the buffer, if that read
// would return just them and no time passes on the way.
func (s *stream) pass(n int) bool {
	if s.shut() != nil || s.fin || s.deaf || s.path != nil || s.sent != s.read || s.limit-s.sent <= n || s.segment(n) < n {
		return false
	}
	s.written += n
	s.sent += n
	s.arrived += n
	s.read += n
	return true
}

// send puts p, for which there is room, on its way.
func (s *stream) send(p []byte, now int64) {
	from := s.sent
	s.buf.push(p)
	s.sent += len(p)
	if s.path != nil {
		s.path.push(now)
		s.settle(now)
		if s.sent == s.limit {
			s.finish(now)
		}
		return
	}
	if s.note != nil {
		s.note(trace.Sent, s, from, s.sent, nil)
	}
	if s.latency == 0 && s.stall == len(s.spec.Stalls) && s.flights.first() == nil {
		s.arrive(s.sent)
	} else {
		s.launch(now + s.latency)
		s.settle(now)
	}
	if s.deaf {
		s.refuse(now)
	}
	if s.sent == s.limit {
		s.finish(now)
	}
}

// launch lets all that was sent and has no time of arrival yet arrive at a
// time, or later where the plan stalls it.
func (s *stream) launch(at int64) {
	for s.stall < len(s.spec.Stalls) && s.spec.Stalls[s.stall].At < s.sent {
		stall := s.spec.Stalls[s.stall]
		s.fly(stall.At, at)
		s.fly(stall.At+1, at+int64(stall.Delay))
		s.stall++
	}
	s.fly(s.sent, at)
}

// fly lets the bytes up to offset to arrive at a time, or with those before
// them if that is later.
func (s *stream) fly(to int, at int64) {
	last := flight{to: s.arrived}
	if f := s.flights.last(); f != nil {
		last = *f
	}
	if to > last.to {
		s.flights.push(flight{to, max(at, last.at)})
	}
}

// endWrite remembers where a Write ended.
func (s *stream) endWrite() {
	if s.spec.Mode.Kind == AsWritten {
		s.mark()
	}
}

// mark is what endWrite does for AsWritten.
func (s *stream) mark() {
	if end := s.ends.last(); end == nil || *end < s.sent {
		s.ends.push(s.sent)
	}
}

// end is the writer's own end of the stream.
func (s *stream) end(now int64) {
	s.done = true
	if !s.fin {
		s.finReset = false // the plan's reset was not reached
	}
	s.finish(now)
}

// finish ends the stream behind what was sent.
func (s *stream) finish(now int64) {
	if s.fin {
		return
	}
	s.fin, s.finAt = true, now+s.latency
	if f := s.flights.last(); f != nil {
		s.finAt = max(s.finAt, f.at)
	}
	if s.path != nil {
		s.finAt = never // until it is known
		if !s.broken {
			s.path.push(now)
		}
	}
	s.settle(now)
}

// reset breaks the connection for both ends: what has not been read is lost.
func (s *stream) reset() {
	s.broken, s.other.broken = true, true
	if s.note != nil {
		s.note(trace.Reset, s, s.read, s.read, nil)
	}
}

// settle lets all that is due by now arrive.
func (s *stream) settle(now int64) {
	if s.broken {
		return
	}
	if s.path != nil {
		s.path.settle(now)
	}
	for f := s.flights.first(); f != nil && f.at <= now; f = s.flights.first() {
		s.arrive(f.to)
		s.flights.drop()
	}
	if s.fin && !s.ended && s.finAt <= now {
		s.ended = true
		switch {
		case s.finReset:
			s.other.broken = true // our reader may still take what has arrived
			if s.note != nil {
				s.note(trace.Reset, s, s.sent, s.sent, nil)
			}
		case s.note != nil:
			s.note(trace.End, s, s.sent, s.sent, nil)
		}
	}
	if s.refusal && s.refuseAt <= now {
		s.other.reset()
	}
}

func (s *stream) arrive(to int) {
	if s.note != nil {
		s.note(trace.Arrived, s, s.arrived, to, nil)
	}
	s.arrived = to
}

// place returns which stream this is.
func (s *stream) place() (conn int, dir trace.Direction) {
	if s.salt&1 == 1 {
		return s.number(), trace.Down
	}
	return s.number(), trace.Up
}

func (s *stream) number() int { return int(s.salt >> 1) }

// next returns when settle will have something to do.
func (s *stream) next() (at int64, ok bool) {
	if s.broken {
		return 0, false
	}
	if f := s.flights.first(); f != nil {
		return f.at, true // no end overtakes a byte
	}
	at, ok = s.finAt, s.fin && !s.ended && s.finAt < never
	if s.path != nil {
		if first := s.path.upcoming(); first < never && (!ok || first < at) {
			at, ok = first, true
		}
	}
	if s.refusal && (!ok || s.refuseAt < at) {
		return s.refuseAt, true
	}
	return at, ok
}

// readable reports whether take would not have to wait.
func (s *stream) readable() bool { return s.arrived > s.read || s.ended || s.broken }

// writable reports whether write would take at least one byte or fail.
func (s *stream) writable() bool {
	return s.sent-s.read < s.window || s.sent == s.limit || s.done || s.broken
}

// take is one read: what has arrived, up to the next cut. The error is errWait
// when nothing can be said yet. len(p) must not be 0.
func (s *stream) take(p []byte) (n int, err error) {
	if s.broken {
		return 0, ErrReset
	}
	n = min(len(p), s.arrived-s.read)
	if n == 0 {
		switch {
		case !s.ended:
			return 0, errWait
		case s.finReset:
			return 0, ErrReset
		}
		return 0, io.EOF
	}
	most := n
	if !s.plain {
		n = s.segment(n)
	}
	s.buf.pop(p[:n])
	s.read += n
	if s.watch != nil && most > 1 {
		s.watch(s, s.read-n, s.read, s.read-n+most)
	}
	if s.note != nil {
		s.note(trace.Read, s, s.read-n, s.read, nil)
	}
	if s.spec.EOFWithData && s.ended && !s.finReset && s.read == s.sent {
		return n, io.EOF
	}
	return n, nil
}

// segment returns how many of the next n bytes one read may return: those
// before the next cut.
func (s *stream) segment(n int) int {
	cuts := s.spec.Cuts
	for s.cut < len(cuts) && cuts[s.cut] <= s.read {
		s.cut++
	}
	if s.cut < len(cuts) {
		n = min(n, cuts[s.cut]-s.read)
	}
	switch s.spec.Mode.Kind {
	case AsWritten:
		for end := s.ends.first(); end != nil; end = s.ends.first() {
			if *end > s.read {
				return min(n, *end-s.read)
			}
			s.ends.drop()
		}
	case Drip:
		return 1
	case Every:
		every := int(s.spec.Mode.N)
		return min(n, every-s.read%every)
	case Random:
		for i := 1; i < n; i++ {
			if randomCut(s.spec.Mode.N, s.salt, s.read+i) {
				return i
			}
		}
	}
	return n
}

// close is the reader's leave. Input that it did not take, or that comes later,
// resets the connection, as TCP does (RFC 9293, 3.6.1), and the peer loses what
// it has not read: the harshest that a real stack does.
func (s *stream) close(now int64) {
	s.deaf = true
	if s.sent > s.read && (s.path == nil || s.arrived > s.read) { // a path tells when more arrives
		s.refuse(now)
	}
}

// refuse answers input that has reached a reader who left, or will, with a
// reset. It goes the way back, behind what is on that way already.
func (s *stream) refuse(now int64) {
	back := s.other
	if !back.refusal {
		at := now
		if s.arrived == s.read && s.path == nil {
			at = s.flights.first().at
		}
		at += back.latency
		if f := back.flights.last(); f != nil {
			at = max(at, f.at)
		}
		if back.path != nil {
			at = max(at, back.path.last)
		}
		back.refusal, back.refuseAt = true, at
	}
	back.settle(now)
}

// randomCut reports whether the seed's plan cuts at a place. It depends on
// nothing that a program does, so that a seed names one set of cuts.
func randomCut(seed, salt uint64, place int) bool {
	key := mix(seed ^ mix(salt))
	rare := uint(1 + key%6) // between every second place and every 64th
	return mix(key^uint64(place))>>(64-rare) == 0
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// queue is a first-in, first-out list that keeps its memory.
type queue[T any] struct {
	list []T
	head int
}

func (q *queue[T]) push(t T) {
	if 2*q.head >= len(q.list) {
		q.list = q.list[:copy(q.list, q.list[q.head:])]
		q.head = 0
	}
	q.list = append(q.list, t)
}

func (q *queue[T]) first() *T {
	if q.head == len(q.list) {
		return nil
	}
	return &q.list[q.head]
}

func (q *queue[T]) last() *T {
	if q.head == len(q.list) {
		return nil
	}
	return &q.list[len(q.list)-1]
}

func (q *queue[T]) drop()  { q.head++ }
func (q *queue[T]) clear() { q.list, q.head = q.list[:0], 0 }
