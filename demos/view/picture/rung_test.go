package picture

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

const ms = time.Millisecond

func run(t testing.TB, l *lab.Lab, side stage.Side, plan string, commands ...string) *lab.Result {
	t.Helper()
	p, err := netsim.ParsePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	return l.Run(lab.Spec{Stage: stage.Find("stage4"), Side: side, Plan: p, Commands: commands})
}

func stream(t testing.TB, r *lab.Result, dir trace.Direction) *Stream {
	t.Helper()
	for _, s := range Streams(r) {
		if s.Dir == dir {
			return s
		}
	}
	t.Fatalf("no stream %s", dir)
	return nil
}

// The body of an answer waits for the acknowledgement of its length, which the
// client delays: 20 ms there, 40 ms in vain, 20 ms back.
func TestNagleWaitsForDelayedAck(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	const plan = "link:rtt=40ms,nagle=on,delack=40ms"
	s := stream(t, run(t, &l, stage.Naive, plan, "echo ab", "echo abc"), trace.Down)
	want := []Wait{
		{Span: Span{From: 4, To: 7}, Segments: 1, Why: trace.Nagle, Length: 80 * ms, Kept: 40 * ms, For: Span{From: 0, To: 4}},
		{Span: Span{From: 11, To: 15}, Segments: 1, Why: trace.Nagle, Length: 80 * ms, Kept: 40 * ms, For: Span{From: 7, To: 11}},
	}
	if !slices.Equal(s.Segments.Waits, want) {
		t.Errorf("naive: got %+v, want %+v", s.Segments.Waits, want)
	}
	left := []Box{{Span{From: 0, To: 4}, 60 * ms}, {Span{From: 4, To: 7}, 140 * ms}, {Span{From: 7, To: 11}, 180 * ms}, {Span{From: 11, To: 15}, 260 * ms}}
	if !slices.Equal(s.Segments.Left, left) {
		t.Errorf("naive: got %v, want %v", s.Segments.Left, left)
	}
	for _, s := range Streams(run(t, &l, stage.Fixed, plan, "echo ab", "echo abc")) {
		if len(s.Segments.Waits) > 0 {
			t.Errorf("fixed: got %+v, want no wait", s.Segments.Waits)
		}
	}
}

// 8,893 bytes behind a length cross as 7 segments, and reads end where what has
// arrived does.
func TestSegmentsOfALongAnswer(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	s := stream(t, run(t, &l, stage.Fixed, "wan", "bytes 8893"), trace.Down)
	if got := len(s.Segments.Left); got != 7 {
		t.Errorf("got %d segments, want 7", got)
	}
	for _, b := range s.Segments.Left {
		if b.Len() > 1460 {
			t.Errorf("got a segment of %d bytes, want 1,460 at most", b.Len())
		}
		if !slices.ContainsFunc(s.Read, func(r Box) bool { return r.To == b.To }) {
			t.Errorf("no read ends at %d, where a segment does", b.To)
		}
	}
	if w := s.Segments.Waits; len(w) != 1 || w[0].Why != trace.Rate || w[0].Segments != 6 {
		t.Errorf("got %+v, want 6 segments that waited for the link", w)
	}
}

func TestLostSegments(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	r := run(t, &l, stage.Fixed, "link:rtt=40ms,mss=1460,loss=20%,seed=5", "bytes 8893")
	up, down := stream(t, r, trace.Up), stream(t, r, trace.Down)
	if w, want := up.Segments.Waits, (Wait{Span: Span{From: 0, To: 14}, Segments: 1, Why: trace.Resent, Length: 240 * ms, Lost: 1}); !slices.Equal(w, []Wait{want}) {
		t.Errorf("up: got %+v, want %+v", w, want)
	}
	want := []Wait{
		{Span: Span{From: 2920, To: 4380}, Segments: 1, Why: trace.Resent, Length: 280 * ms, Lost: 1},
		{Span: Span{From: 4380, To: 5840}, Segments: 1, Why: trace.Resent, Length: 560 * ms, Lost: 1},
		{Span: Span{From: 5840, To: 8897}, Segments: 3, Why: Behind, Length: 560 * ms, For: Span{From: 4380, To: 5840}},
	}
	if !slices.Equal(down.Segments.Waits, want) {
		t.Errorf("down: got %+v, want %+v", down.Segments.Waits, want)
	}
	spans := func(boxes []Box) (list []Span) {
		for _, b := range boxes {
			list = append(list, b.Span)
		}
		return list
	}
	lost := []Span{{From: 2920, To: 4380}, {From: 4380, To: 5840}}
	if got := spans(down.Segments.Missed); !slices.Equal(got, lost) {
		t.Errorf("lost: got %v, want %v", got, lost)
	}
	if got := spans(down.Segments.Resent); !slices.Equal(got, lost) {
		t.Errorf("resent: got %v, want %v", got, lost)
	}
}

func TestZeroWindow(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	r := run(t, &l, stage.Fixed, "link:rtt=10ms,mss=1460,window=1460", "bytes 8893")
	if w := stream(t, r, trace.Down).Segments.Waits; len(w) != 1 || w[0].Why != trace.WindowFull || w[0].Length != 60*ms {
		t.Errorf("got %+v, want waits for the window, of 60 ms at the most", w)
	}
	rungs := Rungs(r, 1)
	closed := slices.IndexFunc(rungs, func(r Rung) bool { return r.Kind == trace.Ack && r.Wire.Window == 0 && r.Narrow })
	if closed < 0 {
		t.Fatal("no window of 0")
	}
	if next := rungs[closed+1]; next.Note != trace.WindowUpdate || !next.Narrow || next.Wire.Window == 0 {
		t.Errorf("behind a window of 0: got %+v, want its update", next)
	}
}

// links are plans with all kinds of links.
func links(n int) []string {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var plans []string
	for seed := range n {
		plans = append(plans, fmt.Sprintf("link:rtt=%s,mss=%s,nagle=%s,delack=%s%s%s%s,seed=%d%s",
			pick("0s", "1ms", "40ms", "333ms"), pick("1", "7", "536", "1460"), pick("on", "off"), pick("0s", "40ms", "500ms"),
			pick("", ",rate=64kbit", ",rate=20mbit"), pick("", ",window=9", ",window=1460", ",window=4k"), pick("", ",loss=1%", ",loss=30%"), seed,
			pick("", "", ";down:cut=3", ";down:truncate=5", ";window=20", ";up:reset=3", ";down:stall=5ms@2")))
	}
	return plans
}

// What is said of waits is what the trace says, over many links.
func TestWaitsAgainstTheTrace(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	waited := map[string]int{}
	for i, plan := range links(300) {
		side := stage.Sides[i%2]
		r := run(t, &l, side, plan, []string{"echo a", "bytes 300", "echo abc"}[i%3], "echo ab")
		what := fmt.Sprintf("%s under %s", side, plan)
		rungs := Rungs(r, 1)
		wire := 0
		for _, e := range r.Log {
			if e.Wire != nil {
				wire++
			}
		}
		if len(rungs) != wire {
			t.Errorf("%s: got %d rungs, want one of each of %d segments", what, len(rungs), wire)
		}
		for i, rung := range rungs {
			if i > 0 && rung.Time < rungs[i-1].Time {
				t.Errorf("%s: rung %d leaves before the one above", what, i)
			}
			if rung.Kind == trace.Ack || rung.To == rung.From || rung.Note == trace.Resent {
				if rung.Waited != 0 || rung.Why != "" {
					t.Errorf("%s: got a wait of %+v, want none", what, rung)
				}
				continue
			}
			written := r.Log[slices.IndexFunc(r.Log, func(e trace.Event) bool {
				return e.Kind == trace.Written && e.Dir == rung.Dir && e.From <= rung.From && rung.From < e.To
			})].Time
			if rung.Waited != rung.Time-written {
				t.Errorf("%s: bytes from %d: got a wait of %s, want %s", what, rung.From, rung.Waited, rung.Time-written)
			}
			if (rung.Waited > 0) != (rung.Why != "") {
				t.Errorf("%s: got a wait of %s for %q", what, rung.Waited, rung.Why)
			}
			if rung.Why == trace.Nagle && rung.Note == trace.Nagle && (rung.For.Len() == 0 || rung.For.To > rung.From) {
				t.Errorf("%s: bytes from %d waited for %v, want a segment before them", what, rung.From, rung.For)
			}
			waited[rung.Why]++
		}
		delay := r.Plan.Link.DelAck
		for _, rung := range rungs {
			if rung.Note == trace.Delayed && rung.News && (rung.Kept < delay || rung.Kept > delay && r.Plan.Link.Rate == 0) {
				t.Errorf("%s: got an acknowledgement kept back for %s, want %s", what, rung.Kept, delay)
			}
		}
		drawn := Ladder(rungs, new(Key))
		all, lines := 0, 0
		for _, rung := range drawn {
			all += 1 + rung.Hidden
			lines += 1 + min(1, rung.Hidden)
		}
		if all != len(rungs) || lines > mostLines+1 {
			t.Errorf("%s: got %d of %d segments in %d lines, want all in %d", what, all, len(rungs), lines, mostLines)
		}
		for _, s := range Streams(r) {
			last := 0
			for _, b := range s.Segments.Left {
				if b.From != last {
					t.Errorf("%s: got a segment from %d, want %d", what, b.From, last)
				}
				last = b.To
			}
			for _, w := range s.Segments.Waits {
				waited[w.Why]++
			}
		}
	}
	for _, why := range []string{trace.Nagle, trace.WindowFull, trace.Rate, trace.Resent, Again, Behind, Blocked} {
		if waited[why] == 0 {
			t.Errorf("nothing waited for %q", why)
		}
	}
}

// While a run goes on, no segment is shown of which nothing was read: it would
// tell what the next read returns.
func TestMomentTellsNothingBeforehand(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	r := run(t, &l, stage.Naive, "link:rtt=40ms,mss=1460,nagle=on,delack=40ms,loss=20%,seed=5", "bytes 4000", "echo ab")
	shown := 0
	for events := range len(r.Log) {
		for _, s := range Moment(r, events) {
			read := 0
			for _, b := range s.Read {
				read = b.To
			}
			for _, b := range slices.Concat(s.Segments.Left, s.Segments.Missed, s.Segments.Resent) {
				if b.From >= read {
					t.Errorf("after %d events: got a segment from %d, and %d bytes are read", events, b.From, read)
				}
				shown++
			}
		}
	}
	if shown == 0 {
		t.Error("no segment was ever shown")
	}
}
