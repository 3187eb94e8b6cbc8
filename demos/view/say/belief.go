package say

import (
	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/words"
)

// Belief names a belief.
func Belief(in words.Lang, b *beliefs.Belief) string {
	return in.Sayf("belief %d, %s: \"%s\"", b.Number(), b.Name, in.Say(b.Says))
}

// Part heads a part of an experiment.
func Part(in words.Lang, p beliefs.Part) string {
	text := in.Say("on kernel sockets")
	if p.Simulated() {
		text = in.Sayf("under %s", p.Plan)
	}
	if !p.Name.IsZero() {
		text = in.Sayf("%s, %s", p.Name, text)
	}
	if p.Verdict != "" {
		text = in.Sayf("%s: %s", text, p.Verdict)
	}
	return text
}

// Bar names an amount.
func Bar(in words.Lang, b beliefs.Bar) string {
	return in.Sayf("%s: %s", b.What, words.Count(b.Bytes, "byte"))
}

// Refuted says what the experiment made of the belief.
func Refuted(in words.Lang, r *beliefs.Result) string {
	switch {
	case !r.Skipped.IsZero():
		return in.Sayf("not shown on this system: %s", r.Skipped)
	case r.Refuted:
		return in.Say("refuted")
	}
	return in.Say("not refuted by this run")
}
