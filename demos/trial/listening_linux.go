package trial

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A listener is a socket that somebody listens on.
type listener struct {
	host  string // at which it can be reached from this machine
	port  int
	inode string
}

// listeners returns all of this network namespace, and whether they can be known.
// It asks the kernel by sock_diag(7): /proc/net/tcp lists them behind a walk
// through all connections that there could be, at each look.
func listeners() (list []listener, known bool) {
	const protocolDiag = 4 // NETLINK_SOCK_DIAG
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, protocolDiag)
	if err != nil {
		return nil, false
	}
	defer syscall.Close(fd)
	for _, family := range []byte{syscall.AF_INET6, syscall.AF_INET} {
		found, err := listenersOf(fd, family)
		if err != nil && family == syscall.AF_INET {
			return nil, false
		}
		list = append(list, found...)
	}
	return list, true
}

// listenersOf asks for those of one family of addresses.
func listenersOf(fd int, family byte) (list []listener, err error) {
	const (
		byFamily    = 20      // SOCK_DIAG_BY_FAMILY
		stateListen = 1 << 10 // TCP_LISTEN
		size        = syscall.NLMSG_HDRLEN + 56
	)
	order := binary.NativeEndian
	request := make([]byte, size)
	order.PutUint32(request[0:], size)
	order.PutUint16(request[4:], byFamily)
	order.PutUint16(request[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP)
	request[16], request[17] = family, syscall.IPPROTO_TCP
	order.PutUint32(request[20:], stateListen)
	if _, err := syscall.Write(fd, request); err != nil {
		return nil, err
	}
	for b := make([]byte, 64<<10); ; {
		n, err := syscall.Read(fd, b)
		if err == syscall.EINTR {
			continue
		} else if err != nil {
			return nil, err
		}
		messages, err := syscall.ParseNetlinkMessage(b[:n])
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			switch {
			case m.Header.Type == syscall.NLMSG_DONE:
				return list, nil
			case m.Header.Type != byFamily || len(m.Data) < 72:
				return nil, fmt.Errorf("sock_diag: a message of type %d with %d bytes", m.Header.Type, len(m.Data))
			}
			// struct inet_diag_msg: the port at 4 and the address at 8, as the
			// network has them, the inode at 68.
			l := listener{loopback, int(binary.BigEndian.Uint16(m.Data[4:])), strconv.Itoa(int(order.Uint32(m.Data[68:])))}
			if family == syscall.AF_INET6 && netip.AddrFrom16([16]byte(m.Data[8:24])) == netip.IPv6Loopback() {
				l.host = "::1"
			}
			list = append(list, l)
		}
	}
}

// listening returns at which loopback address somebody listens on a TCP port, ""
// where nobody does, and whether that can be known at all, without using up
// anybody's accept.
func listening(port int) (host string, known bool) {
	list, known := listeners()
	for _, l := range list {
		if l.port == port && host != loopback {
			host = l.host
		}
	}
	return host, known
}

// takenByOthers reports whether somebody listens on a TCP port who is not the
// server: neither in its process group nor carrying the mark of what its trial
// started. A listener that nobody is seen to hold is the server's, which may have
// become another user's, and so is one of a process without an environment, which
// some write their title over.
func takenByOthers(port, group int, mark string) bool {
	list, _ := listeners()
	list = slices.DeleteFunc(list, func(l listener) bool { return l.port != port })
	holds := func(s socket) bool {
		return slices.ContainsFunc(list, func(l listener) bool { return l.inode == s.inode })
	}
	if slices.ContainsFunc(sockets(strconv.Itoa(group)), holds) {
		return false // its leader, as nearly always: the others need not be looked at
	}
	held := slices.DeleteFunc(sockets("[0-9]*"), func(s socket) bool { return !holds(s) })
	return len(held) > 0 && !slices.ContainsFunc(held, func(s socket) bool {
		entries := environment(s.process)
		return s.heldBy(group) || slices.Contains(entries, mark) || strings.Join(entries, "") == ""
	})
}

// A socket is one that a process holds.
type socket struct {
	process int
	inode   string
}

// heldBy reports whether its process is of a process group.
func (s socket) heldBy(group int) bool {
	of, err := syscall.Getpgid(s.process)
	return err == nil && of == group
}

// sockets returns those of the processes whose numbers match a pattern, as far as
// they may be looked into.
func sockets(pattern string) (list []socket) {
	links, _ := filepath.Glob("/proc/" + pattern + "/fd/*")
	for _, link := range links {
		if to, _ := os.Readlink(link); strings.HasPrefix(to, "socket:[") {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			list = append(list, socket{pid, strings.Trim(to, "socket:[]")})
		}
	}
	return list
}

// listensOn says on which TCP ports a process group listens: "port 9999".
func listensOn(group int) string {
	inodes := map[string]bool{}
	for _, s := range sockets("[0-9]*") {
		if s.heldBy(group) {
			inodes[s.inode] = true
		}
	}
	var found []int
	list, _ := listeners()
	for _, l := range list {
		if inodes[l.inode] {
			found = append(found, l.port)
		}
	}
	slices.Sort(found)
	var ports []string
	for _, port := range slices.Compact(found) {
		ports = append(ports, fmt.Sprintf("port %d", port))
	}
	return strings.Join(ports, " and ")
}
