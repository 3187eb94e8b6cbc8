package incremental

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// Serve answers the commands on conn until the client leaves.
func Serve(conn net.Conn, run func(command string) []byte) error {
	in := &input{conn: conn}
	for {
		command, err := in.receive()
		if err == io.EOF {
			return nil
		} else if err == nil {
			err = send(conn, run(string(command)))
		}
		if err != nil {
			return refuse(conn, err) // FIX: not in silence
		}
	}
}

// A Client sends commands on one connection.
type Client struct {
	conn net.Conn
	in   input
}

// NewClient returns a client for conn.
func NewClient(conn net.Conn) *Client { return &Client{conn, input{conn: conn}} }

// Call sends a command and returns its answer. After an error, close conn.
func (c *Client) Call(command string) ([]byte, error) {
	if err := send(c.conn, []byte(command)); err != nil {
		return nil, err
	}
	answer, err := c.in.receive()
	if err == io.EOF {
		err = fmt.Errorf("waiting for the answer: %w", io.ErrUnexpectedEOF)
	}
	return bytes.Clone(answer), err
}

func send(conn net.Conn, payload []byte) error {
	if len(payload) > MaxSize {
		return tooLarge(len(payload))
	}
	size := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	_, err := conn.Write(append(size, payload...))
	return err
}

// input feeds a decoder with what comes on conn, as an event loop would.
type input struct {
	conn    net.Conn
	decoder Decoder
	buf     [1024]byte
}

func (in *input) receive() (message []byte, err error) {
	for {
		if message, ok, err := in.decoder.Next(); ok || err != nil {
			return message, err
		}
		n, err := in.conn.Read(in.buf[:])
		if n > 0 {
			in.decoder.Feed(in.buf[:n])
		} else if err == io.EOF {
			return nil, cmp.Or(in.decoder.Close(), io.EOF)
		} else if err != nil {
			return nil, err
		}
	}
}
