// Package program is what the broken shapes beside it share: a server and a
// client on one connection, command after command. Each shape adds how it reads
// messages, once wrong and once right.
package program

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

// answers is what the server knows. A shell would be one that anybody could use.
var answers = map[string][]byte{
	"seq 1 2000":       count(2000),
	"echo two":         []byte("two\n"),
	"true":             nil,
	"printf abc; echo": []byte("abc\n"),
}

var commands = []string{"seq 1 2000", "echo two", "true", "printf abc; echo"}

func count(last int) (lines []byte) {
	for n := 1; n <= last; n++ {
		lines = fmt.Appendln(lines, n)
	}
	return lines
}

// A Format is how the messages of one direction are read and written.
type Format struct {
	// Reader returns what returns conn's next message, again and again: io.EOF
	// if the peer left after the last one. It may call begun when it knows a
	// message's size; then the client sends the next command, and does not wait
	// for the whole answer.
	Reader func(conn net.Conn, begun func()) func() ([]byte, error)
	Write  func(w io.Writer, message []byte) error
}

// A Side is a client and its server.
type Side struct{ Commands, Answers Format }

// Main runs what the command line says.
func Main(naive, fixed Side) {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: naive|fixed server|client HOST PORT")
	}
	side := naive
	if os.Args[1] == "fixed" {
		side = fixed
	}
	run := side.call
	if os.Args[2] == "server" {
		run = side.serve
	}
	if err := run(net.JoinHostPort(os.Args[3], os.Args[4])); err != nil {
		log.Fatal(err)
	}
}

func (s Side) serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if err := s.converse(conn); err != nil {
				log.Print(err)
			}
		}()
	}
}

// converse answers the commands on conn until the client leaves.
func (s Side) converse(conn net.Conn) error {
	read := s.Commands.Reader(conn, func() {})
	for {
		command, err := read()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		answer, ok := answers[string(command)]
		if !ok {
			answer = []byte("no such command\n")
		}
		if err := s.Answers.Write(conn, answer); err != nil {
			return err
		}
	}
}

func (s Side) call(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	sent := 0
	send := func() {
		if sent < len(commands) {
			s.Commands.Write(conn, []byte(commands[sent])) // if it fails, so does the read
			sent++
		}
	}
	read := s.Answers.Reader(conn, send)
	for i, command := range commands {
		if sent == i {
			send()
		}
		answer, err := read()
		if err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
		os.Stdout.Write(answer)
	}
	return conn.Close()
}

// Limit is the most bytes of a message.
const Limit = 64 << 10

// Size is the size that a header of 4 bytes announces.
func Size(header []byte) (int, error) {
	size := binary.BigEndian.Uint32(header)
	if size > Limit {
		return 0, fmt.Errorf("announced %d bytes (%q), limit %d", size, header, Limit)
	}
	return int(size), nil
}

// WriteFrame writes a size of 4 bytes and the message.
func WriteFrame(w io.Writer, message []byte) error {
	header := binary.BigEndian.AppendUint32(nil, uint32(len(message)))
	_, err := w.Write(append(header, message...))
	return err
}

// ReadFrame reads what WriteFrame wrote: io.EOF is between two frames alone.
func ReadFrame(r io.Reader) ([]byte, error) {
	size, err := ReadSize(r)
	if err != nil {
		return nil, err
	}
	return ReadBody(r, size)
}

// ReadSize reads the header of a frame.
func ReadSize(r io.Reader) (int, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(r, header); err != nil {
		return 0, err
	}
	return Size(header)
}

// ReadBody reads exactly size bytes.
func ReadBody(r io.Reader, size int) ([]byte, error) {
	message := make([]byte, size)
	_, err := io.ReadFull(r, message)
	if err == io.EOF && size > 0 {
		err = io.ErrUnexpectedEOF
	}
	return message, err
}

// Frames is the format of ReadFrame and WriteFrame.
var Frames = Format{
	func(conn net.Conn, _ func()) func() ([]byte, error) {
		return func() ([]byte, error) { return ReadFrame(conn) }
	},
	WriteFrame,
}
