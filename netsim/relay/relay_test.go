package relay

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"stickydemo/netsim"
)

// enough is for what ends sooner, unless there is a bug.
const enough = time.Minute

// relaying starts r in front of a server that hands each connection to serve,
// and returns the address to dial. At the end of the test everything is over.
func relaying(t testing.TB, r *Relay, serve func(*net.TCPConn)) string {
	t.Helper()
	if r.To == "" {
		r.To = serving(t, serve)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := r.Counters().Active; n != 0 {
			t.Errorf("%d connections are still active", n)
		}
	})
	return l.Addr().String()
}

// serving listens on loopback until the end of the test.
func serving(t testing.TB, serve func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(enough))
				serve(conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return l.Addr().String()
}

func dial(t testing.TB, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(enough))
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// reads returns what each read of a stream returned, to its end.
func reads(conn net.Conn, size int) (all []string, err error) {
	p := make([]byte, size)
	for {
		n, err := conn.Read(p)
		if n > 0 {
			all = append(all, string(p[:n]))
		}
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

func TestNoReadCrossesACut(t *testing.T) {
	for _, busy := range []bool{false, true} {
		t.Run(fmt.Sprintf("busy %v", busy), func(t *testing.T) {
			n := 20_000
			r := &Relay{Plan: netsim.MustParsePlan("up:drip")}
			most := make(chan int, 1)
			c := dial(t, relaying(t, r, func(c *net.TCPConn) {
				p := make([]byte, 100)
				longest := 0
				for k := 0; ; k++ {
					n, err := c.Read(p)
					longest = max(longest, n)
					if err != nil {
						break
					}
					if busy && k%100 == 0 {
						time.Sleep(time.Millisecond) // it is the subject
					}
				}
				most <- longest
			}))
			if _, err := c.Write(make([]byte, n)); err != nil {
				t.Fatal(err)
			}
			c.CloseWrite()
			if got := <-most; got != 1 {
				t.Errorf("a read returned %d bytes, want 1", got)
			}
			if got := r.Counters(); got.Verified != n-1 || got.Unverified+got.TimedOut != 0 {
				t.Errorf("got %+v, want %d verified cuts", got, n-1)
			}
		})
	}
}
