// Package jsonheader is stage 5, repaired: a header that describes the payload.
//
// Request and answer: the header's length, 4 bytes, big-endian; the header, JSON
// with total_size, filename and md5; the payload. A header with "error" refuses.
//
// Repaired: each part is read whole, no further, and bounded; the header is checked.
package jsonheader

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a payload may have, MaxHeader that a header may.
const MaxSize, MaxHeader = 1 << 20, 4096

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	for {
		command, err := receive(conn) // FIX: one frame is one command
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = send(conn, run(string(command)))
		}
		if err != nil {
			return refuse(conn, refusal(err), err)
		}
	}
}

// A Client sends commands on one connection.
type Client struct{ conn net.Conn }

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil { // FIX: framed
		return nil, err
	}
	answer, err := receive(c.conn)
	return answer, inside(err)
}

func send(conn net.Conn, payload []byte) error {
	if len(payload) > MaxSize {
		return fmt.Errorf("message of %d bytes, limit %d", len(payload), MaxSize)
	}
	_, err := conn.Write(append([]byte(frame(describe(payload))), payload...))
	return err
}

func receive(conn net.Conn) ([]byte, error) {
	buf := make([]byte, MaxHeader)
	if _, err := io.ReadFull(conn, buf[:4]); err != nil { // FIX: 4 bytes, not up to 4
		return nil, err
	}
	length := binary.BigEndian.Uint32(buf)
	if length > MaxHeader { // FIX: before any memory is taken
		return nil, fmt.Errorf("header length %#x (%q) is over the limit of %d bytes", buf[:4], buf[:4], MaxHeader)
	}
	if _, err := io.ReadFull(conn, buf[:length]); err != nil { // FIX: all of it
		return nil, inside(err)
	}
	size, sum, err := parse(buf[:length])
	if err != nil {
		return nil, err
	}
	payload, err := readPayload(conn, size) // FIX: no byte more, none less
	if err != nil {
		return nil, err
	}
	return payload, verify(payload, sum) // FIX
}
