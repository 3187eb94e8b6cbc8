package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stickydemo/demos/stage"
)

// The naive programs are the tutorials' own, so that each talks to theirs.
// python is the format's name in testdata/python/seeds.py.
var wireFormats = []struct {
	python, stage, variant string
	commands               []string
}{
	{"echo", "stage0", "", []string{"hello", "你好, world"}},
	// "true" prints nothing, and here nothing would be sent.
	{"noframing", "stage1", "", []string{"echo ab", "hello-zh", "printf abc; echo"}},
	{"sleep", "stage2", "", []string{"echo ab"}},
	{"size", "stage3", "size", []string{"echo ab", "seq 1 2000", "hello-zh", "printf abc; echo"}},
	{"ackhandshake", "stage3", "", []string{"echo ab", "seq 1 2000", "hello-zh", "printf abc; echo"}},
	{"struct", "stage4", "", []string{"echo ab", "true", "seq 1 2000", "hello-zh", "printf abc; echo"}},
	{"json", "stage5", "", []string{"echo ab", "true", "seq 1 2000", "hello-zh", "printf abc; echo"}},
}

func seeds(t *testing.T, words ...string) *exec.Cmd {
	t.Helper()
	python, err := exec.LookPath("python3")
	needs(t, err == nil, "python3")
	program, err := filepath.Abs("testdata/python/seeds.py")
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(python, append([]string{program}, words...)...)
}

// pythonServer starts a server of the format and returns its port.
func pythonServer(t *testing.T, format string) (port string) {
	t.Helper()
	server := seeds(t, "server", format, "0")
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestPythonServers(t *testing.T) {
	for _, f := range wireFormats {
		t.Run(f.python, func(t *testing.T) {
			t.Parallel()
			port := pythonServer(t, f.python)
			want := printed(stage.Find(f.stage), f.commands...)
			var got outcome
			for range 10 {
				got = command(t, append([]string{"call", f.stage, "--side", "naive", "--variant", f.variant, "--to", "127.0.0.1:" + port}, f.commands...)...)
				if got.status == exitOK || f.python != "sleep" {
					break
				}
				got.fails(t, exitUnexpected, "3ab") // it read later than the pause was long
			}
			if got.stdout != want || got.stderr != "" {
				t.Errorf("got %.200q, %s, want %.200q", got.stdout, got.stderr, want)
			}
		})
	}
}

func TestPythonClients(t *testing.T) {
	for _, f := range wireFormats {
		t.Run(f.python, func(t *testing.T) {
			t.Parallel()
			server, address := serving(t, f.stage, "--side", "naive", "--variant", f.variant)
			defer server.stop()
			want := answersTo(stage.Find(f.stage), f.commands)
			var got outcome
			for range 10 {
				got = ended(t, seeds(t, append([]string{"client", f.python, portOf(address)}, f.commands...)...))
				if got.status == 0 || f.python != "sleep" {
					break
				}
			}
			if got.stdout != want || got.stderr != "" {
				t.Errorf("got %.200q, %s, want %.200q", got.stdout, got.stderr, want)
			}
		})
	}
}

func portOf(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

// Size first without a pause is a race with two ends, and both are as they were
// in the tutorial. One of them is certain where both sends have arrived before
// the reader looks.
func TestPythonSizeFirst(t *testing.T) {
	const glued = "3ab"
	call := func(t *testing.T, format string) outcome {
		port := pythonServer(t, format)
		return command(t, "call", "stage2", "--side", "naive", "--variant", "nopause", "--to", "127.0.0.1:"+port, "echo ab")
	}
	t.Run("our client, a late reader", func(t *testing.T) {
		t.Parallel()
		call(t, "glued").fails(t, exitUnexpected, glued)
	})
	t.Run("our client, whichever comes first", func(t *testing.T) {
		t.Parallel()
		if got := call(t, "nopause"); got.status != exitOK || got.stdout != "ab\n" {
			got.fails(t, exitUnexpected, glued)
		}
	})
	client := func(t *testing.T, format, variant string) (got outcome, right bool) {
		server, address := serving(t, "stage2", "--side", "naive", "--variant", variant)
		defer server.stop()
		got = ended(t, seeds(t, "client", format, portOf(address), "echo ab"))
		return got, got.status == 0 && got.stdout == "ab\n"
	}
	for _, variant := range []string{"nopause", ""} { // a pause does not help a reader who is later
		t.Run("their client, a late reader, "+variant, func(t *testing.T) {
			t.Parallel()
			if got, _ := client(t, "late", variant); got.status == 0 || !strings.Contains(got.stderr, `b'3ab\n'`) {
				t.Errorf("got status %d, %q, %s", got.status, got.stdout, got.stderr)
			}
		})
	}
	t.Run("their client, whichever comes first", func(t *testing.T) {
		t.Parallel()
		if got, right := client(t, "nopause", "nopause"); !right && !strings.Contains(got.stderr, `b'3ab\n'`) {
			t.Errorf("got status %d, %q, %s", got.status, got.stdout, got.stderr)
		}
	})
}

// Problem 7 of the tutorials: what one recv leaves of a long answer is the
// answer to the next command.
func TestPythonResidue(t *testing.T) {
	all := answersTo(stage.Find("stage1"), []string{"seq 1 2000"})
	t.Run("our client", func(t *testing.T) {
		t.Parallel()
		got := command(t, "call", "stage1", "--side", "naive", "--to", "127.0.0.1:"+pythonServer(t, "noframing"), "seq 1 2000", "echo ab")
		if got.stdout != all[:2048] {
			t.Errorf("got %q, %s", got.stdout, got.stderr)
		}
	})
	t.Run("their client", func(t *testing.T) {
		t.Parallel()
		server, address := serving(t, "stage1", "--side", "naive")
		got := ended(t, seeds(t, "client", "noframing", portOf(address), "seq 1 2000", "echo ab"))
		if got.stdout != all[:2048] {
			t.Errorf("got %q, %s", got.stdout, got.stderr)
		}
		server.interrupt() // it may have logged the reset
		server.wait()
	})
}
