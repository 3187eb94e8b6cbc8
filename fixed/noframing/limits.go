package noframing

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// A refusal is why a message is not taken, or not sent.
type refusal string

func (r refusal) Error() string { return string(r) }

func tooLarge(size int) error {
	return refusal(fmt.Sprintf("message of at least %d bytes, limit %d", size, MaxSize))
}

// refuse tells the client why, if err is a refusal, and returns err. The client
// cannot tell the words from an answer: where only the end of the stream means
// something, everything before it is the message.
func refuse(conn net.Conn, err error) error {
	if _, ok := err.(refusal); !ok {
		return err // the connection failed
	}
	fmt.Fprintln(conn, err)
	closeWrite(conn)
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}

// closeWrite ends our stream; the peer may go on with its own.
func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.New("the connection cannot end one direction alone")
}
