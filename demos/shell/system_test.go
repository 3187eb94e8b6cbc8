package shell

import (
	"runtime"
	"strings"
	"testing"
)

// TestSystemHere is the one test of System on every system.
func TestSystemHere(t *testing.T) {
	got := System(t.Context(), "echo hello", 1000)
	switch runtime.GOOS {
	case "js", "wasip1", "plan9":
		if got.Status != 127 {
			t.Errorf("got status %d, want 127", got.Status)
		}
		wantOneLine(t, got.Stderr)
	default:
		if line := strings.TrimSpace(string(got.Stdout)); line != "hello" || got.Status != 0 {
			t.Errorf("got %q, %q, status %d, want hello and status 0", got.Stdout, got.Stderr, got.Status)
		}
	}
}
