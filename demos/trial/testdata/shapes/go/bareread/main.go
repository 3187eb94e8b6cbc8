// Bareread reads a header with one bare Read.
package main

import (
	"net"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

func naive(conn net.Conn, _ func()) func() ([]byte, error) {
	return func() ([]byte, error) {
		header := make([]byte, 4)
		if _, err := conn.Read(header); err != nil { // BUG: up to 4 bytes, and the rest stays 0
			return nil, err
		}
		size, err := program.Size(header)
		if err != nil {
			return nil, err
		}
		return program.ReadBody(conn, size)
	}
}

func main() {
	bare := program.Format{Reader: naive, Write: program.WriteFrame}
	program.Main(
		program.Side{Commands: bare, Answers: bare},
		program.Side{Commands: program.Frames, Answers: program.Frames}, // FIX: io.ReadFull
	)
}
