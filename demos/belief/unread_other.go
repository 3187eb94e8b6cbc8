//go:build !unix && !windows

package belief

import (
	"errors"
	"net"
)

func unread(*net.TCPConn, int) (int, error) { return 0, errors.ErrUnsupported }
