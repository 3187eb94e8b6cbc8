package cuttest_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"stickydemo/netsim/cuttest"
)

// The parsers of this file are right, and Reader is to say nothing of them.

// right are parsers with the streams that they are tried on, by size.
var right = []struct {
	name   string
	parse  func(io.Reader) (any, error)
	stream func(size int) []byte
}{
	{"a length of four bytes, read by io.ReadFull", readFrames, func(size int) []byte {
		var stream []byte
		for len(stream) < size {
			stream = append(binary.BigEndian.AppendUint32(stream, 6), "sixsix"...)
		}
		return stream
	}},
	{"lines of at most 16 bytes, by bufio.Reader", readLines, repeat("nine byte\n")},
	{"lines, by bufio.Scanner", scanLines, repeat("eight b\r\n")},
	{"values, by json.Decoder", readJSON, repeat(`{"a":"b"}` + "\n")},
}

func repeat(text string) func(size int) []byte {
	return func(size int) []byte { return bytes.Repeat([]byte(text), size/len(text)+1)[:size] }
}

func readFrames(r io.Reader) (any, error) {
	var messages []string
	for {
		var header [4]byte
		if _, err := io.ReadFull(r, header[:]); err == io.EOF {
			return messages, nil
		} else if err != nil {
			return messages, err
		}
		n := binary.BigEndian.Uint32(header[:])
		if n > 1<<16 {
			return messages, fmt.Errorf("frame of %d bytes, limit %d", n, 1<<16)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return messages, errors.Join(err, io.ErrUnexpectedEOF)
		}
		messages = append(messages, string(body))
	}
}

func readLines(r io.Reader) (any, error) {
	var lines []string
	for b := bufio.NewReaderSize(r, 16); ; {
		line, err := b.ReadSlice('\n')
		if err == io.EOF && len(line) == 0 {
			return lines, nil
		}
		if err != nil {
			return lines, fmt.Errorf("line of %d bytes: %w", len(line), err)
		}
		lines = append(lines, string(line))
	}
}

func scanLines(r io.Reader) (any, error) {
	var lines []string
	s := bufio.NewScanner(r)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	return lines, s.Err()
}

func readJSON(r io.Reader) (any, error) {
	var values []map[string]string
	for d := json.NewDecoder(r); ; {
		var v map[string]string
		if err := d.Decode(&v); err == io.EOF {
			return values, nil
		} else if err != nil {
			return values, err
		}
		values = append(values, v)
	}
}

// TestRightParsersPass, whole streams and those that end within a message.
func TestRightParsersPass(t *testing.T) {
	for _, p := range right {
		t.Run(p.name, func(t *testing.T) {
			for _, size := range []int{0, 1, 2, 5, 12, 20, 23, 60, 100, 600} {
				start := time.Now()
				cuttest.Reader(t, p.stream(size), p.parse)
				t.Logf("%d bytes: %s", size, time.Since(start).Round(time.Millisecond))
			}
		})
	}
}

func BenchmarkReader(b *testing.B) {
	for _, p := range right {
		for _, size := range []int{20, 100, 1 << 10, 2 << 10, 4 << 10} {
			stream := p.stream(size)
			b.Run(fmt.Sprintf("%s/%d", p.name, size), func(b *testing.B) {
				for b.Loop() {
					cuttest.Reader(b, stream, p.parse)
				}
			})
		}
	}
}
