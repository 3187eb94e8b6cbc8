package cuttest_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"stickydemo/netsim/cuttest"
)

// The parsers of this file are wrong in ways that are common. What Reader says
// of each stands in testdata/reader.txt.

type wrongParser struct {
	name   string // of the test
	why    string
	stream string
	parse  func(io.Reader) (any, error)
}

func wrongParsers() []wrongParser {
	return []wrongParser{
		{"TestLineLimit", "the limit counts the \\r unless the \\n is in the same read", "ab\r\nabcdefgh\r\n", lineLimit},
		{"TestOversized", "with an oversized frame goes whatever else was read", "\x02ab\x09oversized\x02cd", dropsAfterOversized},
		{"TestNewBuffer", "each message is read by a new bufio.Reader, and the last one's read-ahead is lost", "ab\ncd\n", newBuffer},
		{"TestBareRead", "a header of four bytes is read by one Read", "\x00\x00\x00\x02ab\x00\x00\x00\x03cde", bareRead},
		{"TestCountsTwice", "what has been received is counted again with each read", "\x0cabcdefghijkl", countsTwice},
		{"TestCountsTwiceInAllOf60Bytes", "too many pairs for their number, and too long for all ways", "\x3c" + strings.Repeat("abcdefghij", 6), countsTwice},
		{"TestScanner", "the split function asks for the end before it looks for a delimiter", "a;b;c", scanAtEOF},
		{"TestCleanEnd", "a stream that ends in mid-header ends cleanly, if the end comes apart", "\x00\x01a\x00", cleanEnd},
		{"TestPanics", "a header is trusted to be whole", "\x00\x02ab", panics},
		{"TestReadsOn", "the second read of a header has no room", "\x00\x02ab", readsOn},
		{"TestReadsOnAtTheEnd", "the end of the stream is not looked at", "ab", readsOnAtTheEnd},
		{"TestPanicsUncut", "it panics whatever the cut", "ab", func(io.Reader) (any, error) { panic("no") }},
		{"TestSharedBuffer", "both calls return the same memory, which is no reason to miss the difference", "abcd", sharedBuffer()},
		{"TestNotTheSame", "the value counts calls", "ab", notTheSame()},
		{"TestLongValues", "values too long to show", strings.Repeat("abcdefg ", 80), longValues},
		{"TestManyReads", "it takes no more than ten reads, so that ten cuts are the fewest", strings.Repeat("abc", 10), manyReads},
		{"Test/of a part's", "names and texts that a shell and a file system know", "ab", firstRead},
		{"TestBothEnds", "the end with the last bytes matters too, for another reason", "abc;de;f", bothEnds},
	}
}

func TestWrongParsersAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("Reader finds less")
	}
	var said strings.Builder
	for _, p := range wrongParsers() {
		r := &recorder{TB: t, name: p.name}
		cuttest.Reader(r, []byte(p.stream), p.parse)
		if !r.failed {
			t.Errorf("%s: not caught, though %s", p.name, p.why)
		}
		fmt.Fprintf(&said, "# %s: %s\n%s\n", p.name, p.why, r.said.String())
	}
	golden(t, "reader.txt", said.String())
}

// recorder is the test of somebody else.
type recorder struct {
	testing.TB
	name   string
	said   strings.Builder
	failed bool
}

func (r *recorder) Name() string { return r.name }
func (r *recorder) Helper()      {}

func (r *recorder) Log(args ...any) { fmt.Fprintln(&r.said, args...) }

func (r *recorder) Error(args ...any) {
	r.failed = true
	fmt.Fprintln(&r.said, args...)
}

func (r *recorder) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }

func lineLimit(r io.Reader) (any, error) {
	const limit = 8
	var lines []string
	var buf []byte
	chunk := make([]byte, 64)
	for {
		n, err := r.Read(chunk)
		buf = append(buf, chunk[:n]...)
		for {
			line, rest, found := bytes.Cut(buf, []byte("\n"))
			if found {
				line = bytes.TrimSuffix(line, []byte("\r"))
			}
			if len(line) > limit {
				return lines, fmt.Errorf("line of over %d bytes", limit)
			}
			if !found {
				break
			}
			lines, buf = append(lines, string(line)), rest
		}
		if err == io.EOF {
			return lines, nil
		}
	}
}

func dropsAfterOversized(r io.Reader) (any, error) {
	const limit = 4
	var frames []string
	var buf []byte
	skip := 0
	chunk := make([]byte, 64)
	for {
		n, err := r.Read(chunk)
		buf = append(buf, chunk[:n]...)
		for len(buf) > 0 {
			if skip > 0 {
				gone := min(skip, len(buf))
				skip, buf = skip-gone, buf[gone:]
				continue
			}
			size := int(buf[0])
			if size > limit {
				skip = max(1+size-len(buf), 0)
				buf = nil
				continue
			}
			if len(buf) < 1+size {
				break
			}
			frames, buf = append(frames, string(buf[1:1+size])), buf[1+size:]
		}
		if err == io.EOF {
			return frames, nil
		}
	}
}

func newBuffer(r io.Reader) (any, error) {
	var lines []string
	for {
		line, err := bufio.NewReader(r).ReadString('\n')
		if err != nil {
			return lines, nil
		}
		lines = append(lines, line)
	}
}

func bareRead(r io.Reader) (any, error) {
	var messages []string
	for header := make([]byte, 4); ; {
		n, err := r.Read(header)
		if err == io.EOF {
			return messages, nil
		}
		if n < len(header) {
			return messages, fmt.Errorf("header of %d bytes", n)
		}
		body := make([]byte, binary.BigEndian.Uint32(header))
		if _, err := io.ReadFull(r, body); err != nil {
			return messages, err
		}
		messages = append(messages, string(body))
	}
}

func countsTwice(r io.Reader) (any, error) {
	var size [1]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	var body []byte
	for received := 0; received < int(size[0]); {
		chunk := make([]byte, int(size[0])-len(body))
		n, err := r.Read(chunk)
		if n == 0 {
			return nil, err
		}
		body = append(body, chunk[:n]...)
		received += len(body)
	}
	return string(body), nil
}

func scanAtEOF(r io.Reader) (any, error) {
	var words []string
	s := bufio.NewScanner(r)
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		if i := bytes.IndexByte(data, ';'); i >= 0 {
			return i + 1, data[:i], nil
		}
		return 0, nil, nil
	})
	for s.Scan() {
		words = append(words, s.Text())
	}
	return words, s.Err()
}

func cleanEnd(r io.Reader) (any, error) {
	var messages []string
	for {
		header := make([]byte, 2)
		for got := 0; got < len(header); {
			n, err := r.Read(header[got:])
			if got += n; err == io.EOF && n > 0 {
				return messages, io.ErrUnexpectedEOF
			} else if err == io.EOF {
				return messages, nil
			}
		}
		body := make([]byte, binary.BigEndian.Uint16(header))
		if _, err := io.ReadFull(r, body); err != nil {
			return messages, err
		}
		messages = append(messages, string(body))
	}
}

func panics(r io.Reader) (any, error) {
	header := make([]byte, 2)
	n, _ := r.Read(header)
	return lengthOf(header[:n]), nil
}

func lengthOf(header []byte) int { return int(header[0])<<8 | int(header[1]) }

func readsOn(r io.Reader) (any, error) {
	header := make([]byte, 2)
	n, _ := r.Read(header)
	for n < 2 {
		m, _ := r.Read(header[2:])
		n += m
	}
	return lengthOf(header), nil
}

func readsOnAtTheEnd(r io.Reader) (any, error) {
	var got []byte
	for len(got) < 3 {
		chunk := make([]byte, 3)
		n, _ := r.Read(chunk)
		got = append(got, chunk[:n]...)
	}
	return got, nil
}

func sharedBuffer() func(io.Reader) (any, error) {
	buf := make([]byte, 4)
	return func(r io.Reader) (any, error) {
		clear(buf)
		r.Read(buf)
		return [][]byte{buf}, nil
	}
}

func notTheSame() func(io.Reader) (any, error) {
	calls := 0
	return func(io.Reader) (any, error) {
		calls++
		return struct{ Calls int }{calls}, nil
	}
}

func longValues(r io.Reader) (any, error) {
	var words []string
	chunk := make([]byte, 1024)
	for {
		n, err := r.Read(chunk)
		words = append(words, strings.Fields(string(chunk[:n]))...)
		if err == io.EOF {
			return words, nil
		}
	}
}

func manyReads(r io.Reader) (any, error) {
	for reads := 0; ; reads++ {
		if reads > 10 {
			return nil, errors.New("too many reads")
		}
		if n, _ := r.Read(make([]byte, 64)); n == 0 {
			return "fine", nil
		}
	}
}

func firstRead(r io.Reader) (any, error) {
	n, _ := r.Read(make([]byte, 64))
	return n, nil
}

func bothEnds(r io.Reader) (any, error) {
	first, _ := firstRead(io.LimitReader(r, 2))
	words, err := scanAtEOF(r)
	return []any{first, words}, err
}
