package datagrams

import (
	"fmt"
	"time"
)

// await reads until the answer to request comes. Copies, late answers and what
// else anybody may send is passed over.
func (c *Client) await(request message) (message, error) {
	for {
		n, err := c.conn.Read(c.buf)
		if err != nil {
			return message{}, err
		}
		if m, ok := parse(c.buf[:n]); ok && m.answers(request) {
			return m, m.refused()
		}
	}
}

// deadline is Wait from now and up to half a second more: clients who lost
// together would ask together again, and lose again. How much more is the last
// digits of the clock, and nothing where it moves in whole microseconds.
func (c *Client) deadline() time.Time {
	now := c.now()
	return now.Add(Wait + time.Duration(now.Nanosecond()%1000/2)*time.Millisecond)
}

func (m message) answers(request message) bool {
	return m.number == request.number && m.piece == request.piece &&
		(m.kind == refuse || m.kind == reply && (request.of == 0 || m.of == request.of))
}

func (m message) refused() error {
	if m.kind == refuse {
		return fmt.Errorf("refused by the peer: %+.300q", m.payload)
	}
	return nil
}

func tooLong(command string) error {
	return fmt.Errorf("command of %d bytes, limit %d", len(command), MaxCommand)
}
