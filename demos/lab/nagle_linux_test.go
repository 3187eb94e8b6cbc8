package lab

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"stickydemo/netsim/trace"
)

// Spec.Nagle reaches the sockets of both programs, and without it Go's default
// stands.
func TestNagle(t *testing.T) {
	for _, nagle := range []bool{false, true} {
		client, server, err := loopback(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		defer server.Close()
		r := &recorder{nagle: nagle}
		for end, conn := range map[trace.Direction]net.Conn{trace.Up: client, trace.Down: server} {
			if _, err := r.tapped(conn, nil, end); err != nil {
				t.Fatal(err)
			}
			raw, err := conn.(*net.TCPConn).SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			err = withFD(raw, func(fd int) error {
				nodelay, err := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
				if (nodelay != 0) == nagle {
					t.Errorf("nagle %v, the end that writes %s: got TCP_NODELAY %d", nagle, end, nodelay)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
