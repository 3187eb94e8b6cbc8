package naive_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/naive/datagrams"
)

// A mailbox gives a server datagrams of one client, keeps its answers, and is
// closed behind the last. A client reads it as its own.
type mailbox struct {
	net.Conn
	in, out []string // "" of in is a deadline
}

func (m *mailbox) Read(p []byte) (int, error) {
	if len(m.in) == 0 {
		return 0, net.ErrClosed
	}
	d := m.in[0]
	m.in = m.in[1:]
	if d == "" {
		return 0, os.ErrDeadlineExceeded
	}
	return copy(p, d), nil
}

func (m *mailbox) Write(p []byte) (int, error) {
	m.out = append(m.out, string(p))
	return len(p), nil
}

func (m *mailbox) SetReadDeadline(time.Time) error { return nil }

func (m *mailbox) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := m.Read(p)
	return n, nil, err
}

func (m *mailbox) WriteTo(p []byte, _ net.Addr) (int, error) { return m.Write(p) }

func TestDatagramServer(t *testing.T) {
	long := strings.Repeat("x", 1025)
	for _, test := range []struct {
		name           string
		in, runs, says []string
	}{
		{"a datagram is a command", []string{"one", "two"}, []string{"one", "two"}, []string{"<one>", "<two>"}},
		{"no output is an empty datagram", []string{"quiet"}, []string{"quiet"}, []string{""}},
		{"a copy runs again", []string{"one", "one"}, []string{"one", "one"}, []string{"<one>", "<one>"}},
		{"over 1024 bytes are cut", []string{long}, []string{long[:1024]}, []string{"<" + long[:1024] + ">"}},
	} {
		box := &mailbox{in: test.in}
		var ran []string
		err := datagrams.Serve(box, func(command string) []byte { ran = append(ran, command); return reply(command) })
		if err != nil || !slices.Equal(ran, test.runs) || !slices.Equal(box.out, test.says) {
			t.Errorf("%s: got %q, %q, %v, want %q, %q", test.name, ran, box.out, err, test.runs, test.says)
		}
	}
}

func TestDatagramClients(t *testing.T) {
	long := strings.Repeat("x", 1025)
	for _, test := range []struct {
		name     string
		in, want []string // of two calls, "error" for any
		retry    []string // of the variant
		says     int      // its datagrams
	}{
		{"a datagram is an answer", []string{"1", "2"}, []string{"1", "2"}, []string{"1", "2"}, 2},
		{"over 1024 bytes are cut, and their rest is gone", []string{long, "2"}, []string{long[:1024], "2"}, []string{long[:1024], "2"}, 2},
		{"swapped answers are taken for each other", []string{"2", "1"}, []string{"2", "1"}, []string{"2", "1"}, 2},
		{"a lost answer is asked for again", []string{"", "1", "2"}, []string{"error", "1"}, []string{"1", "2"}, 3},
		{"a late one is the next one's", []string{"", "1", "1", "2"}, []string{"error", "1"}, []string{"1", "1"}, 3},
		{"four times, and not for ever", []string{"", "", "", "", "1"}, []string{"error", "error"}, []string{"error", "1"}, 5},
	} {
		calls := func(c caller) (got []string) {
			for range 2 {
				answer, err := c.Call("x")
				if err != nil {
					answer = []byte("error")
				}
				got = append(got, string(answer))
			}
			return got
		}
		if got := calls(datagrams.NewClient(&mailbox{in: slices.Clone(test.in)})); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		box := &mailbox{in: slices.Clone(test.in)}
		if got := calls(datagrams.NewRetryClient(box, time.Now)); !slices.Equal(got, test.retry) || len(box.out) != test.says {
			t.Errorf("%s, variant retry: got %q after %d datagrams, want %q after %d", test.name, got, len(box.out), test.retry, test.says)
		}
	}
}
