//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// askSignals delivers SIGUSR1, which asks for counters.
func askSignals() (signals <-chan os.Signal, stop func()) {
	// Who reads the terminal in the background is stopped, unless it minds not.
	signal.Ignore(syscall.SIGTTIN)
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	return c, func() {
		signal.Stop(c)
		close(c)
	}
}
