// Package sleephack is stage 2, repaired: the size, a line feed, the payload.
//
// Request and answer: the size in decimal digits, "\n", that many bytes.
// Instead of an answer, a refusal: "-", the reason, "\n".
//
// Repaired: a delimiter needs no pause. It ends the size wherever the reads end.
package sleephack

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// MaxSize is the most bytes that a payload may have.
const MaxSize = 1 << 20

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	buf := bufio.NewReaderSize(conn, maxLine) // FIX: what it reads ahead waits in it
	for {
		command, err := receive(buf) // FIX: one frame is one command
		if err == io.EOF {
			return nil
		} else if err == nil {
			err = send(conn, run(string(command)))
		}
		if err != nil {
			return refuse(conn, err) // FIX: not in silence
		}
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	buf  *bufio.Reader // FIX: as old as the connection
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, bufio.NewReaderSize(conn, maxLine)} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil { // FIX: the same frame
		return nil, err
	}
	answer, err := receive(c.buf)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, payload []byte) error {
	if len(payload) > MaxSize {
		return tooLarge(len(payload))
	}
	_, err := fmt.Fprintf(conn, "%d\n%s", len(payload), payload) // FIX: a line feed ends the size
	return err
}

func receive(buf *bufio.Reader) ([]byte, error) {
	line, err := buf.ReadSlice('\n') // FIX: all of the size, and of nothing else
	if err != nil {
		return nil, badLine(line, err)
	}
	size, err := strconv.ParseUint(strings.TrimSuffix(string(line), "\n"), 10, 64)
	if err != nil || size > MaxSize {
		return nil, badLine(line, nil)
	}
	return readFull(buf, int(size)) // FIX: its bytes, and none of the next message
}
