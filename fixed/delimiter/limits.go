package delimiter

import (
	"fmt"
	"io"
	"net"
)

// A refusal is why a message is not taken, or not sent.
type refusal string

func (r refusal) Error() string { return string(r) }

func tooLarge(size int) error {
	return refusal(fmt.Sprintf("message of %d bytes, limit %d", size, MaxSize))
}

// tooLong is for a line of which more than the limit has come, and no end.
func tooLong() error {
	return refusal(fmt.Sprintf("message of at least %d bytes, limit %d", MaxSize+1, MaxSize))
}

// cutShort says so where the stream ends after some bytes of a line. Before the
// first it ends well.
func cutShort(err error, size int) error {
	if err == io.EOF && size > 0 || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("line cut short after %d bytes of its payload: %w", size, io.ErrUnexpectedEOF)
	}
	return err
}

// refuse tells the client why, if err is a refusal, and returns err.
func refuse(conn net.Conn, err error) error {
	if _, ok := err.(refusal); !ok {
		return err // the connection failed, or the client left in mid-message
	}
	fmt.Fprintf(conn, "\\!%s\n", escape(fmt.Appendf(nil, "%.*s", maxReason, err)))
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}
