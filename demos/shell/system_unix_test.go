//go:build unix

package shell

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestSystemAnswers(t *testing.T) {
	for _, tt := range []struct {
		name           string
		command        string
		stdout, stderr string
		status         int
	}{
		{"both streams and the status come back", "echo out; echo err >&2; exit 3", "out\n", "err\n", 3},
		{"it is a real shell, pipes and all", "x=2; printf 'a\nb\n' | sed -n ${x}p", "b\n", "", 0},
		{"no output is an answer", "true", "", "", 0},
		{"standard input is at its end", "cat", "", "", 0},
		{"bytes that are no text pass unchanged", `printf '\377\000\r\n'`, "\xff\x00\r\n", "", 0},
		{"a signal shows in the status", "kill -TERM $$", "", "", 128 + 15},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := System(t.Context(), tt.command, 1000)
			if string(got.Stdout) != tt.stdout || string(got.Stderr) != tt.stderr || got.Status != tt.status {
				t.Errorf("System(%q): got %q, %q, status %d, want %q, %q, status %d",
					tt.command, got.Stdout, got.Stderr, got.Status, tt.stdout, tt.stderr, tt.status)
			}
		})
	}
}

func TestSystemSaysThatACommandIsUnknown(t *testing.T) {
	if got := System(t.Context(), "no-such-command-here", 1000); got.Status != 127 || len(got.Stderr) == 0 {
		t.Errorf("got status %d and %q, want status 127 and a line", got.Status, got.Stderr)
	}
}

func TestSystemCannotStart(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		command string
	}{
		{"a command with a zero byte", t.Context(), "echo \x00"},
		{"a context that is over", done, "echo"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := System(tt.ctx, tt.command, 1000)
			if got.Status != 127 || len(got.Stdout) > 0 {
				t.Errorf("got status %d and %q, want status 127 and no output", got.Status, got.Stdout)
			}
			wantOneLine(t, got.Stderr)
		})
	}
}

func TestSystemStopsAtTheLimit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		command string
		limit   int // bytes
		size    int // bytes printed, but for the line that says why it ended
		killed  bool
	}{
		{"exactly the limit is fine", "printf 12345", 5, 5, false},
		{"one byte more is not", "printf 123456", 5, 5, true},
		{"both streams count together", "printf 123; printf 456 >&2", 5, 5, true},
		{"no output fits in no bytes", "true", 0, 0, false},
		{"a limit below nothing is nothing", "echo", -1, 0, true},
		{"a flood is cut off", "while :; do echo flood; done", 10000, 10000, true},
		{"a flood that ignores a broken pipe too", "trap '' PIPE; while :; do echo flood; done", 10000, 10000, true},
		{"a flood from a child", "(while :; do echo flood >&2; done) & wait", 10000, 10000, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := System(t.Context(), tt.command, tt.limit)
			stderr, note, killed := bytes.Cut(got.Stderr, []byte("shell: killed: more output than the limit of "))
			if killed != tt.killed || (got.Status != 0) != tt.killed {
				t.Errorf("got status %d and %q, want killed: %v", got.Status, got.Stderr, tt.killed)
			}
			if killed {
				wantOneLine(t, note)
				// The line starts anew, whatever the command printed last.
				stderr = bytes.TrimSuffix(stderr, []byte("\n"))
			}
			size := len(got.Stdout) + len(stderr)
			if size != tt.size {
				t.Errorf("got %d bytes, want %d", size, tt.size)
			}
		})
	}
}

// held makes a named pipe. A command that opens it for writing hands it on to its
// children, and the reader meets its end once the last of them is gone: a way to
// wait for processes that are not ours.
func held(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("needs a named pipe: %v", err)
	}
	return path
}

func TestSystemLeavesNoChildBehindWhenCancelled(t *testing.T) {
	path := held(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answers := make(chan Answer, 1)
	go func() {
		// A grandchild that holds the pipe, ignores what can be ignored, and is
		// waited for.
		answers <- System(ctx, "exec 3>'"+path+"'; (trap '' HUP INT TERM; echo ready >&3; echo begun; sleep 1000; sleep 1000) & wait", 1000)
	}()
	pipe, err := os.Open(path) // waits until the shell has opened it
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	reader := bufio.NewReader(pipe)
	if line, err := reader.ReadString('\n'); line != "ready\n" {
		t.Fatalf("got %q, %v from the grandchild, want ready", line, err)
	}
	cancel()
	if rest, err := io.ReadAll(reader); len(rest) > 0 || err != nil {
		t.Errorf("got %q, %v from the grandchild, want its end", rest, err)
	}
	got := <-answers
	if got.Status != 128+9 {
		t.Errorf("got status %d, want 137", got.Status)
	}
	if want := "shell: killed: context canceled\n"; string(got.Stderr) != want {
		t.Errorf("got %q, want %q", got.Stderr, want)
	}
}

func TestSystemLeavesNoChildBehindWhenTheShellEnds(t *testing.T) {
	for _, tt := range []struct{ name, background string }{
		{"a child that let go of the output", "sleep 1000 >/dev/null 2>&1 &"},
		{"a child that holds on to the output", "sleep 1000 &"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := held(t)
			ended := make(chan error, 1)
			go func() {
				pipe, err := os.Open(path)
				if err == nil {
					_, err = io.Copy(io.Discard, pipe)
					pipe.Close()
				}
				ended <- err
			}()
			got := System(t.Context(), "exec 3>'"+path+"'; "+tt.background+" echo done", 1000)
			if string(got.Stdout) != "done\n" || len(got.Stderr) > 0 || got.Status != 0 {
				t.Errorf("got %q, %q, status %d, want done and status 0", got.Stdout, got.Stderr, got.Status)
			}
			if err := <-ended; err != nil {
				t.Errorf("got %v, want the end of the pipe", err)
			}
		})
	}
}

func TestSystemKeepsWhatWasPrintedBeforeTheEnd(t *testing.T) {
	path := held(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	go func() {
		if pipe, err := os.Open(path); err == nil { // opened only after the output
			cancel(io.ErrNoProgress)
			pipe.Close()
		}
	}()
	got := System(ctx, "printf out; printf err >&2; exec 3>'"+path+"'; sleep 1000", 1000)
	if string(got.Stdout) != "out" {
		t.Errorf("got %q, want out", got.Stdout)
	}
	if want := "err\nshell: killed: " + io.ErrNoProgress.Error() + "\n"; string(got.Stderr) != want {
		t.Errorf("got %q, want %q", got.Stderr, want)
	}
}

func TestSystemsOfManyRunAtOnce(t *testing.T) {
	const many = 8
	answers := make(chan Answer, many)
	for range many {
		go func() { answers <- System(t.Context(), "seq 1 2000", 1<<16) }()
	}
	for range many {
		if got := <-answers; len(got.Stdout) != 8893 || !strings.HasSuffix(string(got.Stdout), "\n2000\n") {
			t.Errorf("got %d bytes and %q, want 8893 bytes", len(got.Stdout), got.Stderr)
		}
	}
}
