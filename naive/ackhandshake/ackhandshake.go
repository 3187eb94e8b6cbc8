// Package ackhandshake is stage 3: announce the size, wait for a reply, send.
//
// Request: the raw command. Answer: "Ready|SIZE"; the client replies "Start"; the
// output (seed 000). Variant size: see size.go.
//
// Wrong: the wait parts size and output, and no more; nothing frames a request.
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
		}
		if n == 0 {
			return err
		}
		answer(conn, buf, run(string(buf[:n])))
	}
}

func answer(conn net.Conn, buf, output []byte) {
	if len(output) == 0 {
		output = []byte("cmd err") // BUG: an answer like any other
	}
	fmt.Fprintf(conn, "Ready|%d", len(output)) // BUG: nothing ends the announcement
	n, _ := conn.Read(buf)                     // BUG: one read is not one reply
	if strings.HasPrefix(string(buf[:n]), "Start") {
		conn.Write(output)
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	size int // BUG: of the last answer, if this one's is not recognised
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, -1} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) (payload []byte, err error) {
	fmt.Fprint(c.conn, command) // BUG: no frame
	buf := make([]byte, 1024)
	n, err := c.conn.Read(buf) // BUG: one read is not one announcement
	if n == 0 {
		return nil, err
	}
	if strings.HasPrefix(string(buf[:n]), "Ready") {
		_, digits, _ := strings.Cut(string(buf[:n]), "|")
		c.size, err = strconv.Atoi(strings.TrimSpace(digits))
	}
	if err != nil || c.size < 0 {
		return nil, fmt.Errorf("%q announces no size", buf[:n])
	}
	fmt.Fprint(c.conn, "Start") // BUG: nothing ends the reply
	for len(payload) < c.size {
		n, err := c.conn.Read(buf) // BUG: up to 1024 bytes, whatever they are
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...)
	}
	return payload, nil
}
