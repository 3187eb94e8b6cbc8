//go:build unix || windows

package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// grace is how long what the shell left behind may go on printing once the shell
// itself is gone.
const grace = 500 * time.Millisecond

// System answers by the system's shell: sh -c on Unix, cmd /C on Windows, with
// nothing to read on standard input and this process's environment.
//
// When ctx is done, or the command prints over limit bytes, both streams
// together, it is killed and a last line on Stderr, not counted in the limit,
// says why; what it printed by then is the answer. On Unix its whole process
// group is killed then, and also when the shell ends by itself, so that no child
// survives but one that left the group. On Windows, children are killed with
// the shell as far as taskkill finds them; what outlives a shell stays.
func System(ctx context.Context, command string, limit int) Answer {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	cmd := shellCommand(ctx, command)
	budget := budget{left: limit, spent: func() {
		cancel(fmt.Errorf("more output than the limit of %d bytes", limit))
	}}
	stdout, stderr := stream{budget: &budget}, stream{budget: &budget}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = grace
	killed := false // written before Wait returns
	cmd.Cancel = func() error {
		killed = true
		return killAll(cmd.Process)
	}
	if err := cmd.Start(); err != nil {
		return refusal(127, "shell: the system's shell was not started: %v", err)
	}
	err := cmd.Wait()
	sweep(cmd.Process)

	answer := Answer{Stdout: stdout.data, Stderr: stderr.data, Status: status(cmd.ProcessState)}
	switch cause := context.Cause(ctx); {
	case killed || budget.over:
		answer.note("shell: killed: %v", cause)
	case err != nil && !errors.As(err, new(*exec.ExitError)) && !errors.Is(err, exec.ErrWaitDelay):
		answer.note("shell: %v", err)
	}
	return answer
}

// SystemStream answers as System does, but hands over what the command prints
// as it comes, for as long as the writers take it and ctx is not done. They are
// never called at once. A command is killed that prints nothing for a silence.
func SystemStream(ctx context.Context, command string, stdout, stderr io.Writer, silence time.Duration) (exit int) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	quiet := time.AfterFunc(silence, func() { cancel(fmt.Errorf("it printed nothing for %s", silence)) })
	defer quiet.Stop()
	turns := &turns{quiet: quiet, silence: silence, gone: cancel}

	cmd := shellCommand(ctx, command)
	killed := false // written before Wait returns
	cmd.Cancel = func() error {
		killed = true
		return killAll(cmd.Process)
	}
	// Pipes of our own, since exec's are closed a while after the shell has ended,
	// with what a slow reader has not taken by then.
	out, err := newPipes(cmd)
	if err == nil {
		err = cmd.Start()
		out.closeWriters()
		defer out.closeReaders()
	}
	if err != nil {
		fmt.Fprintf(stderr, "shell: the system's shell was not started: %v\n", err)
		return 127
	}
	stop := context.AfterFunc(ctx, out.closeReaders)
	defer stop()
	var copying sync.WaitGroup
	for i, to := range []io.Writer{stdout, stderr} {
		copying.Go(func() { _, _ = io.Copy(turn{to, turns}, out.readers[i]) })
	}
	_ = cmd.Wait() // its status says enough
	sweep(cmd.Process)
	copying.Wait()
	exit = status(cmd.ProcessState)
	if killed {
		fmt.Fprintf(stderr, "shell: killed: %v\n", context.Cause(ctx))
		exit = max(exit, 1)
	}
	return exit
}

// pipes carry the two streams of a command.
type pipes struct{ readers, writers []*os.File }

func newPipes(cmd *exec.Cmd) (*pipes, error) {
	p := &pipes{}
	for range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			p.closeReaders()
			p.closeWriters()
			return nil, err
		}
		p.readers, p.writers = append(p.readers, r), append(p.writers, w)
	}
	cmd.Stdout, cmd.Stderr = p.writers[0], p.writers[1]
	return p, nil
}

func (p *pipes) closeReaders() { closeAll(p.readers) }
func (p *pipes) closeWriters() { closeAll(p.writers) }

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() // at its second closing harmless
	}
}

// turns lets both streams of a command write, one at a time.
type turns struct {
	sync.Mutex
	quiet   *time.Timer
	silence time.Duration
	gone    func(error) // nobody takes what is written any more
}

type turn struct {
	io.Writer
	*turns
}

func (t turn) Write(p []byte) (int, error) {
	t.Lock()
	defer t.Unlock()
	t.quiet.Stop() // a slow reader is not the command's silence
	n, err := t.Writer.Write(p)
	if err != nil {
		t.gone(err)
	} else {
		t.quiet.Reset(t.silence)
	}
	return n, err
}

// note adds a line of our own to Stderr.
func (a *Answer) note(format string, args ...any) {
	if len(a.Stderr) > 0 && !bytes.HasSuffix(a.Stderr, []byte("\n")) {
		a.Stderr = append(a.Stderr, '\n')
	}
	a.Stderr = fmt.Appendf(a.Stderr, format+"\n", args...)
	if a.Status == 0 {
		a.Status = 1
	}
}

// budget is how many bytes the two streams of one command may still print.
type budget struct {
	mu    sync.Mutex
	left  int    // guarded by mu
	over  bool   // guarded by mu
	spent func() // called once, when there is a byte more than that
}

// stream keeps one stream of a command as far as the budget goes.
type stream struct {
	budget *budget
	data   []byte // guarded by budget.mu until the command is over
}

func (s *stream) Write(p []byte) (int, error) {
	b := s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(p), max(b.left, 0))
	s.data = append(s.data, p[:n]...)
	b.left -= n
	if n < len(p) && !b.over {
		b.over = true
		b.spent()
	}
	return len(p), nil // a refusal would end the command by SIGPIPE, not by us
}
