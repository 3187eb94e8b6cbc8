package lab

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// limitSegments makes a socket that is about to connect tell the other end, in
// its SYN, to send no longer segments than loopbackMSS, and send none itself.
func limitSegments(_, _ string, raw syscall.RawConn) error {
	return withFD(raw, func(fd int) error {
		return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_MAXSEG, loopbackMSS)
	})
}

// segmentsLeft returns how many segments with bytes have left a socket.
func segmentsLeft(conn net.Conn) (n int, err error) {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	err = withFD(raw, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			n = int(info.Data_segs_out)
		}
		return err
	})
	return n, err
}

func withFD(raw syscall.RawConn, do func(fd int) error) error {
	var err error
	if failed := raw.Control(func(fd uintptr) { err = do(int(fd)) }); failed != nil {
		return failed
	}
	return err
}
