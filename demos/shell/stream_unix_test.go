//go:build unix

package shell

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSystemStreamHandsOverBothStreams(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := SystemStream(t.Context(), "echo out; echo err >&2; exit 3", &stdout, &stderr, time.Minute)
	if stdout.String() != "out\n" || stderr.String() != "err\n" || status != 3 {
		t.Errorf("got %q, %q, status %d", stdout.String(), stderr.String(), status)
	}
}

// meeter takes what is written when somebody asks for it.
type meeter struct {
	texts  chan string
	refuse error
}

func (m meeter) Write(p []byte) (int, error) {
	m.texts <- string(p)
	return len(p), m.refuse
}

func TestSystemStreamIsLive(t *testing.T) {
	m := meeter{texts: make(chan string)}
	done := make(chan int)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- SystemStream(ctx, "echo first; exec sleep 1000", m, new(bytes.Buffer), time.Minute) }()
	if got := <-m.texts; got != "first\n" { // while the command runs
		t.Errorf("got %q, want first", got)
	}
	cancel()
	if status := <-done; status != 128+9 {
		t.Errorf("got status %d, want 137", status)
	}
}

func TestSystemStreamEndsWithItsReader(t *testing.T) {
	m := meeter{texts: make(chan string, 1), refuse: errors.New("no more")}
	if status := SystemStream(t.Context(), "yes", m, new(bytes.Buffer), time.Minute); status == 0 {
		t.Error("got status 0 of a command that was killed")
	}
}

func TestSystemStreamEndsASilentCommand(t *testing.T) {
	var stderr bytes.Buffer
	status := SystemStream(t.Context(), "exec sleep 1000", new(bytes.Buffer), &stderr, 20*time.Millisecond)
	if status != 128+9 || stderr.String() != "shell: killed: it printed nothing for 20ms\n" {
		t.Errorf("got status %d and %q", status, stderr.String())
	}
}

// What is in the pipe when the shell ends is not lost to a reader who takes
// longer than any grace.
func TestSystemStreamWaitsForASlowReader(t *testing.T) {
	fifo := t.TempDir() + "/done"
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	m := meeter{texts: make(chan string)}
	status := make(chan int)
	go func() {
		status <- SystemStream(t.Context(), "head -c 60000 /dev/zero; echo >"+fifo, m, new(bytes.Buffer), time.Minute)
	}()
	if _, err := os.ReadFile(fifo); err != nil { // then all is written, and taken by nobody
		t.Fatal(err)
	}
	var all strings.Builder
	for all.Len() < 60000 {
		all.WriteString(<-m.texts)
	}
	if got := <-status; got != 0 {
		t.Errorf("got status %d, want 0", got)
	}
}

func TestSystemStreamCannotStart(t *testing.T) {
	var stderr bytes.Buffer
	if got := SystemStream(t.Context(), "echo \x00", new(bytes.Buffer), &stderr, time.Minute); got != 127 {
		t.Errorf("got status %d, want 127", got)
	}
	wantOneLine(t, stderr.Bytes())
}
