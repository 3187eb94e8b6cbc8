// Package sleephack is stage 2, repaired: the size, a line feed, the payload.
//
// Request and answer: the size in decimal, a line feed, the payload. A line that
// starts with "-" stands for a refusal and says why.
//
// Repaired: the pause became a delimiter, so that it no longer matters when
// bytes come; line and size are bounded; requests have frames too.
package sleephack

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// MaxSize is the most bytes that a payload may have, maxLine that its size may.
const MaxSize, maxLine = 1 << 20, 128

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	buf := bufio.NewReaderSize(conn, maxLine)
	for {
		command, err := receive(buf) // FIX: one frame is one command
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = send(conn, run(string(command)))
		}
		if err != nil {
			return refuse(conn, "-"+err.Error()+"\n", err)
		}
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	buf  *bufio.Reader // FIX: what one call reads ahead, the next one finds
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, bufio.NewReaderSize(conn, maxLine)} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil { // FIX: framed
		return nil, err
	}
	answer, err := receive(c.buf)
	return answer, inside(err)
}

func send(conn net.Conn, payload []byte) error {
	if len(payload) > MaxSize {
		return fmt.Errorf("message of %d bytes, limit %d", len(payload), MaxSize)
	}
	_, err := fmt.Fprintf(conn, "%d\n%s", len(payload), payload) // FIX: the size has an end
	return err
}

func receive(buf *bufio.Reader) ([]byte, error) {
	line, err := buf.ReadSlice('\n') // FIX: to the delimiter, at most maxLine
	if err == io.EOF && len(line) > 0 {
		return nil, inside(err)
	}
	if err != nil && err != bufio.ErrBufferFull {
		return nil, err
	}
	size, bad := strconv.ParseUint(strings.TrimSuffix(string(line), "\n"), 10, 32)
	if err != nil || bad != nil || size > MaxSize {
		return nil, fmt.Errorf("%q is no size up to %d", line, MaxSize)
	}
	return readPayload(buf, int(size)) // FIX: no byte more, none less
}
