package fixed_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"stickydemo/fixed/streaming"
)

var streamingFaults = []fault{
	{"another protocol", "HTTP/1.1 200 OK\r\n", `chunk 72 of 21588 bytes (0x485454, "HTT"), limit 3 of 32768`},
	{"one over the limit", "\x01\x80\x01", "chunk 1 of 32769 bytes"},
	{"the most that a size can say", "\x02\xff\xff", "chunk 2 of 65535 bytes"},
	{"output of no stream", "\x00\x00\x01x", "chunk 0 of 1 bytes"},
	{"output of a stream that is not there", "\x04\x00\x01x", "chunk 4 of 1 bytes"},
	{"a refusal", "\x03\x00\x05never", `refused by the peer: "never"`},
	{"a refusal in the middle", "\x01\x00\x01x\x03\x00\x05never", `refused by the peer: "never"`},
	{"a refusal that is not in ASCII", "\x03\x00\x04\x1b不", `"\x1b\u4e0d"`},
}

// serveStreaming prints what reply answers on standard output.
func serveStreaming(conn net.Conn, run func(command string) []byte) error {
	return streaming.Serve(conn, func(command string, stdout, _ io.Writer) int {
		stdout.Write(run(command))
		return 0
	})
}

// chunked is an answer of status 0 on standard output.
func chunked(payload string) string {
	var all []byte
	for chunk := range slices.Chunk([]byte(payload), streaming.MaxChunk) {
		all = append(append(all, 1, byte(len(chunk)>>8), byte(len(chunk))), chunk...)
	}
	return string(append(all, 0, 0, 0))
}

// asksForChunks is a command, and a reply to each chunk that reply makes of it.
func asksForChunks(command string) string {
	chunks := (len(reply(command)) + streaming.MaxChunk - 1) / streaming.MaxChunk
	return prefixed(command) + strings.Repeat("+", chunks)
}

// talkative is a command that prints on both streams, and its status.
func talkative(status int) func(command string, stdout, stderr io.Writer) int {
	return func(_ string, stdout, stderr io.Writer) int {
		io.WriteString(stdout, "out")
		io.WriteString(stderr, "err")
		stdout.Write(nil)
		io.WriteString(stdout, "more")
		return status
	}
}

func TestStreamingTellsStreamsAndStatusApart(t *testing.T) {
	for status, want := range map[int]int{0: 0, 1: 1, 3: 3, 141: 141, 255: 255, 256: 255, -1: 255, 1 << 30: 255} {
		near, far := pipe(t)
		served := make(chan error)
		go func() { served <- streaming.Serve(far, talkative(status)) }()
		c := streaming.NewClient(near)
		var heard []string
		got, err := c.Stream("x", func(stream int, chunk []byte) bool {
			heard = append(heard, fmt.Sprintf("%d %s", stream, chunk))
			return true
		})
		if err != nil || got != want || !slices.Equal(heard, []string{"1 out", "2 err", "1 more"}) {
			t.Errorf("status %d: got %q, status %d, %v, want out, err, more, status %d", status, heard, got, err, want)
		}
		if got, err := c.Call("x"); err != nil || string(got) != "outmore" {
			t.Errorf("Call: got %q, %v, want standard output alone", got, err)
		}
		near.Close()
		if err := <-served; err != nil {
			t.Errorf("server: got %v, want no error", err)
		}
	}
}

// A stop ends a command at its next Write, and the connection goes on.
func TestStreamingStops(t *testing.T) {
	near, far := pipe(t)
	served := make(chan error)
	var stopped []error
	go func() {
		served <- streaming.Serve(far, func(command string, stdout, _ io.Writer) int {
			for i := 1; ; i++ {
				n, err := fmt.Fprintf(stdout, "%s %d", command, i)
				if err != nil {
					_, again := stdout.Write([]byte("anything"))
					stopped = append(stopped, err, again)
					return n
				}
			}
		})
	}()
	c := streaming.NewClient(near)
	for most := range 4 {
		seen := 0
		status, err := c.Stream("top", func(_ int, chunk []byte) bool {
			seen++
			if want := fmt.Sprintf("top %d", seen); string(chunk) != want {
				t.Errorf("got %q, want %q", chunk, want)
			}
			return seen <= most
		})
		if err != nil || seen != most+1 || status != len("top 1") {
			t.Errorf("stopped after %d chunks: got %d, status %d, %v", most+1, seen, status, err)
		}
	}
	near.Close()
	if err := <-served; err != nil || len(stopped) != 8 || slices.Contains(stopped, nil) {
		t.Errorf("server: got %v, writes ended by %v, want an error each", err, stopped)
	}
}

// A large Write is as many chunks as it takes, and is cut short by a stop.
func TestStreamingChunksAreBounded(t *testing.T) {
	payload := strings.Repeat("x", 2*streaming.MaxChunk+1)
	var n int
	c := reads(prefixed("a") + "+.")
	err := streaming.Serve(c, func(_ string, stdout, _ io.Writer) int {
		n, _ = io.WriteString(stdout, payload)
		return 0
	})
	if want := []int{3 + streaming.MaxChunk, 3 + streaming.MaxChunk, 3}; err != nil || !slices.Equal(sizes(c.writes), want) || n != 2*streaming.MaxChunk {
		t.Errorf("got writes of %v bytes, %d taken, %v, want %v", sizes(c.writes), n, err, want)
	}
}

func sizes(texts []string) (list []int) {
	for _, text := range texts {
		list = append(list, len(text))
	}
	return list
}

func TestStreamingBadReplies(t *testing.T) {
	for _, test := range []struct{ name, replies, want string }{
		{"another byte", "x", `reply "x"`},
		{"the next command at once", prefixed("b"), `reply "\x00"`},
		{"none", "", "unexpected EOF"},
		{"none to the second chunk", "+", "unexpected EOF"},
	} {
		c := reads(prefixed("a") + test.replies)
		if err := streaming.Serve(c, talkative(0)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

// A server that goes on after a stop is not listened to.
func TestStreamingOutputAfterAStop(t *testing.T) {
	c := reads(strings.Repeat("\x01\x00\x01x", 9))
	_, err := streaming.NewClient(c).Stream("x", func(int, []byte) bool { return false })
	if err == nil || !strings.Contains(err.Error(), "more output after a stop") || c.wrote() != prefixed("x")+"." {
		t.Errorf("got %v, wrote %q, want an error and one stop", err, c.wrote())
	}
}

// What Call returns is whole or an error, however long the command would go on;
// and then the connection is as good as before.
func TestStreamingCallStopsOverItsLimit(t *testing.T) {
	near, far := pipe(t)
	served := make(chan error)
	go func() {
		served <- streaming.Serve(far, func(command string, stdout, stderr io.Writer) int {
			to := map[string]io.Writer{"out": stdout, "err": stderr}[command]
			if to == nil {
				return 0
			}
			for {
				if _, err := to.Write(make([]byte, 1000)); err != nil {
					return 141
				}
			}
		})
	}()
	c := streaming.NewClient(near)
	for _, command := range []string{"out", "err"} {
		if got, err := c.Call(command); got != nil || err == nil || !strings.Contains(err.Error(), "limit of 1048576 bytes: the command was stopped") {
			t.Errorf("%s: got %d bytes, %v, want an error", command, len(got), err)
		}
		if got, err := c.Call("quiet"); len(got) > 0 || err != nil {
			t.Errorf("the next: got %q, %v, want nothing", got, err)
		}
	}
	near.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// Whatever chunks a stream is made of, cut off anywhere it is an error.
func TestStreamingTruncatedAnywhere(t *testing.T) {
	whole := "\x01\x00\x03out\x02\x00\x03err\x01\x00\x01x\x07\x00\x00"
	for n := range whole {
		for _, c := range []*conn{reads(whole[:n]), reads(whole[:n]).abrupt()} {
			if got, err := streaming.NewClient(c).Call("x"); got != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("after %d bytes: got %q, %v, want io.ErrUnexpectedEOF", n, got, err)
			}
		}
	}
}
