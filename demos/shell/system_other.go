//go:build !unix && !windows

package shell

import (
	"context"
	"runtime"
)

// System answers that there is no shell to ask.
func System(context.Context, string, int) Answer {
	return refusal(127, "shell: %s has no system shell", runtime.GOOS)
}
