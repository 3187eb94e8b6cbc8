package main

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"stickydemo/demos/stage"
)

// udpWords name each program of the stages on datagrams.
var udpWords = [][]string{
	{"stage9", "--side", "naive"},
	{"stage9", "--side", "naive", "--variant", "retry"},
	{"stage9", "--side", "fixed"},
}

func TestCallsOverUDP(t *testing.T) {
	for _, words := range udpWords {
		t.Run(strings.Join(words, " "), func(t *testing.T) {
			t.Parallel()
			server, address := serving(t, words...)
			defer server.stop()
			commands := []string{"echo hello", "hello-zh", "true", "printf abc; echo"}
			if words[2] == "fixed" {
				commands = append(commands, "seq 1 2000", "bytes 1048576", "fail", "echo")
			}
			got := command(t, append(append([]string{"call", "--to", address}, words...), commands...)...)
			if want := answersTo(stage.Find("stage9"), commands); got.status != exitOK || got.stderr != "" || got.stdout != want {
				t.Errorf("got status %d, %q and %.200q, want %.200q", got.status, got.stderr, got.stdout, want)
			}
		})
	}
}

// A server's socket takes what any number of clients send, and anybody else.
func TestFiftyClientsOverUDP(t *testing.T) {
	const clients, calls = 50, 3
	server, address := serving(t, "stage9", "--side", "fixed")
	defer server.stop()
	stranger := dialUDP(t, address)
	for _, garbage := range []string{"", "GET / HTTP/1.1\r\n\r\n", "?", "=\x00\x00\x00\x01\x00\x00\x00\x01\x00\x01x", strings.Repeat("\xff", 65507)} {
		if _, err := stranger.Write([]byte(garbage)); err != nil {
			t.Fatal(err)
		}
	}
	var open sync.WaitGroup
	for i := range clients {
		conn := dialUDP(t, address)
		caller := stage.Find("stage9").Fixed.Datagrams.Client(conn, stage.Clock{Now: time.Now, First: 1})
		open.Go(func() {
			for n := range calls {
				word := fmt.Sprintf("client-%d-call-%d", i, n)
				if got, err := caller.Call("echo " + word); err != nil || string(got) != word+"\n" {
					t.Errorf("got %q, %v, want %s", got, err, word)
				}
			}
		})
	}
	open.Wait()
	stranger.SetReadDeadline(time.Now().Add(time.Millisecond))
	if n, err := stranger.Read(make([]byte, 9)); err == nil {
		t.Errorf("the stranger was answered %d bytes, want nothing", n)
	}
}

func dialUDP(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A client hears its server and nobody else: its socket is connected.
func TestForeignAnswersAreNotHeard(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	stranger, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	go func() {
		p := make([]byte, 1<<16)
		n, client, err := server.ReadFrom(p)
		if err != nil {
			return
		}
		answer := bytes.Clone(p[:n]) // its number and its length; piece 0 of 1
		answer[0], answer[8] = '=', 1
		_, _ = stranger.WriteTo(append(answer[:n-4:n-4], "fake"...), client)
		_, _ = server.WriteTo(answer, client)
	}()
	got := command(t, "call", "stage9", "--to", server.LocalAddr().String(), "true")
	if got.stdout != "true" || got.status != exitOK {
		t.Errorf("got %q, %q, want what the server said", got.stdout, got.stderr)
	}
}

func TestCallsThatNobodyAnswersOverUDP(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for i, want := range []string{"no answer within 50ms", "no answer to 4 datagrams", "no answer to 4 datagrams"} {
		got := command(t, append(append([]string{"call", "--to", silent.LocalAddr().String(), "--timeout", "50ms"}, udpWords[i]...), "echo a")...)
		got.fails(t, exitUnexpected, `^stickydemo: "echo a": `+want+`\n$`)
	}
}

func TestAnswersThatAreTooLongOverUDP(t *testing.T) {
	server, address := serving(t, "stage9")
	got := command(t, "call", "stage9", "--to", address, "bytes 2000000")
	got.fails(t, exitUnexpected, `^stickydemo: "bytes 2000000": refused by the peer: "answer of 2000000 bytes, limit 1048576"\n$`)
	server.stop()

	got = command(t, "serve", "stage9", "--listen", "127.0.0.1:99999")
	got.fails(t, exitUsage, "invalid port")
	busy, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	got = command(t, "serve", "stage9", "--listen", busy.LocalAddr().String())
	got.fails(t, exitUsage, `: bind: .*; --listen 127.0.0.1:0 takes a free port\n$`)
}
