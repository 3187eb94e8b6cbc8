package lab

import (
	"errors"
	"net"
	"time"
)

// Bounded returns conn with a limit on how long each of its reads and writes
// may wait: stage programs set no deadlines of their own.
func Bounded(conn net.Conn, limit time.Duration) net.Conn {
	return &bounded{conn, limit}
}

type bounded struct {
	net.Conn
	limit time.Duration
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.SetReadDeadline(time.Now().Add(b.limit)); err != nil {
		return 0, err
	}
	return b.Conn.Read(p)
}

func (b *bounded) Write(p []byte) (int, error) {
	if err := b.SetWriteDeadline(time.Now().Add(b.limit)); err != nil {
		return 0, err
	}
	return b.Conn.Write(p)
}

func (b *bounded) CloseWrite() error { return closeWrite(b.Conn) }

// closeWrite ends this side's stream, on connections that can.
func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
