package relay

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

const protocolDiag = 4 // NETLINK_SOCK_DIAG

// peer is the receiver at the other end of a connection, as a question to the
// kernel.
type peer struct{ request []byte }

func newPeer(conn *net.TCPConn) *peer {
	local, remote := addrPort(conn.RemoteAddr()), addrPort(conn.LocalAddr())
	if local.Addr().Is4() != remote.Addr().Is4() {
		return &peer{}
	}
	return &peer{request(local, remote)}
}

func addrPort(a net.Addr) netip.AddrPort {
	ap := a.(*net.TCPAddr).AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// accounts asks the kernel. It keeps as many sockets for that as were in use at
// once: one for each thread that asks.
type accounts struct {
	mu   sync.Mutex
	free []*questioner // guarded by mu
}

// questioner is one netlink socket. It has no timeout: the kernel answers while
// the question is being asked.
type questioner struct {
	fd   int
	next uint32
	buf  [1024]byte
}

func (a *accounts) ask(p *peer) (account, error) {
	if p.request == nil {
		return account{}, errNoSocket
	}
	q, err := a.get()
	if err != nil {
		return account{}, err
	}
	answer, err := q.ask(p.request)
	var errno syscall.Errno
	if errors.As(err, &errno) {
		syscall.Close(q.fd)
	} else {
		a.mu.Lock()
		a.free = append(a.free, q)
		a.mu.Unlock()
	}
	return answer, err
}

func (a *accounts) get() (*questioner, error) {
	a.mu.Lock()
	if n := len(a.free); n > 0 {
		q := a.free[n-1]
		a.free = a.free[:n-1]
		a.mu.Unlock()
		return q, nil
	}
	a.mu.Unlock()
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, protocolDiag)
	if err != nil {
		return nil, err
	}
	return &questioner{fd: fd}, nil
}

func (a *accounts) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, q := range a.free {
		syscall.Close(q.fd)
	}
	a.free = nil
}

func (q *questioner) ask(request []byte) (account, error) {
	q.next++
	number(request, q.next)
	if _, err := syscall.Write(q.fd, request); err != nil {
		return account{}, err
	}
	for {
		n, err := syscall.Read(q.fd, q.buf[:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return account{}, err
		}
		if a, err := parse(q.buf[:n], q.next); err != errStale {
			return a, err
		}
	}
}

// yield lets another thread have the processor, such as the receiver's. To
// yield the goroutine alone would not.
func yield() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }

// dead reports that the connection is over for both directions.
func dead(conn *net.TCPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return true
	}
	var state byte
	err = raw.Control(func(fd uintptr) {
		var info int
		if info, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO); err == nil {
			var b [4]byte
			binary.NativeEndian.PutUint32(b[:], uint32(info))
			state = b[0]
		}
	})
	return err != nil || state == stateClosed
}
