// Freshreader makes a buffered reader for each frame, and loses what the last one
// had read ahead. An answer is two frames, the output and, when the command has
// ended, a status: directly they come one at a time, because the end takes a while.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"time"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

// end is how long a command goes on after its last output.
const end = 30 * time.Millisecond

func write(w io.Writer, output []byte) error {
	if err := program.WriteFrame(w, output); err != nil {
		return err
	}
	time.Sleep(end)
	return program.WriteFrame(w, []byte("0"))
}

// answer reads an output and a status.
func answer(frame func() ([]byte, error)) ([]byte, error) {
	output, err := frame()
	if err != nil {
		return nil, err
	}
	status, err := frame()
	if err == nil && string(status) != "0" {
		err = fmt.Errorf("status %q", status)
	}
	return output, err
}

func naive(conn net.Conn) func() ([]byte, error) {
	return func() ([]byte, error) {
		return answer(func() ([]byte, error) {
			return program.ReadFrame(bufio.NewReaderSize(conn, 64<<10)) // BUG: a new one
		})
	}
}

func fixed(conn net.Conn) func() ([]byte, error) {
	buf := bufio.NewReaderSize(conn, 64<<10) // FIX: as old as the connection
	return func() ([]byte, error) {
		return answer(func() ([]byte, error) { return program.ReadFrame(buf) })
	}
}

func main() {
	program.Main(
		program.Side{Commands: program.Frames, Answers: program.Format{Reader: naive, Write: write}},
		program.Side{Commands: program.Frames, Answers: program.Format{Reader: fixed, Write: write}},
	)
}
