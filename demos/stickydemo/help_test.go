package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Every command's help has examples, and every example works as it stands, one
// after the other in one folder. A server's address alone is changed: 9999 may
// be taken.
func TestHelpExamples(t *testing.T) {
	t.Parallel()
	needsShell(t)
	for _, c := range newApp(nil, nil).Commands {
		t.Run(c.Name, func(t *testing.T) {
			if testing.Short() && slices.Contains([]string{"cost", "run", "search"}, c.Name) {
				t.Skip("slow under -race: runs without -short")
			}
			t.Parallel()
			help := command(t, c.Name, "--help")
			if help.status != exitOK || help.stderr != "" {
				t.Fatalf("--help: status %d, %q", help.status, help.stderr)
			}
			dir := t.TempDir()
			lines := examples(help.stdout)
			if len(lines) == 0 {
				t.Error("no examples")
			}
			for line := range strings.Lines(c.Description) {
				if got, want := len(strings.TrimSpace(line)), helpWidth-3; got > want {
					t.Errorf("%q: got %d columns, which help wraps, want at most %d", line, got, want)
				}
			}
			for _, line := range lines {
				switch c.Name {
				case "serve":
					serveExample(t, line)
				case "relay":
					relayExample(t, line)
				case "call":
					callExample(t, line)
				case "trial":
					trialExample(t, line)
				case "link":
					linkExample(t, line)
				case "web":
					webExample(t, line)
				default:
					shell := exec.Command("sh", "-c", line)
					shell.Dir = dir
					if got := ended(t, shell); got.status != exitOK || got.stderr != "" {
						t.Errorf("%s: status %d, %s", line, got.status, got.stderr)
					}
				}
			}
		})
	}
}

// examples returns the commands behind "Try:".
func examples(help string) []string {
	var lines []string
	_, tail, _ := strings.Cut(help, "Try:\n")
	for line := range strings.Lines(tail) {
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		lines = append(lines, line)
	}
	return lines
}

// linkExample lets the machine differ: lab's test says when it may not.
func linkExample(t *testing.T, line string) {
	got := ended(t, exec.Command("sh", "-c", line))
	want := exitOK
	if strings.Contains(line, "--check") {
		if runtime.GOOS != "linux" {
			return // testdata/link.txtar has what it says there
		}
		if tally := regexp.MustCompile(`(\d+) of (\d+) agree`).FindStringSubmatch(got.stdout); tally == nil || tally[1] != tally[2] {
			want = exitUnexpected
		}
	}
	if got.status != want || got.stderr != "" || got.stdout == "" {
		t.Errorf("%s: status %d, %s, %s", line, got.status, got.stdout, got.stderr)
	}
}

const exampleAddress = "127.0.0.1:9999"

func serveExample(t *testing.T, line string) {
	words := strings.Fields(strings.Replace(line, exampleAddress, "127.0.0.1:0", 1))
	server, _ := serving(t, words[2:]...)
	server.stop()
}

func relayExample(t *testing.T, line string) {
	words := strings.Split(strings.ReplaceAll(strings.Replace(line, "127.0.0.1:9998", "127.0.0.1:0", 1), "'", ""), " ")
	r, _ := relaying(t, words[2:]...)
	r.stop()
}

// trialExample tries our own programs: whose the others are nobody knows.
func trialExample(t *testing.T, line string) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can verify a cut")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "class"), 0o755); err != nil {
		t.Fatal(err)
	}
	const server = `exec stickydemo serve stage4 --listen 127.0.0.1:$1`
	for name, text := range map[string]string{
		"server":    server,
		"client":    `exec stickydemo call stage4 --to $1:$2 "echo ab" true`,
		"class/ann": server,
		"class/bob": server,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	line = regexp.MustCompile(` --budget \S+`).ReplaceAllString(line, "") + " --budget 4"
	if strings.Contains(line, exampleAddress) {
		server, address := serving(t, "stage4")
		defer server.stop()
		line = strings.Replace(line, exampleAddress, address, 1)
	}
	shell := exec.Command("sh", "-c", line)
	const visited = "127.0.0.1:7000"
	if strings.Contains(line, visited) {
		shell = exec.Command("sh", "-c", "while sleep 0.1; do ./client 127.0.0.1 7000 >/dev/null 2>&1; done & "+
			line+" 2>/dev/null; status=$?; kill $!; exit $status")
	}
	shell.Dir = dir
	if got := ended(t, shell); got.status != exitOK || strings.Contains(got.stderr, "stickydemo:") {
		t.Errorf("%s: status %d, %s, %s", line, got.status, got.stdout, got.stderr)
	}
}

func callExample(t *testing.T, line string) {
	words := strings.Fields(line)
	var program []string
	for i, word := range words {
		switch {
		case i == 2:
			program = append(program, word)
		case word == "--side" || word == "--variant":
			program = append(program, word, words[i+1])
		}
	}
	server, address := serving(t, program...)
	defer server.stop()
	if !strings.Contains(line, exampleAddress) {
		t.Fatalf("%s: no address to change", line)
	}
	got := ended(t, exec.Command("sh", "-c", strings.Replace(line, exampleAddress, address, 1)))
	if got.status != exitOK || got.stderr != "" || got.stdout == "" {
		t.Errorf("%s: status %d, %q, %s", line, got.status, got.stdout, got.stderr)
	}
}
