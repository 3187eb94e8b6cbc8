package lab

import (
	"fmt"
	"net"
	"slices"
	"sort"
	"time"

	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// A Holdup is why a size is late whose body follows after a pause.
type Holdup struct {
	Stall time.Duration `json:"stall_ns"` // it takes so much longer than a half round trip
	Lost  int           `json:"lost"`     // and so many times its segment is lost: up to 2
}

// Delay is by how much the size is late on a path, and so the longest pause after
// which both are read together. What is lost is sent again after the timeout of
// RFC 6298, when nothing but the round trip of the handshake is known: that (2.2:
// SRTT) and four times its half (RTTVAR), but for the latter at least Linux's
// 200 ms; and after twice that the next time (5.5).
func (h Holdup) Delay(rtt time.Duration) time.Duration {
	timeout := rtt + max(200*time.Millisecond, 4*(rtt/2))
	return h.Stall + timeout*(1<<h.Lost-1)
}

// Pause is how long the pause of stage2's naive server must be on a path, at
// least and in whole milliseconds, for size and body to be read apart. Its link
// has no Nagle: where that holds the body back, they come apart without a pause.
type Pause struct {
	RTT time.Duration `json:"rtt_ns"`
	Holdup
	Predicted time.Duration `json:"predicted_ns"` // by Delay
	Found     time.Duration `json:"found_ns"`     // by trying, on the simulator
}

// longestPause is where trying ends.
const longestPause = 4 * time.Second

// Pauses finds the pause for each hold-up on each path.
func Pauses(trips []time.Duration, holdups []Holdup) ([]Pause, error) {
	var l Lab
	defer l.Close()
	var list []Pause
	for _, h := range holdups {
		seed, err := l.losing(h.Lost)
		if err != nil {
			return nil, err
		}
		for _, rtt := range trips {
			least := sort.Search(int(longestPause/time.Millisecond), func(ms int) bool {
				return l.pauseWorks(time.Duration(ms)*time.Millisecond, rtt, h, seed)
			})
			list = append(list, Pause{rtt, h, h.Delay(rtt) + time.Millisecond, time.Duration(least) * time.Millisecond})
		}
	}
	return list, nil
}

// pauseWorks reports whether a server that pauses for so long is understood.
func (l *Lab) pauseWorks(pause, rtt time.Duration, h Holdup, seed uint64) bool {
	spec := pausing(pause, rtt, h, seed)
	l.sim.Trace, l.sim.Watch = false, false
	e, err := l.exchange(&spec)
	return err == nil && e.failed == nothing
}

// pausing is the naive server of stage2 with another pause.
func pausing(pause, rtt time.Duration, h Holdup, seed uint64) Spec {
	s := *stage.Find("stage2")
	serve := s.Naive.Serve
	s.Naive.Serve = func(conn net.Conn, env stage.Env) error {
		sleep := env.Sleep
		env.Sleep = func(time.Duration) { sleep(pause) }
		return serve(conn, env)
	}
	plan := netsim.Plan{Link: netsim.Link{RTT: rtt, MSS: 1460}}
	if h.Stall > 0 {
		plan.Down.Stalls = []netsim.Stall{{Delay: h.Stall}}
	}
	if h.Lost > 0 {
		plan.Link.Loss, plan.Link.Seed = 200_000, seed
	}
	return Spec{Stage: &s, Side: stage.Naive, Plan: plan, Commands: []string{"echo two"}}
}

// losing returns the first seed under which the size is lost so many times, and
// nothing else is. What is lost depends on neither the path's length nor the pause.
func (l *Lab) losing(times int) (uint64, error) {
	if times == 0 {
		return 0, nil
	}
	want := []bool{false} // the request
	want = append(want, slices.Repeat([]bool{true}, times)...)
	want = append(want, false, false) // the size at last, and the body
	for seed := range uint64(10_000) {
		var lost []bool
		for _, e := range l.Run(pausing(longestPause, 0, Holdup{Lost: times}, seed)).Log {
			if e.Kind == trace.Segment && e.To > e.From {
				lost = append(lost, e.Wire.Lost)
			}
		}
		if slices.Equal(lost, want) {
			return seed, nil
		}
	}
	return 0, fmt.Errorf("no seed loses the size alone %d times", times)
}
