package relay

import (
	"sync"
	"time"
)

// bufferSize bounds the bytes that a planned direction holds, as many as the
// simulator does. The sender waits beyond it.
const bufferSize = 256 << 10

// buffer is the bytes between a direction's reader and its writer.
type buffer struct {
	limit int           // of its bytes
	timed bool          // keep the times at which bytes came
	news  chan struct{} // more bytes, or the end; holds one
	room  chan struct{} // fewer bytes, or nobody wants more; holds one

	mu    sync.Mutex // guards what follows
	data  []byte
	taken int     // bytes before data
	stamp []stamp // ascending, of bytes in data, if timed
	last  time.Time
	end   *ending // after data; nil while more may come
	endAt time.Time
	deaf  bool // nobody wants more
}

// stamp is when the bytes of a span came.
type stamp struct {
	from, to int
	at       time.Time
}

// stampGap is how far apart two stamps are at least; so their number is bounded.
const stampGap = 50 * time.Microsecond

func newBuffer(limit int, timed bool) *buffer {
	return &buffer{limit: limit, timed: timed, news: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// put adds bytes that came just now. It waits while the buffer is full, and
// reports whether they are still wanted.
func (b *buffer) put(p []byte, stop <-chan struct{}) bool {
	now := time.Now()
	for {
		b.mu.Lock()
		if b.deaf {
			b.mu.Unlock()
			return false
		}
		n := min(len(p), b.limit-len(b.data))
		if n > 0 {
			b.data = append(b.data, p[:n]...)
			p = p[n:]
			b.last = now
			b.mark(n, now)
		}
		b.mu.Unlock()
		if n > 0 {
			signal(b.news)
		}
		if len(p) == 0 {
			return true
		}
		select {
		case <-b.room:
		case <-stop:
			return false
		}
	}
}

func (b *buffer) mark(n int, now time.Time) {
	if !b.timed {
		return
	}
	to := b.taken + len(b.data)
	if n := len(b.stamp); n > 0 && now.Sub(b.stamp[n-1].at) < stampGap {
		b.stamp[n-1].to = to
		return
	}
	b.stamp = append(b.stamp, stamp{to - n, to, now})
}

// finish says that nothing follows.
func (b *buffer) finish(e ending) {
	b.mu.Lock()
	b.end, b.endAt = &e, time.Now()
	b.mu.Unlock()
	signal(b.news)
}

// close says that nobody wants more, and drops what there is.
func (b *buffer) close() {
	b.mu.Lock()
	b.deaf, b.data, b.stamp = true, nil, nil
	b.mu.Unlock()
	signal(b.room)
}

// take moves the first n bytes into p, which it may replace by a larger one.
func (b *buffer) take(p []byte, n int) []byte {
	b.mu.Lock()
	p = append(p[:0], b.data[:n]...)
	b.taken += n
	if b.data = b.data[n:]; len(b.data) == 0 {
		b.data = nil
	}
	for len(b.stamp) > 0 && b.stamp[0].to <= b.taken {
		b.stamp = b.stamp[1:]
	}
	b.mu.Unlock()
	signal(b.room)
	return p
}

// came returns when the byte at an offset came, which is in the buffer. The
// caller holds b.mu.
func (b *buffer) came(at int) time.Time {
	for _, s := range b.stamp {
		if at < s.to {
			return s.at
		}
	}
	return b.last
}

func (b *buffer) lastAt() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}
