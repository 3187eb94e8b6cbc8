// Package datagrams is stage 9, repaired: numbered datagrams, asked for again.
//
// Each: "?" to ask, "=" to answer or "!" to refuse; the message's number, 4 bytes,
// big-endian; the piece, 2, of how many, 2; a length, 2; a command, piece or reason.
// Repaired: no datagram is too long for a path or a buffer, each says what it
// answers, what is lost is asked for four times, and what comes twice runs once.
package datagrams

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// A client asks Tries times and waits Wait each time.
const Tries, Wait = 4, time.Second

// Serve answers the commands that come to conn until it is closed.
func Serve(conn net.PacketConn, run func(command string) []byte) error {
	buf := make([]byte, 1<<16) // FIX: no datagram is longer
	var last memory
	for {
		n, client, err := conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		} else if err != nil {
			return err
		}
		if answer, ok := last.answer(client, buf[:n], run); ok { // FIX: runs once, however often it comes
			conn.WriteTo(answer.datagram(), client) // FIX: says what it answers
		}
	}
}

// A Client sends commands from one socket.
type Client struct {
	conn   net.Conn
	number uint32           // FIX: of the next message
	now    func() time.Time // FIX: tells when to ask again
	buf    []byte
}

// NewClient returns a client for conn, which is connected to the server. Messages are
// numbered from first on, beyond those of any earlier client at its address.
func NewClient(conn net.Conn, first uint32, now func() time.Time) *Client {
	return &Client{conn, first, now, make([]byte, 1<<16)} // FIX: no datagram is longer
}

// Call sends a command and returns its answer.
func (c *Client) Call(command string) (answer []byte, _ error) {
	if len(command) > MaxCommand {
		return nil, tooLong(command)
	}
	request := message{ask, c.number, 0, 0, []byte(command)}
	for c.number++; request.piece == 0 || request.piece < request.of; request.piece++ {
		part, err := c.receive(request) // FIX: piece by piece, each of which fits
		if err != nil {
			return nil, err
		}
		answer, request.of = append(answer, part.payload...), part.of
	}
	return answer, nil
}

func (c *Client) receive(request message) (answer message, err error) {
	for range Tries { // FIX: asks again, and not for ever
		if _, err := c.conn.Write(request.datagram()); err != nil {
			return answer, err
		}
		c.conn.SetReadDeadline(c.deadline())
		answer, err = c.await(request) // FIX: no other answer will do
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return answer, err
		}
	}
	return answer, fmt.Errorf("no answer to %d datagrams", Tries)
}
