package sleephack

import (
	"bufio"
	"fmt"
	"io"
)

// maxLine is the most bytes of a size line or of a refusal.
const maxLine = 512

// badLine says what is wrong with a line that is no size, or that ended in err.
func badLine(line []byte, err error) error {
	switch {
	case err == io.EOF && len(line) > 0:
		return fmt.Errorf("size line cut short at %+.40q: %w", line, io.ErrUnexpectedEOF)
	case err == bufio.ErrBufferFull:
		return refusal(fmt.Sprintf("size line %+.40q is over the limit of %d bytes", line, maxLine))
	case err != nil:
		return err // io.EOF here: the peer left between two messages
	case line[0] == '-' && (line[1] < '0' || line[1] > '9'): // no number below zero
		return refusal(fmt.Sprintf("refused by the peer: %+.300q", line[1:len(line)-1]))
	}
	return refusal(fmt.Sprintf("size line %+.40q is no number up to the limit of %d", line, MaxSize))
}
