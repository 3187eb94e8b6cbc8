//go:build !unix

package trial

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
)

func ownGroup(*exec.Cmd) {}

func begin(cmd *exec.Cmd) error { return cmd.Start() }

// killGroup kills the process and, on Windows, those that it started.
func killGroup(p *os.Process) {
	if runtime.GOOS == "windows" {
		_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run()
	}
	_ = p.Kill()
}

func endGroup(p *os.Process) { killGroup(p) }

// sweep does nothing: the number of a process that has ended may be another's by
// now.
func sweep(*os.Process) {}
