package term

import (
	"io"
	"slices"

	"stickydemo/demos/lab"
	"stickydemo/demos/trial"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Trial draws what a trial found: each smallest plan that breaks the programs
// with the bytes that it cuts, what went wrong and what is likely the mistake.
func Trial(w io.Writer, r *trial.Report, o Options) error {
	width := o.width()
	text := min(width, prose)
	style := verdictStyle("error")
	switch r.Verdict {
	case trial.Survived:
		style = verdictStyle("ok")
	case trial.Broke, trial.BrokenWithoutPlan:
		style = verdictStyle("wrong")
	}
	var lines []line
	lines = append(lines, line{{wordTrial + ": ", strong}, {string(r.Verdict), style}})
	if r.Why != "" {
		lines = append(lines, field("", clean(r.Why), text)...)
	}
	lines = append(lines, nil)
	lines = append(lines, field(wordServer, clean(sayProgramAt(r.Config.Server.String(), r.Config.To)), text)...)
	lines = append(lines, field(wordClient, clean(sayProgramAt(r.Config.Client.String(), r.Listens)), text)...)
	lines = append(lines, field(wordBaseline, clean(sayBaseline(r)), text)...)
	var k key
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
	lines = append(lines, field(wordCuts, sayCutsMade(r.Cuts), text)...)
	for _, n := range r.Notes {
		lines = append(lines, field(wordNote, clean(n), text)...)
	}
	return write(w, lines, o)
}

// finding draws one plan that breaks the programs.
func finding(r *trial.Report, f *trial.Finding, width int, k *key) []line {
	text := min(width, prose)
	lines := []line{nil, {{clip(sayFinding(f), width), strong}}}
	pictured := &lab.Result{Spec: lab.Spec{Plan: f.Plan}, Net: lab.Kernel, Log: f.Outcome.Log}
	all := streams(pictured)
	for _, s := range all {
		if s.conn != 1 || len(all) > 2 && f.Dir != "" && s.dir != f.Dir {
			continue
		}
		s.watchedFromOutside(r.Config.Frame, f)
		lines = append(lines, nil, line{{clip(s.title(pictured.Log.Conns() > 1), width), strong}})
		lines = append(lines, drawStream(pictured, s, width, k)...)
	}
	lines = append(lines, nil)
	lines = append(lines, field(wordHappened, clean(f.Failure.Text), text)...)
	if where := sayPlace(f); where != "" {
		lines = append(lines, field(wordWhere, where, text)...)
	}
	if likely := sayMistake(f.Mistake); likely != "" {
		lines = append(lines, field(wordLikely, likely, text)...)
	}
	if f.Outcome.Relay.Verified+f.Outcome.Relay.Unverified+f.Outcome.Relay.TimedOut > 0 || f.Of > 0 {
		lines = append(lines, field(wordSure, sayConfirmed(f), text)...)
	}
	if f.Saved != "" {
		lines = append(lines, field(wordReplay, "stickydemo replay "+f.Saved, text)...)
	}
	return lines
}

// watchedFromOutside gives a stream what a trial knows of it: its messages, if
// their frame is named, and where the plan does something.
func (s *stream) watchedFromOutside(frame trial.Frame, f *trial.Finding) {
	s.unwatched = true
	for i, m := range frame.Messages(s.data) {
		for at := m.From; at < m.To; at++ {
			s.owner[at] = i + 1
			s.header[at] = at < m.From+m.Header
		}
		s.ends = append(s.ends, end{at: m.To, message: i + 1})
	}
	s.findBinary()
	if s.dir == f.Dir && f.At > 0 && f.At <= len(s.data) {
		s.trouble = []int{f.At}
	}
	mode := f.Plan.Stream(s.conn, s.dir).Mode
	if mode.Kind == netsim.Unset && len(s.cuts) == 0 {
		s.wire = slices.DeleteFunc(s.wire, func(box) bool { return s.dir != f.Dir && f.Dir != trace.Direction("") })
	}
}
