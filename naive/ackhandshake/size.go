package ackhandshake

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// ServeSize is Serve for the variant size: a bare size, any reply. (Seed 002.)
func ServeSize(conn net.Conn, run func(command string) []byte) error {
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf) // BUG: one read is not one command
		if n == 0 && err == io.EOF {
			return nil
		} else if n > 0 {
			err = sendSize(conn, buf, run(string(buf[:n])))
		}
		if err != nil {
			return err
		}
	}
}

func sendSize(conn net.Conn, buf, payload []byte) error {
	if len(payload) == 0 {
		payload = []byte("cmd exec success,has not output!")
	}
	fmt.Fprintf(conn, "%d", len(payload)) // BUG: nothing marks where the size ends
	conn.Read(buf)                        // BUG: the rest of a command will do for a reply
	_, err := conn.Write(payload)
	return err
}

// A SizeClient is a Client for the variant size.
type SizeClient struct{ conn net.Conn }

// NewSizeClient returns a client for conn.
func NewSizeClient(conn net.Conn) *SizeClient { return &SizeClient{conn} }

// Call sends a command and returns its answer.
func (c *SizeClient) Call(command string) ([]byte, error) {
	if _, err := c.conn.Write([]byte(command)); err != nil { // BUG: nothing marks its end
		return nil, err
	}
	answer, err := c.receive()
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func (c *SizeClient) receive() (payload []byte, err error) {
	buf := make([]byte, 1024)
	n, err := c.conn.Read(buf) // BUG: one read is not one size
	if n == 0 {
		return nil, err
	}
	size, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return nil, fmt.Errorf("no size in %+.40q", buf[:n])
	}
	fmt.Fprint(c.conn, "ready when you are")
	return collect(c.conn, buf, size, true) // BUG: a byte too many, and it never ends
}

// collect reads until it has size bytes or more (seed 000), or exactly (seed 002).
func collect(conn net.Conn, buf []byte, size int, exactly bool) (payload []byte, err error) {
	for len(payload) < size || exactly && len(payload) != size {
		n, err := conn.Read(buf)
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
