package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// interrupted checks that a process that is at work ends on Ctrl-C, in one
// line, with nothing half done printed or left behind.
func (p *process) interrupted() {
	p.t.Helper()
	p.interrupt()
	status, said := p.wait(), strings.Join(p.rest(), "\n")
	if status != exitUnexpected || said != "stickydemo: interrupted" {
		p.t.Errorf("got status %d and %q on stderr", status, said)
	}
	if out := p.stdout.String(); out != "" {
		p.t.Errorf("it printed %q", out)
	}
	if files, err := os.ReadDir(p.cmd.Dir); err != nil || len(files) > 0 {
		p.t.Errorf("it left %v, %v", files, err)
	}
}

// Without the interrupt the run would end by itself, as a hang, with status 0.
func TestInterruptedKernelRun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc to see that the run has begun")
	}
	p := start(t, "run", "stage1", "--side", "naive", "--net", "kernel", "--command", "true", "--trace", "events.jsonl")
	for end := time.Now().Add(enough); !hasSocket(p.cmd.Process.Pid); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("it never opened a socket")
		}
	}
	p.interrupted()
}

func hasSocket(pid int) bool {
	links, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "fd", "*"))
	for _, link := range links {
		if to, _ := os.Readlink(link); strings.HasPrefix(to, "socket:") {
			return true
		}
	}
	return false
}

// Pure computation does not look up, and is ended all the same.
func TestInterruptedComputation(t *testing.T) {
	for _, words := range [][]string{
		{"cost", "--command", "bytes 300000"},
		{"run", "stage5", "--command", "bytes 300000"},
	} {
		t.Run(words[0], func(t *testing.T) {
			t.Parallel()
			plan := makePipe(t)
			p := start(t, append(words, "--plan", "@"+plan)...)
			writePipe(t, plan, "drip")
			p.interrupted()
		})
	}
}
