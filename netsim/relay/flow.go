package relay

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

const (
	readSize = 16 << 10 // bytes of one read from the sender
	maxPiece = 64 << 10 // bytes of one write to the receiver: what one loopback segment holds

	// maxQuiet is how long a sender is silent before glue takes it for idle.
	maxQuiet = 3 * time.Millisecond
)

// flow is one direction of a connection.
type flow struct {
	relay    *Relay
	ctx      context.Context // done when the connection is to end
	conn     int
	dir      trace.Direction
	src, dst *net.TCPConn
	back     *flow // the other direction
	ending   ending
	breakBy  atomic.Int64 // when to give up on what is left, in Unix nanoseconds; 0 for never

	spec    netsim.Stream
	cut     func(beyond, limit int) int
	latency time.Duration
	limit   int // offset at which the plan truncates or resets; else what an int can count, 2 GiB where it has 32 bits
	resets  bool
	stalls  []netsim.Stall // those that have not passed

	got   atomic.Int64 // bytes from the sender
	sent  int          // bytes to the receiver
	sniff sniff
	buf   *buffer
	gate  gate
	piece []byte // memory of the present one
	heard int64  // back.got when the last piece was sent
	early bool   // the sender went on without an answer to that piece

	closed   atomic.Bool // the receiver's stream was ended
	metReset atomic.Bool // the receiver broke the connection
}

func newFlow(ctx context.Context, c *conn, dir trace.Direction, src, dst *net.TCPConn) *flow {
	plan := &c.relay.Plan
	f := &flow{relay: c.relay, ctx: ctx, conn: c.number, dir: dir, src: src, dst: dst, spec: plan.Stream(c.number, dir)}
	f.cut, f.latency = plan.NextCut(c.number, dir), plan.Link.RTT/2
	f.limit, f.resets, f.stalls = math.MaxInt, true, f.spec.Stalls
	if f.spec.Truncate != nil {
		f.limit, f.resets = *f.spec.Truncate, false
	}
	if f.spec.Reset != nil && *f.spec.Reset < f.limit {
		f.limit, f.resets = *f.spec.Reset, true
	}
	f.sniff.done = dir == trace.Down
	return f
}

func (f *flow) run() ending {
	bare := f.latency == 0 && bare(&f.spec)
	if bare && f.relay.Trace == nil {
		return f.plain()
	}
	size := bufferSize
	if f.spec.Window > 0 {
		size = min(size, f.spec.Window)
	}
	f.buf = newBuffer(size, f.latency > 0 || len(f.stalls) > 0)
	f.gate = gate{relay: f.relay, peer: newPeer(f.dst), blind: f.relay.blind}
	if !bare {
		f.gate.find()
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		f.receive()
	}()
	e := f.send()
	f.buf.close()
	if e != ended {
		f.src.SetReadDeadline(time.Unix(1, 0)) // nobody else reads it
	}
	<-read
	return e
}

// receive moves what the sender sends into the buffer.
func (f *flow) receive() {
	p := make([]byte, readSize)
	for {
		n, err := f.src.Read(p)
		if n > 0 {
			from := int(f.got.Load())
			f.came(p[:n])
			if keep := min(n, max(f.limit-from, 0)); keep > 0 && !f.buf.put(p[:keep], f.ctx.Done()) {
				return
			}
		}
		if err != nil {
			e := broken
			if errors.Is(err, io.EOF) && !f.silenced() {
				e = ended
			} else {
				// What came before still goes on, if the receiver reads.
				f.breakBy.CompareAndSwap(0, time.Now().Add(f.relay.drain()).UnixNano())
				f.dst.SetWriteDeadline(time.Now().Add(f.relay.drain()))
			}
			f.buf.finish(e)
			return
		}
	}
}

// silenced reports that an end of stream is none: the sender broke the
// connection, and the other direction met the error, which is told once. What
// was ended before it was broken is an end.
func (f *flow) silenced() bool {
	if f.back.closed.Load() || !dead(f.src) {
		return false
	}
	pause(f.ctx, time.Millisecond) // the other direction may be about to say so
	return f.back.metReset.Load()
}

// came notes bytes from the sender.
func (f *flow) came(p []byte) {
	from := int(f.got.Load())
	to := from + len(p)
	f.got.Store(int64(to))
	note := ""
	if f.sniff.feed(p) {
		note = "TLS"
		f.relay.count.tls.Add(1)
		f.relay.notice(f.conn, ErrTLS)
	}
	if f.relay.Trace == nil {
		return
	}
	f.trace(trace.Event{Kind: trace.Written, From: from, To: to, Note: note, Data: append([]byte(nil), p...)})
	if to > f.limit {
		f.trace(trace.Event{Kind: trace.Lost, From: max(from, f.limit), To: to})
	}
}

// delivered notes bytes that were given to the receiver's kernel.
func (f *flow) delivered(n int) {
	f.sent += n
	f.relay.count.bytes[index(f.dir)].Add(int64(n))
}

func (f *flow) trace(e trace.Event) {
	if f.relay.Trace != nil {
		e.Conn, e.Dir = f.conn, f.dir
		f.relay.trace(e)
	}
}

// send moves the buffer on to the receiver, as the plan has it.
func (f *flow) send() ending {
	glue := f.spec.Mode.Kind == netsim.Glue
	cut := -1 // the place, if any, at which the plan cuts behind the last piece
	for f.sent < f.limit {
		end := f.cut(f.sent, f.limit)
		n, e := f.await(end, glue)
		if n == 0 && e == ended {
			return f.over(io.EOF)
		}
		if n == 0 {
			return e
		}
		if f.sent == cut || glue && f.sent > 0 {
			if !f.part(f.sent == cut) {
				return stopping
			}
		}
		if glue { // more has gathered
			n, _, _ = f.ready(end)
		}
		if window := f.spec.Window; window > 0 {
			// Not a cut: a receiver that never reads holds its sender for ever.
			if f.gate.wait(f, f.sent-window+1, false) == stopped {
				return stopping
			}
			n = min(n, max(window-(f.sent-f.gate.read), 1))
		}
		f.piece = f.buf.take(f.piece, min(n, maxPiece))
		f.trace(trace.Event{Kind: trace.Arrived, From: f.sent, To: f.sent + len(f.piece)})
		f.heard = f.back.got.Load()
		if _, err := f.dst.Write(f.piece); err != nil {
			return f.failed(err)
		}
		f.delivered(len(f.piece))
		if f.sent == end {
			cut = end
		}
	}
	return f.strike()
}

// await waits for bytes before offset end that may go on, and returns how many
// there are; for none, how the stream ended. To glue is to wait until no more
// come.
func (f *flow) await(end int, glue bool) (n int, e ending) {
	var since time.Time // when glue began to hold
	for {
		n, wake, over := f.ready(end)
		switch {
		case n == 0 && over != nil:
			return 0, *over
		case n > 0 && !glue:
			return n, ended
		case n > 0:
			now := time.Now()
			if since.IsZero() {
				since = now
				f.early = f.heard == f.back.got.Load()
			}
			wake = f.idleAt(since)
			if over != nil || n == end-f.sent || n >= min(maxPiece, f.buf.limit) || !now.Before(wake) {
				return n, ended
			}
		}
		if !f.rest(wake) {
			return 0, stopping
		}
	}
}

// idleAt returns when a hold that began at a time ends, if nothing more comes.
func (f *flow) idleAt(since time.Time) time.Time {
	hold := f.relay.hold()
	end := since.Add(hold)
	if idle := f.buf.lastAt().Add(cmp.Or(f.relay.quiet, min(hold, maxQuiet))); idle.Before(end) {
		return idle
	}
	return end
}

// rest waits for news of the buffer, at the longest until a time if that is not
// zero. It reports whether to go on.
func (f *flow) rest(until time.Time) bool {
	var alarm <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-f.ctx.Done():
		return false
	case <-f.buf.news:
	case <-alarm:
	}
	return true
}

// ready returns how many bytes before offset end may go on by now, and if none,
// when to look again, zero for when there is news. over is the end of the
// stream, once nothing will follow those bytes.
func (f *flow) ready(end int) (n int, wake time.Time, over *ending) {
	b := f.buf
	b.mu.Lock()
	defer b.mu.Unlock()
	now, total := time.Now(), f.sent+len(b.data)
	upto := total
	if f.latency > 0 {
		for _, s := range b.stamp {
			if at := s.at.Add(f.latency); now.Before(at) {
				upto, wake = s.from, at
				break
			}
		}
	}
	for len(f.stalls) > 0 && f.stalls[0].At < upto {
		stall := f.stalls[0]
		if at := b.came(stall.At).Add(f.latency + stall.Delay); now.Before(at) {
			upto, wake = stall.At, at
			break
		}
		f.stalls = f.stalls[1:]
	}
	if b.end != nil && upto == total {
		if at := b.endAt.Add(f.latency); now.Before(at) {
			wake = at
		} else {
			over = b.end
		}
	}
	return min(upto, end) - f.sent, wake, over
}

// part parts what was sent from what follows, by the plan or because a hold of
// glue ended. It reports whether to go on.
func (f *flow) part(planned bool) bool {
	v := f.gate.wait(f, f.sent, true)
	note, count := "", &f.relay.count.verified
	switch {
	case v == stopped:
		return false
	case v == gone: // then nobody will read across the cut
		return true
	case !planned && !f.early:
		return true // the sender has waited for an answer, and would so anywhere
	case !planned:
		note, count = "hold ended", &f.relay.count.ended
	case v == verified:
		note = "verified"
	case v == timedOut:
		note, count = "timed out", &f.relay.count.timedOut
	default:
		note, count = "unverified", &f.relay.count.unverified
	}
	count.Add(1)
	f.trace(trace.Event{Kind: trace.Cut, From: f.sent, To: f.sent, Note: note})
	return true
}

// over ends the receiver's stream, as the sender's did.
func (f *flow) over(err error) ending {
	if f.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
		return stopping
	}
	if !errors.Is(err, io.EOF) || f.silenced() {
		return broken
	}
	f.trace(trace.Event{Kind: trace.End, From: f.sent, To: f.sent})
	f.closed.Store(true)
	if err := f.dst.CloseWrite(); err != nil {
		return f.failed(err)
	}
	return ended
}

// failed says what it means that the receiver took no more.
func (f *flow) failed(err error) ending {
	if errors.Is(err, syscall.ECONNRESET) {
		f.metReset.Store(true)
	}
	switch {
	case f.ctx.Err() != nil || errors.Is(err, net.ErrClosed):
		return stopping
	case errors.Is(err, os.ErrDeadlineExceeded): // ours, once the sender broke
		return broken
	}
	return refused
}

// strike is the end that the plan sets.
func (f *flow) strike() ending {
	if f.resets {
		// What was sent is still read: a reset does not wait for it.
		f.gate.wait(f, f.sent, true)
		return broken
	}
	if e := f.over(io.EOF); e != ended {
		return e
	}
	for { // swallow the rest
		if _, _, over := f.ready(f.limit); over != nil {
			return *over
		}
		if !f.rest(time.Time{}) {
			return stopping
		}
	}
}
