package main

import (
	"io"
	"net"
	"strings"
	"testing"

	"stickydemo/demos/stage"
)

// peer listens and does f with every connection, until the test ends.
func peer(t *testing.T, f func(conn *net.TCPConn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				f(conn.(*net.TCPConn))
			}()
		}
	}()
	return l.Addr().String()
}

// says is a peer that says its words, ends its stream, and listens to the end.
func says(words string) func(conn *net.TCPConn) {
	return func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, words)
		_ = conn.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}
}

func TestCallToAPeerThatIsNone(t *testing.T) {
	const web = "HTTP/1.1 400 Bad Request\r\n\r\n"
	words := map[string][]struct{ says, want string }{
		"stage0": {
			{web, `"HTTP/1.1 400 Bad Request\\r" begins with neither`},
			{"+" + strings.Repeat("a", 1<<20+1), "limit of 1048576 bytes"},
			{"-go away\x1b[31m\n", `refused by the peer: "go away\\x1b\[31m"`},
			{"+abc", "unexpected EOF"},
			{"", "unexpected EOF"},
		},
		"stage2": {
			{web, `"HTTP/1.1 400 Bad Request\\r\\n" .*1048576`},
			{"2147483648\n", `"2147483648\\n" .*1048576`},
			{"10\nabc", "unexpected EOF"},
			{"1", "unexpected EOF"},
			{"", "unexpected EOF"},
			{"-go away\x1b[31m\n", `refused by the peer: "go away\\x1b\[31m"`},
		},
		"stage3": {
			{web, `"HTTP/1.1 400 Bad Request\\r\\n" .*1048576`},
			{"Ready|2147483648\n", `"Ready\|2147483648\\n" .*1048576`},
			{"Ready|10\nabc", "unexpected EOF"},
			{"Rea", "unexpected EOF"},
			{"", "unexpected EOF"},
		},
		"stage4": {
			{web, `1213486160 bytes \(0x48545450, "HTTP"\), limit 1048576`},
			{"\x7f\xff\xff\xff", `2147483647 bytes \(0x7fffffff, .*, limit 1048576`},
			{"\x00\x00\x00\x0aabc", "unexpected EOF"},
			{"\x00", "unexpected EOF"},
			{"", "unexpected EOF"},
		},
		"stage6": {
			{web, `chunk 72 of 21588 bytes \(0x485454, "HTT"\), limit 3 of 32768`},
			{"\x03\x00\x07go away", `refused by the peer: "go away"`},
			{"\x00", "unexpected EOF"},
			{"", "unexpected EOF"},
			{"\x01\x00\x0a", "unexpected EOF"},
			{"\x03\x00\x00", "exit status 3"},
		},
		"stage5": {
			{web, `1213486160 bytes \(0x48545450, "HTTP"\), limit 4096`},
			{"\x7f\xff\xff\xff", `2147483647 bytes \(0x7fffffff, .*, limit 4096`},
			{"\x00\x00\x00\x02{}", "total_size"},
			{"\x00\x00\x00\x12{\"total_size\": 10}abc", "unexpected EOF"},
			{"\x00", "unexpected EOF"},
			{"", "unexpected EOF"},
		},
		"stage7": { // to which the text of another protocol is an answer
			{strings.Repeat("a", 1<<20+1), "at least 1048577 bytes, limit 1048576"},
			{"a\\qb\n", `escape "\\\\q"`},
			{"a\rb\n", `carriage return before "b"`},
			{"abc", "unexpected EOF"},
			{"abc\r", "unexpected EOF"},
			{"", "unexpected EOF"},
			{"\\!go away\x1b[31m\n", `refused by the peer: "go away\\x1b\[31m"`},
		},
		"stage8": {
			{web, `1213486160 bytes \(0x48545450, "HTTP"\), limit 1048576`},
			{"\x7f\xff\xff\xff", `2147483647 bytes \(0x7fffffff, .*, limit 1048576`},
			{"\x80\x00\x00\x0cgo away\x1b[31m", `refused by the peer: "go away\\x1b\[31m"`},
			{"\x00\x00\x00\x0aabc", "7 bytes missing: unexpected EOF"},
			{"\x00", "3 bytes missing: unexpected EOF"},
			{"", "unexpected EOF"},
		},
	}
	forFixed(t, func(t *testing.T, s *stage.Stage) {
		for _, test := range words[s.ID] {
			got := command(t, "call", s.ID, "--to", peer(t, says(test.says)), "echo a")
			got.fails(t, exitUnexpected, `^stickydemo: "echo a": .*`+test.want)
			if got.stdout != "" {
				t.Errorf("%q: printed %q", test.says, got.stdout)
			}
		}
	})
}

// What was answered before a failure is printed.
func TestCallPrintsWhatItGot(t *testing.T) {
	address := peer(t, says("\x00\x00\x00\x03a\x00b\x00\x00\x00\x05half"))
	got := command(t, "call", "stage4", "--to", address, "one", "two")
	got.fails(t, exitUnexpected, `^stickydemo: "two": .*unexpected EOF`)
	if got.stdout != "a\x00b" {
		t.Errorf("printed %q", got.stdout)
	}
}

func TestCallToASilentPeer(t *testing.T) {
	silent := peer(t, func(*net.TCPConn) { <-t.Context().Done() })
	forPrograms(t, func(t *testing.T, s *stage.Stage, side stage.Side, variant string, words []string) {
		got := command(t, append(append([]string{"call", "--to", silent, "--timeout", "50ms"}, words...), "echo a")...)
		got.fails(t, exitUnexpected, `^stickydemo: "echo a": no answer within 50ms\n$`)
	})
}

func TestInterruptedCall(t *testing.T) {
	arrived := make(chan struct{}, 1)
	silent := peer(t, func(conn *net.TCPConn) {
		arrived <- struct{}{}
		_, _ = io.Copy(io.Discard, conn)
	})
	p := start(t, "call", "stage4", "--to", silent, "echo a")
	<-arrived
	p.interrupt()
	if status, said := p.wait(), strings.Join(p.rest(), "\n"); status != exitUnexpected || said != "stickydemo: interrupted" {
		t.Errorf("got status %d and %q", status, said)
	}
}
