//go:build unix

package belief

import (
	"net"
	"syscall"
)

// unread returns how many bytes could be read from conn, up to most, and takes
// none.
func unread(conn *net.TCPConn, most int) (n int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	buf := make([]byte, most)
	failed := raw.Control(func(fd uintptr) {
		n, _, err = syscall.Recvfrom(int(fd), buf, syscall.MSG_PEEK) // the socket does not block
	})
	switch {
	case failed != nil:
		return 0, failed
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return 0, nil
	}
	return max(n, 0), err
}
