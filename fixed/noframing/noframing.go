// Package noframing is stage 1, repaired: the end of the stream is the end of
// the message, as in HTTP/1.0.
//
// Request: the raw command, end of stream. Answer: the raw output, end of stream.
//
// Repaired: each side reads up to the end, so one connection is one command.
// Not repaired: a stream that was cut short looks like one that ended, and a
// refusal looks like an answer. To tell them apart, a message needs a length.
package noframing

import (
	"io"
	"net"
)

// MaxSize is the most bytes that a command or an answer may have.
const MaxSize = 1 << 20

// Serve answers the one command on conn.
func Serve(conn net.Conn, run func(command string) []byte) error {
	command, err := receive(conn)
	if err == nil && len(command) == 0 {
		return nil // a client that left; so no command can be empty
	}
	if err == nil {
		err = send(conn, run(string(command)))
	}
	if err != nil {
		return refuse(conn, err)
	}
	return nil
}

// A Client sends each command on a connection of its own.
type Client struct{ dial func() (net.Conn, error) }

// NewClient returns a client that connects by dial.
func NewClient(dial func() (net.Conn, error)) *Client { return &Client{dial} }

// Call sends a command, which cannot be empty, and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if command == "" {
		return nil, refusal("command of 0 bytes: an end of stream alone asks nothing")
	}
	conn, err := c.dial() // FIX: a connection for each command
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := send(conn, []byte(command)); err != nil {
		return nil, err
	}
	return receive(conn)
}

func send(conn net.Conn, message []byte) error {
	if len(message) > MaxSize {
		return tooLarge(len(message))
	}
	if _, err := conn.Write(message); err != nil {
		return err
	}
	return closeWrite(conn) // FIX: the end of the stream marks its end, even if it is empty
}

func receive(conn net.Conn) ([]byte, error) {
	message, err := io.ReadAll(io.LimitReader(conn, MaxSize+1)) // FIX: as many reads as it takes
	if err != nil {
		return nil, err
	} else if len(message) > MaxSize {
		return nil, tooLarge(len(message))
	}
	return message, nil
}
