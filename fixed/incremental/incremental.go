// Package incremental is stage 8, repaired: a decoder that is fed what each read
// brought.
//
// Request and answer: the payload's size, 4 bytes, unsigned, big-endian; the
// payload. A size with its top bit set announces a refusal and its reason.
//
// Repaired: what a chunk has of a frame is kept until the rest has come. No byte
// is looked at twice, and a frame that lies within one chunk is not copied.
package incremental

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// header is the bytes before a payload; MaxSize is the most that it may have.
const header, MaxSize = 4, 1 << 20

// A Decoder takes a stream in chunks and gives back its messages: Feed it what a
// read returned, ask Next until it has none, and so on; Close it at the end. An
// error is for good. The zero Decoder is at the start of a stream.
type Decoder struct {
	chunk []byte // fed and not taken yet; the caller's
	frame []byte // FIX: the start of one that ends in a later chunk; our own
	size  int    // of that frame; 0 while its header is not whole
	err   error
}

// Feed hands over the bytes of one read. They must stay as they are until Next
// has none left.
func (d *Decoder) Feed(p []byte) {
	switch {
	case d.err != nil: // for good
	case len(d.chunk) == 0:
		d.chunk = p
	default: // Next was not asked until it had none
		d.chunk = append(slices.Clip(d.chunk), p...)
	}
}

// Next returns the next message, which holds until the next call; ok is false
// when that takes more bytes.
func (d *Decoder) Next() (message []byte, ok bool, err error) {
	if len(d.frame) == 0 && len(d.chunk) >= header { // after an error there is none
		size := binary.BigEndian.Uint32(d.chunk)
		if size <= MaxSize && int(size) <= len(d.chunk)-header { // FIX: checked before it is believed
			message, d.chunk = d.chunk[header:header+size], d.chunk[header+size:]
			return message, true, nil
		}
	}
	return d.gather() // FIX: which keeps half a header, and half a frame
}

// Need returns how many more bytes Next takes, at least.
func (d *Decoder) Need() int {
	if d.err != nil {
		return 0
	}
	return max(0, max(header, d.size)-len(d.frame)-len(d.chunk)) // FIX: of the whole frame, once known
}

// Close says that the stream has ended, and returns what was wrong with that.
func (d *Decoder) Close() error {
	if d.err == nil && len(d.frame)+len(d.chunk) > 0 { // FIX: it ended in mid-frame
		d.fail(fmt.Errorf("message cut short, %d bytes missing: %w", d.Need(), io.ErrUnexpectedEOF))
	}
	return d.err
}
