package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCommands are what the scripts in testdata can say besides testscript's
// own words.
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"fails": fails,
	"wide":  wide,
}

// fails STATUS COMMAND… runs a command that must exit with the status and say
// why in one line on stderr, as every failure does.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails STATUS COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	status := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if status != want {
		ts.Fatalf("exit status %d, want %d", status, want)
	}
	said := ts.ReadFile("stderr")
	if !isOneClearLine(said) {
		ts.Fatalf("stderr is not one clear line: %q", said)
	}
	for _, word := range []string{"goroutine ", "panic", "USAGE:", "flag provided", "parse error"} {
		if strings.Contains(said, word) {
			ts.Fatalf("stderr has %q in it", word)
		}
	}
	// A line that cannot be followed starts nothing.
	if out := ts.ReadFile("stdout"); want == exitUsage && out != "" {
		ts.Fatalf("something was printed on stdout: %q", out)
	}
}

// isOneClearLine reports whether an error output is one line that people can
// read, and not a long one.
func isOneClearLine(said string) bool {
	what, ours := strings.CutPrefix(said, "stickydemo: ")
	what, line := strings.CutSuffix(what, "\n")
	return ours && line && what != "" && utf8.RuneCountInString(what) <= 600 && utf8.ValidString(what) &&
		!strings.ContainsFunc(what, func(r rune) bool { return unicode.Is(unicode.C, r) })
}

// wide FILE SIZE writes a file of so many letters.
func wide(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: wide FILE SIZE")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat("a", size)), 0o644))
}
