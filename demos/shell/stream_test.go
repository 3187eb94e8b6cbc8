package shell

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// script notes what happens to it in order.
type script struct {
	lines []string
	most  int // writes that it takes
}

func (s *script) stream(name string) scriptStream { return scriptStream{s, name} }
func (s *script) sleep(d time.Duration)           { s.lines = append(s.lines, "sleep "+d.String()) }

type scriptStream struct {
	*script
	name string
}

func (s scriptStream) Write(p []byte) (int, error) {
	s.lines = append(s.lines, s.name+" "+string(p))
	if s.most--; s.most < 0 {
		return 0, errors.New("no more")
	}
	return len(p), nil
}

func TestStream(t *testing.T) {
	for _, test := range []struct {
		name, command string
		most          int // writes taken
		want          string
		status        int
	}{
		{"a command's output when it has ended", "echo a; seq 2", 9, "out a\n|out 1\n2\n", 0},
		{"streams apart, and the last status", "echo a; fail; false", 9, "out a\n|err fail: this line is on standard error, and standard output is empty\n", 1},
		{"no output at all", "true", 9, "", 0},
		{"no command at all", "", 9, "", 0},
		{"what is not understood", "a | b", 9, "err shell: the built-in shell has no |, only words, quotes and ;\n", 2},
		{"lines as time passes, none after the last", "top 3", 9, "out 0s cpu 29%\n|sleep 1s|out 1s cpu 58%\n|sleep 1s|out 2s cpu 87%\n", 0},
		{"until the reader leaves", "top; echo never", 2, "out 0s cpu 29%\n|sleep 1s|out 1s cpu 58%\n|sleep 1s|out 2s cpu 87%\n", 141},
		{"a reader who was never there", "seq 3; echo never", 0, "out 1\n2\n3\n", 141},
		{"too much", "seq 1 999999999", 9, "err seq: from 1 to 999999999 is over the limit of 16777216 bytes\n", 1},
	} {
		s := &script{most: test.most}
		status := Stream(test.command, s.stream("out"), s.stream("err"), s.sleep)
		if got := strings.Join(s.lines, "|"); got != test.want || status != test.status {
			t.Errorf("%s: got %q, status %d, want %q, %d", test.name, got, status, test.want, test.status)
		}
	}
}

// What one command prints is what Builtin answers.
func TestStreamIsBuiltinLive(t *testing.T) {
	for _, command := range []string{"echo a", "hello-zh; tasklist", "fail", "nothing", "bytes 100000; false", "top 5", "printf 'a\\n'"} {
		var stdout, stderr bytes.Buffer
		status := Stream(command, &stdout, &stderr, func(time.Duration) {})
		if want := Builtin(command); status != want.Status || stdout.String() != string(want.Stdout) || stderr.String() != string(want.Stderr) {
			t.Errorf("%s: got %q, %q, status %d, want %q, %q, %d", command, stdout.String(), stderr.String(), status, want.Stdout, want.Stderr, want.Status)
		}
	}
}

func TestTopHasNoEnd(t *testing.T) {
	for _, test := range []struct {
		command string
		want    string
		endless bool
	}{
		{"top", "top: has no end, and all of its output is wanted at once; top N prints N lines\n", true},
		{"top 0", `top: takes one whole number from 1 to 1048576, or none, got "0"` + "\n", false},
		{"top 1048577", `got "1048577"`, false},
		{"top -b", `got "-b"`, false},
		{"top 1 2", `got "2"`, false},
		{"echo a; top", "top: has no end", true},
		{"echo top", "", false},
		{"top |", "", false},
	} {
		got := Builtin(test.command)
		if !strings.Contains(string(got.Stderr), test.want) || Endless(test.command) != test.endless {
			t.Errorf("%s: got %q, endless %v, want %q, %v", test.command, got.Stderr, Endless(test.command), test.want, test.endless)
		}
	}
	if got := Builtin("top 1048576"); got.Status != 0 && !strings.Contains(string(got.Stderr), "limit") {
		t.Errorf("the longest: got status %d, %.100q", got.Status, got.Stderr)
	}
}
