package belief

import (
	"net"
	"syscall"
	"unsafe"
)

// fionread is FIONREAD of winsock2.h: how much one receive could return.
const fionread = 0x4004667f

// unread returns how many bytes could be read from conn, and takes none.
func unread(conn *net.TCPConn, _ int) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var n, size uint32
	failed := raw.Control(func(fd uintptr) {
		err = syscall.WSAIoctl(syscall.Handle(fd), fionread, nil, 0, (*byte)(unsafe.Pointer(&n)), 4, &size, nil, 0)
	})
	if failed != nil {
		return 0, failed
	}
	return int(n), err
}
