package incremental

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// refusing is the bit of a size that makes its payload a refusal.
const refusing = 1 << 31

// maxReason is the most bytes of a refusal.
const maxReason = 512

// A refusal is why a message is not taken, or not sent.
type refusal string

func (r refusal) Error() string { return string(r) }

func tooLarge(size int) error {
	return refusal(fmt.Sprintf("message of %d bytes, limit %d", size, MaxSize))
}

// frameSize returns the bytes of a frame that begins so. A size over the limit
// is most often the text of another protocol.
func frameSize(start []byte) (int, error) {
	size := binary.BigEndian.Uint32(start)
	reason := size &^ refusing
	switch {
	case size <= MaxSize:
		return header + int(size), nil
	case size > refusing && reason <= maxReason: // a reason has bytes
		return header + int(reason), nil
	}
	return 0, refusal(fmt.Sprintf("announced %d bytes (0x%x, %+q), limit %d", size, start, start, MaxSize))
}

// refused returns the refusal that a frame may be.
func refused(frame []byte) error {
	if binary.BigEndian.Uint32(frame) < refusing {
		return nil
	}
	return refusal(fmt.Sprintf("refused by the peer: %+q", frame[header:]))
}

// refuse tells the client why, if err is a refusal, and returns err.
func refuse(conn net.Conn, err error) error {
	if _, ok := err.(refusal); !ok {
		return err // the connection failed, or the client left in mid-message
	}
	reason := fmt.Appendf(nil, "%.*s", maxReason, err)
	size := binary.BigEndian.AppendUint32(nil, refusing|uint32(len(reason)))
	conn.Write(append(size, reason...))
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}
