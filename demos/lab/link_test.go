package lab_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim/trace"
)

// TestFixedSurvivesLoss: what is lost comes late, and nothing else happens. The
// same seed is the same run.
func TestFixedSurvivesLoss(t *testing.T) {
	seeds := 1000
	if testing.Short() {
		seeds = 100
	}
	fixeds(t, func(t *testing.T, spec lab.Spec) {
		var l lab.Lab
		defer l.Close()
		lost := 0
		for seed := range seeds {
			spec.Plan = plan(t, fmt.Sprintf("link:wan,loss=1%%,seed=%d", seed))
			r := l.Run(spec)
			if r.Verdict != stage.OK {
				t.Fatalf("%s: got %s, want ok", spec.Plan, r.Verdict)
			}
			for _, e := range r.Log {
				if e.Wire != nil && e.Wire.Lost {
					lost++
				}
			}
			if seed%50 == 0 && !reflect.DeepEqual(l.Run(spec).Log, r.Log) {
				t.Fatalf("%s: the second run is another", spec.Plan)
			}
		}
		if lost == 0 && !spec.Stage.OnDatagrams() {
			t.Errorf("got no segment lost in %d runs", seeds)
		}
	})
}

// What each way of framing costs a message on real paths, on a standing connection.
func TestCostOverLinks(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name, stage string
		side        stage.Side
		plan        string
		want        time.Duration // a message
		trips       int
	}{
		{"a length costs one round trip", "stage4", stage.Fixed, "link:rtt=40ms", 40 * ms, 1},
		{"a handshake costs two", "stage3", stage.Fixed, "link:rtt=40ms", 80 * ms, 2},
		{"header and body in two writes wait for an acknowledgement that waits", "stage4", stage.Naive,
			"link:rtt=40ms,mss=1460,nagle=on,delack=40ms", 120 * ms, 1},
		{"not without Nagle", "stage4", stage.Naive, "link:rtt=40ms,mss=1460,delack=40ms", 40 * ms, 1},
		{"not where acknowledgements do not wait, but for the round trip", "stage4", stage.Naive, "link:rtt=40ms,mss=1460,nagle=on", 80 * ms, 1},
		{"not in one write", "stage4", stage.Fixed, "link:rtt=40ms,mss=1460,nagle=on,delack=40ms", 40 * ms, 1},
		{"a pause is as long as it is", "stage2", stage.Naive, "link:rtt=40ms,mss=1460,nagle=on,delack=40ms", 540 * ms, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			const calls = 5
			spec := lab.Spec{Stage: stage.Find(test.stage), Side: test.side, Plan: plan(t, test.plan)}
			for range calls {
				spec.Commands = append(spec.Commands, "echo hello")
			}
			r := lab.Run(spec)
			if r.Verdict != stage.OK || r.Cost.Elapsed != calls*test.want || r.Cost.RoundTrips != calls*test.trips {
				t.Errorf("got %s, %s and %d round trips for %d messages, want ok, %s and %d a message",
					r.Verdict, r.Cost.Elapsed, r.Cost.RoundTrips, calls, test.want, test.trips)
			}
		})
	}
}

// TestSegmentsOfALongAnswer: 8,893 bytes cross as 7 segments, and reads follow
// their arrival.
func TestSegmentsOfALongAnswer(t *testing.T) {
	r := lab.Run(lab.Spec{Stage: stage.Find("stage1"), Side: stage.Fixed, Plan: plan(t, "wan"), Commands: []string{"seq 1 2000"}})
	segments, arrivals := 0, map[time.Duration]bool{}
	for _, e := range r.Log {
		switch {
		case e.Dir != trace.Down:
		case e.Kind == trace.Segment && e.To > e.From:
			segments++
			if e.To-e.From > 1460 {
				t.Errorf("got a segment of %d bytes, want at most 1460", e.To-e.From)
			}
		case e.Kind == trace.Arrived:
			arrivals[e.Time] = true
		case e.Kind == trace.Read && e.To > e.From && !arrivals[e.Time]:
			t.Errorf("got a read at %s, when nothing arrived", e.Time)
		}
	}
	if r.Verdict != stage.OK || segments != 7 || len(arrivals) != 7 {
		t.Errorf("got %s, %d segments that arrived at %d times, want ok, 7 at 7", r.Verdict, segments, len(arrivals))
	}
}
