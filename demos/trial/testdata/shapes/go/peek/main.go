// Peek looks for a whole frame in what is buffered, and gives up if it is not
// there.
package main

import (
	"bufio"
	"net"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

func naive(conn net.Conn, _ func()) func() ([]byte, error) {
	buf := bufio.NewReaderSize(conn, 64<<10)
	return func() ([]byte, error) {
		header, err := buf.Peek(4)
		if err != nil {
			return nil, err
		}
		size, err := program.Size(header)
		if err != nil {
			return nil, err
		}
		if buf.Buffered() < 4+size { // BUG: the rest is on its way, and nothing reads it
			return nil, nil // BUG: this is an empty message
		}
		return program.ReadFrame(buf)
	}
}

func fixed(conn net.Conn, _ func()) func() ([]byte, error) {
	buf := bufio.NewReaderSize(conn, 64<<10)
	return func() ([]byte, error) { return program.ReadFrame(buf) } // FIX: it waits for the rest
}

func main() {
	program.Main(
		program.Side{Commands: program.Frames, Answers: program.Format{Reader: naive, Write: program.WriteFrame}},
		program.Side{Commands: program.Frames, Answers: program.Format{Reader: fixed, Write: program.WriteFrame}},
	)
}
