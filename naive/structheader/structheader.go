// Package structheader is stage 4: a length of 4 bytes before the answer.
//
// Request: the raw command. Answer: its size as Python's struct 'i' packs it, 4
// bytes, signed, in the machine's own order; the answer itself. (Seed 003.)
//
// Wrong: a read of 4 bytes may return fewer, a read of 1024 may take bytes of
// the next answer, a size may be negative, and nothing frames the request.
package structheader

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf) // BUG: one read is not one command
		if n == 0 && err == io.EOF {
			return nil
		} else if n > 0 {
			err = send(conn, run(string(buf[:n])))
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

func send(conn net.Conn, payload []byte) error {
	header := binary.NativeEndian.AppendUint32(nil, uint32(len(payload))) // BUG: in whose order?
	if _, err := conn.Write(header); err != nil {
		return err
	}
	_, err := conn.Write(payload)
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	buf := make([]byte, 1024)
	n, err := conn.Read(buf[:4]) // BUG: up to 4 bytes, not 4
	if n == 0 {
		return nil, err
	}
	if n < 4 {
		return nil, fmt.Errorf("one read returned %d of the header's 4 bytes", n)
	}
	size := int32(binary.NativeEndian.Uint32(buf)) // BUG: any size, even below 0
	for len(payload) < int(size) {
		n, err := conn.Read(buf) // BUG: may take bytes of the next answer
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
