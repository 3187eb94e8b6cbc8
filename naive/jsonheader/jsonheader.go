// Package jsonheader is stage 5: a header in JSON describes the answer.
// Request: the raw command. Answer: the header's length as Python's struct 'i' packs
// it; {"total_size": N, "filename": null, "md5": null}; N bytes. (Seed 001.)
// Wrong: a read may return less than a length or a header, or more than an answer.
package jsonheader

import (
	"encoding/binary"
	"encoding/json"
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
	header := fmt.Sprintf(`{"total_size": %d, "filename": null, "md5": null}`, len(payload))
	conn.Write(binary.NativeEndian.AppendUint32(nil, uint32(len(header)))) // BUG: in whose order?
	conn.Write([]byte(header))
	_, err := conn.Write(payload)
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	buf, length, header := make([]byte, 4096), int32(0), struct{ Total_size float64 }{}
	n, err := conn.Read(buf[:4]) // BUG: up to 4 bytes, not 4
	if n == 0 {
		return nil, err
	} else if _, err := binary.Decode(buf[:n], binary.NativeEndian, &length); err != nil {
		return nil, fmt.Errorf("one read returned %d of the header length's 4 bytes", n)
	}
	n, err = conn.Read(buf[:min(max(0, int(length)), len(buf))]) // BUG: up to length bytes
	if n == 0 && err != nil {
		return nil, err
	} else if err := json.Unmarshal(buf[:n], &header); err != nil { // BUG: any size will do
		return nil, fmt.Errorf("header %+.40q: %w", buf[:n], err)
	}
	for float64(len(payload)) < header.Total_size {
		n, err := conn.Read(buf[:1024]) // BUG: may take bytes of the next answer
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
