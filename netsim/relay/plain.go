package relay

import "sync"

const (
	// smallSize is the bytes of a read that an idle connection waits with, so
	// that thousands cost little.
	smallSize = 8 << 10

	// largeSize is the bytes of a read from a stream that fills the small one.
	// It moves more a second than splice(2) does, for the same work.
	largeSize = 128 << 10
)

var largeBuffers = sync.Pool{New: func() any { return new([largeSize]byte) }}

// plain passes the direction on as it comes.
func (f *flow) plain() ending {
	small := make([]byte, smallSize)
	var large *[largeSize]byte // while the stream is fast
	defer func() {
		if large != nil {
			largeBuffers.Put(large)
		}
	}()
	for {
		p := small
		if large != nil {
			p = large[:]
		}
		n, err := f.src.Read(p)
		if n > 0 {
			f.came(p[:n])
			if _, err := f.dst.Write(p[:n]); err != nil {
				return f.failed(err)
			}
			f.delivered(n)
		}
		switch {
		case err != nil:
			return f.over(err)
		case large == nil && n == smallSize:
			large = largeBuffers.Get().(*[largeSize]byte)
		case large != nil && n < smallSize:
			largeBuffers.Put(large)
			large = nil
		}
	}
}
