// Package streaming is stage 6: a command whose output has no end in sight.
//
// Request: the command's size, 4 bytes, big-endian; the command. Answer: the same
// of all that it printed. (Seed 002, problem 5, with the frames of stage 4 mended.)
//
// Wrong: everything is collected before a byte is sent. A command like top has no
// end, so nobody ever hears of it and nobody can stop it. And an answer is bytes
// alone: what was an error, and how it ended, is lost.
package streaming

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a command or an answer may have.
const MaxSize = 1 << 20

// Serve runs the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string, stdout, stderr io.Writer) (status int)) error {
	for {
		command, err := receive(conn)
		if err == io.EOF {
			return nil
		} else if err == nil {
			var output bytes.Buffer
			run(string(command), &output, &output) // BUG: it may never return
			err = send(conn, output.Bytes())       // BUG: so this is never reached
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

// Call sends a command and returns all that it printed.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return nil, err
	}
	answer, err := receive(c.conn) // BUG: and there is no way to say stop
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, payload []byte) error {
	header := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	_, err := conn.Write(append(header, payload...))
	return err
}

func receive(conn net.Conn) (payload []byte, err error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(conn, header); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(header)
	if size > MaxSize {
		return nil, fmt.Errorf("announced %d bytes (0x%x, %+q), limit %d", size, header, header, MaxSize)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(conn, payload); err != nil {
		return nil, fmt.Errorf("message cut short: %w", io.ErrUnexpectedEOF)
	}
	return payload, nil
}
