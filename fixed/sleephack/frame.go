package sleephack

import (
	"io"
	"net"
)

// readPayload returns exactly size bytes, taking memory as they come and not as
// they are announced.
func readPayload(r io.Reader, size int) ([]byte, error) {
	payload, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && len(payload) < size {
		err = io.ErrUnexpectedEOF
	}
	return payload, err
}

// inside is what an error means where a message has begun: its end is missing.
func inside(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// refuse gives the peer our last words and returns err. Closing a connection
// with input unread resets it, and the reset may overtake what was said; so
// refuse ends our stream and takes what is still coming, within a limit.
func refuse(conn net.Conn, words string, err error) error {
	io.WriteString(conn, words)
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	io.CopyN(io.Discard, conn, 16*MaxSize)
	return err
}
