// Package sockets is stage 0, repaired: each client has a handler of its own.
//
// Request: a line and "\n". Answer: "+", the line in upper case, which is what run
// is here, "\n". Or a refusal: "-", the reason, "\n".
//
// Repaired: nobody waits for another client to leave, and who leaves takes nobody
// along. A line ends at its line feed, wherever the reads end.
package sockets

import (
	"bufio"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a line may have.
const MaxSize = 1 << 20

// Handlers run at the same time: goroutines, or tasks of a simulator.
type Handlers interface {
	Go(handle func() error)
	Wait() // until all have ended
}

// Serve serves all clients at once until the listener is closed, and then those
// that are still here until they leave. How many there may be is the listener's
// to limit.
func Serve(listener net.Listener, run func(line string) []byte, handlers Handlers) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			handlers.Wait() // FIX: nobody is cut off
			return err
		}
		handlers.Go(func() error { return serve(conn, run) }) // FIX: and back to the others
	}
}

func serve(conn net.Conn, run func(line string) []byte) error {
	defer conn.Close()
	buf := bufio.NewReader(conn) // FIX: what it reads ahead waits in it
	for {
		line, err := readLine(buf, MaxSize) // FIX: as many reads as a line takes, and no more
		if err == io.EOF {
			return nil // FIX: this client has left; no other is meant
		} else if err == nil {
			err = sendLine(conn, "+", run(string(line)))
		}
		if err != nil {
			return fmt.Errorf("%v: %w", conn.RemoteAddr(), refuse(conn, err))
		}
	}
}

// A Client sends lines on one connection.
type Client struct {
	conn net.Conn
	buf  *bufio.Reader // FIX: as old as the connection
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, bufio.NewReader(conn)} }

// Call sends a line and returns its answer. After an error, close conn.
func (c *Client) Call(line string) ([]byte, error) {
	if err := sendLine(c.conn, "", []byte(line)); err != nil { // FIX: a line feed marks its end
		return nil, err
	}
	answer, err := readLine(c.buf, 1+MaxSize) // FIX: all of the answer
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, err
	}
	return accepted(answer)
}
