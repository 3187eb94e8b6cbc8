package trial

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// loopback6 is [::1] as the kernel writes it.
const loopback6 = "00000000000000000000000001000000"

// A listener is a socket that somebody listens on.
type listener struct {
	address string // as the kernel writes it
	port    int
	inode   string
}

// listeners returns all of this network namespace, and whether they can be known.
func listeners() (list []listener, known bool) {
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(table)
		if err != nil {
			continue
		}
		known = true
		for lines := bufio.NewScanner(f); lines.Scan(); {
			// sl local_address rem_address st tx_queue:rx_queue tr:tm->when
			// retrnsmt uid timeout inode …; 0A is LISTEN.
			fields := strings.Fields(lines.Text())
			if len(fields) < 10 || fields[3] != "0A" {
				continue
			}
			address, port, _ := strings.Cut(fields[1], ":")
			if n, err := strconv.ParseUint(port, 16, 16); err == nil {
				list = append(list, listener{address, int(n), fields[9]})
			}
		}
		f.Close()
	}
	return list, known
}

// listening returns at which loopback address somebody listens on a TCP port, ""
// where nobody does, and whether that can be known at all, without using up
// anybody's accept.
func listening(port int) (host string, known bool) {
	list, known := listeners()
	for _, l := range list {
		switch {
		case l.port != port:
		case l.address != loopback6:
			host = loopback
		case host == "":
			host = "::1"
		}
	}
	return host, known
}

// listensOn says on which TCP ports a process group listens: "port 9999".
func listensOn(group int) string {
	inodes := map[string]bool{}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
		if of, err := syscall.Getpgid(pid); err != nil || of != group {
			continue
		}
		if to, _ := os.Readlink(link); strings.HasPrefix(to, "socket:[") {
			inodes[strings.Trim(to, "socket:[]")] = true
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
