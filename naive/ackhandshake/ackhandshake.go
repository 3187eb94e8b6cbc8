// Package ackhandshake is stage 3: announce the size, wait for a reply, send.
//
// Request: the raw command. Answer: "Ready|" and its size in digits; the client
// replies "Start"; the answer itself. (Seed 000; size.go is the variant size.)
// Wrong: the wait does keep size and answer apart, but one read may return part
// of an announcement, of a reply or of a command. Nothing marks their ends.
package ackhandshake

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf) // BUG: one read is not one command
		if n == 0 && err == io.EOF {
			return nil
		} else if n > 0 {
			err = send(conn, buf, run(string(buf[:n])))
		}
		if err != nil {
			return err
		}
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	size int // as last announced
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, -1} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if _, err := c.conn.Write([]byte(command)); err != nil { // BUG: nothing marks its end
		return nil, err
	}
	answer, err := c.receive()
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, buf, payload []byte) (err error) {
	if len(payload) == 0 {
		payload = []byte("cmd err")
	}
	fmt.Fprintf(conn, "Ready|%d", len(payload)) // BUG: nothing marks where the size ends
	n, _ := conn.Read(buf)                      // BUG: one read is not one reply
	if strings.HasPrefix(string(buf[:n]), "Start") {
		_, err = conn.Write(payload)
	}
	return err // BUG: if the reply is anything else, no answer comes
}

func (c *Client) receive() (payload []byte, err error) {
	buf := make([]byte, 1024)
	n, end := c.conn.Read(buf)                                     // BUG: one read is not one announcement
	if text := string(buf[:n]); strings.HasPrefix(text, "Ready") { // BUG: if not, the last size stands
		c.size, err = strconv.Atoi(strings.TrimSpace(text[strings.LastIndex(text, "|")+1:]))
	} else if n == 0 {
		return nil, end
	}
	if err != nil || c.size < 0 {
		return nil, fmt.Errorf("no size in %+.40q", buf[:n])
	}
	fmt.Fprint(c.conn, "Start")
	return collect(c.conn, buf, c.size, false) // BUG: may take bytes of the next announcement
}
