package trial_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stickydemo/demos/trial"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// A handedIn is a submission: a folder with a script, run, that starts one of the
// programs of testdata as a server or as a client.
type handedIn struct {
	name   string
	script string // "" for none
	want   trial.Verdict
	why    string // in its line
}

// class makes the folders.
func class(t *testing.T, list []handedIn) []*trial.Submission {
	t.Helper()
	dir := t.TempDir()
	var submissions []*trial.Submission
	for _, h := range list {
		s := &trial.Submission{Name: h.name, Path: filepath.Join(dir, h.name)}
		if err := os.Mkdir(s.Path, 0o755); err != nil {
			t.Fatal(err)
		}
		if h.script != "" {
			if err := os.WriteFile(filepath.Join(s.Path, "run"), []byte("#!/bin/sh\n"+h.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		submissions = append(submissions, s)
	}
	return submissions
}

// graded tries a class and holds each line to what was handed in.
func graded(t *testing.T, list []handedIn, runs int) []*trial.Submission {
	t.Helper()
	submissions := class(t, list)
	c := trial.Config{Server: parse(t, "{each}/run server {host} {port}"), Client: parse(t, "{each}/run client {host} {port}"), Runs: runs, Seed: 1}
	told := map[string]int{}
	begin := time.Now()
	trial.Each(t.Context(), c, submissions, 0, func(s *trial.Submission) { told[s.Name]++ })
	t.Logf("%d submissions took %s", len(list), time.Since(begin).Round(time.Millisecond))
	counts := map[trial.Verdict]int{}
	for i, s := range submissions {
		counts[s.Verdict]++
		t.Logf("%-12s %-21s %5.1fs %s", s.Name, s.Verdict, s.Took.Seconds(), s.Why)
		if h := list[i]; s.Verdict != h.want || !strings.Contains(s.Why.String(), h.why) || told[s.Name] != 1 {
			t.Errorf("%s: got %s (%s), told %d times, want %s (%s), once", s.Name, s.Verdict, s.Why, told[s.Name], h.want, h.why)
		}
	}
	sum := 0
	for _, v := range trial.Verdicts {
		sum += counts[v]
	}
	if sum != len(list) {
		t.Errorf("%v: %d in all, want %d", counts, sum, len(list))
	}
	return submissions
}

// toyScript starts a server and a client of toys_test.go.
func toyScript(t *testing.T, server, client string) string {
	t.Helper()
	return fmt.Sprintf("case $1 in\nserver) exec %s;;\n*) exec %s;;\nesac", command(t, server, `"$3"`), command(t, client, `"$3"`))
}

// A small class of toys alone: it needs Go and a shell, no more.
func TestEach(t *testing.T) {
	needsVerifiedCuts(t)
	list := []handedIn{
		{"a-right", toyScript(t, "fixed-server", "fixed-client"), trial.Survived, ""},
		{"b-wrong", toyScript(t, "naive-server", "naive-client"), trial.Broke, "output"},
		{"c-nothing", "", trial.DidNotStart, "no such file or directory"},
		{"d-ends", "echo no idea >&2; exit 7", trial.DidNotStart, "the server ended before it listened"},
		{"e-fails", toyScript(t, "silent-server", "no-such"), trial.BrokenWithoutPlan, "exit status 2 (there is no program no-such)"},
		{"f-hangs", toyScript(t, "silent-server", "hang-client"), trial.Hung, "nothing moved for 2s"},
		{"g $(touch x) 'h", toyScript(t, "fixed-server", "fixed-client"), trial.Survived, ""},
	}
	runs := 8
	if raceEnabled {
		runs = 4
	}
	submissions := graded(t, list, runs)

	var out strings.Builder
	if err := trial.WriteCSV(&out, submissions); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != len(list)+1 {
		t.Fatalf("%d rows, %v, want %d", len(rows), err, len(list)+1)
	}
	if got, want := strings.Join(rows[2][:9], "|"), "b-wrong|broke|up:cut=1|"+submissions[1].Why.String()+"|request-unframed|passed|failed|failed|"; got != want {
		t.Errorf("got row %q, want %q", got, want)
	}
	if got := strings.Join(rows[6][4:15], "|"); got != "|failed|||||||||" {
		t.Errorf("got row %q of one that hangs, want nothing but a failure uncut", got)
	}
}

// Thirty submissions in three languages, and some more that are odd.
func TestEachOfThirty(t *testing.T) {
	needsVerifiedCuts(t)
	if os.Getenv("STICKYDEMO_CI") == "" {
		t.Skip("takes its time: STICKYDEMO_CI=1 tries it")
	}
	if raceEnabled {
		t.Skip("other programs have no race detector in them")
	}
	for _, name := range []string{"python3", "node"} {
		_, err := exec.LookPath(name)
		needs(t, err == nil, name)
	}
	data, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	python := func(words string) string { return fmt.Sprintf(`exec python3 '%s/python/'%s "$@"`, data, words) }
	node := func(words string) string { return fmt.Sprintf(`exec node '%s/shapes/node/'%s "$@"`, data, words) }
	golang := func(words string) string { return fmt.Sprintf(`exec '%s/'%s "$@"`, built(t), words) }
	const (
		survived = trial.Survived
		broke    = trial.Broke
	)
	list := []handedIn{
		{"odd-deaf", python("odd.py deaf"), trial.DidNotStart, "does not listen on {port}"},
		{"odd-ownport", python("odd.py ownport"), trial.DidNotStart, "but on port 47911: it does not take the port that it is told"},
		{"odd-other", python("odd.py ownport"), trial.DidNotStart, "but on port 47911"},

		{"py-size", python("fixed.py size"), survived, ""},
		{"py-ack", python("fixed.py ackhandshake"), survived, ""},
		{"py-struct", python("struct_fixed.py"), survived, ""},
		{"py-size-n", python("naive.py size"), broke, ""},
		{"py-struct-n", python("struct_naive.py"), broke, ""},
		{"py-json-n", python("naive.py json"), broke, ""},

		{"go-peek", golang("peek fixed"), survived, ""},
		{"go-twice", golang("countedtwice fixed"), survived, ""},
		{"go-bare", golang("bareread fixed"), survived, ""},
		{"go-line", golang("linelimit fixed"), survived, ""},
		{"go-peek-n", golang("peek naive"), broke, ""},
		{"go-bare-n", golang("bareread naive"), broke, ""},
		{"go-line-n", golang("linelimit naive"), broke, ""},

		{"js-data", node("dataevent.js fixed"), survived, ""},
		{"js-text", node("chunktext.js fixed"), survived, ""},
		{"js-one", node("onemessage.js fixed"), survived, ""},
		{"js-data-n", node("dataevent.js naive"), broke, ""},
		{"js-text-n", node("chunktext.js naive"), broke, ""},

		{"odd-loud", python("odd.py loud"), survived, ""},
		{"odd-stubborn", python("odd.py stubborn"), survived, ""},
		{"odd-late", python("odd.py late"), survived, ""},
		{"odd-parent", python("odd.py parent"), survived, ""},
		{"odd-daemon", python("odd.py daemon"), survived, ""},
		{"odd-hang", python("odd.py hang"), trial.Hung, "nothing moved for 2s"},
		{"odd-endless", python("odd.py endless"), trial.Hung, "the client does not end, and has printed"},
		{"odd-crash", python("odd.py crash"), trial.BrokenWithoutPlan, "the server ended: exit status 3"},
		{"odd-flaky", python("odd.py flaky"), trial.Inconclusive, "flaky: without a plan the client ended with exit status 0 once and with exit status 1 once"},
		{"odd-missing", python("missing.py"), trial.DidNotStart, "missing.py"},
		{"odd-syntax", node("../../python/odd.py"), trial.DidNotStart, "SyntaxError: "},
		{"odd-nothing", "", trial.DidNotStart, "no such file or directory"},
	}
	begin := time.Now()
	graded(t, list, 8)
	if took := time.Since(begin); took > 2*time.Minute {
		t.Errorf("it took %s, want at most 2 minutes", took)
	}
	if pids := children(t, "sleep", "4711"); len(pids) > 0 {
		t.Errorf("processes %v, children of servers, are left", pids)
	}
}

// Interrupted, it says what is known, and of the rest that it is not.
func TestEachInterrupted(t *testing.T) {
	needsVerifiedCuts(t)
	submissions := class(t, []handedIn{
		{name: "a-nothing"},
		{name: "b-right", script: toyScript(t, "fixed-server", "fixed-client")},
		{name: "c-right", script: toyScript(t, "fixed-server", "fixed-client")},
	})
	c := trial.Config{Server: parse(t, "{each}/run server {host} {port}"), Client: parse(t, "{each}/run client {host} {port}"), Time: time.Hour}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	trial.Each(ctx, c, submissions, 1, func(s *trial.Submission) {
		if s.Name == "a-nothing" {
			interrupt()
		}
	})
	for i, want := range []trial.Verdict{trial.DidNotStart, trial.NotTried, trial.NotTried} {
		if s := submissions[i]; s.Verdict != want {
			t.Errorf("%s: got %s (%s), want %s", s.Name, s.Verdict, s.Why, want)
		}
	}
}

// What students name their files, and what their programs print, is text and
// nothing else.
func TestClassReports(t *testing.T) {
	report := func(v trial.Verdict, tried ...trial.Tried) *trial.Report {
		r := &trial.Report{Verdict: v, Tried: tried, Cuts: trial.Cuts{Verified: 7}}
		r.Baseline.Up, r.Baseline.Down = 5, 5
		return r
	}
	broke := report(trial.Broke, trial.Tried{Group: trial.Drip, Runs: 2, Failed: 1}, trial.Tried{Group: trial.Smaller, Runs: 3, Failed: 2})
	broke.Findings = []*trial.Finding{{Plan: netsim.MustParsePlan("up:cut=1"), Dir: trace.Up, Mistake: trial.ReadOnce}}
	submissions := []*trial.Submission{
		{Name: "=1+1", Verdict: trial.Survived, Report: report(trial.Survived, trial.Tried{Group: trial.Drip, Runs: 2}, trial.Tried{Group: trial.Stall, Runs: 4, Failed: 1}), Took: time.Second},
		{Name: "+a,b", Verdict: trial.Broke, Why: words.Sentencef("@a \"b\"\x1b[0m\r\n<c>"), Report: broke},
		{Name: "-c", Verdict: trial.DidNotStart, Why: words.Sentencef("\t=x")},
		{Name: "d", Verdict: trial.NotTried},
		{Name: "e", Verdict: trial.Inconclusive, Why: words.Sentencef("flaky"), Report: report(trial.Inconclusive)},
		{Name: "f", Verdict: trial.Hung, Why: words.Sentencef("\xff")},
	}
	write := func() string {
		var out strings.Builder
		if err := trial.WriteCSV(&out, submissions); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const want = `submission,verdict,plan,failure,mistake,uncut,up,down,given,drip,glue,cut,stall,random,verified,seconds
'=1+1,survived,,,,passed,passed,passed,,passed,,,doubtful,,7,1.0
"'+a,b",broke,up:cut=1,"'@a ""b"" [0m  <c>",read-once,passed,failed,passed,,failed,,,,,7,0.0
'-c,did not start,,'=x,,failed,,,,,,,,,,0.0
d,not tried,,,,,,,,,,,,,,0.0
e,inconclusive,,flaky,,doubtful,,,,,,,,,7,0.0
f,hung,,?,,failed,,,,,,,,,,0.0
`
	if got := write(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	submissions[3].Name = "张三"
	if got := write(); !strings.HasPrefix(got, "\ufeffsubmission,") || !strings.Contains(got, "\n张三,not tried,") {
		t.Errorf("got\n%s\nwant a mark in front and the name", got)
	}

	var out strings.Builder
	if err := trial.WriteClassJUnit(&out, submissions, func(*trial.Report) (string, error) { return "the report", nil }); err != nil {
		t.Fatal(err)
	}
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure struct {
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal([]byte(out.String()), &suite); err != nil {
		t.Fatalf("%v:\n%s", err, out.String())
	}
	if suite.Tests != 6 || suite.Failures != 3 || suite.Errors != 1 || suite.Skipped != 1 || len(suite.Cases) != 6 {
		t.Errorf("got %+v, want 6 cases: 3 failures, 1 error, 1 skipped", suite)
	}
	if f := suite.Cases[1].Failure; !strings.HasPrefix(f.Message, "broke: @a \"b\"") || f.Text != "the report" {
		t.Errorf("got %+v", f)
	}
	data, err := json.Marshal(submissions)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"=1+1"`, `"verdict":"did not start"`, `"trial":{`, `"plan":"up:cut=1"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("JSON has no %s: %s", want, data)
		}
	}
}
