package main

import (
	"io"
	"net"
	"strings"
	"testing"

	"stickydemo/demos/stage"
)

func TestStreamingOverTCP(t *testing.T) {
	server, address := serving(t, "stage6")
	defer server.stop()
	got := command(t, "call", "stage6", "--to", address, "--chunks", "2", "echo ready", "top", "echo on")
	if got.status != exitOK || got.stderr != "" || got.stdout != "ready\n0s cpu 29%\n1s cpu 58%\non\n" {
		t.Errorf("got status %d, %q and %q", got.status, got.stdout, got.stderr)
	}
	got = command(t, "call", "stage6", "--to", address, "echo a; fail", "echo never")
	if got.status != exitUnexpected || got.stdout != "a\n" || !strings.HasSuffix(got.stderr, "is empty\nstickydemo: \"echo a; fail\": exit status 1\n") {
		t.Errorf("got status %d, %q and %q", got.status, got.stdout, got.stderr)
	}
	got = command(t, "call", "stage6", "--side", "naive", "--to", address, "--timeout", "100ms", "top")
	got.fails(t, exitUnexpected, `"top": `) // two protocols
	server.logged()
}

// Ctrl-C ends both sides in the middle of a command.
func TestInterruptedTop(t *testing.T) {
	server, address := serving(t, "stage6")
	client := start(t, "call", "stage6", "--to", address, "top")
	if line := <-client.first; line != "0s cpu 29%\n" {
		t.Errorf("got %q", line)
	}
	client.interrupt()
	if status := client.wait(); status != exitUnexpected {
		t.Errorf("the client ended with status %d", status)
	}
	server.logged() // that it left in mid-command
	client = start(t, "call", "stage6", "--to", address, "top")
	<-client.first
	server.stop()
	if status := client.wait(); status != exitUnexpected {
		t.Errorf("the client ended with status %d", status)
	}
}

// A naive server never answers, and is ended all the same.
func TestInterruptedNaiveTop(t *testing.T) {
	server, address := serving(t, "stage6", "--side", "naive")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	caller, err := stage.Find("stage6").Naive.Client(func() (net.Conn, error) { return conn, nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := caller.Call("echo a"); string(got) != "a\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := conn.Write([]byte("\x00\x00\x00\x03top")); err != nil {
		t.Fatal(err)
	}
	server.stop()
	if got, err := io.ReadAll(conn); len(got) > 0 {
		t.Errorf("got %q, %v, want no answer", got, err)
	}
}

func TestStreamingShell(t *testing.T) {
	needsShell(t)
	server, address := serving(t, "stage6", "--shell")
	defer server.stop()
	got := command(t, "call", "stage6", "--to", address, "echo $((6*7)); echo err >&2; exit 3")
	if got.status != exitUnexpected || got.stdout != "42\n" || !strings.Contains(got.stderr, "err\n") || !strings.HasSuffix(got.stderr, ": exit status 3\n") {
		t.Errorf("got status %d, %q and %q", got.status, got.stdout, got.stderr)
	}
	got = command(t, "call", "stage6", "--to", address, "--chunks", "3", "yes", "head -c 3000000 /dev/zero | wc -c")
	if lines := strings.Count(got.stdout, "y\n"); got.status != exitOK || lines < 3 || !strings.HasSuffix(strings.TrimSpace(got.stdout), "3000000") {
		t.Errorf("got status %d, %d lines, %.100q", got.status, lines, got.stderr)
	}
	got = command(t, "call", "stage6", "--to", address, "head -c 3000000 /dev/zero")
	if got.status != exitOK || len(got.stdout) != 3000000 {
		t.Errorf("got status %d, %d bytes, %s", got.status, len(got.stdout), got.stderr)
	}
}
