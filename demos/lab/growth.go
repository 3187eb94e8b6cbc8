package lab

import (
	"time"

	"stickydemo/demos/stage"
	"stickydemo/netsim"
)

// Costs is what a message costs each program over one link, and how that grows.
type Costs struct {
	Programs []*Result `json:"programs"`
	ByTrip   []Growth  `json:"by_rtt"`
	ByLoss   []Growth  `json:"by_loss"` // of those on streams: datagrams know the round-trip time alone
}

// Add runs one more program.
func (c *Costs) Add(l *Lab, spec Spec) {
	c.Programs = append(c.Programs, l.Run(spec))
	c.ByTrip = append(c.ByTrip, l.growByTrip(spec))
	if !spec.Stage.OnDatagrams() {
		c.ByLoss = append(c.ByLoss, l.growByLoss(spec))
	}
}

// Growth is what a message costs one program over links that differ in one thing.
type Growth struct {
	Spec
	Points []Point
}

// Point is a growth over one link.
type Point struct {
	Link    netsim.Link
	Elapsed time.Duration // a message, on average
	Verdict stage.Verdict // of the first run that was not ok
}

// Over these, costs are shown to grow: round-trip times, and of a million segments
// those that are lost.
var (
	trips  = []time.Duration{0, 10 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 120 * time.Millisecond, 200 * time.Millisecond}
	losses = []int{0, 1_000, 5_000, 10_000, 20_000, 50_000}
)

// lossSeeds is how many seeds a loss is averaged over: with one of them a short
// exchange loses a segment or does not.
const lossSeeds = 50

// growByTrip runs the spec over its link with each of trips.
func (l *Lab) growByTrip(spec Spec) Growth {
	g := Growth{Spec: spec}
	for _, rtt := range trips {
		spec.Plan.Link.RTT = rtt
		g.Points = append(g.Points, l.point(spec, 1))
	}
	return g
}

// growByLoss runs the spec over its link with each of losses, under several seeds.
func (l *Lab) growByLoss(spec Spec) Growth {
	g := Growth{Spec: spec}
	for _, loss := range losses {
		spec.Plan.Link.Loss = loss
		seeds := lossSeeds
		if loss == 0 {
			seeds = 1
		}
		g.Points = append(g.Points, l.point(spec, seeds))
	}
	return g
}

// point averages over the seeds that follow the spec's.
func (l *Lab) point(spec Spec, seeds int) Point {
	p := Point{Link: spec.Plan.Link, Verdict: stage.OK}
	calls := 0
	l.sim.Trace, l.sim.Watch = false, false
	for range seeds {
		e, err := l.exchange(&spec)
		p.Elapsed += e.end - e.begin
		calls += len(e.calls)
		if v := e.quick(err); p.Verdict == stage.OK && v != string(nothing) {
			p.Verdict = stage.Verdict(v)
		}
		spec.Plan.Link.Seed++
	}
	p.Elapsed /= time.Duration(max(1, calls))
	return p
}
