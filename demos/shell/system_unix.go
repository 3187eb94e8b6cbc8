//go:build unix

package shell

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

func shellCommand(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its pid names the group
	return cmd
}

// killAll kills the group that p leads.
func killAll(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if err == syscall.ESRCH {
		return os.ErrProcessDone
	}
	return err
}

// sweep kills what the shell left in the background, which is mostly nothing. p
// itself is gone by now, and its number could name somebody else's group if the
// system had been once through all numbers since; no call does both at once.
func sweep(p *os.Process) { _ = killAll(p) }

func status(state *os.ProcessState) int {
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return state.ExitCode()
}
