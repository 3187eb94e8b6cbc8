package shell

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

func shellCommand(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	// cmd takes what stands between the outermost quotes as it is, which the
	// usual quoting of arguments would spoil.
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + command + `"`}
	return cmd
}

// killAll ends p and the children that taskkill finds below it, which is only
// possible while p lives.
func killAll(p *os.Process) error {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run()
	return p.Kill()
}

// sweep does nothing: once the shell is gone, its number may soon be somebody
// else's.
func sweep(*os.Process) {}

func status(state *os.ProcessState) int { return state.ExitCode() }
