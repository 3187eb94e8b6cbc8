//go:build !unix

package main

import "os"

// askSignals delivers nothing: this system has no signal to ask by.
func askSignals() (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal)
	return c, func() { close(c) }
}
