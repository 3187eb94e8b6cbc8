package lab_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// short is an exchange that a naive program gets right where each write is one
// read, unless it lists another.
var short = []string{"echo ab", "printf 'a\\nb'", "seq 1 3"}

// shortFails are the naive programs that no exchange suits, each by its stage and
// variant.
var shortFails = map[string]stage.Verdict{
	"stage0 once": stage.Error, // a server for one message
	"stage0 spin": stage.Spin,  // after any last one
}

func plan(t testing.TB, text string) netsim.Plan {
	t.Helper()
	p, err := netsim.ParsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// naives calls f for the naive program of every stage and every variant.
func naives(t *testing.T, f func(t *testing.T, spec lab.Spec, b *stage.Break)) {
	for i := range stage.All {
		s := &stage.All[i]
		variants := []string{""}
		for _, v := range s.Variants {
			variants = append(variants, v.Name)
		}
		for _, v := range variants {
			b := s.BreakOf(v)
			t.Run(s.ID+v, func(t *testing.T) {
				f(t, lab.Spec{Stage: s, Side: stage.Naive, Variant: v, Commands: b.Commands, Clients: b.Clients}, b)
			})
		}
	}
}

// fixeds calls f for the fixed program of every stage, with a short exchange.
func fixeds(t *testing.T, f func(t *testing.T, spec lab.Spec)) {
	for i := range stage.All {
		s := &stage.All[i]
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			f(t, lab.Spec{Stage: s, Side: stage.Fixed, Commands: []string{"echo ab", "true", "echo abc"}})
		})
	}
}

func TestNaiveFailsAsListed(t *testing.T) {
	naives(t, func(t *testing.T, spec lab.Spec, b *stage.Break) {
		spec.Plan = plan(t, b.Plan)
		if got := lab.Run(spec); got.Verdict != b.Verdict {
			t.Errorf("under %s: got %s, want %s", b.Plan, got.Verdict, b.Verdict)
		}
		if b.Reason == "" {
			t.Error("the table gives no reason")
		}
		spec.Plan = plan(t, "as-written")
		if got := lab.Run(spec); got.Verdict != b.WithoutCuts() {
			t.Errorf("as-written: got %s, want %s", got.Verdict, b.WithoutCuts())
		}
		if b.WithoutCuts() != stage.OK && b.AsWrittenReason == "" {
			t.Error("not ok as written, and the table does not say why")
		}
		spec.Plan = plan(t, "drip")
		if got := lab.Run(spec); got.Verdict == stage.OK && !spec.Stage.OnDatagrams() {
			t.Error("under drip: got ok")
		}
		spec.Plan, spec.Commands, spec.Clients = plan(t, "as-written"), short, stage.OneClient
		if b.Short != nil {
			spec.Commands = b.Short
		}
		want, fails := shortFails[spec.Stage.ID+" "+spec.Variant]
		if !fails {
			want = stage.OK
		}
		if got := lab.Run(spec); got.Verdict != want {
			t.Errorf("as-written, short answers: got %s, want %s", got.Verdict, want)
		}
	})
}

// The verdicts that the lessons speak of, call by call.
func TestNaiveCalls(t *testing.T) {
	tests := []struct {
		name, stage, variant, plan string
		commands                   []string
		want                       []stage.Verdict
	}{
		{"an answer over 1024 bytes is torn and its rest is the next answer", "stage1", "", "glue",
			[]string{"tasklist", "ipconfig"}, []stage.Verdict{stage.Torn, stage.Leftover}},
		{"no output is no message", "stage1", "", "glue",
			[]string{"echo a", "true", "echo b"}, []stage.Verdict{stage.OK, stage.Hang}},
		{"a stall as long as the pause is enough, because readers are late", "stage2", "", "down:stall=500ms@0",
			[]string{"echo two"}, []stage.Verdict{stage.Error}},
		{"a shorter stall is not", "stage2", "", "down:stall=499ms@0",
			[]string{"echo two"}, []stage.Verdict{stage.OK}},
		{"glued digits are a number, and nothing like it ever comes", "stage2", "nopause", "glue",
			[]string{"echo 7"}, []stage.Verdict{stage.Hang}},
		{"no output is answered with a sentence, which a program could have printed", "stage2", "", "as-written",
			[]string{"true"}, []stage.Verdict{stage.Wrong}},
		{"the handshake stops size and body from gluing", "stage3", "", "glue",
			[]string{"echo two", "echo three"}, []stage.Verdict{stage.OK, stage.OK}},
		{"what a receive does not take of a datagram is lost, and so no leftover", "stage9", "", "drip",
			[]string{"tasklist", "ipconfig"}, []stage.Verdict{stage.Torn, stage.OK}},
		{"a lost request is waited for, for ever", "stage9", "", "up:drop=2",
			[]string{"echo two", "true", "echo three"}, []stage.Verdict{stage.OK, stage.Hang}},
		{"without a copy a swap of request and answer is only late", "stage9", "", "swap=1",
			[]string{"echo two", "echo three"}, []stage.Verdict{stage.OK, stage.OK}},
		{"to ask again helps against loss", "stage9", "retry", "up:drop=1;down:drop=2",
			[]string{"echo two", "echo three"}, []stage.Verdict{stage.OK, stage.OK}},
		{"and makes copies, one of which is the next answer; so is each behind it", "stage9", "retry", "down:swap=1",
			[]string{"echo two", "echo three", "echo four"}, []stage.Verdict{stage.OK, stage.Leftover, stage.Leftover}},
		{"so does a path that is longer than its patience", "stage9", "retry", "link:rtt=1500ms",
			[]string{"echo two", "echo three"}, []stage.Verdict{stage.OK, stage.Leftover}},
		{"half of Ready is not recognised", "stage3", "", "down:cut=3",
			[]string{"echo two"}, []stage.Verdict{stage.Error}},
		{"an output of two lines is two answers, and its end an empty one", "stage7", "", "as-written",
			[]string{"seq 1 2", "printf x", "printf y"}, []stage.Verdict{stage.Torn, stage.Leftover, stage.Torn}},
		{"a cut behind a line feed of the payload", "stage7", "ends", "down:cut=2",
			[]string{"seq 1 2", "true"}, []stage.Verdict{stage.Torn, stage.Leftover}},
		{"a cut before it", "stage7", "ends", "down:cut=1,3",
			[]string{"seq 1 2", "true"}, []stage.Verdict{stage.OK, stage.OK}},
		{"a frame over the buffer never comes whole", "stage8", "", "as-written",
			[]string{"echo two", "tasklist"}, []stage.Verdict{stage.OK, stage.Hang}},
		{"a cut between two frames does no harm", "stage8", "", "down:cut=8",
			[]string{"echo two", "echo three"}, []stage.Verdict{stage.OK, stage.OK}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := lab.Run(lab.Spec{
				Stage: stage.Find(test.stage), Side: stage.Naive, Variant: test.variant,
				Plan: plan(t, test.plan), Commands: test.commands,
			})
			var got []stage.Verdict
			for _, c := range r.Calls {
				got = append(got, c.Verdict)
			}
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %v, want %v (%v, %v)", got, test.want, r.Err, r.Server.Err)
			}
		})
	}
}

func TestFixedHoldsWhereverTheStreamIsWhole(t *testing.T) {
	fixeds(t, func(t *testing.T, spec lab.Spec) {
		var l lab.Lab
		defer l.Close()
		holds := func(p netsim.Plan) {
			spec.Plan = p
			if r := l.Run(spec); r.Verdict != stage.OK || r.Err != nil || r.Server.Err != nil {
				t.Fatalf("under %s: got %s (%v, %v)", p, r.Verdict, r.Err, r.Server.Err)
			}
		}
		for _, p := range stage.Plans {
			holds(plan(t, p.Plan))
		}
		for i := range stage.All {
			holds(plan(t, stage.All[i].Plan))
		}
		for seed := range uint64(1000) {
			var p netsim.Plan
			p.Up.Mode = netsim.Mode{Kind: netsim.Random, N: seed}
			p.Down.Mode = p.Up.Mode
			holds(p)
		}
		for _, dir := range []trace.Direction{trace.Up, trace.Down} {
			for at := range length(l.Run(spec), dir) {
				holds(plan(t, fmt.Sprintf("%s:stall=2s@%d", dir, at)))
				if at > 0 {
					holds(plan(t, fmt.Sprintf("%s:cut=%d", dir, at)))
				}
				holds(plan(t, fmt.Sprintf("eof-with-data;%s:cut=%d", dir, at+1)))
			}
		}
	})
}

// length returns the bytes of the longest connection of a run.
func length(r *lab.Result, dir trace.Direction) int {
	longest := 0
	for conn := range r.Log.Conns() {
		longest = max(longest, len(r.Log.Stream(conn+1, dir)))
	}
	return longest
}

func TestFixedNoticesATruncatedStream(t *testing.T) {
	fixeds(t, func(t *testing.T, spec lab.Spec) {
		if spec.Stage.OnDatagrams() {
			return // TestLosses
		}
		spec.Plan = plan(t, "glue")
		whole := lab.Run(spec)
		for _, op := range []string{"truncate", "reset"} {
			for _, dir := range []trace.Direction{trace.Up, trace.Down} {
				for at := range length(whole, dir) {
					spec.Plan = plan(t, fmt.Sprintf("%s:%s=%d", dir, op, at))
					r := lab.Run(spec)
					if spec.Stage.ID == "stage1" && op == "truncate" {
						continue // TestStage1CannotNotice
					}
					if r.Verdict != stage.Error {
						t.Errorf("under %s: got %s (%v), want error", spec.Plan, r.Verdict, r.Err)
					}
					for _, c := range r.Calls {
						if c.Verdict != stage.OK && c.Verdict != stage.Error {
							t.Errorf("under %s: %q was answered %q, a %s answer", spec.Plan, c.Command, c.Got, c.Verdict)
						}
					}
				}
			}
		}
	})
}

// The end of a stream is the frame of stage1, so that a stream cut off looks
// like a whole one: the client is given a part of the answer and no error. Only
// a reset is noticed.
func TestStage1CannotNotice(t *testing.T) {
	spec := lab.Spec{Stage: stage.Find("stage1"), Side: stage.Fixed, Commands: []string{"echo ab"}}
	for text, want := range map[string]stage.Verdict{
		"down:truncate=2": stage.Torn,
		"down:truncate=3": stage.OK, // its whole answer
		"down:reset=2":    stage.Error,
		"up:reset=2":      stage.Error,
	} {
		spec.Plan = plan(t, text)
		if got := lab.Run(spec); got.Verdict != want {
			t.Errorf("under %s: got %s, want %s", text, got.Verdict, want)
		}
	}
}

func TestKernel(t *testing.T) {
	fixeds(t, func(t *testing.T, spec lab.Spec) {
		spec.Commands = []string{"echo ab", "true", "tasklist", "seq 1 2000"}
		r, err := lab.RunKernel(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != stage.OK || r.Server.Err != nil {
			t.Errorf("got %s (%v), want ok", r.Verdict, r.Server.Err)
		}
		want := len("echo abtruetasklistseq 1 2000") + 3 + 2927 + 8893
		if spec.Stage.Reply != nil { // an echo
			want = 2 * len("echo abtruetasklistseq 1 2000")
		}
		if got := r.Cost.Payload; got != want {
			t.Errorf("payload: got %d bytes, want %d", got, want)
		}
	})
}

// Clients that all stay, and clients of which each leaves before the next, are
// all served by a server that serves many.
func TestFixedServesManyClients(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	spec := lab.Spec{Stage: stage.Find("stage0"), Side: stage.Fixed, Commands: slices.Repeat([]string{"hello", "你好", ""}, 30)}
	for _, spec.Clients = range []stage.Clients{stage.EachStays, stage.EachGoes} {
		for _, p := range stage.Plans {
			spec.Plan = plan(t, p.Plan)
			r := l.Run(spec)
			if r.Verdict != stage.OK || r.Server.Err != nil || r.Log.Conns() != len(spec.Commands) {
				t.Errorf("%s, under %s: got %s on %d connections (%v, %v)", spec.Clients, spec.Plan, r.Verdict, r.Log.Conns(), r.Err, r.Server.Err)
			}
		}
	}
}

// One client whose stream is cut off takes nobody along, and its handler says so.
func TestFixedHandlersFailAlone(t *testing.T) {
	spec := lab.Spec{Stage: stage.Find("stage0"), Side: stage.Fixed, Commands: []string{"one", "two", "three"}, Clients: stage.EachStays}
	spec.Plan = plan(t, "1#up:truncate=4")
	if r := lab.Run(spec); r.Verdict != stage.OK {
		t.Errorf("truncated between two lines: got %s (%v, %v)", r.Verdict, r.Err, r.Server.Err)
	}
	spec.Plan = plan(t, "2#up:truncate=2")
	r := lab.Run(spec)
	if r.Verdict != stage.Error || !errors.Is(r.Server.Err, io.ErrUnexpectedEOF) || r.Calls[0].Verdict != stage.OK {
		t.Errorf("truncated in the second client's line: got %s, server %v", r.Verdict, r.Server.Err)
	}
}

// On real TCP, too, each step of stage0 fails in its own way, and even a server
// that reads nothing for ever, or runs a command without end, is got rid of.
func TestKernelEndsWhatHasNoEnd(t *testing.T) {
	for _, test := range []struct {
		stage, variant string
		want           stage.Verdict
	}{
		{"stage0", "once", stage.Error},
		{"stage0", "spin", stage.Spin},
		{"stage0", "first", stage.Error},
		{"stage0", "", stage.Hang},
		{"stage6", "", stage.Hang},
	} {
		t.Run(test.stage+test.variant, func(t *testing.T) {
			t.Parallel()
			s := stage.Find(test.stage)
			b := s.BreakOf(test.variant)
			r, err := lab.RunKernel(t.Context(), lab.Spec{Stage: s, Side: stage.Naive, Variant: test.variant, Commands: b.Commands, Clients: b.Clients})
			if err != nil || r.Verdict != test.want || r.Calls[0].Verdict != stage.OK {
				t.Errorf("got %s (%v, %v), want %s", r.Verdict, r.Server.Err, err, test.want)
			}
		})
	}
}

// A command without end is stopped at the same place wherever its output is cut,
// what follows it on the connection is right, and no end of a stream passes for
// the end of a command.
func TestFixedStopsWhatHasNoEnd(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	spec := lab.Spec{Stage: stage.Find("stage6"), Side: stage.Fixed, Commands: []string{"echo a; fail", "top", "top 2; echo b"}}
	whole := l.Run(spec)
	if want := "0s cpu 29%\n1s cpu 58%\n2s cpu 87%\n"; whole.Verdict != stage.OK || string(whole.Calls[1].Got) != want || whole.Cost.Elapsed != 3*time.Second {
		t.Errorf("got %s, %q after %s, want %q after 3s", whole.Verdict, whole.Calls[1].Got, whole.Cost.Elapsed, want)
	}
	under := func(text string, want stage.Verdict) {
		t.Helper()
		spec.Plan = plan(t, text)
		if r := l.Run(spec); r.Verdict != want {
			t.Errorf("under %s: got %s (%v, %v), want %s", text, r.Verdict, r.Err, r.Server.Err, want)
		}
	}
	for _, p := range stage.Plans {
		under(p.Plan, stage.OK)
	}
	for seed := range 200 {
		under(fmt.Sprintf("random=%d;link:rtt=7ms", seed), stage.OK)
	}
	for _, dir := range []trace.Direction{trace.Up, trace.Down} {
		for at := range length(whole, dir) {
			under(fmt.Sprintf("%s:cut=%d", dir, at+1), stage.OK)
			under(fmt.Sprintf("%s:stall=5s@%d", dir, at), stage.OK)
			under(fmt.Sprintf("%s:truncate=%d", dir, at), stage.Error)
			under(fmt.Sprintf("%s:reset=%d", dir, at), stage.Error)
		}
	}
}

// Real connections, real cuts: a relay puts them under the plan.
func TestKernelUnderPlans(t *testing.T) {
	fixeds(t, func(t *testing.T, spec lab.Spec) {
		if spec.Stage.OnDatagrams() {
			t.Skip("a relay carries streams")
		}
		spec.Commands = []string{"echo ab", "true", "ipconfig"}
		for _, text := range []string{"drip", "every=7", "random=3", "window=1", "link:rtt=2ms", "glue", "down:stall=5ms@3"} {
			spec.Plan = plan(t, text)
			r, err := lab.RunKernel(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict != stage.OK || r.Server.Err != nil {
				t.Errorf("under %s: got %s (%v), want ok", text, r.Verdict, r.Server.Err)
			}
			cuts := 0
			for _, e := range r.Log {
				if e.Kind == trace.Cut && e.Note == "verified" {
					cuts++
				}
			}
			if n := len(r.Plan.Cuts(1, trace.Up, len(r.Log.Stream(1, trace.Up)))); runtime.GOOS == "linux" && cuts < n {
				t.Errorf("under %s: %d verified cuts, want %d at least", text, cuts, n)
			}
		}
	})
}

func TestKernelBreaksNaiveSides(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere cuts are not sure")
	}
	for _, id := range []string{"stage4", "stage5"} {
		s := stage.Find(id)
		spec := lab.Spec{Stage: s, Side: stage.Naive, Plan: plan(t, s.Plan), Commands: s.Commands}
		r, err := lab.RunKernel(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != s.Verdict || len(r.Notes) > 0 {
			t.Errorf("%s: got %s, %q, want %s", id, r.Verdict, r.Notes, s.Verdict)
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := lab.ParseSaved(bytes.NewReader(data))
		if err != nil || len(saved) != 1 || saved[0].Net != lab.Kernel || saved[0].Plan.String() != s.Plan {
			t.Errorf("%s: saved as %+v, %v", id, saved, err)
		}
	}
}

func TestKernelRefusesAsWritten(t *testing.T) {
	spec := lab.Spec{Stage: stage.Find("stage4"), Side: stage.Fixed, Plan: plan(t, "as-written"), Commands: []string{"echo ab"}}
	var bad *netsim.PlanError
	if r, err := lab.RunKernel(t.Context(), spec); !errors.As(err, &bad) || r != nil {
		t.Errorf("got %v, %v", r, err)
	}
}

// What a system does not send was not written.
func TestKernelDatagramsThatAreTooLong(t *testing.T) {
	t.Parallel() // it waits for what never comes
	spec := lab.Spec{Stage: stage.Find("stage9"), Side: stage.Naive, Commands: []string{"bytes 100000"}}
	r, err := lab.RunKernel(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != stage.Error || r.Cost.Wire != len("bytes 100000") || r.Cost.Writes != 1 {
		t.Errorf("got %s, %+v, want an error, and the request alone on the wire", r.Verdict, r.Cost)
	}
	if got := lab.Run(spec); got.Verdict != r.Verdict || got.Calls[0].Verdict != stage.Hang || r.Calls[0].Verdict != stage.Hang {
		t.Errorf("got %s, %s and %s on the simulator, want the same", got.Verdict, got.Calls[0].Verdict, r.Calls[0].Verdict)
	}
}

// What each idea costs, as the lessons say it.
func TestCost(t *testing.T) {
	for _, test := range []struct {
		stage   string
		side    stage.Side
		elapsed time.Duration // a call
		trips   int
	}{
		{"stage0", stage.Naive, 40 * time.Millisecond, 1},
		{"stage0", stage.Fixed, 40 * time.Millisecond, 1},
		{"stage1", stage.Fixed, 80 * time.Millisecond, 2},
		{"stage2", stage.Naive, 540 * time.Millisecond, 1},
		{"stage2", stage.Fixed, 40 * time.Millisecond, 1},
		{"stage3", stage.Naive, 80 * time.Millisecond, 2},
		{"stage3", stage.Fixed, 80 * time.Millisecond, 2},
		{"stage4", stage.Fixed, 40 * time.Millisecond, 1},
		{"stage5", stage.Fixed, 40 * time.Millisecond, 1},
		{"stage6", stage.Fixed, 80 * time.Millisecond, 2},
		{"stage7", stage.Fixed, 40 * time.Millisecond, 1},
		{"stage8", stage.Fixed, 40 * time.Millisecond, 1},
	} {
		const calls = 5
		spec := lab.Spec{Stage: stage.Find(test.stage), Side: test.side, Plan: plan(t, "link:rtt=40ms")}
		for range calls {
			spec.Commands = append(spec.Commands, "echo ab")
		}
		r := lab.Run(spec)
		if got, want := r.Cost.Elapsed, calls*test.elapsed; got != want {
			t.Errorf("%s %s: got %s, want %s", test.stage, test.side, got, want)
		}
		if got, want := r.Cost.RoundTrips, calls*test.trips; got != want {
			t.Errorf("%s %s: got %d round trips, want %d", test.stage, test.side, got, want)
		}
	}
}

// A search asks less of a run than Run does, and must be told the same.
func TestSubject(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	naives(t, func(t *testing.T, spec lab.Spec, b *stage.Break) {
		r := lab.Subject(spec)()
		defer r.Close()
		for _, p := range stage.Plans {
			spec.Plan = plan(t, p.Plan)
			o := r.Run(spec.Plan)
			if got, want := o.Broken(), l.Run(spec).Verdict != stage.OK; got != want {
				t.Errorf("under %s: got %v, want %v", spec.Plan, got, want)
			}
		}
	})
}

func BenchmarkRun(b *testing.B) {
	for _, side := range stage.Sides {
		b.Run(string(side), func(b *testing.B) {
			r := lab.Subject(lab.Spec{Stage: stage.Find("stage4"), Side: side, Commands: []string{"echo ab", "echo abc"}})()
			defer r.Close()
			b.ReportAllocs()
			for b.Loop() {
				if o := r.Run(netsim.Plan{}); o.Broken() {
					b.Fatal(o.Verdict)
				}
			}
		})
	}
}

// BenchmarkCutMaps is what stickydemo run all spends its time on.
func BenchmarkCutMaps(b *testing.B) {
	for b.Loop() {
		for i := range stage.All {
			for _, side := range stage.Sides {
				var l lab.Lab
				s := &stage.All[i]
				r := l.Run(lab.Spec{Stage: s, Side: side, Commands: s.Commands})
				l.Map(r)
				l.Close()
			}
		}
	}
}
