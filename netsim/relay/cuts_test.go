package relay

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
)

// many is how many verified cuts a test makes: CI makes more.
func many(t *testing.T) int {
	switch {
	case runtime.GOMAXPROCS(0) == 1:
		return 2_000 // see gate.wait
	case os.Getenv("STICKYDEMO_CI") != "" && !testing.Short():
		return 100_000
	case testing.Short():
		return 2_000
	}
	return 20_000
}

// allVerified checks that all bytes but the first stand behind a verified cut.
func (x *test) allVerified(bytes int) {
	x.t.Helper()
	if sure != "verified" {
		return
	}
	if got := x.Counters(); got.Verified != bytes-1 || got.Unverified+got.TimedOut != 0 {
		x.t.Errorf("got %+v, want %d verified cuts", got, bytes-1)
	}
}

func TestNoReadCrossesACut(t *testing.T) {
	for _, pace := range []struct {
		name   string
		busyAt int // each so many reads the receiver is busy for a millisecond
	}{{"an eager receiver", 0}, {"a busy receiver", 100}} {
		t.Run(pace.name, func(t *testing.T) {
			n := many(t)
			most := make(chan int, 1)
			x := relaying(t, &Relay{Plan: netsim.MustParsePlan("up:drip"), Drain: enough}, func(c *net.TCPConn) {
				p := make([]byte, 100)
				longest := 0
				for k := 1; ; k++ {
					n, err := c.Read(p)
					longest = max(longest, n)
					if err != nil {
						break
					}
					if pace.busyAt > 0 && k%pace.busyAt == 0 {
						time.Sleep(time.Millisecond) // it is what is tested
					}
				}
				most <- longest
			})
			c := x.dial()
			go func() {
				c.Write(make([]byte, n))
				c.CloseWrite()
			}()
			if got := <-most; got != 1 && sure == "verified" {
				t.Errorf("a read returned %d bytes, want 1", got)
			}
			x.allVerified(n)
		})
	}
}

// Servers listen in all the ways in which they may: the receiver's socket is
// found.
func TestEveryKindOfAddress(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"} {
		for _, host := range []string{"127.0.0.1", "::1"} {
			t.Run(address+" "+host, func(t *testing.T) {
				l, err := net.Listen("tcp", address)
				if err != nil {
					t.Skip(err) // no IPv6 here
				}
				l.Close()
				serve, got := collect(t)
				_, port, _ := net.SplitHostPort(serving(t, address, serve))
				to := net.JoinHostPort(host, port)
				if conn, err := net.Dial("tcp", to); err != nil {
					t.Skip(err)
				} else {
					conn.Close()
					<-got
				}
				x := relaying(t, &Relay{To: to, Plan: netsim.MustParsePlan("up:drip")}, nil)
				c := x.dial()
				send(t, c, "hello")
				closeWrite(t, c)
				if all := <-got; len(all) != 5 && sure == "verified" {
					t.Errorf("got %q", all)
				}
				x.allVerified(5)
			})
		}
	}
}

// The client's own socket is found, too: the relay listens on both families.
func TestClientsOfBothFamilies(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1"} {
		t.Run(host, func(t *testing.T) {
			r := &Relay{Plan: netsim.MustParsePlan("down:drip"), To: serving(t, "127.0.0.1:0", func(c *net.TCPConn) { io.WriteString(c, "hello") })}
			l := listen(t, ":0")
			served := make(chan error)
			go func() { served <- r.Serve(t.Context(), l) }()
			_, port, _ := net.SplitHostPort(l.Addr().String())
			conn, err := net.Dial("tcp", net.JoinHostPort(host, port))
			if err != nil {
				t.Skip(err) // no IPv6 here
			}
			defer conn.Close()
			all, err := reads(conn)
			if err != nil || sure == "verified" && len(all) != 5 {
				t.Errorf("got %q, %v", all, err)
			}
			l.Close()
			if err := <-served; err != nil {
				t.Error(err)
			}
			(&test{Relay: r, t: t}).allVerified(5)
		})
	}
}

// program starts a program that listens on a free port, and prints that port
// and then what it has to say. It returns the address, and what it says once
// the stream has ended.
func program(t *testing.T, name string, args ...string) (address string, said func() string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(enough, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		killer.Stop()
		cmd.Process.Kill()
		cmd.Wait()
	})
	var port int
	if _, err := fmt.Fscanln(out, &port); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port), func() string {
		text, err := io.ReadAll(out)
		if err != nil {
			t.Error(err)
		}
		return strings.TrimSpace(string(text))
	}
}

// An event loop: it reads until nothing is there, then waits for more.
func TestNoReadOfNodeCrossesACut(t *testing.T) {
	_, err := exec.LookPath("node")
	needs(t, err == nil, "node")
	for _, busy := range []string{"false", "true"} {
		t.Run("busy "+busy, func(t *testing.T) {
			n := many(t)
			to, said := program(t, "node", "-e", `
let reads = 0, most = 0
const server = require('net').createServer(c => {
  c.on('data', d => {
    reads++
    most = Math.max(most, d.length)
    if (`+busy+` && reads % 100 == 0) for (const end = performance.now() + 1; performance.now() < end; );
  })
  c.on('end', () => { console.log(reads, most); c.end(); server.close() })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`)
			x := relaying(t, &Relay{To: to, Plan: netsim.MustParsePlan("up:drip"), Drain: enough}, nil)
			c := x.dial()
			go func() {
				c.Write(make([]byte, n))
				c.CloseWrite()
			}()
			if got, want := said(), fmt.Sprintf("%d 1", n); got != want && sure == "verified" {
				t.Errorf("reads and the longest of them: got %s, want %s", got, want)
			}
			x.allVerified(n)
		})
	}
}

// The exception: one receive that goes on until it is full joins what stands on
// either side of a cut, though each piece was taken before the next was sent.
func TestWaitAllJoinsPieces(t *testing.T) {
	python, err := exec.LookPath("python3")
	needs(t, err == nil && sure == "verified", "python3 on Linux")
	to, said := program(t, python, "-c", `
import socket
s = socket.create_server(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
print(c.recv(4, socket.MSG_WAITALL).decode(), c.recv(100).decode(), flush=True)
while c.recv(100): pass
`)
	x := relaying(t, &Relay{To: to, Plan: netsim.MustParsePlan("up:drip")}, nil)
	c := x.dial()
	send(t, c, "abcdefgh")
	closeWrite(t, c)
	if got, want := said(), "abcd e"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	x.allVerified(8)
}
