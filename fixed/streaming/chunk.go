package streaming

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// The numbers of the streams are those of their files on Unix.
const (
	Stdout = 1
	Stderr = 2

	refused = 3
)

// MaxChunk is the most bytes of a chunk.
const MaxChunk = 32 << 10

func sendChunk(conn net.Conn, number byte, chunk []byte) error {
	header := binary.BigEndian.AppendUint16([]byte{number}, uint16(len(chunk)))
	_, err := conn.Write(append(header, chunk...))
	return err
}

// receiveChunk returns an error for any end of the stream: a client waits for
// the end of its command.
func receiveChunk(conn net.Conn) (number int, chunk []byte, err error) {
	header := make([]byte, 3)
	if _, err := io.ReadFull(conn, header); err == io.EOF {
		return 0, nil, fmt.Errorf("waiting for output: %w", io.ErrUnexpectedEOF)
	} else if err != nil {
		return 0, nil, err
	}
	number, size := int(header[0]), int(binary.BigEndian.Uint16(header[1:]))
	if size > MaxChunk || size > 0 && (number < Stdout || number > refused) {
		return 0, nil, refusal(fmt.Sprintf("chunk %d of %d bytes (0x%x, %+q), limit %d of %d", number, size, header, header, refused, MaxChunk))
	}
	chunk, err = readFull(conn, size)
	if err == nil && number == refused && size > 0 {
		err = refusal(fmt.Sprintf("refused by the peer: %+.300q", chunk))
	}
	return number, chunk, err
}

// reply asks for more, or for the end.
func reply(conn net.Conn, more bool) error {
	word := "+"
	if !more {
		word = "."
	}
	_, err := io.WriteString(conn, word)
	return err
}
