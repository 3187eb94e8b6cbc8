package shell

import (
	"bytes"
	"testing"
)

// FuzzBuiltin looks for a command that breaks what every answer promises: no
// panic, a bound, the same bytes again, and errors that can be printed.
func FuzzBuiltin(f *testing.F) {
	f.Add("printf abc; echo")
	f.Fuzz(func(t *testing.T, command string) {
		got := Builtin(command)
		if n := len(got.Stdout) + len(got.Stderr); n > MaxOutput {
			t.Errorf("got %d bytes, want at most %d", n, MaxOutput)
		}
		again := Builtin(command)
		if !bytes.Equal(got.Stdout, again.Stdout) || !bytes.Equal(got.Stderr, again.Stderr) || got.Status != again.Status {
			t.Errorf("got %q, then %q", got, again)
		}
		switch got.Status {
		case 0, 1:
		case 2:
			wantOneLine(t, got.Stderr)
		case 127:
			if len(got.Stderr) == 0 {
				t.Error("got status 127 without a line on standard error")
			}
		default:
			t.Errorf("got status %d, want 0, 1, 2 or 127", got.Status)
		}
		for line := range bytes.Lines(got.Stderr) {
			wantOneLine(t, line)
		}
	})
}
