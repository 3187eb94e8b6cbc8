package structheader

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// refused is the bit of a size that makes its payload a refusal: the sign that
// the naive side had no use for.
const refused = 1 << 31

// maxReason is the most bytes of a refusal.
const maxReason = 512

// A refusal is why a message is not taken, or not sent.
type refusal string

func (r refusal) Error() string { return string(r) }

func tooLarge(size int) error {
	return refusal(fmt.Sprintf("message of %d bytes, limit %d", size, MaxSize))
}

// badSize says what a header over the limit means: a refusal, which it reads, or
// most often the text of another protocol.
func badSize(r io.Reader, header []byte) error {
	size := binary.BigEndian.Uint32(header)
	if size <= refused || size&^refused > maxReason { // a reason has bytes
		return refusal(fmt.Sprintf("announced %d bytes (0x%x, %+q), limit %d", size, header, header, MaxSize))
	}
	reason, err := readFull(r, int(size&^refused))
	if err != nil {
		return err
	}
	return refusal(fmt.Sprintf("refused by the peer: %+q", reason))
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
	reason := fmt.Appendf(nil, "%.*s", maxReason, err)
	header := binary.BigEndian.AppendUint32(nil, refused|uint32(len(reason)))
	conn.Write(append(header, reason...))
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}
