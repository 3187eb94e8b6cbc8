//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The counters on request: for a line that is typed, and for a signal.
func TestRelayIsAsked(t *testing.T) {
	cmd := exec.Command("stickydemo", "relay", "--to", "127.0.0.1:1")
	typed, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(enough, func() { _ = cmd.Process.Kill() })
	defer killer.Stop()
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func() error{
		"a line": func() error {
			_, err := typed.Write([]byte("\n"))
			return err
		},
		"a signal": func() error { return cmd.Process.Signal(syscall.SIGUSR1) },
	} {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if got, err := lines.ReadString('\n'); got != "0 connections, 0 open; 0 bytes up, 0 down\n" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0 connections, 0 open; 0 bytes up, 0 down\n", "stopped after 0 connections\n"} {
		if got, err := lines.ReadString('\n'); got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
