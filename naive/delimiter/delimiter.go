// Package delimiter is stage 7: a line feed ends a message.
//
// Request and answer: the payload, "\n".
//
// Wrong: what a read returned is split at its line feeds, and every piece is
// taken for a line, even where the read ended within one. And a payload that
// has line feeds of its own comes out as several messages.
package delimiter

import (
	"bytes"
	"fmt"
	"io"
	"net"
)

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	in := &lines{conn: conn}
	for {
		command, err := receive(in)
		if err == io.EOF {
			return nil
		} else if err == nil {
			err = send(conn, run(string(command)))
		}
		if err != nil {
			return err
		}
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	in   *lines
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, &lines{conn: conn}} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return nil, err
	}
	answer, err := receive(c.in)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, payload []byte) error {
	_, err := fmt.Fprintf(conn, "%s\n", payload) // BUG: the payload may have line feeds, too
	return err
}

// lines are what came on conn and nobody has asked for yet.
type lines struct {
	conn net.Conn
	come [][]byte
}

func receive(in *lines) (payload []byte, err error) {
	if len(in.come) == 0 {
		buf := make([]byte, 1024)
		n, err := in.conn.Read(buf)
		if n == 0 {
			return nil, err
		}
		whole := bytes.TrimSuffix(buf[:n], []byte("\n"))
		in.come = bytes.Split(whole, []byte("\n")) // BUG: a read may end within a line
	}
	payload, in.come = in.come[0], in.come[1:]
	return payload, nil
}
