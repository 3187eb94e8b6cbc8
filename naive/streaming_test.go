package naive_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"stickydemo/naive/streaming"
)

// Its reads are right: what is wrong is when it writes.
var streamingServer = []serverCase{
	{"a frame is a command", []string{big(8) + "echo two"}, []string{"echo two"}, []string{big(10) + "<echo two>"}},
	{"two frames in one read are two", []string{big(1) + "a" + big(1) + "b"}, []string{"a", "b"}, []string{big(3) + "<a>", big(3) + "<b>"}},
	{"a frame in many reads is one", strings.Split(big(4)+"echo", ""), []string{"echo"}, []string{big(6) + "<echo>"}},
	{"an empty answer has the size 0", []string{big(5) + "quiet"}, []string{"quiet"}, []string{big(0)}},
}

var streamingClient = []clientCase{
	{"a frame is an answer", []string{big(3) + "abc"}, []string{"abc"}},
	{"a frame in many reads is one", strings.Split(big(3)+"abc", ""), []string{"abc"}},
	{"two frames in one read are two", []string{big(3) + "abc" + big(1) + "d"}, []string{"abc", "d"}},
	{"the text of another protocol", []string{"HTTP/1.1 200 OK"}, []string{"error: announced 1213486160 bytes"}},
}

// big is a size in the network's order.
func big(size uint32) string { return string(binary.BigEndian.AppendUint32(nil, size)) }

// collected is the server for commands that print what they answer.
func collected(conn net.Conn, run func(command string) []byte) error {
	return streaming.Serve(conn, func(command string, stdout, _ io.Writer) int {
		stdout.Write(run(command))
		return 0
	})
}

func TestStreamingCollects(t *testing.T) {
	c := reads(big(1) + "x")
	err := streaming.Serve(c, func(_ string, stdout, stderr io.Writer) int {
		for i := range 3 {
			fmt.Fprintf(stdout, "out %d ", i)
			fmt.Fprintf(stderr, "err %d ", i)
			if len(c.writes) > 0 {
				t.Errorf("wrote %q before the end", c.writes)
			}
		}
		return 1
	})
	// BUG: both streams are one, and of a failure there is no trace.
	if want := []string{big(36) + "out 0 err 0 out 1 err 1 out 2 err 2 "}; err != nil || !slices.Equal(c.writes, want) {
		t.Errorf("got %q, %v, want %q", c.writes, err, want)
	}
}
