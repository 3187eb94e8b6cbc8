package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestDocuments runs every console block of the documents and compares what it
// prints with what stands there. A block is one command or more, each behind
// "$ " and perhaps on several lines, followed by its output.
func TestDocuments(t *testing.T) {
	needsShell(t)
	if testing.Short() {
		t.Skip("what documents show is shown without -short")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	lessons, err := filepath.Glob(filepath.Join(root, "lessons", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(documents, lessons...) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			old, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := runBlocks(t, string(old))
			if got == string(old) {
				return
			}
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%s does not show what its commands print; go test ./demos/stickydemo -update rewrites it.\ngot:\n%s", name, got)
		})
	}
}

// needsShell skips where there is no POSIX shell to type commands into.
func needsShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell: documents are typed into one")
	}
}

// runBlocks returns the document with the output of its console blocks anew.
// The blocks of one document share a folder, so that one may use what another
// wrote; it has the repository's demos in it.
func runBlocks(t *testing.T, document string) string {
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "demos"), filepath.Join(dir, "demos")); err != nil {
		t.Fatal(err)
	}
	var out, command strings.Builder
	inside, keep := false, false
	for line := range strings.Lines(document) {
		begin, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside, keep = line == "```console\n", false
		case inside && (isCommand || command.Len() > 0):
			if !isCommand {
				begin = line
			}
			command.WriteString(begin)
			out.WriteString(line)
			if strings.HasSuffix(begin, "\\\n") {
				continue // it goes on
			}
			if keep = !canBeTyped(t, command.String()); !keep {
				out.WriteString(typed(t, dir, strings.TrimSpace(command.String())))
			}
			command.Reset()
			continue
		case inside && !keep:
			continue // old output
		}
		out.WriteString(line)
	}
	return out.String()
}

// canBeTyped reports whether this machine has what a command needs besides us.
// CI has it all.
func canBeTyped(t *testing.T, command string) bool {
	var lacks string
	if _, err := exec.LookPath("python3"); err != nil && strings.Contains(command, "python3") {
		lacks = "python3"
	}
	if _, err := exec.LookPath("tshark"); err != nil && strings.Contains(command, "tshark") {
		lacks = "tshark"
	}
	if runtime.GOOS != "linux" && strings.Contains(command, "stickydemo trial") {
		lacks = "Linux, to verify cuts"
	}
	if lacks != "" && os.Getenv("STICKYDEMO_CI") != "" {
		t.Fatalf("CI must have %s", lacks)
	} else if lacks != "" {
		t.Logf("not run, for want of %s: %s", lacks, command)
	}
	return lacks == ""
}

// typed returns what a command prints when typed into a shell, and its exit
// status where that is not 0.
func typed(t *testing.T, dir, command string) string {
	shell := exec.Command("sh", "-c", command)
	shell.Dir = dir
	shell.Env = append(os.Environ(), "NO_COLOR=1", "COLUMNS=80", "LANG=C.UTF-8")
	output, err := shell.CombinedOutput()
	text := string(output)
	if err != nil {
		text += "[" + err.Error() + "]\n"
	}
	return text
}

// The blocks of README's part on cuttest stand in that package's example, where
// the compiler and go test hold them to their word.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../netsim/cuttest/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(readme), "\n## Your own tests\n")
	part, _, end := strings.Cut(part, "\n`netsim` stands on the standard library alone.")
	if !found || !end {
		t.Fatal("README has no such part")
	}
	inside := false
	for line := range strings.Lines(part) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside
		case inside && !strings.Contains(string(example), line):
			t.Errorf("%q does not stand in the example", line)
		}
	}
}
