package cuttest_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/cuttest"
)

// parseWords reads words that end in \r\n, of at most eight bytes. Its mistake:
// while the \n has not come, the \r counts as a byte of the word.
func parseWords(r io.Reader) (any, error) {
	var words []string
	var pending []byte
	for chunk := make([]byte, 64); ; {
		n, err := r.Read(chunk)
		pending = append(pending, chunk[:n]...)
		for {
			word, rest, whole := bytes.Cut(pending, []byte("\r\n"))
			if len(word) > 8 {
				return words, errors.New("word too long")
			}
			if !whole {
				break
			}
			words, pending = append(words, string(word)), rest
		}
		if err == io.EOF {
			return words, nil
		}
	}
}

// A parser that passes every test with a strings.Reader, where all bytes come
// in one read, and fails in front of a user when a read ends between \r and \n.
func ExampleReader() {
	t := printing{name: "TestWords"} // in a test of your own, its t

	cuttest.Reader(t, []byte("ok\r\nwordword\r\n"), parseWords)

	// Output:
	// cut=13 changes what parse returns
	// replay  mkdir -p testdata/cuts && echo 'cut=13' >>testdata/cuts/TestWords && go test -run '^TestWords$'
	// at 13   6f 72 64 77 6f 72 64 0d | 0a   "ordword\r" | "\n"
	// got     ["ok"], error "word too long"
	// uncut   ["ok" "wordword"]
	// fatal   at 13 (1 of 13 places); wrong in 4,096 of 8,192 ways to cut it
}

// printing is a test that prints what it is told, so that an example can show it.
type printing struct {
	testing.TB
	name string
}

func (p printing) Name() string      { return p.name }
func (p printing) Helper()           {}
func (p printing) Error(args ...any) { fmt.Println(args...) }

// A server and its client, under every cut in either direction.
func ExampleConn() {
	var t *testing.T // that of a test of your own

	cuttest.Conn(t, testGreeting)
}

func TestGreeting(t *testing.T) { cuttest.Conn(t, testGreeting) }

// testGreeting runs anew for each plan.
func testGreeting(t *testing.T, client, server net.Conn) {
	go func() {
		for names := bufio.NewScanner(server); names.Scan(); {
			fmt.Fprintf(server, "hello %s\n", names.Text())
		}
	}()
	answers := bufio.NewReader(client)
	for _, name := range []string{"ann", "bob"} {
		fmt.Fprintln(client, name)
		if got, err := answers.ReadString('\n'); got != "hello "+name+"\n" {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

// FuzzWords explores content and cuts together: the second argument is the
// plan, and whatever it is, it must not matter. The parser is the one above,
// repaired.
func FuzzWords(f *testing.F) {
	f.Add([]byte("ok\r\nwordword\r\n"), []byte{0, 13})
	f.Add([]byte("ok\r\n\r\r\nwords and words"), []byte{0, 1, 0, 3})
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		cuttest.Reader(t, stream, scanWords, netsim.PlanFromBytes(cuts))
	})
}

func scanWords(r io.Reader) (any, error) {
	var words []string
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 10), 10) // a word and its end
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		word, _, whole := bytes.Cut(data, []byte("\r\n"))
		switch {
		case whole && len(word) <= 8:
			return len(word) + 2, word, nil
		case whole || len(bytes.TrimSuffix(word, []byte("\r"))) > 8:
			return 0, nil, errors.New("word too long")
		case atEOF && len(data) > 0:
			return 0, nil, io.ErrUnexpectedEOF
		}
		return 0, nil, nil
	})
	for s.Scan() {
		words = append(words, s.Text())
	}
	return words, s.Err()
}
