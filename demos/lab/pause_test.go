package lab

import (
	"slices"
	"testing"
	"time"

	"stickydemo/demos/stage"
	"stickydemo/netsim/trace"
)

// TestPauses: over many paths and hold-ups a pause begins to work where the model
// says that it must, to the millisecond.
func TestPauses(t *testing.T) {
	const ms = time.Millisecond
	trips := []time.Duration{0, ms, 10 * ms, 40 * ms, 99 * ms, 100 * ms, 101 * ms, 166 * ms, 167 * ms, 200 * ms, 333 * ms}
	holdups := []Holdup{{Stall: ms}, {Stall: 400 * ms}, {Stall: 600 * ms}, {Lost: 1}, {Lost: 2}}
	list, err := Pauses(trips, holdups)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(trips)*len(holdups) {
		t.Fatalf("got %d pauses, want %d", len(list), len(trips)*len(holdups))
	}
	for _, p := range list {
		if p.Found != p.Predicted {
			t.Errorf("round trip %s, %+v: a pause works from %s on, want %s", p.RTT, p.Holdup, p.Found, p.Predicted)
		}
	}
	for _, c := range []struct {
		rtt  time.Duration
		h    Holdup
		want time.Duration
	}{
		{40 * ms, Holdup{Stall: 600 * ms}, 600 * ms},
		{200 * ms, Holdup{Stall: 600 * ms}, 600 * ms},
		{0, Holdup{Lost: 1}, 200 * ms},
		{100 * ms, Holdup{Lost: 1}, 300 * ms},
		{167 * ms, Holdup{Lost: 1}, 501 * ms},
		{200 * ms, Holdup{Lost: 1}, 600 * ms},
		{40 * ms, Holdup{Lost: 2}, 720 * ms},
	} {
		if got := c.h.Delay(c.rtt); got != c.want {
			t.Errorf("round trip %s, %+v: got a size that is %s late, want %s", c.rtt, c.h, got, c.want)
		}
	}
}

// Each pause up to the size's delay fails since one read takes both, and each
// longer one works: what Pauses takes for granted.
func TestPausesFailUpToTheDelay(t *testing.T) {
	const ms, rtt = time.Millisecond, 40 * time.Millisecond
	var l Lab
	defer l.Close()
	for _, h := range []Holdup{{Stall: 100 * ms}, {Lost: 1}, {Lost: 2}} {
		seed, err := l.losing(h.Lost)
		if err != nil {
			t.Fatal(err)
		}
		for pause := time.Duration(0); pause <= h.Delay(rtt)+200*ms; pause += ms {
			if got, want := l.pauseWorks(pause, rtt, h, seed), pause > h.Delay(rtt); got != want {
				t.Fatalf("%+v: got %t for a pause of %s, want %t", h, got, pause, want)
			}
		}
		for pause, reads := range map[time.Duration][]trace.Span{
			h.Delay(rtt):      {{From: 0, To: 5}},
			h.Delay(rtt) + ms: {{From: 0, To: 1}, {From: 1, To: 5}},
		} {
			r := l.Run(pausing(pause, rtt, h, seed))
			var got []trace.Span
			for _, s := range r.Log.Spans(trace.Read, 1, trace.Down) {
				if s.Len() > 0 {
					got = append(got, s)
				}
			}
			if !slices.Equal(got, reads) || (r.Verdict == stage.OK) != (len(reads) == 2) {
				t.Errorf("%+v, pause %s: got %s and reads of %v, want %v", h, pause, r.Verdict, got, reads)
			}
		}
	}
}
