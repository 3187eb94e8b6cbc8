package trial

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

// Who listens is seen, at which address it can be reached, and when it is gone.
func TestListening(t *testing.T) {
	for _, test := range []struct{ network, address, want string }{
		{"tcp4", "127.0.0.1:0", loopback},
		{"tcp4", "0.0.0.0:0", loopback},
		{"tcp6", "[::1]:0", "::1"},
		{"tcp", "[::]:0", loopback},
	} {
		l, err := net.Listen(test.network, test.address)
		if err != nil && test.network == "tcp6" {
			t.Logf("%s: %v", test.address, err)
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		if host, known := listening(portOf(l)); host != test.want || !known {
			t.Errorf("%s: got %q, %v, want %q", test.address, host, known, test.want)
		}
		if got, want := listensOn(syscall.Getpgrp()), fmt.Sprintf("port %d", portOf(l)); !strings.Contains(got, want) {
			t.Errorf("%s: our group listens on %q, want %s in it", test.address, got, want)
		}
		l.Close()
		if host, known := listening(portOf(l)); host != "" || !known {
			t.Errorf("%s, closed: got %q, %v", test.address, host, known)
		}
	}
}
