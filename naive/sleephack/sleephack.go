// Package sleephack is stage 2: the size, a pause, the answer.
//
// Request: the raw command. Answer: its size in digits, half a second, the answer
// itself (seed 002). Given a sleep that does nothing, it is the variant nopause.
// Wrong: the pause parts two writes, not two reads, and nothing ends a size.
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
		} else if n > 0 {
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
	if _, err := c.conn.Write([]byte(command)); err != nil { // BUG: nothing marks its end
		return nil, err
	}
	answer, err := receive(c.conn)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, payload []byte, sleep func(time.Duration)) error {
	if len(payload) == 0 {
		payload = []byte("cmd exec success,has not output!")
	}
	fmt.Fprintf(conn, "%d", len(payload)) // BUG: nothing marks where the size ends
	sleep(500 * time.Millisecond)         // BUG: the network need not keep the pause
	_, err := conn.Write(payload)
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	buf := make([]byte, 1024)
	n, err := conn.Read(buf) // BUG: one read is not one size
	if n == 0 {
		return nil, err
	}
	size, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return nil, fmt.Errorf("size %.40q is no number", buf[:n])
	}
	for len(payload) != size { // BUG: a byte too many, and it never ends
		n, err := conn.Read(buf) // BUG: may take bytes of the next answer
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
