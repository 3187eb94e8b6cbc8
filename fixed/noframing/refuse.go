package noframing

import (
	"io"
	"net"
)

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
