package ackhandshake

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxLine is the most bytes of a control line.
const maxLine = 512

// readMessage reads a size line that begins with word, and its payload.
func readMessage(buf *bufio.Reader, word string) ([]byte, error) {
	size, err := readSize(buf, word)
	if err != nil {
		return nil, err
	}
	return readFull(buf, size)
}

// readSize reads a line of word, digits and a line feed.
func readSize(buf *bufio.Reader, word string) (int, error) {
	line, err := buf.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		return 0, fmt.Errorf("line cut short at %+.40q: %w", line, io.ErrUnexpectedEOF)
	}
	if err == bufio.ErrBufferFull {
		return 0, refusal(fmt.Sprintf("line %+.40q is over the limit of %d bytes", line, maxLine))
	}
	if err != nil {
		return 0, err // io.EOF here: the peer left between two messages
	}
	text := strings.TrimSuffix(string(line), "\n")
	if reason, ok := strings.CutPrefix(text, "Refused|"); ok {
		return 0, refusal(fmt.Sprintf("refused by the peer: %+.300q", reason))
	}
	digits, ok := strings.CutPrefix(text, word)
	size, err := strconv.ParseUint(digits, 10, 64)
	if !ok || err != nil || size > MaxSize {
		return 0, refusal(fmt.Sprintf("line %+.40q is not %s and a number up to the limit of %d", line, word, MaxSize))
	}
	return int(size), nil
}

// badReply says what is wrong with a reply that is no Start. It is never a
// refusal: the size is announced, and words would be taken for the answer.
func badReply(line []byte, err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err == bufio.ErrBufferFull {
		return fmt.Errorf("reply %+.40q is over the limit of %d bytes", line, maxLine)
	}
	if err != nil {
		return fmt.Errorf("waiting for Start: %w", err)
	}
	return fmt.Errorf("reply %+.40q, want Start", line)
}
