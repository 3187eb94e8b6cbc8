package cuttest

import (
	"fmt"
	"io"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// pieces is a reader of a stream that no read crosses a cut of. It has no other
// method, so that nobody can go round the cuts.
type pieces struct {
	stream      []byte
	cuts        []int // ascending
	eofWithData bool

	at    int           // offset of the next byte
	cut   int           // index of the first of cuts beyond at
	idle  int           // reads in a row that moved nothing
	reads []netsim.Read // that a cut could have ended sooner; kept if watched
	watch bool
}

// maxIdle is how many reads in a row may move nothing. Whoever reads on after
// the end of stream so often will do it for ever.
const maxIdle = 1000

// idleReads is what a Read panics with after maxIdle.
type idleReads string

func (p *pieces) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, p.nothing(nil, "%d reads in a row had no room for a byte")
	}
	if p.at == len(p.stream) {
		return 0, p.nothing(io.EOF, "%d reads in a row at the end of the stream")
	}
	p.idle = 0
	for p.cut < len(p.cuts) && p.cuts[p.cut] <= p.at {
		p.cut++
	}
	most := min(p.at+len(b), len(p.stream))
	to := most
	if p.cut < len(p.cuts) {
		to = min(to, p.cuts[p.cut])
	}
	if p.watch && most > p.at+1 {
		p.reads = append(p.reads, netsim.Read{Conn: 1, Dir: trace.Up, From: p.at, To: to, Most: most})
	}
	n := copy(b, p.stream[p.at:to])
	p.at = to
	if p.eofWithData && p.at == len(p.stream) {
		return n, io.EOF
	}
	return n, nil
}

func (p *pieces) nothing(err error, format string) error {
	if p.idle++; p.idle >= maxIdle {
		panic(idleReads(fmt.Sprintf(format, maxIdle)))
	}
	return err
}

// cutsOf returns the places within n bytes at which a plan's upward direction
// cuts, on the word of netsim itself.
func cutsOf(plan netsim.Plan, n int) []int {
	s := netsim.Stream{Mode: plan.Up.Mode, Cuts: plan.Up.Cuts, Window: max(n, 1)}
	client, server := netsim.Pipe(netsim.Plan{Up: s})
	client.Write(make([]byte, n))
	client.Close()
	var cuts []int
	buf := make([]byte, n+1)
	for at := 0; ; {
		m, err := server.Read(buf)
		if err != nil {
			server.Close()
			return cuts
		}
		if at += m; at < n {
			cuts = append(cuts, at)
		}
	}
}

// cutsPlan is the plan that cuts at some places and nowhere else.
func cutsPlan(cuts []int, eofWithData bool) netsim.Plan {
	s := netsim.Stream{Cuts: cuts, EOFWithData: eofWithData}
	return netsim.Plan{Up: s, Down: s}
}
