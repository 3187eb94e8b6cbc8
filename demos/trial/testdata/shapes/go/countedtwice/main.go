// Countedtwice adds all that it has to its count, each time that something comes.
package main

import (
	"net"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

// reader reads frames; count says what their bodies' size is when so many bytes
// were added to a count and so many are there.
func reader(count func(counted, have, came int) int) func(conn net.Conn, _ func()) func() ([]byte, error) {
	return func(conn net.Conn, _ func()) func() ([]byte, error) {
		return func() ([]byte, error) {
			size, err := program.ReadSize(conn)
			if err != nil {
				return nil, err
			}
			var message []byte
			for counted := 0; counted < size; {
				piece := make([]byte, size-len(message))
				n, err := conn.Read(piece)
				if err != nil {
					return nil, err
				}
				message = append(message, piece[:n]...)
				counted = count(counted, len(message), n)
			}
			return message, nil
		}
	}
}

func main() {
	naive := program.Format{Write: program.WriteFrame, Reader: reader(func(counted, have, _ int) int {
		return counted + have // BUG: what came before is counted again
	})}
	fixed := program.Format{Write: program.WriteFrame, Reader: reader(func(counted, _, came int) int {
		return counted + came // FIX
	})}
	program.Main(
		program.Side{Commands: program.Frames, Answers: naive},
		program.Side{Commands: program.Frames, Answers: fixed},
	)
}
