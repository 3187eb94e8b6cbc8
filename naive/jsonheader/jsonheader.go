// Package jsonheader is stage 5: a header that describes the answer.
//
// Request: the raw command. Answer: the header's length as Python's struct 'i'
// packs it, 4 bytes; the header, JSON with total_size; the output. (Seed 001.)
//
// Wrong: reads of 4 bytes, or of the header, may return fewer; nothing frames
// the request.
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
		}
		if n > 0 {
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
	if _, err := c.conn.Write([]byte(command)); err != nil { // BUG: no frame
		return nil, err
	}
	return receive(c.conn)
}

func send(conn net.Conn, payload []byte) error {
	header := fmt.Sprintf(`{"total_size": %d, "filename": null, "md5": null}`, len(payload)) // BUG: md5 never filled in
	conn.Write(binary.NativeEndian.AppendUint32(nil, uint32(len(header))))                   // BUG: whose order?
	conn.Write([]byte(header))
	_, err := conn.Write(payload)
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	buf, length := make([]byte, 1<<16), int32(0) // BUG: below zero too
	n, err := conn.Read(buf[:4])                 // BUG: up to 4 bytes, not 4
	if n == 0 {
		return nil, err
	}
	if _, err := binary.Decode(buf[:n], binary.NativeEndian, &length); err != nil || length < 0 {
		return nil, fmt.Errorf("header length of % x, %d bytes", buf[:n], n)
	}
	n, _ = conn.Read(buf[:min(int(length), len(buf))]) // BUG: up to length bytes
	var header struct{ Total_size int }
	if err := json.Unmarshal(buf[:n], &header); err != nil {
		return nil, fmt.Errorf("header %q: %w", buf[:n], err)
	}
	for len(payload) < header.Total_size {
		n, err := conn.Read(buf[:1024]) // BUG: up to 1024 bytes, the next answer's too
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
