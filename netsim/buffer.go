package netsim

// buffer is a ring of bytes that takes memory only as bytes come.
type buffer struct {
	ring []byte
	head int // index of the oldest byte
	size int // bytes held
}

const leastRing = 1 << 10

// push appends p whole.
func (b *buffer) push(p []byte) {
	if need := b.size + len(p); need > len(b.ring) {
		b.grow(need)
	}
	tail := b.head + b.size
	if tail >= len(b.ring) {
		tail -= len(b.ring)
	}
	if n := copy(b.ring[tail:], p); n < len(p) {
		copy(b.ring, p[n:])
	}
	b.size += len(p)
}

// pop moves the oldest len(p) bytes, which must be there, into p.
func (b *buffer) pop(p []byte) {
	if n := copy(p, b.ring[b.head:]); n < len(p) {
		copy(p[n:], b.ring)
	}
	b.size -= len(p)
	if b.size == 0 {
		b.head = 0 // the next bytes find the same, warm, memory
		return
	}
	if b.head += len(p); b.head >= len(b.ring) {
		b.head -= len(b.ring)
	}
}

func (b *buffer) grow(need int) {
	room := max(2*len(b.ring), leastRing)
	for room < need {
		room *= 2
	}
	ring := make([]byte, room)
	size := b.size
	if size > 0 {
		b.pop(ring[:size])
	}
	b.ring, b.head, b.size = ring, 0, size
}
