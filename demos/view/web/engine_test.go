package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// asked returns the answer to a request that is followed.
func asked[T any](t *testing.T, operation, request string) T {
	t.Helper()
	r := Do(context.Background(), operation, []byte(request))
	var answer T
	if r.Status != OK {
		t.Fatalf("%s %s: got %d, %s", operation, request, r.Status, r.Body)
	}
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		t.Fatalf("%s %s: %v", operation, request, err)
	}
	return answer
}

func TestCatalogueHasEverything(t *testing.T) {
	for _, in := range words.Langs {
		c := asked[listing](t, "catalogue", fmt.Sprintf(`{"lang":%q}`, in))
		if len(c.Stages) != len(stage.All) || len(c.Plans) != len(stage.Plans) || len(c.Beliefs) != len(belief.All) || len(c.Lessons) < 10 || len(c.Commands) < 10 || c.Version == "" {
			t.Errorf("%s: got %d stages, %d plans, %d beliefs, %d lessons, %d commands", in, len(c.Stages), len(c.Plans), len(c.Beliefs), len(c.Lessons), len(c.Commands))
		}
		for i, s := range c.Stages {
			if want := &stage.All[i]; s.ID != want.ID || len(s.Variants) != 1+len(want.Variants) || s.Variants[0].Why != in.Say(want.Reason) || s.Datagrams != want.OnDatagrams() {
				t.Errorf("%s: got %+v", in, s)
			}
		}
		for _, label := range Labels {
			if c.Words[label] != in.Say(label) {
				t.Errorf("%s: the label %q is %q", in, label, c.Words[label])
			}
		}
	}
}

// What run answers is what the lab finds, for every program under its own plan.
func TestRunIsTheLabs(t *testing.T) {
	for i := range stage.All {
		s := &stage.All[i]
		for _, variant := range append([]string{""}, variants(s)...) {
			got := asked[ran](t, "run", fmt.Sprintf(`{"stage":%q,"variant":%q}`, s.ID, variant))
			b := s.BreakOf(variant)
			if got.Plan != netsim.MustParsePlan(b.Plan).String() || len(got.Sides) != 2 || got.At != len(got.Moments) || len(got.Narration) < 3 {
				t.Errorf("%s %s: got %s, %d sides, at %d of %d", s.ID, variant, got.Plan, len(got.Sides), got.At, len(got.Moments))
				continue
			}
			for k, side := range stage.Sides {
				want := lab.Run(lab.Spec{Stage: s, Side: side, Variant: variant, Plan: netsim.MustParsePlan(b.Plan), Commands: b.Commands, Clients: b.Clients})
				g := got.Sides[k]
				if g.Verdict != want.Verdict || g.Cost.Wire != want.Cost.Wire || g.Cost.ElapsedNS != int64(want.Cost.Elapsed) || len(g.Calls) == 0 && len(want.Calls) > 0 {
					t.Errorf("%s %s %s: got %s and %+v, want %s and %+v", s.ID, variant, side, g.Verdict, g.Cost, want.Verdict, want.Cost)
				}
				if !strings.HasPrefix(g.SVG, "<svg ") || strings.Contains(g.SVG, "<style") || strings.Contains(g.SVG, "style=") || g.Text == "" {
					t.Errorf("%s %s %s: its picture is %.100q, in words %q", s.ID, variant, side, g.SVG, g.Text)
				}
			}
			if got.Sides[0].Verdict != b.Verdict {
				t.Errorf("%s %s: got %s, want %s", s.ID, variant, got.Sides[0].Verdict, b.Verdict)
			}
		}
	}
}

func variants(s *stage.Stage) []string {
	var names []string
	for _, v := range s.Variants {
		names = append(names, v.Name)
	}
	return names
}

// The page takes a plan apart and puts it together with other cuts.
func TestRestAndCutsAreThePlan(t *testing.T) {
	for _, text := range []string{"glue", "down:cut=2", "up:cut=1,5;down:cut=3", "cut=4;stall=1ms@2", "drip", "wan;down:cut=2", "down:stall=600ms@0", "2#up:cut=3;cut=7"} {
		got := asked[ran](t, "run", fmt.Sprintf(`{"stage":"stage4","plan":%q}`, text))
		again := got.Rest
		for dir, cuts := range map[string][]int{"up": got.Cuts.Up, "down": got.Cuts.Down} {
			if len(cuts) > 0 {
				again += ";" + dir + ":cut=" + strings.Trim(strings.ReplaceAll(fmt.Sprint(cuts), " ", ","), "[]")
			}
		}
		plan, err := netsim.ParsePlan(again)
		if want := netsim.MustParsePlan(text).String(); err != nil || plan.String() != want || got.Plan != want {
			t.Errorf("%s: got %s, and %s of its parts, %v", text, got.Plan, plan, err)
		}
	}
}

// Moments run in order from nothing to everything, and none shows what comes later.
func TestMoments(t *testing.T) {
	const request = `{"stage":"stage4","plan":"link:rtt=40ms;down:cut=2","at":%d}`
	last := asked[ran](t, "run", fmt.Sprintf(request, -1))
	n := len(last.Moments)
	for i := 1; i < n; i++ {
		if last.Moments[i].TimeNS < last.Moments[i-1].TimeNS {
			t.Errorf("moment %d is before the one before it", i)
		}
	}
	none := asked[ran](t, "run", fmt.Sprintf(request, 0))
	if strings.Contains(none.Sides[0].SVG, "echo") || none.Sides[0].Calls[0].Known {
		t.Error("the picture of moment 0 shows what is to come")
	}
	all := asked[ran](t, "run", fmt.Sprintf(request, n))
	if all.Sides[0].SVG != last.Sides[0].SVG || all.Sides[1].Text != last.Sides[1].Text || !last.Sides[1].Calls[1].Known {
		t.Error("the last moment is not the end")
	}
	r := Do(context.Background(), "run", fmt.Appendf(nil, request, n+1))
	if r.Status != badRequest {
		t.Errorf("moment %d: got %d, %s", n+1, r.Status, r.Body)
	}
	long := asked[ran](t, "run", `{"stage":"stage4","plan":"drip","commands":["bytes 8893"]}`)
	if len(long.Moments) > maxMoments || len(long.Moments) < maxMoments/2 {
		t.Errorf("a long run has %d moments", len(long.Moments))
	}
}

func TestFatalIsTheLabs(t *testing.T) {
	b := stage.Find("stage4").Break
	want := lab.Run(lab.Spec{Stage: stage.Find("stage4"), Side: stage.Naive, Commands: b.Commands})
	new(lab.Lab).Map(want)
	got := asked[fatalities](t, "fatal", `{"stage":"stage4","side":"naive"}`)
	for i, d := range got.Directions {
		if !slices.Equal(d.Fatal, want.Maps[i].Fatal) || d.Bytes != want.Maps[i].Bytes || d.Places != d.Bytes-1 || d.Ways == "" {
			t.Errorf("got %+v, want %+v", d, want.Maps[i])
		}
	}
	if got.Smallest == nil || got.Smallest.Plan != "up:cut=1" || got.Smallest.Verdict != stage.Glued {
		t.Errorf("got %+v", got.Smallest)
	}
	if fixed := asked[fatalities](t, "fatal", `{"stage":"stage4","side":"fixed"}`); fixed.Smallest != nil || len(fixed.Directions) != 2 || len(fixed.Directions[0].Fatal) != 0 {
		t.Errorf("fixed: got %+v", fixed)
	}
	if long := asked[fatalities](t, "fatal", `{"stage":"stage4","side":"fixed","commands":["bytes 8893"]}`); len(long.Directions) != 1 || !strings.Contains(long.Note, "limit") {
		t.Errorf("a long stream: got %+v", long)
	}
	for _, s := range stage.All {
		if got := asked[fatalities](t, "fatal", fmt.Sprintf(`{"stage":%q,"side":"naive"}`, s.ID)); got.Smallest == nil {
			t.Errorf("%s: nothing breaks its naive program: %+v", s.ID, got)
		} else if v := asked[ran](t, "run", fmt.Sprintf(`{"stage":%q,"plan":%q}`, s.ID, got.Smallest.Plan)).Sides[0].Verdict; v != got.Smallest.Verdict {
			t.Errorf("%s: %s gives %s, want %s", s.ID, got.Smallest.Plan, v, got.Smallest.Verdict)
		}
	}
}

func TestDifferenceMarksBothSides(t *testing.T) {
	for _, s := range stage.All {
		d := asked[difference](t, "difference", fmt.Sprintf(`{"stage":%q}`, s.ID))
		if !slices.ContainsFunc(d.Rows, func(r row) bool { return r.Bug }) || !slices.ContainsFunc(d.Rows, func(r row) bool { return r.Fix }) {
			t.Errorf("%s: no line is marked", s.ID)
		}
	}
}

func TestBeliefs(t *testing.T) {
	for _, b := range belief.All {
		got := asked[believed](t, "belief", fmt.Sprintf(`{"name":%q,"lang":"zh","width":640}`, b.Name))
		if got.Skipped != b.Kernel || got.Refuted == b.Kernel || got.Sentence == "" || (got.SVG == "") != b.Kernel {
			t.Errorf("%s: got %+v", b.Name, got)
		}
	}
}

func TestCost(t *testing.T) {
	if testing.Short() {
		t.Skip("slow under -race, which has nothing to find here: runs without -short")
	}
	got := asked[costs](t, "cost", `{}`)
	if len(got.Rows) < 2*len(stage.All) || !strings.HasPrefix(got.SVG, "<svg ") || strings.Count(got.Text, "\n") != len(got.Rows) {
		t.Errorf("got %d rows:\n%s", len(got.Rows), got.Text)
	}
}

func TestDownloads(t *testing.T) {
	for operation, begins := range map[string]string{"svg": "<svg ", "pcap": "\n\r\r\n"} {
		r := Do(context.Background(), operation, []byte(`{"stage":"stage4","side":"naive","theme":"dark"}`))
		if r.Status != OK || !strings.HasPrefix(string(r.Body), begins) || !strings.HasPrefix(r.Name, "stage4.") {
			t.Errorf("%s: got %d, %s, %.60q", operation, r.Status, r.Name, r.Body)
		}
	}
}

// hostile are requests that are refused, or answered in bounds.
var hostile = []struct {
	operation, request string
	status             int
}{
	{"run", ``, badRequest},
	{"run", `{`, badRequest},
	{"run", `[]`, badRequest},
	{"run", `{"stage":"stage4"} {}`, badRequest},
	{"run", `{"stage":"stage4","shell":true}`, badRequest},
	{"run", `{"stage":"../stage4"}`, badRequest},
	{"run", `{"stage":"stage4","variant":"x"}`, badRequest},
	{"run", `{"stage":"stage4","side":"left"}`, badRequest},
	{"run", `{"stage":"stage4","lang":"fr"}`, badRequest},
	{"run", `{"stage":"stage4","plan":"up:cut=0"}`, badRequest},
	{"run", `{"stage":"stage4","plan":"up:cut=99999999999999999999"}`, badRequest},
	{"run", `{"stage":"stage4","plan":"@/etc/passwd"}`, badRequest},
	{"run", `{"stage":"stage4","plan":"` + strings.Repeat("up:cut=1;", 4000) + `"}`, badRequest},
	{"run", `{"stage":"stage4","commands":["bytes 1000000"]}`, badRequest},
	{"run", `{"stage":"stage4","commands":["seq 1 999999"]}`, badRequest},
	{"run", `{"stage":"stage4","commands":[` + strings.Repeat(`"true",`, 64) + `"true"]}`, badRequest},
	{"run", `{"stage":"stage4","at":-2}`, badRequest},
	{"run", `{"stage":"stage4","at":1e3}`, badRequest},
	{"run", `{"stage":"stage4","width":-5}`, OK},
	{"run", `{"stage":"stage4","width":1000000000}`, OK},
	{"run", `{"stage":"stage4","commands":["$(touch x)","; rm -rf /","\u0000\u001b[2J"]}`, OK},
	{"run", `{"stage":"stage6","commands":["top"],"plan":"drip"}`, OK},
	{"run", `{"stage":"stage4","commands":["bytes 32000"],"plan":"drip"}`, OK},
	{"run", `{"stage":"stage5","commands":["bytes 32000"],"plan":"window=1;link:mss=1,window=1,rtt=1ms"}`, OK},
	{"run", `{"stage":"stage9","commands":["bytes 30000"],"plan":"drop=1,2,3,4"}`, OK},
	{"fatal", `{"stage":"stage4"}`, badRequest},
	{"fatal", `{"stage":"stage4","side":"naive","commands":["bytes 32000"]}`, OK},
	{"belief", `{"name":"x"}`, badRequest},
	{"difference", `{"stage":""}`, badRequest},
	{"svg", `{"stage":"stage4","theme":"\"><script>"}`, badRequest},
	{"pcap", `{"stage":"stage0","commands":["hello","hello"],"plan":"reset=0"}`, OK},
	{"", `{}`, notFound},
	{"catalogue/../run", `{}`, notFound},
}

func TestHostileRequests(t *testing.T) {
	for _, c := range hostile {
		r := Do(context.Background(), c.operation, []byte(c.request))
		if r.Status != c.status {
			t.Errorf("%s %.80s: got %d, want %d: %.200s", c.operation, c.request, r.Status, c.status, r.Body)
		}
		if r.Status != OK {
			checkRefusal(t, r)
		}
		if len(r.Body) > 4<<20 {
			t.Errorf("%s %.80s: an answer of %d bytes", c.operation, c.request, len(r.Body))
		}
	}
}

// checkRefusal holds a refusal to one printable line.
func checkRefusal(t *testing.T, r Response) {
	t.Helper()
	var said struct{ Error string }
	if err := json.Unmarshal(r.Body, &said); err != nil || said.Error == "" || len(said.Error) > 1000 || strings.ContainsAny(said.Error, "\n\r\x1b\x00") {
		t.Errorf("got %d, %.300q, %v", r.Status, r.Body, err)
	}
}

func TestNobodyWaitsForWhatIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for operation := range operations {
		request := `{"stage":"stage4","side":"naive","name":"sleep"}`
		if r := Do(ctx, operation, []byte(request)); r.Status != Unavailable {
			t.Errorf("%s: got %d, want %d", operation, r.Status, Unavailable)
		}
	}
}

// Whatever is sent as a request, it is answered, and in bounds.
func FuzzRequest(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.operation, c.request)
	}
	f.Fuzz(func(t *testing.T, operation, request string) {
		if operation == "cost" || operation == "fatal" { // slow, and decoded alike
			operation = "difference"
		}
		r := Do(context.Background(), operation, []byte(request))
		switch {
		case r.Status == failed:
			t.Errorf("got %d, %s", r.Status, r.Body)
		case r.Status != OK:
			checkRefusal(t, r)
		case operation == "run" && !utf8.Valid(r.Body):
			t.Error("the answer is not UTF-8")
		}
	})
}

func BenchmarkRun(b *testing.B) {
	for name, request := range map[string]string{
		"short":       `{"stage":"stage4","plan":"down:cut=2"}`,
		"8893":        `{"stage":"stage4","plan":"down:cut=2,4000","commands":["bytes 8893"]}`,
		"8893-glue":   `{"stage":"stage4","plan":"glue","commands":["bytes 8893"]}`,
		"8893-drip":   `{"stage":"stage4","plan":"drip","commands":["bytes 8893"]}`,
		"8893-narrow": `{"stage":"stage4","plan":"down:cut=2,4000","commands":["bytes 8893"],"width":640}`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if r := Do(context.Background(), "run", []byte(request)); r.Status != OK {
					b.Fatal(string(r.Body))
				}
			}
		})
	}
}
