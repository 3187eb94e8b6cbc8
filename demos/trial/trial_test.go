package trial_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"stickydemo/demos/trial"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

func parse(t *testing.T, text string) trial.Command {
	t.Helper()
	c, err := trial.ParseCommand(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func programs(t *testing.T, server, client string) trial.Config {
	t.Helper()
	return trial.Config{
		Server: parse(t, command(t, server, "{port}")), Client: parse(t, command(t, client, "{port}")),
		Runs: budget(), Frame: trial.None,
	}
}

// budget is the runs of a trial: few where each takes its time.
func budget() int {
	if raceEnabled {
		return 6
	}
	return 24
}

func try(t *testing.T, c trial.Config) *trial.Report {
	t.Helper()
	r, err := trial.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// cutsAreVerified says whether this system can tell that a cut was seen: else no
// program survives, and all that can be said of a cut is that it was tried.
const cutsAreVerified = runtime.GOOS == "linux"

func needsVerifiedCuts(t *testing.T) {
	t.Helper()
	if !cutsAreVerified {
		t.Skip("needs Linux, where a cut can be verified")
	}
}

func TestBroke(t *testing.T) {
	t.Parallel()
	needsVerifiedCuts(t)
	tests := []struct {
		name           string
		server, client string
		frame          trial.Frame
		plans          []string
		kind           trial.Kind
		mistake        trial.Mistake
		place          trial.Place
		says           string
	}{
		{
			"a request that nothing frames, and a length that is read once", "naive-server", "naive-client", trial.Len4LE,
			[]string{"up:cut=1", "down:cut=1"}, trial.Output, trial.RequestUnframed, trial.Place{Into: 1}, "output",
		},
		{
			"a server that dies of half a request", "crash-server", "say-client", trial.None,
			[]string{"up:cut=1"}, trial.Crash, trial.RequestUnframed, trial.Place{Into: 1, Of: 5}, "exit status 3 (half a request)",
		},
		{
			"a server that dies behind a right answer", "latecrash-server", "say-client", trial.None,
			[]string{"up:cut=1"}, trial.Crash, trial.RequestUnframed, trial.Place{Into: 1, Of: 5}, "exit status 4",
		},
		{
			"text that is decoded a chunk at a time", "text-server", "text-client", trial.None,
			[]string{"down:cut=7"}, trial.Output, trial.TextByChunk, trial.Place{Into: 7, Of: 13}, "output",
		},
		{
			"lines that are counted by reads", "lines-server", "lines-client", trial.Lines,
			[]string{"up:cut=1"}, trial.Output, trial.ReadOnce, trial.Place{Message: 1, Into: 1, Of: 4}, "output",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := programs(t, test.server, test.client)
			c.Frame = test.frame
			r := try(t, c)
			if r.Verdict != trial.Broke {
				t.Fatalf("got %s (%s), want broke", r.Verdict, r.Why)
			}
			var plans []string
			for _, f := range r.Findings {
				plans = append(plans, f.Plan.String())
			}
			if strings.Join(plans, " ") != strings.Join(test.plans, " ") {
				t.Errorf("got plans %q, want %q", plans, test.plans)
			}
			f := r.Findings[0]
			place := f.Place
			if test.place.Of == 0 {
				place.Of = 0
			}
			if f.Failure.Kind != test.kind || f.Mistake != test.mistake || place != test.place || !strings.Contains(f.Failure.Text.String(), test.says) {
				t.Errorf("got %+v, %q, %+v, want %s with %q, %q, %+v", f.Failure, f.Mistake, f.Place, test.kind, test.says, test.mistake, test.place)
			}
			if f.Confirmed != f.Of || f.Of == 0 || f.Outcome.Relay.Verified == 0 && test.kind != trial.Crash { // who died cannot be asked
				t.Errorf("confirmed %d of %d, %d cuts verified, want all", f.Confirmed, f.Of, f.Outcome.Relay.Verified)
			}
		})
	}
}

// Glue finds what no cut does: the lines of a person who types come together.
func TestGlue(t *testing.T) {
	t.Parallel()
	c := programs(t, "lines-server", "lines-client")
	c.Plans = []netsim.Plan{netsim.MustParsePlan("up:stall=300ms@0")}
	c.Timeout = 2 * time.Second
	if raceEnabled {
		c.Timeout = 5 * time.Second // with it, a program starts late
	}
	r := try(t, c)
	if r.Verdict != trial.Broke || r.Findings[0].Failure.Kind != trial.Hang || r.Findings[0].Mistake != trial.MessageARead {
		t.Errorf("got %s, %+v", r.Verdict, r.Findings)
	}
}

func TestSurvived(t *testing.T) {
	needsVerifiedCuts(t)
	for _, test := range []struct{ name, server, client, note string }{
		{"the repair", "fixed-server", "fixed-client", ""},
		{"a server that ends with its client", "oneshot-server", "fixed-client", ""},
		{"a client that prints its number", "fixed-server", "pid-client", "only its exit status is compared"},
		{"a client with a limit on slow peers", "twenty-server", "impatient-client", "own limit on slow peers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := try(t, programs(t, test.server, test.client))
			if r.Verdict != trial.Survived || r.Cuts.Verified == 0 {
				t.Errorf("got %s (%s), %d cuts verified, findings %v, want survived", r.Verdict, r.Why, r.Cuts.Verified, r.Findings)
			}
			if raceEnabled {
				return // its budget is too small for stalls
			}
			if notes := strings.Join(words.Strings(r.Notes), "\n"); !strings.Contains(notes, test.note) || test.note == "" && notes != "" {
				t.Errorf("notes are %q, want %q", notes, test.note)
			}
			runs := 0
			for _, g := range r.Tried {
				runs += g.Runs
			}
			if runs < budget()-4 {
				t.Errorf("%d runs, want the budget, %d", runs, budget())
			}
		})
	}
}

func TestInconclusive(t *testing.T) {
	t.Parallel()
	c := programs(t, "fixed-server", "flaky-client")
	c.Client = parse(t, command(t, "flaky-client", "{port}", "'"+t.TempDir()+"'"))
	c.Jobs = 1
	if r := try(t, c); r.Verdict != trial.Inconclusive || !strings.Contains(r.Why.String(), "flaky") {
		t.Errorf("a client that failed once: got %s (%s), want inconclusive", r.Verdict, r.Why)
	}
	c = programs(t, "fixed-server", "fixed-client")
	c.Plans = []netsim.Plan{netsim.MustParsePlan("up:cut=1000")}
	if r := try(t, c); r.Verdict != trial.Inconclusive || !strings.Contains(r.Why.String(), "no cut was made") {
		t.Errorf("a cut past the end: got %s (%s), want inconclusive", r.Verdict, r.Why)
	}
}

func TestWant(t *testing.T) {
	t.Parallel()
	c := programs(t, "text-server", "text-client")
	c.Want = []byte("something else\n")
	r := try(t, c)
	if r.Verdict != trial.BrokenWithoutPlan || len(r.Findings) != 1 || r.Findings[0].Confirmed != 2 {
		t.Errorf("got %s, %+v, want broken without a plan, twice", r.Verdict, r.Findings)
	}
	c.Want = []byte("hello 你好\n")
	c.Plans = []netsim.Plan{netsim.MustParsePlan("down:cut=7")}
	if r := try(t, c); r.Verdict != trial.Broke {
		t.Errorf("with the right output: got %s, want broke by the cut", r.Verdict)
	}
}

func TestStdin(t *testing.T) {
	t.Parallel()
	c := programs(t, "fixed-server", "stdin-client")
	c.Stdin, c.Want, c.Runs = []byte("echo from stdin\n"), []byte("from stdin\nfrom stdin\n"), 4
	if r := try(t, c); r.Verdict == trial.BrokenWithoutPlan {
		t.Errorf("got %s: %+v", r.Verdict, r.Findings[0].Failure)
	}
}

func TestNoTrial(t *testing.T) {
	used := func(c *trial.Config) { c.Runs = 1 }
	for _, test := range []struct {
		name           string
		server, client string
		change         func(*trial.Config)
		want           string
	}{
		{"a server that does not exist", "", "fixed-client", func(c *trial.Config) { c.Server = parse(t, "no-such-program {port}") }, `cannot start "no-such-program"`},
		{"a client that does not exist", "fixed-server", "", func(c *trial.Config) { c.Client = parse(t, "no-such-program {port}") }, `cannot start "no-such-program"`},
		{"a server that ends at once", "no-such", "fixed-client", used, "ended before it listened"},
		{"a client that fails", "silent-server", "no-such", used, "without a plan: the client ended with exit status 2 (there is no program no-such)"},
		{"a client that never ends", "silent-server", "hang-client", func(c *trial.Config) { c.Timeout = 200 * time.Millisecond }, "does not end"},
		{"a client that never ends, and not for want of words", "silent-server", "endless-client", func(c *trial.Config) { c.Timeout = 50 * time.Millisecond }, "does not end"},
		{"nobody at the address", "", "fixed-client", func(c *trial.Config) { c.Server, c.To = trial.Command{}, "127.0.0.1:1" }, "nobody listens on 127.0.0.1:1"},
		{"no server", "", "fixed-client", func(c *trial.Config) { c.Server = trial.Command{} }, "no server"},
		{"no client", "fixed-server", "", func(c *trial.Config) { c.Client = trial.Command{} }, "no client"},
		{"a server without a port", "", "fixed-client", func(c *trial.Config) { c.Server = parse(t, "server") }, "names no {port}"},
		{"a plan for writes", "fixed-server", "fixed-client", func(c *trial.Config) { c.Plans = []netsim.Plan{netsim.MustParsePlan("as-written")} }, "cannot see writes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := programs(t, test.server, test.client)
			test.change(&c)
			_, err := trial.Run(t.Context(), c)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.want)
			}
		})
	}
}

// A client that is not ours connects again and again; each connection is a run.
func TestVisitors(t *testing.T) {
	t.Parallel()
	needsVerifiedCuts(t)
	for _, test := range []struct {
		client string
		want   trial.Verdict
	}{{"fixed", trial.Survived}, {"naive", trial.Broke}} {
		t.Run(test.client, func(t *testing.T) {
			port := freePort(t)
			c := programs(t, test.client+"-server", "")
			c.Client, c.Listen, c.Runs = trial.Command{}, "127.0.0.1:"+port, 6
			done := make(chan struct{})
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				for {
					select {
					case <-done:
						return
					default:
						_ = runQuietly(command(t, test.client+"-client", port))
					}
				}
			}()
			r := try(t, c)
			close(done)
			<-gone
			if r.Verdict != test.want {
				t.Errorf("got %s (%s), want %s", r.Verdict, r.Why, test.want)
			}
		})
	}
}

// What a program started is gone when the trial is over.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("needs /proc to see which processes there are")
	}
	c := programs(t, "parent-server", "read-client")
	c.Runs = 2
	r := try(t, c)
	log := r.Baseline
	if log.OutputBytes == 0 {
		t.Fatal("the server did not tell its child's number")
	}
	for _, pid := range children(t, "sleep", "1000") {
		t.Errorf("process %d, a child of the server, is left", pid)
	}
}

// children returns the processes with these words.
func children(t *testing.T, words ...string) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, name := range files {
		line, _ := os.ReadFile(name)
		if string(line) == strings.Join(words, "\x00")+"\x00" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestSaved(t *testing.T) {
	c := programs(t, "naive-server", "naive-client")
	c.Stdin, c.Frame, c.Seed = []byte("\x00in"), trial.Len4LE, 7
	r := &trial.Report{Config: c}
	f := &trial.Finding{Plan: netsim.MustParsePlan("down:cut=2"), Dir: trace.Down, At: 2}
	var out bytes.Buffer
	if err := r.Save(&out, f); err != nil {
		t.Fatal(err)
	}
	got, err := trial.ParseSaved(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got.Server.String() != c.Server.String() || got.Client.String() != c.Client.String() || string(got.Stdin) != string(c.Stdin) ||
		got.Frame != c.Frame || got.Seed != 7 || len(got.Plans) != 1 || got.Plans[0].String() != "down:cut=2" {
		t.Errorf("got %+v", got)
	}
	for text, want := range map[string]error{"": trial.ErrNotSaved, "[]": trial.ErrNotSaved, `{"stage":"stage4"}`: trial.ErrNotSaved, `{"trial":{}}`: nil} {
		if _, err := trial.ParseSaved([]byte(text)); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("ParseSaved(%q): got %v, want an error %v", text, err, want)
		}
	}
}

func FuzzParseSaved(f *testing.F) {
	f.Add([]byte(`{"trial":{"server":"s {port}","client":"c {port}","seed":1},"plan":"down:cut=2"}`))
	f.Add([]byte(`{"trial":{"to":"a:1","listen":":1","frame":"lines","want":""},"plan":"glue"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := trial.ParseSaved(data)
		if err == nil && c.Check() != nil {
			t.Errorf("it parsed, and then: %v", c.Check())
		}
	})
}

func TestReports(t *testing.T) {
	r := &trial.Report{
		Config: programs(t, "a-server", "a-client"), Verdict: trial.Broke,
		Tried:    []trial.Tried{{Group: trial.Drip, Runs: 2, Of: 2, Failed: 1}, {Group: trial.Smaller, Runs: 3}},
		Findings: []*trial.Finding{{Plan: netsim.MustParsePlan("up:cut=1"), Failure: trial.Failure{Kind: trial.Hang, Text: words.Sentencef("a <b> & c")}, Dir: trace.Up, At: 1}},
	}
	var out bytes.Buffer
	if err := r.WriteJUnit(&out, "the report \x1b[0m"); err != nil {
		t.Fatal(err)
	}
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(out.Bytes(), &suite); err != nil {
		t.Fatalf("%v:\n%s", err, out.Bytes())
	}
	if suite.Tests != 3 || len(suite.Cases) != 3 || suite.Failures != 1 || suite.Cases[2].Failure.Message != "a <b> & c" {
		t.Errorf("got %+v", suite)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"verdict":"broke"`, `"plan":"up:cut=1"`, `"kind":"hang"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("JSON has no %s: %s", want, data)
		}
	}
}
