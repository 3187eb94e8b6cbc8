package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// enough is for what ends sooner, unless there is a bug.
const enough = time.Minute

// a process is a stickydemo that was started and goes on.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	log    chan string // stderr, a line each
	stdout bytes.Buffer
	pipes  sync.WaitGroup
	first  chan string // of stdout
	killer *time.Timer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command("stickydemo", args...), log: make(chan string, 1000), first: make(chan string, 1)}
	p.cmd.Env = append(os.Environ(), "NO_COLOR=1", "COLUMNS=80")
	p.cmd.Dir = t.TempDir()
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.pipes.Go(func() {
		in := bufio.NewReader(stdout)
		line, _ := in.ReadString('\n')
		p.first <- line
		p.stdout.WriteString(line)
		_, _ = io.Copy(&p.stdout, in)
	})
	p.pipes.Go(func() {
		defer close(p.log)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			p.log <- lines.Text()
		}
	})
	p.killer = time.AfterFunc(enough, func() { _ = p.cmd.Process.Kill() })
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		p.wait()
	})
	return p
}

// wait waits for the end and returns the exit status, -1 for a signal.
func (p *process) wait() int {
	p.pipes.Wait()
	_ = p.cmd.Wait() // at its second call harmless
	p.killer.Stop()
	return p.cmd.ProcessState.ExitCode()
}

// interrupt is Ctrl-C.
func (p *process) interrupt() {
	p.t.Helper()
	if runtime.GOOS == "windows" {
		p.t.Skip("Windows sends Ctrl-C to a whole console")
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
}

// logged returns the next line of stderr.
func (p *process) logged() string {
	p.t.Helper()
	select {
	case line, ok := <-p.log:
		if !ok {
			p.t.Fatal("it ended without a further line on stderr")
		}
		return line
	case <-time.After(enough):
		p.t.Fatal("no further line on stderr")
	}
	return ""
}

// rest returns the lines of stderr that nobody has looked at, once it has ended.
func (p *process) rest() []string {
	var lines []string
	for line := range p.log {
		lines = append(lines, line)
	}
	return lines
}

var listens = regexp.MustCompile(`^\S+ (?:naive|fixed|naive \S+) listens on (\S+:\d+)(?: \(UDP\))?; Ctrl-C ends it\n$`)

// serving starts a server on a free port and returns it with its address.
func serving(t *testing.T, args ...string) (server *process, address string) {
	t.Helper()
	server = start(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	line := <-server.first
	match := listens.FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("serve %q began with %q", args, line)
	}
	return server, match[1]
}

// stop ends a server by Ctrl-C and checks that it went in good order, having
// said nothing on stderr that was not looked at.
func (p *process) stop() {
	p.t.Helper()
	p.interrupt()
	if status := p.wait(); status != exitOK {
		p.t.Errorf("exit status %d after Ctrl-C, want 0", status)
	}
	if out := p.stdout.String(); !stopped.MatchString(out) {
		p.t.Errorf("stdout is %q", out)
	}
	if lines := p.rest(); len(lines) > 0 {
		p.t.Errorf("it said on stderr: %q", lines)
	}
}

var stopped = regexp.MustCompile(`\nstopped after \d+ (connection|command)s?\n$`)

// an outcome is what became of a command.
type outcome struct {
	stdout, stderr string
	status         int
}

// command runs stickydemo to its end.
func command(t *testing.T, args ...string) outcome {
	t.Helper()
	return ended(t, exec.Command("stickydemo", args...))
}

func ended(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	cmd.Env = append(cmd.Environ(), "NO_COLOR=1", "COLUMNS=80")
	if e := cmd.Run(); e != nil && !errors.As(e, new(*exec.ExitError)) {
		t.Fatal(e)
	}
	return outcome{out.String(), err.String(), cmd.ProcessState.ExitCode()}
}

// fails checks a failure: its status, and one clear line with want in it.
func (o outcome) fails(t *testing.T, status int, want string) {
	t.Helper()
	if o.status != status || !isOneClearLine(o.stderr) || !regexp.MustCompile(want).MatchString(o.stderr) {
		t.Errorf("got status %d and %q on stderr, want %d and one line with %s", o.status, o.stderr, status, want)
	}
}

// makePipe makes a named pipe. Whoever opens one end waits for the other.
func makePipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", name).Run(); err != nil {
		t.Skipf("needs named pipes: mkfifo: %v", err)
	}
	return name
}

// readPipe returns what somebody writes into a named pipe.
func readPipe(t *testing.T, name string) string {
	t.Helper()
	text := make(chan string, 1)
	go func() {
		data, _ := os.ReadFile(name)
		text <- strings.TrimSpace(string(data))
	}()
	select {
	case s := <-text:
		return s
	case <-time.After(enough):
		t.Fatal("nobody wrote into the pipe")
	}
	return ""
}

// writePipe writes into a named pipe. When it returns, somebody has opened it.
func writePipe(t *testing.T, name, text string) {
	t.Helper()
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(name, []byte(text), 0) }()
	select {
	case err := <-written:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(enough):
		t.Fatal("nobody read the pipe")
	}
}
