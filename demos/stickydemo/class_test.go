package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Interrupted, a class says what is known, writes it whole, and leaves no process.
func TestInterruptedClass(t *testing.T) {
	if !linux {
		t.Skip("only Linux can verify a cut")
	}
	dir := t.TempDir()
	const server = "#!/bin/sh\nsetsid sleep 4712 &\nexec stickydemo serve stage4 --listen 127.0.0.1:$1\n"
	for name, text := range map[string]string{"ann": "", "bob": server, "cid": server, "dan": server} {
		mode := os.FileMode(0o755)
		if text == "" {
			mode = 0o644 // and so nothing that can be started
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, "trial", "--each", filepath.Join(dir, "*"), "--jobs", "2", "--budget", "1h", "--csv", "marks.csv", "--save", "found",
		"--server", "{each} {port}", "--client", `stickydemo call stage4 --to {host}:{port} "echo ab"`)
	if line := p.logged(); line != "1 of 4: ann: did not start" {
		t.Fatalf("got %q, want that ann did not start", line)
	}
	for end := time.Now().Add(enough); len(processes("sleep", "4712")) < 2; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("two servers were never there at once")
		}
	}
	p.interrupt()
	if status := p.wait(); status != exitInconclusive {
		t.Errorf("got status %d, want %d", status, exitInconclusive)
	}
	if said := p.rest(); strings.Join(said, "\n") != "2 of 4: bob: inconclusive\n3 of 4: cid: inconclusive\nstickydemo: interrupted" &&
		strings.Join(said, "\n") != "2 of 4: cid: inconclusive\n3 of 4: bob: inconclusive\nstickydemo: interrupted" {
		t.Errorf("got %q on stderr", said)
	}
	for _, want := range []string{"ann         did not start", "bob         inconclusive             interrupted", "dan         not tried",
		"\n4 submissions: 1 did not start, 2 inconclusive, 1 not tried.\n"} {
		if !strings.Contains(p.stdout.String(), want) {
			t.Errorf("got\n%s\nwant in it %q", p.stdout.String(), want)
		}
	}
	f, err := os.Open(filepath.Join(p.cmd.Dir, "marks.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := csv.NewReader(f).ReadAll(); err != nil || len(rows) != 5 {
		t.Errorf("got %q, %v, want 5 whole rows", rows, err)
	}
	if files, err := os.ReadDir(p.cmd.Dir); err != nil || len(files) != 2 { // the empty folder of --save, too
		t.Errorf("it left %v, %v", files, err)
	}
	if pids := processes("sleep", "4712"); len(pids) > 0 {
		t.Errorf("it left processes %v", pids)
	}
}

// processes returns those with these words.
func processes(words ...string) (dirs []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range files {
		if line, _ := os.ReadFile(name); string(line) == strings.Join(words, "\x00")+"\x00" {
			dirs = append(dirs, filepath.Dir(name))
		}
	}
	return dirs
}
