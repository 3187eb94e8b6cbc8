package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"stickydemo/netsim/trace"
)

// On one processor and on eight, everything is the same, byte for byte.
func TestSameOnAnyNumberOfProcessors(t *testing.T) {
	for name, words := range map[string][]string{
		"run":            {"run", "all"},
		"json":           {"run", "all", "--json"},
		"random":         {"run", "all", "--plan", "random=7;link:rtt=3ms", "--json"},
		"matrix":         {"matrix"},
		"cost":           {"cost"},
		"belief":         {"belief", "sticky", "sleep", "write-atomic", "linux-only", "empty-receive"},
		"trace":          {"run", "all", "--json", "--trace", "events.jsonl"},
		"trace, drip":    {"run", "all", "--json", "--plan", "drip;down:stall=7ms@1", "--trace", "events.jsonl"},
		"trace, variant": {"run", "stage3", "--json", "--variant", "size", "--trace", "events.jsonl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name == "cost" {
				t.Skip("slow under -race, which finds as much in the matrix: runs without -short")
			}
			var texts, traces []string
			for _, processors := range []string{"1", "8"} {
				cmd := exec.Command("stickydemo", words...)
				cmd.Dir = t.TempDir()
				cmd.Env = append(os.Environ(), "GOMAXPROCS="+processors)
				got := ended(t, cmd)
				if got.status != exitOK || got.stderr != "" {
					t.Fatalf("status %d, %s", got.status, got.stderr)
				}
				texts = append(texts, got.stdout)
				events, err := os.ReadFile(filepath.Join(cmd.Dir, "events.jsonl"))
				if strings.HasPrefix(name, "trace") != (err == nil) {
					t.Fatalf("the trace: %v", err)
				}
				traces = append(traces, string(events))
			}
			if texts[0] != texts[1] {
				t.Error("not the same output")
			}
			if traces[0] != traces[1] {
				t.Error("not the same trace")
			}
			if traces[0] != "" {
				checkTrace(t, traces[0])
			}
		})
	}
}

// checkTrace reads a trace as any tool would: it parses, it names its runs, and
// what is read of a stream was written to it before.
func checkTrace(t *testing.T, text string) {
	t.Helper()
	log, err := trace.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(text, "\n"); len(log) != lines {
		t.Errorf("%d events in %d lines", len(log), lines)
	}
	if len(log) == 0 || log[0].Kind != trace.Begin || !strings.HasPrefix(log[0].Note, "stage") {
		t.Error("it does not begin by naming a run")
	}
	var written map[string]int
	for i, e := range log {
		stream := string(e.Dir) + " of " + strings.Repeat("+", e.Conn)
		switch e.Kind {
		case trace.Begin:
			written = map[string]int{}
		case trace.Written:
			if e.From != written[stream] || len(e.Data) != e.To-e.From {
				t.Errorf("line %d: written at %d, %d bytes for %d, behind %d", i+1, e.From, len(e.Data), e.To-e.From, written[stream])
			}
			written[stream] = e.To
		case trace.Read:
			if e.To > written[stream] {
				t.Errorf("line %d: read up to %d, and written up to %d", i+1, e.To, written[stream])
			}
		}
	}
}

// Whoever reads our output may leave.
func TestPipes(t *testing.T) {
	needsShell(t)
	for script, want := range map[string]string{
		"stickydemo run all | head -n 1":                                      "stage0 sockets: an echo server for one client at a time\n",
		"stickydemo run all --json | head -n 1":                               "[\n",
		"stickydemo matrix | head -n 0":                                       "",
		"stickydemo diff stage4 | head -n 1":                                  "stage4 structheader\n",
		"stickydemo --help | head -n 1":                                       "NAME:\n",
		"stickydemo matrix | cat | wc -c | wc -l":                             "1\n",
		"stickydemo run stage4 --trace /dev/stdout | grep -c 'begin' || true": "2\n",
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			if got := ended(t, exec.Command("sh", "-c", script)); got.stdout != want || got.stderr != "" || got.status != 0 {
				t.Errorf("got status %d, %q and %q on stderr, want %q", got.status, got.stdout, got.stderr, want)
			}
		})
	}
}

// A full disk is an error, and no success.
func TestOutputThatCannotBeWritten(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	for _, words := range []string{"list", "list --json", "run stage4", "run all --json", "matrix", "cost", "diff stage4", "version"} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			got := ended(t, exec.Command("sh", "-c", "stickydemo "+words+" >/dev/full"))
			got.fails(t, exitUnexpected, "^stickydemo: .*no space left on device\n$")
		})
	}
}
