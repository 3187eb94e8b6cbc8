//go:build !unix && !windows

package shell

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"
)

// System answers that there is no shell to ask.
func System(context.Context, string, int) Answer {
	return refusal(127, "shell: %s has no system shell", runtime.GOOS)
}

// SystemStream says so, too.
func SystemStream(_ context.Context, _ string, _, stderr io.Writer, _ time.Duration) int {
	fmt.Fprintf(stderr, "shell: %s has no system shell\n", runtime.GOOS)
	return 127
}
