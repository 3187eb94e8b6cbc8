package lab

import (
	"errors"
	"net"
	"time"
)

// Bounded returns conn with a limit on how long each of its reads and writes
// may wait: stage programs set no deadlines of their own, but to ask again.
func Bounded(conn net.Conn, limit time.Duration) net.Conn {
	return &bounded{Conn: conn, limit: limit}
}

type bounded struct {
	net.Conn
	limit  time.Duration
	readBy time.Time // the program's own deadline, on datagrams
}

func (b *bounded) Read(p []byte) (int, error) {
	by := time.Now().Add(b.limit)
	if !b.readBy.IsZero() && b.readBy.Before(by) {
		by = b.readBy
	}
	if err := b.Conn.SetReadDeadline(by); err != nil {
		return 0, err
	}
	return b.Conn.Read(p)
}

// SetReadDeadline sets a deadline that may come before the limit.
func (b *bounded) SetReadDeadline(t time.Time) error {
	b.readBy = t
	return nil
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
