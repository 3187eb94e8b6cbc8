package relay

import (
	"io"
	"net"
	"sync"
	"testing"

	"stickydemo/netsim"
)

// Each way from a client to a server: none between, the plainest relay that one
// can write, ours. Client, relay and server share the processors.
func ways(b *testing.B, f func(b *testing.B, to func(serve func(*net.TCPConn)) string)) {
	b.Run("direct", func(b *testing.B) {
		f(b, func(serve func(*net.TCPConn)) string { return serving(b, "127.0.0.1:0", serve) })
	})
	b.Run("io.Copy", func(b *testing.B) {
		f(b, func(serve func(*net.TCPConn)) string {
			to := serving(b, "127.0.0.1:0", serve)
			return serving(b, "127.0.0.1:0", func(client *net.TCPConn) {
				conn, err := net.Dial("tcp", to)
				if err != nil {
					b.Error(err)
					return
				}
				server := conn.(*net.TCPConn)
				defer server.Close()
				var up sync.WaitGroup
				up.Go(func() {
					io.Copy(server, client)
					server.CloseWrite()
				})
				io.Copy(client, server)
				client.CloseWrite()
				up.Wait()
			})
		})
	})
	b.Run("relay", func(b *testing.B) {
		f(b, func(serve func(*net.TCPConn)) string { return relaying(b, &Relay{}, serve).address })
	})
}

func BenchmarkBulk(b *testing.B) {
	ways(b, func(b *testing.B, to func(func(*net.TCPConn)) string) {
		c := dial(b, to(func(c *net.TCPConn) {
			p := make([]byte, 256<<10)
			for {
				if _, err := c.Read(p); err != nil {
					return
				}
			}
		}))
		p := make([]byte, 256<<10)
		b.SetBytes(int64(len(p)))
		for b.Loop() {
			if _, err := c.Write(p); err != nil {
				b.Fatal(err)
			}
		}
		c.CloseWrite()
		io.Copy(io.Discard, c) // to the end: all has arrived
	})
}

// 64 bytes there and back, on 8 connections.
func BenchmarkRequests(b *testing.B) {
	ways(b, func(b *testing.B, to func(func(*net.TCPConn)) string) {
		address := to(func(c *net.TCPConn) {
			p := make([]byte, 64)
			for {
				if _, err := io.ReadFull(c, p); err != nil {
					return
				}
				if _, err := c.Write(p); err != nil {
					return
				}
			}
		})
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			c := dial(b, address)
			defer c.Close()
			p := make([]byte, 64)
			for pb.Next() {
				if _, err := c.Write(p); err != nil {
					b.Error(err)
					return
				}
				if _, err := io.ReadFull(c, p); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

// One operation is one cut of one byte, verified.
func BenchmarkCuts(b *testing.B) {
	x := relaying(b, &Relay{Plan: netsim.MustParsePlan("up:drip"), Drain: enough}, func(c *net.TCPConn) {
		p := make([]byte, 100)
		for {
			if n, err := c.Read(p); err != nil {
				return
			} else if n > 1 && sure == "verified" {
				b.Errorf("a read returned %d bytes", n)
			}
		}
	})
	c := x.dial()
	b.ResetTimer()
	if _, err := c.Write(make([]byte, b.N+1)); err != nil {
		b.Fatal(err)
	}
	c.CloseWrite()
	io.Copy(io.Discard, c)
	b.StopTimer()
	if got := x.Counters(); sure == "verified" && got.Verified != b.N {
		b.Errorf("got %+v, want %d verified", got, b.N)
	}
}
