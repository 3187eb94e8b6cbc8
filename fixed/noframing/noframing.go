// Package noframing is stage 1, repaired: the end of the stream ends a message.
//
// Request: the raw command, end of stream. Answer: the raw output, end of stream.
// One command a connection, as in HTTP/1.0.
//
// Repaired: each side reads up to the end. Not repaired: a stream that was cut
// short looks like one that ended, and a refusal like an answer. To tell those
// apart a message needs a length.
package noframing

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a message may have.
const MaxSize = 1 << 20

// Serve answers the one command on conn.
func Serve(conn net.Conn, run func(command string) []byte) error {
	command, err := receive(conn)
	if err == nil && len(command) == 0 {
		return nil // a client that came and left: no command is empty
	}
	if err == nil {
		err = send(conn, run(string(command)))
	}
	if err != nil {
		return refuse(conn, "refused: "+err.Error()+"\n", err)
	}
	return nil
}

// A Client sends each command on a connection of its own.
type Client struct{ dial func() (net.Conn, error) }

// NewClient returns a client that connects by dial.
func NewClient(dial func() (net.Conn, error)) *Client { return &Client{dial} }

// Call sends a command, which must not be empty, and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if command == "" {
		return nil, errors.New("an empty command looks like none")
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
		return fmt.Errorf("message of %d bytes, limit %d", len(message), MaxSize)
	}
	if _, err := conn.Write(message); err != nil {
		return err
	}
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("a %T cannot end one direction alone", conn)
	}
	return half.CloseWrite() // FIX: the end of the stream is its end, even if it is empty
}

func receive(conn net.Conn) ([]byte, error) {
	message, err := io.ReadAll(io.LimitReader(conn, MaxSize+1)) // FIX: as many reads as it takes
	if len(message) > MaxSize {
		return nil, fmt.Errorf("message of more than %d bytes", MaxSize)
	}
	return message, err
}
