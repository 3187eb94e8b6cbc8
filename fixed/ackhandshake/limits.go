package ackhandshake

import (
	"bytes"
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

// readFull reads exactly n bytes. It takes memory as they arrive, not as they
// were announced, and the stream cannot end well before them.
func readFull(r io.Reader, n int) ([]byte, error) {
	var data bytes.Buffer
	_, err := io.CopyN(&data, r, int64(n))
	if err == io.EOF {
		err = fmt.Errorf("message cut short at %d of %d bytes: %w", data.Len(), n, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

// refuse tells the client why, if err is a refusal, and returns err.
func refuse(conn net.Conn, err error) error {
	if _, ok := err.(refusal); !ok {
		return err // the connection failed, or the client left in mid-message
	}
	fmt.Fprintf(conn, "Refused|%.300s\n", err)
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}
