package trial

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxOutput is the most bytes of a client's output: an oracle compares it
	// whole.
	maxOutput = 64 << 20

	// maxOutputEach is the same in a class, of which several are tried at once.
	maxOutputEach = 8 << 20

	// maxTail is the bytes that are kept of what is only shown: the last ones.
	maxTail = 4 << 10

	// grace is how long what a program left behind may hold its output open.
	grace = 500 * time.Millisecond

	// courtesy is how long a server may take to end when it is asked to.
	courtesy = 200 * time.Millisecond
)

// A process is a program that was started, in a process group of its own.
type process struct {
	cmd    *exec.Cmd
	stdout *output
	stderr *output
	done   chan struct{} // closed when it has ended and its group is gone
}

// startError is a program that cannot be started.
type startError struct {
	program string
	err     error
}

func (e *startError) Error() string {
	var lookup *exec.Error
	var path *fs.PathError
	err := e.err
	switch { // neither needs to name the program again
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &lookup):
		err = lookup.Err
	}
	return fmt.Sprintf("cannot start %q: %v", e.program, err)
}

func (e *startError) Unwrap() error { return e.err }

// start starts a program for an address. keep is the most bytes of its output
// that are kept, from the beginning; 0 keeps the last ones.
func (t *trial) start(c Command, host, port string, stdin []byte, keep int) (*process, error) {
	words := c.at(host, port, t.Each)
	p := &process{
		cmd:    exec.Command(words[0], words[1:]...),
		stdout: &output{keep: keep},
		stderr: &output{},
		done:   make(chan struct{}),
	}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.Dir = c.folder(t.Each)
	p.cmd.Env = append(p.cmd.Environ(), t.mark)
	if stdin != nil {
		p.cmd.Stdin = bytes.NewReader(stdin)
	}
	p.cmd.WaitDelay = grace
	ownGroup(p.cmd)
	if err := begin(p.cmd); err != nil {
		return nil, &startError{words[0], err}
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // how it ended is in ProcessState
		sweep(p.cmd.Process)
	}()
	return p, nil
}

// maxOutput is the most bytes that a client may print.
func (t *trial) maxOutput() int {
	if t.Each != "" {
		return maxOutputEach
	}
	return maxOutput
}

// kill ends the process and its group, and returns when they are gone.
func (p *process) kill() {
	if p == nil {
		return
	}
	if !p.ended() {
		killGroup(p.cmd.Process)
	}
	<-p.done
}

// stop asks the group to end, so that it can put away its files, and kills what
// is left of it a moment later.
func (p *process) stop() {
	if p == nil {
		return
	}
	if !p.ended() {
		endGroup(p.cmd.Process)
		select {
		case <-p.done:
		case <-time.After(courtesy):
		}
	}
	p.kill()
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// end says how the process ended by itself: "exit status 1" or "signal:
// aborted". It must be over.
func (p *process) end() string { return p.cmd.ProcessState.String() }

// status returns the exit status, -1 where a signal ended it.
func (p *process) status() int { return p.cmd.ProcessState.ExitCode() }

// lastLine returns the last line of its error output that says something.
func (p *process) lastLine() string { return lastLine(p.stderr.bytes()) }

// lastLine returns the line of an error output that is most likely the error: the
// last one, but for what runtimes write behind it: stacks, which Go announces
// before and others indent, and the braces and the version of Node.
func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return strings.TrimSpace(line)
		}
	}
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimRight(line, "\r"); line != "" && !strings.ContainsAny(line[:1], " \t}") && !strings.HasPrefix(line, "Node.js v") {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// output keeps what a program prints, as far as it is wanted.
type output struct {
	keep int // bytes from the beginning; 0: the last ones

	mu    sync.Mutex // guards what follows
	data  []byte
	total int64
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.total += int64(len(p))
	if o.keep > 0 {
		o.data = append(o.data, p[:min(len(p), o.keep-len(o.data))]...)
		return len(p), nil
	}
	o.data = append(o.data, p...)
	if extra := len(o.data) - maxTail; extra > maxTail {
		o.data = append(o.data[:0], o.data[extra:]...)
	}
	return len(p), nil
}

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keep == 0 && len(o.data) > maxTail {
		return bytes.Clone(o.data[len(o.data)-maxTail:])
	}
	return bytes.Clone(o.data)
}

// count returns the bytes that were printed, kept or not.
func (o *output) count() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total
}
