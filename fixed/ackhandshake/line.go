package ackhandshake

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readLine returns the next line, without its end.
func readLine(buf *bufio.Reader) (string, error) {
	line, err := buf.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err == bufio.ErrBufferFull {
		err = fmt.Errorf("a line of more than %d bytes: %q", maxLine, line)
	}
	return strings.TrimSuffix(string(line), "\n"), err
}

// readSize returns the size in a control line that starts with word. It is
// io.EOF when the stream ends before the line.
func readSize(buf *bufio.Reader, word string) (int, error) {
	line, err := readLine(buf)
	if err != nil {
		return 0, err
	}
	digits, ok := strings.CutPrefix(line, word)
	size, err := strconv.ParseUint(digits, 10, 32)
	if !ok || err != nil || size > MaxSize {
		return 0, fmt.Errorf("%q is not %sSIZE with a size up to %d", line, word, MaxSize)
	}
	return int(size), nil
}
