// Package ackhandshake is stage 3, repaired: control lines, and exact payloads.
//
// Request: "Run|SIZE\n", the command. Answer: "Ready|SIZE\n"; the client replies
// "Start\n"; the output. "Refused|WHY\n" may stand for an answer.
//
// Repaired: each line has an end and a limit, each payload its size, both ways.
// The reply, once needed to part size and output, now only costs a round trip.
package ackhandshake

import (
	"bufio"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a payload may have, maxLine that a line may.
const MaxSize, maxLine = 1 << 20, 128

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	buf := bufio.NewReaderSize(conn, maxLine)
	for {
		size, err := readSize(buf, "Run|") // FIX: one frame is one command
		if err == io.EOF {
			return nil
		}
		var command []byte
		if err == nil {
			command, err = readPayload(buf, size)
		}
		if err != nil {
			return refuse(conn, err)
		}
		if err := answer(conn, buf, run(string(command))); err != nil {
			return err
		}
	}
}

func answer(conn net.Conn, buf *bufio.Reader, output []byte) error {
	if len(output) > MaxSize {
		return refuse(conn, fmt.Errorf("answer of %d bytes, limit %d", len(output), MaxSize))
	}
	fmt.Fprintf(conn, "Ready|%d\n", len(output)) // FIX: the announcement has an end
	line, err := readLine(buf)
	if err == nil && line != "Start" { // FIX: a whole reply, and the right one
		err = fmt.Errorf("%q for a reply, want Start", line)
	}
	if err == nil {
		_, err = conn.Write(output)
	}
	return inside(err)
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
	if len(command) > MaxSize {
		return nil, fmt.Errorf("command of %d bytes, limit %d", len(command), MaxSize)
	}
	fmt.Fprintf(c.conn, "Run|%d\n%s", len(command), command) // FIX: framed
	size, err := readSize(c.buf, "Ready|")                   // FIX: a whole announcement
	if err != nil {
		return nil, fmt.Errorf("waiting for the answer: %w", inside(err))
	}
	fmt.Fprint(c.conn, "Start\n")
	return readPayload(c.buf, size) // FIX: no byte more, none less
}
