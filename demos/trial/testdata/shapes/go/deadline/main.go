// Deadline gives up a read now and then, to look after other things, and begins
// again: what it already had of a header is forgotten.
package main

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

// patience is how long a read may take before something else has its turn.
const patience = 10 * time.Millisecond

// reader reads frames; from says where in a header to go on, if it has n bytes.
func reader(from func(n int) int) func(conn net.Conn, _ func()) func() ([]byte, error) {
	return func(conn net.Conn, _ func()) func() ([]byte, error) {
		return func() ([]byte, error) {
			header := make([]byte, 4)
			for have := 0; have < len(header); {
				conn.SetReadDeadline(time.Now().Add(patience))
				n, err := io.ReadFull(conn, header[have:])
				if errors.Is(err, os.ErrDeadlineExceeded) {
					have = from(have + n)
					continue
				} else if err != nil {
					return nil, err
				}
				have += n
			}
			conn.SetReadDeadline(time.Time{})
			size, err := program.Size(header)
			if err != nil {
				return nil, err
			}
			return program.ReadBody(conn, size)
		}
	}
}

func main() {
	naive := program.Format{Write: program.WriteFrame, Reader: reader(func(int) int {
		return 0 // BUG: the stream is n bytes further
	})}
	fixed := program.Format{Write: program.WriteFrame, Reader: reader(func(n int) int {
		return n // FIX
	})}
	program.Main(
		program.Side{Commands: naive, Answers: naive},
		program.Side{Commands: fixed, Answers: fixed},
	)
}
