// Package ackhandshake is stage 3, repaired: announce the size, wait, send.
//
// Request: "Run|", its size in digits, "\n", the command. Answer: "Ready|", its size,
// "\n"; the client replies "Start\n"; the answer. Or a refusal: "Refused|REASON\n".
// Repaired: a line ends at its line feed, a payload where its size says. So the
// reply has become redundant: it costs a round trip and parts nothing any more.
package ackhandshake

import (
	"bufio"
	"fmt"
	"io"
	"net"
)

// MaxSize is the most bytes that a command or an answer may have.
const MaxSize = 1 << 20

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	buf := bufio.NewReaderSize(conn, maxLine) // FIX: what it reads ahead waits in it
	for {
		command, err := readMessage(buf, "Run|") // FIX: one frame is one command
		if err == io.EOF {
			return nil
		} else if err == nil {
			err = send(conn, buf, run(string(command)))
		}
		if err != nil {
			return refuse(conn, err) // FIX: not in silence
		}
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	buf  *bufio.Reader // FIX: as old as the connection
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, bufio.NewReaderSize(conn, maxLine)} }

// Call sends a command and returns its answer. After an error, close conn.
func (c *Client) Call(command string) ([]byte, error) {
	if len(command) > MaxSize {
		return nil, tooLarge(len(command))
	} else if _, err := fmt.Fprintf(c.conn, "Run|%d\n%s", len(command), command); err != nil { // FIX: a frame
		return nil, err
	}
	answer, err := c.receive()
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func send(conn net.Conn, buf *bufio.Reader, payload []byte) (err error) {
	if len(payload) > MaxSize {
		return tooLarge(len(payload))
	} else if _, err := fmt.Fprintf(conn, "Ready|%d\n", len(payload)); err != nil { // FIX: its end is marked
		return err
	}
	if reply, err := buf.ReadSlice('\n'); string(reply) != "Start\n" { // FIX: all of the reply
		return badReply(reply, err)
	}
	_, err = conn.Write(payload)
	return err
}

func (c *Client) receive() (payload []byte, err error) {
	size, err := readSize(c.buf, "Ready|") // FIX: all of the announcement, or an error
	if err != nil {
		return nil, err
	} else if _, err := io.WriteString(c.conn, "Start\n"); err != nil { // FIX: its end is marked
		return nil, err
	}
	return readFull(c.buf, size) // FIX: its bytes, and none of the next announcement
}
