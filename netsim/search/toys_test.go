package search_test

import (
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// program is a toy that reads some streams to their ends, or fails or leaves
// before that: what it reads next, and how much at most, follows from its seed
// and from what its reads returned so far. It is a Runner without a network.
type program struct {
	seed    uint64
	streams []stream
	rate    uint64 // it fails at one read in so many, and leaves at another
	single  bool   // it reads byte by byte, and so never asks
	reads   []netsim.Read
	runs    int
}

type stream struct {
	conn  int
	dir   trace.Direction
	bytes int
}

func (p *program) Close() {}

func (p *program) Run(plan netsim.Plan) search.Outcome {
	p.reads = p.reads[:0]
	p.runs++
	o := search.Outcome{Verdict: p.read(plan)}
	o.Reads = p.reads
	return o
}

func (p *program) read(plan netsim.Plan) (verdict string) {
	at := make([]int, len(p.streams))
	cuts := make([][]int, len(p.streams)) // of each, those that it has not passed
	for i, s := range p.streams {
		cuts[i] = plan.Cuts(s.conn, s.dir, s.bytes)
	}
	for history := p.seed; ; {
		history = scramble(history)
		i := -1
		for k := range p.streams {
			if try := (k + int(history>>8)&7) % len(p.streams); at[try] < p.streams[try].bytes {
				i = try
				break
			}
		}
		if i < 0 {
			return fails(history>>16&1 == 1)
		}
		s := p.streams[i]
		from := at[i]
		most := min(from+1+int(history>>24&7), s.bytes)
		if p.single {
			most = from + 1
		}
		for len(cuts[i]) > 0 && cuts[i][0] <= from {
			cuts[i] = cuts[i][1:]
		}
		to := most
		if len(cuts[i]) > 0 {
			to = min(to, cuts[i][0])
		}
		at[i] = to
		if most > from+1 {
			p.reads = append(p.reads, netsim.Read{Conn: s.conn, Dir: s.dir, From: from, To: to, Most: most})
		}
		history = scramble(history ^ uint64(i)<<32 ^ uint64(from<<16|to))
		switch {
		case history%p.rate == 0:
			return fails(true)
		case history%p.rate == 1:
			return ""
		}
	}
}

func fails(yes bool) string {
	if yes {
		return "wrong"
	}
	return ""
}

// scramble is the finaliser of SplitMix64.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// subject is a program that each runner starts afresh.
func (p *program) subject() search.Runner {
	c := *p
	c.reads = nil
	return &c
}

// bruteCount runs every segmentation of n bytes.
func bruteCount(r search.Runner, dir trace.Direction, n int) int64 {
	wrong := int64(0)
	for ways := range 1 << max(n-1, 0) {
		var cuts []int
		for place := 1; place < n; place++ {
			if ways>>(place-1)&1 == 1 {
				cuts = append(cuts, place)
			}
		}
		if o := r.Run(cutting(dir, cuts...)); o.Broken() {
			wrong++
		}
	}
	return wrong
}

func cutting(dir trace.Direction, cuts ...int) (p netsim.Plan) {
	if dir == trace.Up {
		p.Up.Cuts = cuts
	} else {
		p.Down.Cuts = cuts
	}
	return p
}

// exchange is a client and a server on the simulator: the client asks for so
// many messages and reads each, a header of four bytes and its body.
type exchange struct {
	sim    netsim.Sim
	bodies []int
	header func(conn net.Conn, header []byte) (int, error) // by which the client reads a header
}

func (e *exchange) Close() { e.sim.Close() }

func (e *exchange) Run(plan netsim.Plan) search.Outcome {
	e.sim.Watch = true
	wrong := ""
	err := e.sim.Run(plan, "client", func() {
		client, server := e.sim.Pipe()
		e.sim.Go("server", func() {
			defer server.Close()
			for _, n := range e.bodies {
				if _, err := io.ReadFull(server, make([]byte, 1)); err != nil {
					return
				}
				server.Write([]byte{0, 0, 0, byte(n)})
				server.Write(slices.Repeat([]byte{'x'}, n))
			}
		})
		defer client.Close()
		for _, want := range e.bodies {
			client.Write([]byte{'?'})
			header := make([]byte, 4)
			n, err := e.header(client, header)
			if err != nil || n < 4 || int(header[3]) != want {
				wrong = "wrong"
				return
			}
			if _, err := io.ReadFull(client, make([]byte, want)); err != nil {
				wrong = "wrong"
				return
			}
		}
	})
	if err != nil {
		wrong = "hang"
	}
	return search.Outcome{Verdict: wrong, Reads: e.sim.Reads(), Longest: e.sim.Longest()}
}

func naive(bodies ...int) search.Subject {
	return func() search.Runner {
		return &exchange{bodies: bodies, header: net.Conn.Read}
	}
}

func fixed(bodies ...int) search.Subject {
	return func() search.Runner {
		return &exchange{bodies: bodies, header: func(conn net.Conn, p []byte) (int, error) { return io.ReadFull(conn, p) }}
	}
}

// recorder is a runner that does nothing but remember the plans, of all its
// copies, and fails those that fail says. It reports what two readers with
// large buffers see.
type recorder struct {
	shape search.Shape
	fail  func(plan netsim.Plan) string

	mu    sync.Mutex
	plans []string
}

func (r *recorder) subject() search.Runner { return r }
func (r *recorder) Close()                 {}

func (r *recorder) Run(plan netsim.Plan) (o search.Outcome) {
	r.mu.Lock()
	r.plans = append(r.plans, plan.String())
	r.mu.Unlock()
	for _, dir := range search.Directions {
		from, n := 0, r.shape.Of(dir)
		for _, to := range append(plan.Cuts(1, dir, n), n) {
			o.Reads = append(o.Reads, netsim.Read{Conn: 1, Dir: dir, From: from, To: to, Most: n})
			from = to
		}
	}
	if r.fail != nil {
		o.Verdict = r.fail(plan)
	}
	return o
}

func parse(t testing.TB, text string) netsim.Plan {
	t.Helper()
	p, err := netsim.ParsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// hashed fails one plan in so many, always the same.
func hashed(seed, rate uint64) func(netsim.Plan) string {
	return func(plan netsim.Plan) string {
		x := seed
		for _, b := range []byte(plan.String()) {
			x = scramble(x ^ uint64(b))
		}
		if x%rate > 0 {
			return ""
		}
		return fmt.Sprint("wrong", x/rate%3)
	}
}

func sameInt(a *big.Int, b int64) bool { return a != nil && a.Cmp(big.NewInt(b)) == 0 }
