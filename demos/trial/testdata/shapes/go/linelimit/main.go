// Linelimit refuses a line of exactly its limit if the \r and the \n that end it
// come apart. A command is a line; an answer is a line with its size, and its bytes.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"

	"stickydemo/demos/trial/testdata/shapes/go/program"
)

// limit is the most bytes of a line without its end: those of the longest command.
const limit = len("printf abc; echo")

// lines reads lines from r; over says whether what is there of a line, which may
// end with a \r, is too long.
type lines struct {
	r    io.Reader
	have []byte
	over func(line []byte) bool
}

func (l *lines) Read(p []byte) (int, error) {
	if len(l.have) == 0 {
		return l.r.Read(p)
	}
	n := copy(p, l.have)
	l.have = l.have[n:]
	return n, nil
}

func (l *lines) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(l.have, '\n'); i >= 0 {
			line := bytes.TrimSuffix(l.have[:i], []byte("\r"))
			l.have = l.have[i+1:]
			if len(line) > limit {
				return nil, fmt.Errorf("line %q is over the limit of %d bytes", line, limit)
			}
			return line, nil
		}
		if l.over(l.have) {
			return nil, fmt.Errorf("line %.40q is over the limit of %d bytes", l.have, limit)
		}
		piece := make([]byte, 4096)
		n, err := l.r.Read(piece)
		if err != nil && len(l.have) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		l.have = append(l.have, piece[:n]...)
	}
}

func naive(line []byte) bool { return len(line) > limit } // BUG: a \r counts

func fixed(line []byte) bool { return len(bytes.TrimSuffix(line, []byte("\r"))) > limit } // FIX

func side(over func([]byte) bool) program.Side {
	return program.Side{
		Commands: program.Format{
			Reader: func(conn net.Conn, _ func()) func() ([]byte, error) {
				return (&lines{r: conn, over: over}).line
			},
			Write: func(w io.Writer, command []byte) error {
				_, err := fmt.Fprintf(w, "%s\r\n", command)
				return err
			},
		},
		Answers: program.Format{
			Reader: func(conn net.Conn, _ func()) func() ([]byte, error) {
				l := &lines{r: conn, over: over}
				return func() ([]byte, error) {
					line, err := l.line()
					if err != nil {
						return nil, err
					}
					size, err := strconv.Atoi(string(line))
					if err != nil || size < 0 || size > program.Limit {
						return nil, fmt.Errorf("%q is no size up to the limit of %d", line, program.Limit)
					}
					return program.ReadBody(l, size)
				}
			},
			Write: func(w io.Writer, answer []byte) error {
				_, err := fmt.Fprintf(w, "%d\r\n%s", len(answer), answer)
				return err
			},
		},
	}
}

func main() { program.Main(side(naive), side(fixed)) }
