//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup has a shell interrupted with all that it started.
func ownGroup(shell *exec.Cmd) {
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGINT) }
}
