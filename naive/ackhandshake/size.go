package ackhandshake

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// ServeSize is Serve of the variant size (seed 002): the size alone, and
// anything at all for a reply.
func ServeSize(conn net.Conn, run func(command string) []byte) error {
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf) // BUG: one read is not one command
		if n == 0 && err == io.EOF {
			return nil
		}
		if n == 0 {
			return err
		}
		output := run(string(buf[:n]))
		if len(output) == 0 {
			output = []byte("cmd exec success,has not output!") // BUG: an answer like any other
		}
		fmt.Fprint(conn, len(output))             // BUG: nothing ends the size
		if _, err := conn.Read(buf); err != nil { // BUG: one read is not one reply, nor is everything
			return err
		}
		if _, err := conn.Write(output); err != nil {
			return err
		}
	}
}

// A SizeClient is the client of the variant size.
type SizeClient struct{ conn net.Conn }

// NewSizeClient returns a client for conn.
func NewSizeClient(conn net.Conn) *SizeClient { return &SizeClient{conn} }

// Call sends a command and returns its answer.
func (c *SizeClient) Call(command string) (payload []byte, err error) {
	fmt.Fprint(c.conn, command) // BUG: no frame
	buf := make([]byte, 1024)
	n, err := c.conn.Read(buf) // BUG: one read is not one size
	if n == 0 {
		return nil, err
	}
	size, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return nil, fmt.Errorf("the size: %w", err)
	}
	fmt.Fprint(c.conn, "go on") // BUG: nothing ends the reply
	for len(payload) != size {  // BUG: never equal once it has read too much
		n, err := c.conn.Read(buf) // BUG: up to 1024 bytes, whatever they are
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
