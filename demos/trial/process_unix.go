//go:build unix && !linux

package trial

import (
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func begin(cmd *exec.Cmd) error { return cmd.Start() }
