//go:build unix || windows

package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
