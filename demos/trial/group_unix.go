//go:build unix

package trial

import (
	"os"
	"syscall"
)

// killGroup kills the group that p leads, whatever is left of it. The group
// keeps its number as long as anybody is in it.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

func endGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGTERM) }

// sweep kills what a process that has ended left of its group.
func sweep(p *os.Process) { killGroup(p) }
