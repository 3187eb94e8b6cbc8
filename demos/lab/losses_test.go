package lab_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// lossy is a plan of so many drops and swaps among the first datagrams.
func lossy(r *rand.Rand, losses int) netsim.Plan {
	var p netsim.Plan
	for range losses {
		s, n := &p.Up, 1+r.IntN(12)
		if r.IntN(2) == 1 {
			s = &p.Down
		}
		if r.IntN(3) > 0 {
			s.Drops = insert(s.Drops, n, 1)
		} else {
			s.Swaps = insert(s.Swaps, n, 2)
		}
	}
	return p
}

// insert puts n into an ascending list, unless one of it is nearer than apart.
func insert(list []int, n, apart int) []int {
	at := len(list)
	for i, m := range list {
		if max(n-m, m-n) < apart {
			return list
		}
		if m > n && at == len(list) {
			at = i
		}
	}
	return append(list[:at:at], append([]int{n}, list[at:]...)...)
}

// Fewer losses than tries make no difference; more end in an error or make none;
// an answer is never wrong, nor short, and nothing runs twice.
func TestLosses(t *testing.T) {
	s := stage.Find("stage9")
	var l lab.Lab
	defer l.Close()
	verdicts := map[stage.Verdict]int{}
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 9))
		losses := 1 + int(seed%10)
		spec := lab.Spec{Stage: s, Side: stage.Fixed, Plan: lossy(r, losses), Commands: []string{"echo ab", "seq 1 1000", "true", "echo abc"}}
		if _, err := netsim.ParsePlan(spec.Plan.String()); err != nil {
			t.Fatal(err)
		}
		got := l.Run(spec)
		verdicts[got.Verdict]++
		want, listed := spec.Expected()
		if listed && got.Verdict != want || got.Verdict != stage.OK && (got.Verdict != stage.Error || losses < s.Tries) {
			t.Errorf("under %s: got %s, listed %s %v", spec.Plan, got.Verdict, want, listed)
		}
		if len(got.Server.Heard) > len(spec.Commands) || got.Server.Verdict != stage.OK {
			t.Errorf("under %s: the server ran %d commands, %v", spec.Plan, len(got.Server.Heard), got.Server.Err)
		}
		for i, h := range got.Server.Heard {
			if h.Command != spec.Commands[i] {
				t.Errorf("under %s: the server ran %q", spec.Plan, h.Command)
			}
		}
		for _, c := range got.Calls {
			if c.Verdict.Silent() {
				t.Errorf("under %s: %q was answered %.40q, a %s answer", spec.Plan, c.Command, c.Got, c.Verdict)
			}
		}
	}
	if verdicts[stage.OK] < 1000 || verdicts[stage.Error] < 10 {
		t.Errorf("got %v, want both, or nothing was tried", verdicts)
	}
}

func TestLossBeyondTheTries(t *testing.T) {
	for text, want := range map[string]stage.Verdict{
		"up:drop=1,2,3":                      stage.OK,
		"down:drop=1,2,3":                    stage.OK,
		"up:drop=1,2;down:swap=1":            stage.OK,
		"up:drop=1,2,3,4":                    stage.Error,
		"down:drop=1,2,3,4":                  stage.Error,
		"link:rtt=3s":                        stage.OK,
		"link:rtt=2s;up:drop=1":              stage.OK,
		"drop=2;down:cut=3":                  stage.OK,
		"up:truncate=3;down:reset=1;drop=20": stage.OK, // no streams
	} {
		spec := lab.Spec{Stage: stage.Find("stage9"), Side: stage.Fixed, Plan: plan(t, text), Commands: []string{"echo ab", "echo abc"}}
		got := lab.Run(spec)
		if listed, ok := spec.Expected(); got.Verdict != want || listed != want || !ok {
			t.Errorf("under %s: got %s, listed %s, want %s", text, got.Verdict, listed, want)
		}
	}
	spec := lab.Spec{Stage: stage.Find("stage9"), Side: stage.Fixed, Plan: plan(t, "link:rtt=5s"), Commands: []string{"echo ab"}}
	if _, listed := spec.Expected(); listed {
		t.Error("a path longer than all tries: want no verdict listed")
	}
	if got := lab.Run(spec); got.Verdict != stage.Error {
		t.Errorf("a path longer than all tries: got %s, want error", got.Verdict)
	}
}

// Which datagrams are fatal, by dropping each by hand.
func TestSearchDatagrams(t *testing.T) {
	s := stage.Find("stage9")
	for _, test := range []struct {
		side     stage.Side
		variant  string
		commands string
		smallest string
		want     []string // of each direction: datagrams, fatal drops, swaps, pairs
	}{
		{stage.Naive, "", "echo ab;echo abc", "up:drop=1 hang", []string{"2 [{1 hang} {2 hang}] [] 1/1", "2 [{1 hang} {2 hang}] [] 1/1"}},
		{stage.Naive, "", "tasklist", "glue torn", nil},
		{stage.Naive, "retry", "echo ab;echo abc", "up:swap=1 leftover", []string{"2 [] [{1 leftover}] 0/1", "2 [] [{1 leftover}] 0/1"}},
		{stage.Fixed, "", "echo ab;tasklist", "none", []string{"4 [] [] 0/6", "4 [] [] 0/6"}},
	} {
		found, err := lab.SearchDatagrams(t.Context(), lab.Spec{Stage: s, Side: test.side, Variant: test.variant, Commands: strings.Split(test.commands, ";")})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range found.Directions {
			got = append(got, fmt.Sprintf("%d %v %v %d/%d", d.Datagrams, d.Drops, d.Swaps, d.FatalPairs, d.Pairs))
		}
		smallest := "none"
		if f := found.Smallest; f != nil {
			smallest = f.Plan.String() + " " + f.Verdict
		}
		if !reflect.DeepEqual(got, test.want) || smallest != test.smallest {
			t.Errorf("%s %s, %s: got %q, %s, want %q, %s", test.side, test.variant, test.commands, got, smallest, test.want, test.smallest)
		}
	}
}

// The pieces of an answer are found where they stood, and copies are no payload.
func TestDatagramsAreFound(t *testing.T) {
	r := lab.Run(lab.Spec{Stage: stage.Find("stage9"), Side: stage.Fixed, Plan: plan(t, "down:drop=2;up:swap=1"), Commands: []string{"tasklist", "echo ab"}})
	if r.Verdict != stage.OK {
		t.Fatalf("got %s", r.Verdict)
	}
	if got, want := r.Cost.Payload, len("tasklist")+2927+len("echo ab")+3; got != want {
		t.Errorf("payload: got %d bytes, want %d", got, want)
	}
	down := r.Log.Stream(1, trace.Down)
	for _, c := range r.Calls {
		var got []byte
		for _, p := range append([]lab.Piece{c.Source}, c.More...) {
			got = append(got, down[p.From:p.To]...)
		}
		if string(got) != string(c.Want) {
			t.Errorf("%q: its pieces make %d bytes, want %d", c.Command, len(got), len(c.Want))
		}
	}
	up := r.Log.Stream(1, trace.Up)
	for _, h := range r.Server.Heard {
		if got := string(up[h.Source.From:h.Source.To]); got != h.Command {
			t.Errorf("the server ran %q, found as %q", h.Command, got)
		}
	}
}

// FuzzLosses: whatever is lost and swapped, the fixed program's answers are exact
// or errors, and each command runs once.
func FuzzLosses(f *testing.F) {
	for _, losses := range []string{"", "\x00\x00\x00\x00", "\x40\xc0\x00\x80", "\x80\x80\x80", "\x01\x41\x81\xc1"} {
		f.Add([]byte(losses))
	}
	s := stage.Find("stage9")
	f.Fuzz(func(t *testing.T, losses []byte) {
		spec := lab.Spec{Stage: s, Side: stage.Fixed, Plan: netsim.LossesFromBytes(losses), Commands: []string{"echo ab", "seq 1 500", "true"}}
		r := lab.Run(spec)
		if want, listed := spec.Expected(); listed && r.Verdict != want || r.Verdict != stage.OK && r.Verdict != stage.Error {
			t.Errorf("under %s: got %s, listed %s %v", spec.Plan, r.Verdict, want, listed)
		}
		for _, c := range r.Calls {
			if c.Verdict.Silent() {
				t.Errorf("under %s: %q was answered %.40q", spec.Plan, c.Command, c.Got)
			}
		}
		for i, h := range r.Server.Heard {
			if i >= len(spec.Commands) || h.Command != spec.Commands[i] {
				t.Errorf("under %s: the server ran %q", spec.Plan, h.Command)
			}
		}
	})
}
