// Package incremental is stage 8: a decoder that is fed what each read
// brought.
//
// Request and answer: the payload's size, 4 bytes, unsigned, big-endian; the
// payload. It is the decoder of a callback that an event loop calls with what
// has just come.
//
// Wrong: where a chunk ends within a frame, the decoder waits for a chunk with
// all of it. There is none, because each byte comes once.
package incremental

import "encoding/binary"

// header is the bytes before a payload.
const header = 4

// A Decoder takes a stream in chunks and gives back its messages: Feed it what a
// read returned, ask Next until it has none, and so on; Close it at the end.
type Decoder struct {
	chunk []byte // fed and not given yet
}

// Feed hands over the bytes of one read. They must stay as they are until Next
// has none left.
func (d *Decoder) Feed(p []byte) { d.chunk = p }

// Next returns the next message, which holds until the next call; ok is false
// when that takes more bytes.
func (d *Decoder) Next() (message []byte, ok bool, err error) {
	if len(d.chunk) < header {
		d.chunk = nil // BUG: half a header is lost
		return nil, false, nil
	}
	size := uint64(binary.BigEndian.Uint32(d.chunk)) // BUG: any size is believed
	if uint64(len(d.chunk)) < header+size {
		d.chunk = nil // BUG: half a frame is lost
		return nil, false, nil
	}
	message, d.chunk = d.chunk[header:header+size], d.chunk[header+size:]
	return message, true, nil
}

// Need returns how many more bytes Next takes, at least.
func (d *Decoder) Need() int {
	return header // BUG: a payload takes more
}

// Close says that the stream has ended, and returns what was wrong with that.
func (d *Decoder) Close() error {
	return nil // BUG: it may have ended in mid-frame
}
