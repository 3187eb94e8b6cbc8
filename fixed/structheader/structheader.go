// Package structheader is stage 4, repaired: a length of 4 bytes before the payload.
//
// Request and answer: the size, 4 bytes, unsigned, big-endian; then the payload.
// A size with its top bit set announces a refusal, whose payload says why.
//
// Repaired: header and payload are read whole and no further, in however many
// reads that takes; the size has a limit; requests have frames too.
package structheader

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a payload may have. refusal marks a refusal.
const MaxSize, refusal = 1 << 20, 1 << 31

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
			return refuse(conn, string(frame(refusal, err.Error())), err)
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
	_, err := conn.Write(frame(0, string(payload)))
	return err
}

func frame(mark uint32, payload string) []byte {
	header := binary.BigEndian.AppendUint32(nil, mark|uint32(len(payload))) // FIX: one order, no sign
	return append(header, payload...)
}

func receive(conn net.Conn) ([]byte, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(conn, header); err != nil { // FIX: 4 bytes, not up to 4
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(header) &^ refusal)
	if size > MaxSize { // FIX: before any memory is taken
		return nil, fmt.Errorf("length %#x (%q) is over the limit of %d bytes", header, header, MaxSize)
	}
	payload, err := readPayload(conn, size) // FIX: no byte more, none less
	if err == nil && header[0] >= refusal>>24 {
		return nil, fmt.Errorf("refused: %s", payload)
	}
	return payload, err
}
