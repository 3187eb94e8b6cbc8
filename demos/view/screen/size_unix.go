//go:build unix

package screen

import (
	"os"
	"os/signal"
	"syscall"
)

// sizes says when the terminal has another size.
func sizes() (resized <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGWINCH)
	return c, func() { signal.Stop(c) }
}
