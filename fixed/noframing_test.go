package fixed_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"stickydemo/fixed/noframing"
)

var noframingFaults = []fault{
	{"one over the limit", strings.Repeat("\x00", limit+1), "limit 1048576"},
}

// A stream that was cut short looks like one that ended: that is the limit of
// this framing, and why lengths exist. Only a reset is noticed.
func TestNoframingTakesATruncatedStreamForAWholeOne(t *testing.T) {
	for n := 1; n < len("echo two"); n++ {
		part := "echo two"[:n]
		c := reads(part)
		if err := noframing.Serve(c, reply); err != nil || c.wrote() != "<"+part+">" {
			t.Errorf("server after %d bytes: got %v, wrote %q, want <%s>", n, err, c.wrote(), part)
		}
		if got, err := stages[0].client(reads(part)).Call("x"); err != nil || string(got) != part {
			t.Errorf("client after %d bytes: got %q, %v, want %q", n, got, err, part)
		}
	}
}

func TestNoframingRefusesAnEmptyCommandWithoutDialing(t *testing.T) {
	c := noframing.NewClient(func() (net.Conn, error) { t.Error("dialed, want no connection"); return nil, io.EOF })
	if got, err := c.Call(""); got != nil || err == nil || !strings.Contains(err.Error(), "0 bytes") {
		t.Errorf("got %q, %v, want an error with 0 bytes", got, err)
	}
}

func TestNoframingReportsAFailedDial(t *testing.T) {
	refused := errors.New("connection refused")
	c := noframing.NewClient(func() (net.Conn, error) { return nil, refused })
	if got, err := c.Call("x"); got != nil || !errors.Is(err, refused) {
		t.Errorf("got %q, %v, want %v", got, err, refused)
	}
}

// A net.Pipe cannot end one direction alone, and so cannot carry this framing.
func TestNoframingNeedsAHalfClose(t *testing.T) {
	near, far := pipe(t)
	go io.Copy(io.Discard, far)
	if got, err := stages[0].client(near).Call("x"); got != nil || err == nil || !strings.Contains(err.Error(), "one direction") {
		t.Errorf("got %q, %v, want an error with one direction", got, err)
	}
}
