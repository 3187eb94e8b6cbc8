// Package datagrams is stage 9: no stream at all, one datagram a message.
//
// Request: the raw command, a datagram. Answer: what it printed, another. (Seeds
// 001 and 003 speak of UDP; this is their client and server on it.)
// Right: a datagram arrives whole or not at all, so nothing sticks together.
// Wrong: a receive of 1024 loses the rest of a longer one for good, the network
// loses others and changes their order, and nothing says what answers what.
package datagrams

import (
	"errors"
	"net"
)

// Serve answers the commands that come to conn until it is closed.
func Serve(conn net.PacketConn, run func(command string) []byte) error {
	buf := make([]byte, 1024) // BUG: the rest of a longer command is lost
	for {
		n, client, err := conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		} else if err != nil {
			return err
		}
		answer := run(string(buf[:n]))                          // BUG: a command that comes twice runs twice
		if _, err := conn.WriteTo(answer, client); err != nil { // BUG: to what? And too long a one ends all
			return err
		}
	}
}

// A Client sends commands from one socket.
type Client struct{ conn net.Conn }

// NewClient returns a client for conn, which is connected to the server.
func NewClient(conn net.Conn) *Client { return &Client{conn} }

// Call sends a command and returns its answer.
func (c *Client) Call(command string) ([]byte, error) {
	if _, err := c.conn.Write([]byte(command)); err != nil { // BUG: it may be lost
		return nil, err
	}
	return c.receive()
}

func (c *Client) receive() ([]byte, error) {
	buf := make([]byte, 1024)  // BUG: the rest of a longer answer is lost
	n, err := c.conn.Read(buf) // BUG: for ever, if it was lost; and any will do
	return buf[:n], err
}
