package trial

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// ownGroup also has the kernel kill the process when we die ourselves, of a
// SIGKILL, say, which leaves no time to clear up.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// starter is one thread that never ends: a Pdeathsig is sent when the thread
// that started the process does, and the runtime ends threads as it likes.
var starter = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

func begin(cmd *exec.Cmd) error {
	err := make(chan error)
	starter() <- func() { err <- cmd.Start() }
	return <-err
}
