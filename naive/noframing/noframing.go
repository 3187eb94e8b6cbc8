// Package noframing is stage 1: nothing marks the end of a message.
//
// Request: the raw command. Answer: the raw output. (Seeds 002 and 003.)
//
// Wrong: both sides take one read for one message. A message may need several
// reads, one read may hold several messages, and an empty answer is no bytes at
// all, so that its client waits for ever.
package noframing

import (
	"fmt"
	"io"
	"net"
)

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	for {
		command, err := receive(conn)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = send(conn, run(string(command)))
		}
		if err != nil {
			return err
		}
	}
}

// A Client sends all its commands on one connection.
type Client struct{ conn net.Conn }

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return nil, err
	}
	answer, err := receive(c.conn)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, message []byte) error {
	if len(message) == 0 {
		return nil // BUG: an empty message is not sent, and someone waits for it
	}
	_, err := conn.Write(message) // BUG: nothing marks its end
	return err
}

func receive(conn net.Conn) ([]byte, error) {
	buf := make([]byte, 1024)
	n, err := conn.Read(buf) // BUG: one read is not one message
	if n == 0 {
		return nil, err
	}
	return buf[:n], nil
}
