package term

import (
	"io"

	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
)

// Trial draws what a trial found: each smallest plan that breaks the programs
// with the bytes that it cuts, what went wrong and what is likely the mistake.
func Trial(w io.Writer, r *trial.Report, o Options) error {
	width := o.width()
	text := min(width, prose)
	var lines []line
	lines = append(lines, line{{wordTrial + ": ", strong}, {string(r.Verdict), trialStyle(r.Verdict)}})
	if r.Why != "" {
		lines = append(lines, field("", clean(r.Why), text)...)
	}
	lines = append(lines, nil)
	if r.Config.Each != "" {
		lines = append(lines, field(wordEach, clean(r.Config.Each), text)...)
	}
	lines = append(lines, field(wordServer, clean(sayProgramAt(r.Config.Server.String(), r.Config.To)), text)...)
	lines = append(lines, field(wordClient, clean(sayProgramAt(r.Config.Client.String(), r.Listens)), text)...)
	lines = append(lines, field(wordBaseline, clean(sayBaseline(r)), text)...)
	k := picture.Key{Sent: true, Outside: true}
	for _, f := range r.Findings {
		lines = append(lines, finding(r, f, width, &k)...)
	}
	lines = append(lines, explain(k, width)...)
	lines = append(lines, nil)
	label := wordTried
	for _, tried := range r.Tried {
		if tried.Runs > 0 || tried.Of > 0 {
			lines = append(lines, field(label, sayTried(tried), text)...)
			label = ""
		}
	}
	if r.Verdict == trial.Survived || r.Verdict == trial.Inconclusive {
		lines = append(lines, field(wordCuts, sayCutsMade(r.Cuts), text)...)
	}
	for _, n := range r.Notes {
		lines = append(lines, field(wordNote, clean(n), text)...)
	}
	return write(w, lines, o)
}

func trialStyle(v trial.Verdict) style {
	switch v {
	case trial.Survived:
		return verdictStyle("ok")
	case trial.Inconclusive, trial.NotTried:
		return verdictStyle("error")
	}
	return verdictStyle("wrong")
}

// finding draws one plan that breaks the programs.
func finding(r *trial.Report, f *trial.Finding, width int, k *picture.Key) []line {
	text := min(width, prose)
	lines := []line{nil}
	if r.Verdict != trial.BrokenWithoutPlan {
		lines = append(lines, line{{clip(sayFinding(f), width), strong}})
	}
	if s := picture.Outside(r.Config.Frame, f); s != nil {
		lines = append(lines, nil, line{{clip(streamTitle(s, r.Baseline.Conns > 1), width), strong}})
		lines = append(lines, drawStream(s, width, k)...)
		lines = append(lines, nil)
	}
	lines = append(lines, field(wordHappened, clean(f.Failure.Text), text)...)
	if where := sayPlace(f); where != "" {
		lines = append(lines, field(wordWhere, where, text)...)
	}
	if likely := sayMistake(f.Mistake); likely != "" {
		lines = append(lines, field(wordLikely, likely, text)...)
	}
	lines = append(lines, field(wordSure, sayConfirmed(f), text)...)
	if f.Saved != "" {
		lines = append(lines, field(wordReplay, "stickydemo replay "+f.Saved, text)...)
	}
	return lines
}
