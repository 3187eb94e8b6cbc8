package relay

import (
	"errors"
	"io"
	"runtime"
	"sync"
	"time"
)

const (
	plainSize  = 32 << 10  // bytes of a read in user space
	spliceSize = 256 << 10 // bytes that pass inside the kernel before they are counted

	// busy is how long spliceSize bytes may take. A stream that is slower is
	// counted at each read.
	busy = 20 * time.Millisecond
)

var plainBuffers = sync.Pool{New: func() any { return new([plainSize]byte) }}

// plain passes the direction on as it comes. Small messages go through user
// space, which is cheapest for them, long streams stay in the kernel where it
// can (io.Copy's splice).
func (f *flow) plain() ending {
	buf := plainBuffers.Get().(*[plainSize]byte)
	defer plainBuffers.Put(buf)
	for full := 0; ; {
		n, err := f.src.Read(buf[:])
		if n > 0 {
			f.came(buf[:n])
			if _, err := f.dst.Write(buf[:n]); err != nil {
				return f.failed(err)
			}
			f.delivered(n)
		}
		if err != nil {
			return f.over(err)
		}
		if full++; n < len(buf) {
			full = 0
		}
		if full < 2 || runtime.GOOS != "linux" {
			continue
		}
		for full = 0; ; {
			start := time.Now()
			n, err := io.CopyN(f.dst, f.src, spliceSize)
			f.got.Add(n)
			f.delivered(int(n))
			switch {
			case errors.Is(err, io.EOF):
				return f.over(io.EOF)
			case err != nil && dead(f.src):
				return f.over(err)
			case err != nil:
				return f.failed(err)
			}
			if time.Since(start) > busy {
				break
			}
		}
	}
}
