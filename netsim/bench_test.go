package netsim_test

import (
	"fmt"
	"io"
	"net"
	"testing"

	"stickydemo/netsim"
)

// The exchange of the whole-run benchmarks, 24 bytes: a length and 4 bytes,
// answered by a length and 12, each length written on its own as the seeds'
// programs do; then the client leaves.
func serveExchange(conn net.Conn, buf []byte) {
	defer conn.Close()
	for {
		if _, err := io.ReadFull(conn, buf[:4]); err != nil {
			return
		}
		if _, err := io.ReadFull(conn, buf[:4]); err != nil {
			return
		}
		conn.Write(buf[:4])
		conn.Write(buf[:12])
	}
}

func callExchange(b *testing.B, conn net.Conn, buf []byte) {
	defer conn.Close()
	conn.Write(buf[:4])
	conn.Write(buf[:4])
	if _, err := io.ReadFull(conn, buf[:4]); err != nil {
		b.Error(err)
	}
	if _, err := io.ReadFull(conn, buf[:12]); err != nil {
		b.Error(err)
	}
}

// runSim returns what makes one run of the exchange on a simulator of its own,
// and what ends that.
func runSim(b *testing.B) (run, end func()) { return runSimUnder(b, netsim.Plan{}) }

func runSimUnder(b *testing.B, plan netsim.Plan) (run, end func()) {
	sim := &netsim.Sim{}
	up, down := make([]byte, 16), make([]byte, 16)
	var server net.Conn
	serve := func() { serveExchange(server, up) }
	main := func() {
		var client net.Conn
		client, server = sim.Pipe()
		sim.Go("server", serve)
		callExchange(b, client, down)
	}
	return func() {
		if err := sim.Run(plan, "client", main); err != nil {
			b.Error(err)
		}
	}, sim.Close
}

// runNetPipe is the same over net.Pipe and goroutines.
func runNetPipe(b *testing.B) (run, end func()) {
	up, down := make([]byte, 16), make([]byte, 16)
	return func() {
		client, server := net.Pipe()
		done := make(chan bool)
		go func() {
			serveExchange(server, up)
			close(done)
		}()
		callExchange(b, client, down)
		<-done
	}, func() {}
}

// One run after the other: the simulator has one core, the goroutines of
// net.Pipe have all.
func BenchmarkRunSim(b *testing.B)     { runs(b, runSim) }
func BenchmarkRunNetPipe(b *testing.B) { runs(b, runNetPipe) }

// A link that is modelled, beside what glues and what only takes time.
func BenchmarkRunLink(b *testing.B) {
	for _, plan := range []string{"glue", "link:rtt=40ms", "link:wan,nagle=off", "wan", "link:wan,loss=1%"} {
		b.Run(plan, func(b *testing.B) {
			runs(b, func(b *testing.B) (run, end func()) { return runSimUnder(b, netsim.MustParsePlan(plan)) })
		})
	}
}

func runs(b *testing.B, runner func(b *testing.B) (run, end func())) {
	b.ReportAllocs()
	run, end := runner(b)
	defer end()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// As many runs at once as there are cores, each with a simulator of its own.
func BenchmarkRunSimParallel(b *testing.B)     { runsParallel(b, runSim) }
func BenchmarkRunNetPipeParallel(b *testing.B) { runsParallel(b, runNetPipe) }

func runsParallel(b *testing.B, runner func(b *testing.B) (run, end func())) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		run, end := runner(b)
		defer end()
		for pb.Next() {
			run()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// conns are the connections that the throughput benchmarks compare.
var conns = []struct {
	name string
	pair func(b *testing.B) (client, server net.Conn)
}{
	{"netsim", func(b *testing.B) (net.Conn, net.Conn) { return netsim.Pipe(netsim.Plan{}) }},
	{"net.Pipe", func(b *testing.B) (net.Conn, net.Conn) { return net.Pipe() }},
	{"kernel", kernelPair},
}

func kernelPair(b *testing.B) (client, server net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		b.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		b.Fatal(err)
	}
	return client, server
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10} {
		for _, c := range conns {
			b.Run(fmt.Sprintf("%dKiB/%s", size>>10, c.name), func(b *testing.B) {
				client, server := c.pair(b)
				done := make(chan int)
				go func() {
					total, buf := 0, make([]byte, 64<<10)
					for {
						n, err := server.Read(buf)
						total += n
						if err != nil {
							done <- total
							return
						}
					}
				}()
				buf := make([]byte, size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := client.Write(buf); err != nil {
						b.Fatal(err)
					}
				}
				client.Close()
				if got := <-done; got != b.N*size {
					b.Fatalf("the reader got %d bytes, want %d", got, b.N*size)
				}
				server.Close()
			})
		}
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	for _, c := range conns {
		b.Run(c.name, func(b *testing.B) {
			client, server := c.pair(b)
			go func() {
				defer server.Close()
				io.CopyBuffer(struct{ io.Writer }{server}, struct{ io.Reader }{server}, make([]byte, 64))
			}()
			defer client.Close()
			buf := make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				client.Write(buf)
				if _, err := io.ReadFull(client, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPair(b *testing.B) {
	for _, c := range conns {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				client, server := c.pair(b)
				client.Close()
				server.Close()
			}
		})
	}
}
