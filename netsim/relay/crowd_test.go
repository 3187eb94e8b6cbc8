package relay

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"

	"stickydemo/netsim"
)

// Many connections at once through one relay, each with bytes of its own both
// ways at the same time. CI moves 1 GiB each way, other runs 32 MiB.
func TestACrowd(t *testing.T) {
	const conns = 200
	total := 32 << 20
	if os.Getenv("STICKYDEMO_CI") != "" && !testing.Short() && !raced {
		total = 1 << 30
	}
	for _, test := range []struct {
		plan string
		part int // of the bytes: cuts take their time
	}{{"", 1}, {"glue", 16}, {"random=5;link:rtt=2ms", 512}, {"every=1000;window=3000", 64}} {
		t.Run(test.plan, func(t *testing.T) {
			size := total / conns / test.part
			x := relaying(t, &Relay{Plan: netsim.MustParsePlan(test.plan), Drain: enough}, func(c *net.TCPConn) {
				var first [1]byte
				if _, err := io.ReadFull(c, first[:]); err != nil {
					t.Error(err)
					return
				}
				n := uint64(first[0])
				if err := exchange(c, noise(n, size-1), noise(n+1000, size)); err != nil {
					t.Errorf("server %d: %v", n, err)
				}
			})
			var open sync.WaitGroup
			for n := range uint64(conns) {
				c := x.dial()
				open.Go(func() {
					defer c.Close()
					if _, err := c.Write([]byte{byte(n)}); err != nil {
						t.Error(err)
						return
					}
					if err := exchange(c, noise(n+1000, size), noise(n, size-1)); err != nil {
						t.Errorf("client %d: %v", n, err)
					}
				})
			}
			open.Wait()
			x.over()
			x.stop()
			want := int64(conns * size)
			if got := x.Counters(); got.Conns != conns || got.Up != want || got.Down != want || got.TimedOut != 0 {
				t.Errorf("got %+v, want %d bytes each way", got, want)
			}
			if got := x.Counters(); sure == "verified" && got.Unverified > 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// noise is size bytes that another seed would not give.
func noise(seed uint64, size int) io.Reader {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	return io.LimitReader(rand.NewChaCha8(key), int64(size))
}

// exchange sends what is to be sent, and reads what is to come, at once.
func exchange(c *net.TCPConn, come, sent io.Reader) error {
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(c, sent)
		if err == nil {
			err = c.CloseWrite()
		}
		done <- err
	}()
	got, want := sha256.New(), sha256.New()
	n, err := io.Copy(got, c)
	m, _ := io.Copy(want, come)
	if e := <-done; err == nil {
		err = e
	}
	if err == nil && (n != m || !bytes.Equal(got.Sum(nil), want.Sum(nil))) {
		err = fmt.Errorf("%d bytes came, not the %d that were sent", n, m)
	}
	return err
}
