package streaming

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// errStopped is what a command's Write returns once its client has had enough.
var errStopped = errors.New("stopped by the client")

// An output is both streams of a command. They are not to be written at once.
type output struct {
	conn net.Conn
	err  error // why nothing more is sent
}

type stream struct {
	*output
	number byte
}

// Write sends p, and waits after each chunk for the client's reply.
func (s stream) Write(p []byte) (n int, err error) {
	for n < len(p) && s.err == nil {
		chunk := p[n:min(n+MaxChunk, len(p))]
		if s.err = sendChunk(s.conn, s.number, chunk); s.err == nil {
			n += len(chunk)
			s.err = s.asked()
		}
	}
	return n, s.err
}

// asked reads the reply to a chunk.
func (o *output) asked() error {
	reply := make([]byte, 1)
	switch _, err := io.ReadFull(o.conn, reply); {
	case err == io.EOF:
		return fmt.Errorf("waiting for a reply: %w", io.ErrUnexpectedEOF)
	case err != nil:
		return err
	case reply[0] == '.':
		return errStopped
	case reply[0] != '+':
		return refusal(fmt.Sprintf("reply %+q, want + or . (limit 1 byte)", reply))
	}
	return nil
}

// end sends the exit status; one that no byte holds is 255.
func (o *output) end(status int) error {
	if o.err != nil && o.err != errStopped {
		return o.err
	}
	if status < 0 || status > 255 {
		status = 255
	}
	return sendChunk(o.conn, byte(status), nil)
}
