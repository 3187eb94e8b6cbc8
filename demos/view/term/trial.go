package term

import (
	"io"

	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// Trial draws what a trial found: each smallest plan that breaks the programs
// with the bytes that it cuts, what went wrong and what is likely the mistake.
func Trial(w io.Writer, r *trial.Report, o Options) error {
	in := o.Lang
	width := o.width()
	text := min(width, prose)
	var lines []line
	lines = append(lines, line{{in.Sayf("%s: ", in.Say(wordTrial)), strong}, {in.Say(string(r.Verdict)), trialStyle(r.Verdict)}})
	if !r.Why.IsZero() {
		lines = append(lines, field(in, "", picture.Clean(r.Why.In(in)), text)...)
	}
	lines = append(lines, nil)
	if r.Config.Each != "" {
		lines = append(lines, field(in, wordEach, picture.Clean(r.Config.Each), text)...)
	}
	lines = append(lines, field(in, say.LabelServer, picture.Clean(sayProgramAt(in, r.Config.Server.String(), r.Config.To)), text)...)
	lines = append(lines, field(in, wordClient, picture.Clean(sayProgramAt(in, r.Config.Client.String(), r.Listens)), text)...)
	lines = append(lines, field(in, wordBaseline, picture.Clean(sayBaseline(in, r)), text)...)
	k := picture.Key{Sent: true, Outside: true}
	for _, f := range r.Findings {
		lines = append(lines, finding(in, r, f, width, &k)...)
	}
	lines = append(lines, explain(in, k, width)...)
	lines = append(lines, nil)
	label := say.LabelTried
	for _, tried := range r.Tried {
		if tried.Runs > 0 || tried.Of > 0 {
			lines = append(lines, field(in, label, sayTried(in, tried), text)...)
			label = ""
		}
	}
	if r.Verdict == trial.Survived || r.Verdict == trial.Inconclusive {
		lines = append(lines, field(in, say.Lane("", picture.Cuts), sayCutsMade(in, r.Cuts), text)...)
	}
	for _, n := range r.Notes {
		lines = append(lines, field(in, say.LabelNote, picture.Clean(n.In(in)), text)...)
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
func finding(in words.Lang, r *trial.Report, f *trial.Finding, width int, k *picture.Key) []line {
	text := min(width, prose)
	lines := []line{nil}
	if r.Verdict != trial.BrokenWithoutPlan {
		lines = append(lines, line{{picture.Clip(sayFinding(in, f), width), strong}})
	}
	if s := picture.Outside(r.Config.Frame, f); s != nil {
		lines = append(lines, nil, line{{picture.Clip(say.Stream(in, s, r.Baseline.Conns > 1), width), strong}})
		lines = append(lines, drawStream(in, s, width, k)...)
		lines = append(lines, nil)
	}
	lines = append(lines, field(in, say.LabelHappened, picture.Clean(f.Failure.Text.In(in)), text)...)
	if where := sayPlace(in, f); where != "" {
		lines = append(lines, field(in, wordWhere, where, text)...)
	}
	if likely := sayMistake(in, f.Mistake); likely != "" {
		lines = append(lines, field(in, wordLikely, likely, text)...)
	}
	lines = append(lines, field(in, wordSure, sayConfirmed(in, f), text)...)
	if f.Saved != "" {
		lines = append(lines, field(in, wordReplay, "stickydemo replay "+f.Saved, text)...)
	}
	return lines
}
