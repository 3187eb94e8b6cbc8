// Package sockets is stage 0: an echo server that grows, one mistake at a time.
//
// Request: raw bytes. Answer: the same in upper case, which is what run is here.
// (Seed 002; once.go, spin.go and first.go are the steps up to this one.)
//
// Wrong: while one client stays, every other one waits in the backlog. And one
// read is taken for one message, on both sides.
package sockets

import (
	"fmt"
	"io"
	"net"
)

// Serve serves one client after the other until the listener is closed.
func Serve(listener net.Listener, run func(line string) []byte) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		serve(conn, run) // BUG: until this client leaves, nobody else is served
	}
}

func serve(conn net.Conn, run func(line string) []byte) {
	defer conn.Close()
	buf := make([]byte, 1024)
	for {
		n, _ := conn.Read(buf) // BUG: one read is not one line
		if n == 0 {
			return // the client has left
		}
		conn.Write(run(string(buf[:n])))
	}
}

// A Client sends lines on one connection.
type Client struct{ conn net.Conn }

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a line and returns its answer.
func (c *Client) Call(line string) ([]byte, error) {
	if _, err := c.conn.Write([]byte(line)); err != nil { // BUG: nothing marks its end
		return nil, err
	}
	buf := make([]byte, 1024)
	n, err := c.conn.Read(buf) // BUG: one read is not one answer
	if n == 0 && err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	if n == 0 {
		return nil, err
	}
	return buf[:n], nil
}
