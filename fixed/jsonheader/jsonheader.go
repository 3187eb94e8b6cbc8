// Package jsonheader is stage 5, repaired: a header in JSON describes the payload.
//
// Request and answer: the header's length, 4 bytes, big-endian; the header,
// {"total_size": N, "filename": null, "md5": "HEX"}; N bytes. With "error": a refusal.
//
// Repaired: length, header and payload are limited and read whole, and requests
// have them too. (The MD5 mends no boundary and stops no attacker.)
package jsonheader

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// MaxSize and MaxHeader are the most bytes of a payload and of a header.
const MaxSize, MaxHeader = 1 << 20, 4096

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
	header := fmt.Sprintf(`{"total_size": %d, "filename": null, "md5": "%x"}`, len(payload), md5.Sum(payload))
	length := binary.BigEndian.AppendUint32(nil, uint32(len(header))) // FIX: the network's order
	_, err := fmt.Fprintf(conn, "%s%s%s", length, header, payload)
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(conn, length); err != nil { // FIX: all 4 bytes
		return nil, err
	}
	header, err := readHeader(conn, length) // FIX: all of it, and strictly
	if err != nil {
		return nil, err
	}
	payload, err = readFull(conn, header.size) // FIX: its bytes, and none of the next message
	if err == nil && !header.describes(payload) {
		return nil, refusal(fmt.Sprintf("md5 of %d bytes is not %+.40q", header.size, fmt.Sprint(header.md5))) // FIX: checked
	}
	return payload, err
}
