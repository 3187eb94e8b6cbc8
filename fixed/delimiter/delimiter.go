// Package delimiter is stage 7, repaired: a line feed ends a message, and stands
// nowhere else.
//
// Request and answer: the payload, "\n" or "\r\n". In it \n stands for a line feed,
// \r for a carriage return, \\ for a backslash. A line after \! is a refusal.
//
// Repaired: a line is read up to its end, in however many reads, and to a limit.
package delimiter

import (
	"bufio"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a payload may have, its escapes undone.
const MaxSize = 1 << 20

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	in := bufio.NewReader(conn) // FIX: what it reads ahead waits in it
	for {
		command, err := receive(in)
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
	in   *bufio.Reader // FIX: as old as the connection
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, bufio.NewReader(conn)} }

// Call sends a command and returns its answer. After an error, close conn.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return nil, err
	}
	answer, err := receive(c.in)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, payload []byte) error {
	if len(payload) > MaxSize {
		return tooLarge(len(payload))
	}
	_, err := fmt.Fprintf(conn, "%s\n", escape(payload)) // FIX: the only line feed in it
	return err
}

func receive(in *bufio.Reader) (payload []byte, err error) {
	for {
		c, end, err := next(in, len(payload) == 0) // FIX: a read may end anywhere
		switch {
		case err != nil:
			return nil, cutShort(err, len(payload))
		case end:
			return payload, nil
		case len(payload) == MaxSize: // FIX: a line that never ends is refused
			return nil, tooLong()
		}
		payload = append(payload, c)
	}
}
