package delimiter

import (
	"bytes"
	"fmt"
	"io"
	"net"
)

// ServeEnds is Serve for the variant ends: a message is over as soon as what
// has come of it ends with a line feed.
func ServeEnds(conn net.Conn, run func(command string) []byte) error {
	for {
		command, err := receiveEnds(conn)
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

// An EndsClient is a Client for the variant ends.
type EndsClient struct{ conn net.Conn }

// NewEndsClient returns a client for conn.
func NewEndsClient(conn net.Conn) *EndsClient { return &EndsClient{conn} }

// Call sends a command and returns its answer.
func (c *EndsClient) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return nil, err
	}
	answer, err := receiveEnds(c.conn)
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return answer, err
}

func receiveEnds(conn net.Conn) (payload []byte, err error) {
	buf := make([]byte, 1024)
	for !bytes.HasSuffix(payload, []byte("\n")) { // BUG: a read may end at a line feed of the payload
		n, err := conn.Read(buf) // BUG: may take bytes of the next message
		if n == 0 {
			return nil, err
		}
		payload = append(payload, buf[:n]...) // BUG: for as long as no line feed comes last
	}
	return bytes.TrimSuffix(payload, []byte("\n")), nil
}
