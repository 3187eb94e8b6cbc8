//go:build !linux

package trial

// listening returns at which loopback address somebody listens on a TCP port, ""
// where nobody does, and whether that can be known at all, without using up
// anybody's accept: not here.
func listening(int) (host string, known bool) { return "", false }

// listensOn says on which TCP ports a process group listens: not here.
func listensOn(int) string { return "" }

// takenByOthers reports whether others listen on a TCP port: not here.
func takenByOthers(int, int, string) bool { return false }
