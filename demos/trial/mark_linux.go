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
		if pid, _ := strconv.Atoi(filepath.Base(folder)); slices.Contains(environment(pid), mark) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// environment returns what a process was started with, as far as that is still
// there and may be read.
func environment(pid int) []string {
	entries, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return strings.Split(string(entries), "\x00")
}
