package relay

import "bytes"

// sniff looks at the first bytes of a stream.
type sniff struct {
	head [5]byte
	n    int
	done bool
}

// feed takes the next bytes and reports, once, that the stream begins with a
// TLS record of a handshake (RFC 8446, 5.1).
func (s *sniff) feed(p []byte) bool {
	if s.done {
		return false
	}
	s.n += copy(s.head[s.n:], p)
	if !bytes.HasPrefix([]byte{0x16, 0x03}, s.head[:min(s.n, 2)]) {
		s.done = true
		return false
	}
	if s.n < len(s.head) {
		return false
	}
	s.done = true
	length := int(s.head[3])<<8 | int(s.head[4])
	return s.head[2] <= 4 && length >= 4 && length <= 1<<14
}
