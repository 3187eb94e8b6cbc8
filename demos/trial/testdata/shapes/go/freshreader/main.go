// Freshreader makes a buffered reader for each frame, and loses what the last one
// had read ahead. A client that sends its next command when an answer begins may
// find the next answer there.
package main

import (
	"bufio"
	"io"
	"net"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

func naive(conn net.Conn, begun func()) func() ([]byte, error) {
	return func() ([]byte, error) {
		return read(bufio.NewReaderSize(conn, 64<<10), begun) // BUG: a new one for each
	}
}

func fixed(conn net.Conn, begun func()) func() ([]byte, error) {
	buf := bufio.NewReaderSize(conn, 64<<10) // FIX: as old as the connection
	return func() ([]byte, error) { return read(buf, begun) }
}

func read(r io.Reader, begun func()) ([]byte, error) {
	size, err := program.ReadSize(r)
	if err != nil {
		return nil, err
	}
	begun()
	return program.ReadBody(r, size)
}

func main() {
	program.Main(
		program.Side{Commands: program.Frames, Answers: program.Format{Reader: naive, Write: program.WriteFrame}},
		program.Side{Commands: program.Frames, Answers: program.Format{Reader: fixed, Write: program.WriteFrame}},
	)
}
