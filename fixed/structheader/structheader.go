// Package structheader is stage 4, repaired: a length of 4 bytes before a payload.
//
// Request and answer: the payload's size, 4 bytes, unsigned, big-endian; the
// payload. A size with its top bit set announces a refusal and its reason.
//
// Repaired: header and payload are read whole and no further, in however many
// reads that takes; the size has a limit; requests have the same frame.
package structheader

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a payload may have.
const MaxSize = 1 << 20

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	for {
		command, err := receive(conn) // FIX: one frame is one command
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
type Client struct{ conn net.Conn }

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a command and returns its answer. After an error, close conn.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil { // FIX: the same frame
		return nil, err
	}
	answer, err := receive(c.conn)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, payload []byte) error {
	if len(payload) > MaxSize {
		return tooLarge(len(payload))
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(len(payload))) // FIX: the network's order
	_, err := conn.Write(append(header, payload...))
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(conn, header); err != nil { // FIX: all 4 bytes
		return nil, err
	}
	size := binary.BigEndian.Uint32(header)
	if size > MaxSize { // FIX: a size is checked before it is believed
		return nil, badSize(conn, header)
	}
	return readFull(conn, int(size)) // FIX: its bytes, and none of the next message
}
