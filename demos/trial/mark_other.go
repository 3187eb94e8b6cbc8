//go:build !linux

package trial

// sweepMarked does nothing: the environment of other processes is not shown.
func sweepMarked(string) {}
