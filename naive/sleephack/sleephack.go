// Package sleephack is stage 2: the size, a pause, the output.
//
// Request: the raw command. Answer: the output's size in decimal; half a second
// later the output (seed 002). Variant nopause: with a sleep that does nothing.
//
// Wrong: the pause parts the writes, not the reads; nothing frames the request.
package sleephack

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte, sleep func(time.Duration)) error {
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf) // BUG: one read is not one command
		if n == 0 && err == io.EOF {
			return nil
		}
		if n > 0 {
			err = send(conn, run(string(buf[:n])), sleep)
		}
		if err != nil {
			return err
		}
	}
}

// A Client sends commands on one connection.
type Client struct{ conn net.Conn }

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if _, err := c.conn.Write([]byte(command)); err != nil { // BUG: no frame
		return nil, err
	}
	return receive(c.conn)
}

func send(conn net.Conn, payload []byte, sleep func(time.Duration)) error {
	if len(payload) == 0 {
		payload = []byte("cmd exec success,has not output!") // BUG: an answer like any other
	}
	if _, err := fmt.Fprint(conn, len(payload)); err != nil { // BUG: nothing ends the size
		return err
	}
	sleep(500 * time.Millisecond) // BUG: a hope, not a boundary
	_, err := conn.Write(payload)
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	buf := make([]byte, 1024)
	n, err := conn.Read(buf) // BUG: one read is not one size
	if n == 0 {
		return nil, fmt.Errorf("waiting for a size: %w", err)
	}
	size, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return nil, fmt.Errorf("the size: %w", err)
	}
	for len(payload) != size { // BUG: never equal once it has read too much
		n, err := conn.Read(buf) // BUG: up to 1024 bytes, the next answer's too
		if n == 0 {
			return nil, fmt.Errorf("%d of %d bytes: %w", len(payload), size, err)
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
