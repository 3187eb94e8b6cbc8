package streaming

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes of a command, and of what Call returns.
const MaxSize = 1 << 20

// A refusal is why a message is not taken, or not sent.
type refusal string

func (r refusal) Error() string { return string(r) }

func send(conn net.Conn, command []byte) error {
	if len(command) > MaxSize {
		return refusal(fmt.Sprintf("command of %d bytes, limit %d", len(command), MaxSize))
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(len(command)))
	_, err := conn.Write(append(header, command...))
	return err
}

func receive(conn net.Conn) ([]byte, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(conn, header); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(header)
	if size > MaxSize {
		return nil, refusal(fmt.Sprintf("announced %d bytes (0x%x, %+q), limit %d", size, header, header, MaxSize))
	}
	return readFull(conn, int(size))
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
	sendChunk(conn, refused, fmt.Appendf(nil, "%.300s", err))
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}
