package sockets

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
)

// A refusal is why a line is not taken, or not sent.
type refusal string

func (r refusal) Error() string { return string(r) }

// readLine reads a line of at most so many bytes, without its line feed. It
// takes memory as they arrive.
func readLine(buf *bufio.Reader, most int) (line []byte, err error) {
	for {
		part, err := buf.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(bytes.TrimSuffix(line, []byte("\n"))) > most:
			return nil, refusal(fmt.Sprintf("line %+.40q is over the limit of %d bytes", line, MaxSize))
		case err == nil:
			return line[:len(line)-1], nil
		case err == io.EOF && len(line) > 0:
			return nil, fmt.Errorf("line cut short at %d bytes: %w", len(line), io.ErrUnexpectedEOF)
		case err != bufio.ErrBufferFull:
			return nil, err // io.EOF here: the peer left between two lines
		}
	}
}

func sendLine(conn net.Conn, sign string, line []byte) error {
	switch {
	case len(line) > MaxSize:
		return refusal(fmt.Sprintf("line of %d bytes, limit %d", len(line), MaxSize))
	case bytes.IndexByte(line, '\n') >= 0:
		return refusal(fmt.Sprintf("line %+.40q has a line feed in it", line))
	}
	_, err := fmt.Fprintf(conn, "%s%s\n", sign, line)
	return err
}

// accepted returns what a server answered, if it is no refusal.
func accepted(answer []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(answer, []byte("+")):
		return answer[1:], nil
	case bytes.HasPrefix(answer, []byte("-")):
		return nil, refusal(fmt.Sprintf("refused by the peer: %+.300q", answer[1:]))
	}
	return nil, refusal(fmt.Sprintf("answer %+.40q begins with neither + nor -", answer))
}

// refuse tells the client why, if err is a refusal, and returns err.
func refuse(conn net.Conn, err error) error {
	if _, ok := err.(refusal); !ok {
		return err // the connection failed, or the client left in mid-line
	}
	fmt.Fprintf(conn, "-%.300s\n", err)
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	// To close with bytes unread resets the connection, and a reset may overtake
	// the words. So take what is still coming, within a limit.
	io.CopyN(io.Discard, conn, MaxSize)
	return err
}
