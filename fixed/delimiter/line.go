package delimiter

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

var escapes = strings.NewReplacer("\n", `\n`, "\r", `\r`, `\`, `\\`)

// escape writes a payload without line feeds and carriage returns. The backslash
// is escaped as well, or \n in a payload could not be told from a line feed.
func escape(payload []byte) string { return escapes.Replace(string(payload)) }

// next reads one byte of a payload, its escape undone, or the end of the line.
// A carriage return belongs to the end, and its line feed may come in a later
// read. Only the first byte of a line can begin a refusal.
func next(in *bufio.Reader, first bool) (c byte, end bool, err error) {
	c, err = in.ReadByte()
	if err != nil || c == '\n' {
		return 0, true, err
	}
	if c != '\r' && c != '\\' {
		return c, false, nil
	}
	after, err := in.ReadByte()
	switch {
	case err == io.EOF:
		return 0, false, io.ErrUnexpectedEOF
	case err != nil:
		return 0, false, err
	case c == '\r' && after == '\n':
		return 0, true, nil
	case c == '\r':
		return 0, false, refusal(fmt.Sprintf("a carriage return before %+q: want it before a line feed, or escaped", []byte{after}))
	case after == 'n':
		return '\n', false, nil
	case after == 'r':
		return '\r', false, nil
	case after == '\\':
		return '\\', false, nil
	case after == '!' && first:
		return 0, false, refused(in)
	}
	return 0, false, refusal(fmt.Sprintf(`escape %+q, want \n, \r or \\`, []byte{c, after}))
}

// maxReason is the most bytes of a refusal.
const maxReason = 512

// refused reads why the peer refuses.
func refused(in *bufio.Reader) error {
	var reason []byte
	for len(reason) <= maxReason {
		c, end, err := next(in, false)
		switch {
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case end:
			return refusal(fmt.Sprintf("refused by the peer: %+q", reason))
		}
		reason = append(reason, c)
	}
	return refusal(fmt.Sprintf("refused by the peer: %+.40q and more, over the limit of %d bytes", reason, maxReason))
}
