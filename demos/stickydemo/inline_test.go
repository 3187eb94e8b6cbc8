package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// waits are the commands in the line that start something which waits, or that
// need more than is said there.
var waits = regexp.MustCompile(`stickydemo (trial|serve|call|relay|replay|web)\b|--step\b|--check\b|…`)

// Every command that a document has in the line runs, and comes out as its stage
// lists; of those that wait for something, the command and its flags exist.
func TestCommandsInTheLine(t *testing.T) {
	t.Parallel()
	needsShell(t)
	if testing.Short() {
		t.Skip("what documents show is shown without -short")
	}
	said := map[string]string{} // by command: the document
	for _, name := range documents(t, "../..") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range outlineOf(string(text)).inline {
			if strings.HasPrefix(code, "stickydemo ") || strings.Contains(code, " stickydemo ") {
				said[code] = filepath.Base(name)
			}
		}
	}
	if len(said) < 40 {
		t.Errorf("%d commands, want those of README's table and of the teacher's", len(said))
	}
	for line, document := range said {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(line[strings.Index(line, "stickydemo "):])
			help := command(t, words[1], "--help")
			if help.status != exitOK {
				t.Fatalf("%s: there is no command %s: %s", document, words[1], help.stderr)
			}
			for _, word := range words[2:] {
				flag, isFlag := strings.CutPrefix(word, "--")
				if isFlag && !regexp.MustCompile(`(?m)^ +--`+flag+`\b`).MatchString(help.stdout) {
					t.Errorf("%s: %s has no flag %s", document, words[1], word)
				}
			}
			if waits.MatchString(line) || strings.Contains(line, "--net kernel") && runtime.GOOS != "linux" {
				return
			}
			shell := exec.Command("sh", "-c", line)
			shell.Dir = t.TempDir()
			if got := ended(t, shell); got.status != exitOK || got.stderr != "" || got.stdout == "" {
				t.Errorf("%s: status %d, %q on stdout, %s", document, got.status, got.stdout, got.stderr)
			}
		})
	}
}
