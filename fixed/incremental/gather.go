package incremental

// keep is the most memory that a Decoder holds on to for the next frame.
const keep = 64 << 10

// gather is Next for a frame that does not lie within one chunk.
func (d *Decoder) gather() (message []byte, ok bool, err error) {
	if d.err != nil {
		return nil, false, d.err
	}
	if d.size == 0 {
		if !d.take(header) {
			return nil, false, nil
		}
		if d.size, err = frameSize(d.frame); err != nil {
			return nil, false, d.fail(err)
		}
	}
	if !d.take(d.size) {
		return nil, false, nil
	}
	frame := d.frame
	if err := refused(frame); err != nil {
		return nil, false, d.fail(err)
	}
	d.frame, d.size = frame[:0], 0
	if cap(frame) > keep {
		d.frame = nil
	}
	return frame[header:], true, nil
}

// take moves bytes from the chunk to the frame, whose memory grows as they come,
// and reports whether the frame has so many.
func (d *Decoder) take(size int) bool {
	n := min(size-len(d.frame), len(d.chunk))
	d.frame = append(d.frame, d.chunk[:n]...)
	if d.chunk = d.chunk[n:]; len(d.chunk) == 0 {
		d.chunk = nil // an empty slice would hold on to the caller's memory
	}
	return len(d.frame) == size
}

// fail makes err the answer to whatever is asked from now on.
func (d *Decoder) fail(err error) error {
	*d = Decoder{err: err}
	return err
}
