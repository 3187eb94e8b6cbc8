// Package streaming is stage 6, repaired: output goes out in chunks, as it comes.
//
// Request: the command's size, 4 bytes, big-endian; the command. Answer: chunks: a
// stream's number, a size of 2 bytes, big-endian, so many bytes. To each the client
// replies "+" for more or "." to stop. Last a chunk of size 0 that has the exit status
// for a number. Or a refusal: number 3 and the reason.
//
// A server that blocks cannot wait for a command and for its client at once, so it
// asks after each chunk: a stop needs no second goroutine, no deadline, no polling.
// That is a round trip a chunk, and holds a command up as a full pipe does.
package streaming

import (
	"fmt"
	"io"
	"net"
)

// Serve runs the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string, stdout, stderr io.Writer) (status int)) error {
	for {
		command, err := receive(conn)
		if err == io.EOF {
			return nil
		} else if err == nil {
			out := output{conn: conn} // FIX: what is printed is sent at once
			status := run(string(command), stream{&out, Stdout}, stream{&out, Stderr})
			err = out.end(status) // FIX: how it ended is said, too
		}
		if err != nil {
			return refuse(conn, err)
		}
	}
}

// A Client sends commands on one connection.
type Client struct{ conn net.Conn }

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a command that ends, and returns its standard output.
func (c *Client) Call(command string) (answer []byte, err error) {
	size := 0
	_, err = c.Stream(command, func(stream int, chunk []byte) bool {
		if size += len(chunk); stream == Stdout {
			answer = append(answer, chunk...)
		}
		return size <= MaxSize // FIX: what has no end is stopped
	})
	if err == nil && size > MaxSize {
		err = refusal(fmt.Sprintf("output over the limit of %d bytes: the command was stopped", MaxSize))
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// Stream sends a command and passes on each chunk that it prints, until it ends or
// each returns false, which stops it. It returns the exit status, 0 to 255.
func (c *Client) Stream(command string, each func(stream int, chunk []byte) bool) (status int, err error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return 0, err
	}
	for more := true; ; {
		number, chunk, err := receiveChunk(c.conn)
		if err != nil || len(chunk) == 0 { // FIX: an empty chunk is the end, nothing else is
			return number, err
		} else if !more {
			return 0, refusal("more output after a stop")
		}
		more = each(number, chunk)
		if err := reply(c.conn, more); err != nil { // FIX: the client is asked
			return 0, err
		}
	}
}
