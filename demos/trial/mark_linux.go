package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// sweepMarked kills what carries a mark: daemons, which have left the process
// group in which they were started.
func sweepMarked(mark string) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		if pid, _ := strconv.Atoi(filepath.Base(folder)); marked(pid, mark) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// marked reports whether a process carries a mark.
func marked(pid int, mark string) bool {
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && slices.Contains(strings.Split(string(environment), "\x00"), mark)
}
