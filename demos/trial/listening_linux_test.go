package trial

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Who listens is seen, at which address it can be reached, and when it is gone.
func TestListening(t *testing.T) {
	for _, test := range []struct{ network, address, want string }{
		{"tcp4", "127.0.0.1:0", loopback},
		{"tcp4", "0.0.0.0:0", loopback},
		{"tcp6", "[::1]:0", "::1"},
		{"tcp", "[::]:0", loopback},
	} {
		l, err := net.Listen(test.network, test.address)
		if err != nil && test.network == "tcp6" {
			t.Logf("%s: %v", test.address, err)
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		if host, known := listening(portOf(l)); host != test.want || !known {
			t.Errorf("%s: got %q, %v, want %q", test.address, host, known, test.want)
		}
		if got, want := listensOn(syscall.Getpgrp()), fmt.Sprintf("port %d", portOf(l)); !strings.Contains(got, want) {
			t.Errorf("%s: our group listens on %q, want %s in it", test.address, got, want)
		}
		l.Close()
		if host, known := listening(portOf(l)); host != "" || !known {
			t.Errorf("%s, closed: got %q, %v", test.address, host, known)
		}
	}
}

// A port that somebody else took before the server could is not the server's.
func TestSomebodyElseListens(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := &worker{t: &trial{Config: Config{}, mark: newMark()}}
	start := func(mark string, group int, listens bool) {
		t.Helper()
		cmd := exec.Command("sleep", "60")
		cmd.Env = append(os.Environ(), mark)
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: group}
		if listens {
			cmd.ExtraFiles = append(cmd.ExtraFiles, f) // it listens, too
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
		})
		w.server = &process{cmd: cmd, done: make(chan struct{})}
	}
	start("", 0, false)
	if err := w.awaitListening(t.Context(), portOf(l)); !errors.Is(err, errInUse) {
		t.Errorf("a server that does not listen: got %v, want %v", err, errInUse)
	}
	silent := w.server
	for _, test := range []struct {
		name, mark string
		group      int
	}{
		{"a child without a mark", "", silent.cmd.Process.Pid},
		{"a daemon", w.t.mark, 0},
	} {
		start(test.mark, test.group, true)
		listens := w.server
		for _, w.server = range []*process{listens, silent} {
			if err := w.awaitListening(t.Context(), portOf(l)); err != nil {
				t.Errorf("%s listens: got %v", test.name, err)
			}
		}
		listens.cmd.Process.Kill()
		listens.cmd.Wait()
	}
}
