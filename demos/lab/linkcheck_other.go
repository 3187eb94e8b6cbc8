//go:build !linux

package lab

import (
	"net"
	"syscall"
)

func limitSegments(_, _ string, _ syscall.RawConn) error { return ErrNoSegments }

func segmentsLeft(net.Conn) (int, error) { return 0, ErrNoSegments }
