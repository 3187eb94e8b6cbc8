package term

import (
	"bytes"
	"fmt"
	"testing"

	"stickydemo/demos/trial"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/trace"
)

// reports are one of each verdict, by hand: real ones take their time.
func reports() []*trial.Report {
	config := trial.Config{To: "127.0.0.1:9999", Listen: "127.0.0.1:0", Frame: trial.Len4LE}
	baseline := trial.Baseline{End: "exit status 0", Other: "exit status 0", OutputBytes: 8901, Same: true, Conns: 1, Up: 38, Down: 11}
	flaky := baseline
	flaky.Same = false
	apart := baseline
	apart.Other = "signal: aborted"
	finding := &trial.Finding{
		Plan:      netsim.MustParsePlan("down:cut=1"),
		Failure:   trial.Failure{Kind: trial.Status, Text: words.Sentencef("the client ended with %s, want %s", words.Sentencef("%s (%s)", trial.Ended("exit status 1"), "unpack requires a buffer of 4 bytes"), trial.Ended("exit status 0"))},
		Confirmed: 2, Of: 2, Conn: 1, Dir: trace.Down, At: 1,
		Place:  trial.Place{Message: 1, Header: true, Into: 1, Of: 4},
		Stream: []byte("\x03\x00\x00\x00ab\n\x00\x00\x00\x00"), Mistake: trial.ReadOnce,
		Outcome: &trial.Outcome{Relay: relay.Counters{Verified: 1}}, Saved: "found/trial-down-cut-1.json",
	}
	bare := &trial.Finding{
		Failure: trial.Failure{Kind: trial.Output, Text: words.Sentencef("the client's output is another one: %s", words.Sentencef("it ends after %s of %d", words.Ungrouped(2000, "byte"), 3000))},
		Outcome: &trial.Outcome{}, Confirmed: 2, Of: 2,
	}
	return []*trial.Report{
		{Config: config, Listens: "127.0.0.1:7000", Verdict: trial.Broke, Baseline: baseline, Findings: []*trial.Finding{finding},
			Tried: []trial.Tried{{Group: trial.Given, Runs: 1, Failed: 1}, {Group: trial.Smaller, Runs: 2, Failed: 2}}},
		{Config: config, Listens: "127.0.0.1:7000", Verdict: trial.Survived, Baseline: flaky, Cuts: trial.Cuts{Verified: 16509, Unverified: 2, TimedOut: 1},
			Tried: []trial.Tried{{Group: trial.Drip, Runs: 2}, {Group: trial.Glue, Runs: 1}, {Group: trial.Cut, Runs: 10, Of: 8969}, {Group: trial.Stall, Runs: 6, Of: 72}, {Group: trial.Random, Runs: 5}},
			Notes: []words.Sentence{words.Sentencef("drip: only the first %d of the %d bytes %s", 100, 8917, trace.Down)}},
		{Config: config, Listens: "127.0.0.1:7000", Verdict: trial.Inconclusive, Baseline: apart,
			Why: words.Sentencef("flaky: without a plan the client ended with %s once and with %s once", trial.Ended("exit status 0"), trial.Ended("signal: aborted"))},
		{Config: config, Listens: "127.0.0.1:7000", Verdict: trial.BrokenWithoutPlan, Baseline: baseline, Findings: []*trial.Finding{bare}},
	}
}

func TestTrialGolden(t *testing.T) {
	for _, in := range words.Langs {
		for _, width := range []int{40, 80} {
			var out bytes.Buffer
			for _, r := range reports() {
				if err := Trial(&out, r, Options{Width: width, Lang: in}); err != nil {
					t.Fatal(err)
				}
				out.WriteString("\n\n")
			}
			golden(t, fmt.Sprintf("trial-%s-%d.txt", in, width), out.Bytes())
		}
	}
}
