package term

import (
	"fmt"
	"strconv"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Every English word that this package writes stands in this file, and package
// words has it in the other languages. What a stage says of itself comes from its
// table. Labels have at most eight columns, in any language.
const (
	wordProgram = "program"
	wordTime    = "time"
	wordTrips   = "trips"
	wordWireB   = "wire"
	wordPayload = "payload"
	wordExtra   = "extra"
	wordReads   = "reads"
	wordWrites  = "writes"

	wordSegments = "segments"
	wordHeaders  = "headers"
	wordNone     = "-"
)

const (
	phraseBroken = "no cut map: it breaks even where nothing is cut"
	phraseNoCuts = "There is no stream to cut: a datagram arrives whole, or late, or not at all."
	phraseStages = "Stages, each as two programs, naive and fixed"
	phrasePlans  = "Plans, each for every program"
	phraseOps    = "A plan of your own joins these with \";\", each behind \"up:\" or \"down:\" for one direction: "

	phraseCommands = "Commands, which touch nothing"
	phraseCost     = "Bytes, trips, reads and writes are a message's: one command and its answer. " +
		"extra is what the wire carried beyond the payload, and a trip is one there and back. " +
		"Where the link is modelled, segments are those that both ends sent, with those that only acknowledge, " +
		"and headers are their bytes, 40 each."
	phraseMatrix = "Rows are plans, columns are programs. torn, leftover, glued and wrong are silent: " +
		"the program was given a wrong answer and did not notice, which is worse than any error."
)

// Of a link, and of its model beside a kernel.
const (
	wordWritten = "written"
	wordNagle   = "Nagle"
	wordLate    = "late"
	wordApart   = "apart"
	wordGlued   = "glued"
	wordRace    = "race"
	wordAgrees  = "agrees"
	wordDiffers = "differs"
	wordOn      = "on"
	wordOff     = "off"

	phrasePredicted = "predicted"

	phraseLinks = "A link is the path between both ends, an item of a plan: link:rtt=40ms,nagle=on"

	phraseNamedLinks = "Links with a name; link:lan,nagle=off is one with a setting of your own"

	phraseLeftOut = "Left out: congestion control and fast retransmit (RFC 5681), so that every loss costs a timeout; " +
		"jitter and reordering; the quick acknowledgements at the start of a connection; options in headers."

	phraseLoopback = "What the model says of a kept connection on loopback"

	phraseLinkTable = "A client asks, and reads as late as late says. The server answers in the writes that are listed, " +
		"in bytes, + being between two of them; Nagle is at both ends, and off is TCP_NODELAY. time is from asking to " +
		"the last byte; apart: the first read returned the first write and no more, glued: more than that, race: either " +
		"may happen on a kernel. Segments are of 1,460 bytes at the most, and an acknowledgement is delayed by up to 40ms."

	phraseCheckLink = "stickydemo link --check measures the same on this machine."
)

// linkWords says what the settings of a link mean.
var linkWords = map[string]string{
	"rtt":    "round-trip time, half of it each way; the others are each a cause of their own",
	"mss":    "most bytes of a segment (RFC 9293, 3.7.1)",
	"nagle":  "on: a segment that is not full waits until the last such one is acknowledged (RFC 896; RFC 1122, 4.2.3.4; as in Minshall's draft and on Linux); off: TCP_NODELAY",
	"delack": "how long an acknowledgement waits for bytes that carry it, until more than a full segment is due one (RFC 1122, 4.2.3.2)",
	"rate":   "bits a second, each way, headers of 40 bytes among them",
	"window": "bytes of a receiver's buffer: its sender waits when it is full (RFC 9293, 3.8.6)",
	"loss":   "so many of the segments with bytes are lost, and sent again after a timeout (RFC 6298, with Linux's 200ms)",
	"seed":   "which ones are",
}

// sayMeasured explains the verdicts of a check.
func sayMeasured(in words.Lang, agree, all int) string {
	return in.Sayf("%d of %d agree. measured is the median of %d tries behind a few that do not count. It agrees if "+
		"the time is within %s of what is predicted, the segments are as many and, but for a race, the writes came apart "+
		"or glued alike; one that differs was measured again, %d times in all.",
		agree, all, lab.LinkTries, lab.LinkTolerance, lab.LinkRounds)
}

func sayBreak(in words.Lang, b *stage.Break, variant string) string {
	who := "naive"
	if variant != "" {
		who = "--variant " + variant
	}
	return in.Sayf("%s, under %s: %s", who, b.Plan, b.Verdict)
}

func sayEqualLines(in words.Lang, n int) string {
	return in.Sayf("(%s)", words.Count(n, "equal line"))
}

const (
	wordSmallest = "smallest"
	wordComposed = "whole"
)

var sweptWords = map[search.Kind]string{
	search.AsWritten: "each write one read",
	search.Glue:      "nothing cut",
	search.Drip:      "each byte one read",
	search.Cut:       "one cut, at every place",
	search.Cuts:      "two cuts, at every two places of a direction",
	search.Stall:     "one stall, at every byte",
	search.Window:    "small windows",
	search.Random:    "cuts by seeds",
}

func saySwept(in words.Lang, s search.Swept) string {
	if s.Tried == 0 {
		return in.Sayf("%s: not tried", in.Say(sweptWords[s.Kind]))
	}
	return in.Sayf("%s: wrong under %s of %s", in.Say(sweptWords[s.Kind]), words.Group(s.Wrong), words.Count(s.Tried, "plan"))
}

func saySmallest(in words.Lang, f *lab.Searched) string { return sayFound(in, f.Smallest) }

func sayFound(in words.Lang, f *search.Found) string {
	if f == nil {
		return in.Say("none of these breaks it")
	}
	return in.Sayf("%s (%s): %s", f.Plan, f.Verdict, say.Verdict(in, stage.Verdict(f.Verdict)))
}

// sayLoss says which datagrams of one direction are fatal.
func sayLoss(in words.Lang, d lab.Loss) string {
	fates := func(list []lab.Fate) string {
		if len(list) == 0 {
			return in.Say("none")
		}
		const most = 8
		var parts []string
		for i, f := range list {
			if i == most {
				parts = append(parts, in.Sayf("and %s more", words.Group(len(list)-most)))
				break
			}
			parts = append(parts, fmt.Sprintf("%d (%s)", f.N, f.Verdict))
		}
		return in.Join(parts)
	}
	pairs := in.Say("not tried")
	if d.Pairs > 0 {
		pairs = in.Sayf("fatal in %s of %s", words.Group(d.FatalPairs), words.Count(d.Pairs, "pair"))
	}
	return in.Sayf("%s. Fatal to lose: %s. Fatal to swap with the next: %s. Two lost: %s.",
		say.Toward(in, d.Dir == trace.Up, words.Count(d.Datagrams, "datagram")), fates(d.Drops), fates(d.Swaps), pairs)
}

func sayComposed(in words.Lang, c lab.Composition) string {
	if c.Holds {
		return in.Sayf("the same under every cut in both directions, every stall and every schedule, by Kahn's theorem: %s", picture.Clean(c.Why.In(in)))
	}
	return in.Sayf("nothing can be said of all cuts at once: %s", picture.Clean(c.Why.In(in)))
}

const (
	wordTrial    = "trial"
	wordClient   = "client"
	wordBaseline = "uncut"
	wordWhere    = "where"
	wordLikely   = "likely"
	wordSure     = "sure"
	wordReplay   = "replay"
)

func sayProgramAt(in words.Lang, command, address string) string {
	switch {
	case command == "":
		return in.Sayf("at %s", address)
	case address == "":
		return command
	}
	return in.Sayf("%s at %s", command, address)
}

func sayBaseline(in words.Lang, r *trial.Report) string {
	b := r.Baseline
	end := trial.Ended(b.End)
	text := in.Sayf("%s and %s of output, twice", end, words.Count(b.OutputBytes, "byte"))
	if b.Other != b.End {
		text = in.Sayf("%s once, %s once", end, trial.Ended(b.Other))
	} else if !b.Same {
		text = in.Sayf("%s, twice; the output differed", end)
	}
	return in.Sayf("%s; %s, %s up, %s down", text, words.Count(b.Conns, "connection"), words.Count(b.Up, "byte"), words.Count(b.Down, "byte"))
}

var groupWords = map[trial.Group]string{
	trial.Given:   "as asked",
	trial.Drip:    "each byte apart",
	trial.Glue:    "what came apart put together",
	trial.Cut:     "one cut",
	trial.Stall:   "one stall",
	trial.Random:  "cuts by seeds",
	trial.Smaller: "to make it smaller and be sure",
}

func sayTried(in words.Lang, t trial.Tried) string {
	text := in.Sayf("%s: %s", in.Say(groupWords[t.Group]), words.Count(t.Runs, "run"))
	if t.Of > t.Runs {
		text = in.Sayf("%s of %s", text, words.Group(t.Of))
	}
	if t.Failed > 0 {
		text += in.Sayf(", %s failed", words.Group(t.Failed))
	}
	return text
}

func sayCutsMade(in words.Lang, c trial.Cuts) string {
	if c == (trial.Cuts{}) {
		return in.Say("none made")
	}
	text := in.Sayf("%s verified: no read crossed them", words.Group(c.Verified))
	if c.Unverified > 0 {
		text += in.Sayf("; %s made by a delay alone, not verified", words.Group(c.Unverified))
	}
	if c.TimedOut > 0 {
		text += in.Sayf("; %s given up, because the receiver did not read", words.Group(c.TimedOut))
	}
	return text
}

func sayFinding(in words.Lang, f *trial.Finding) string {
	return in.Sayf("smallest plan that breaks it: %s", f.Plan)
}

// sayPlace says what a cut fell into.
func sayPlace(in words.Lang, f *trial.Finding) string {
	p := f.Place
	switch {
	case f.At == 0:
		return ""
	case p.Message == 0:
		return in.Sayf("after byte %s of %s", words.Group(p.Into), words.Group(p.Of))
	case p.Header:
		return in.Sayf("%s into a %d-byte length, message %d", words.Count(p.Into, "byte"), p.Of, p.Message)
	case p.Into == 0:
		return in.Sayf("before the body of message %d", p.Message)
	}
	return in.Sayf("%s into the %s of message %d", words.Count(p.Into, "byte"), words.Count(p.Of, "byte"), p.Message)
}

func sayMistake(in words.Lang, m trial.Mistake) string {
	switch m {
	case trial.ReadOnce:
		return in.Say("The receiver reads once where it must read until the message is complete.")
	case trial.MessageARead:
		return in.Say("The receiver handles one message a read, and what else came with it is lost or taken for a part of it.")
	case trial.PartForgotten:
		return in.Say("The receiver loses what it has read of a message while it waits for the rest.")
	case trial.TextByChunk:
		return in.Say("The receiver decodes text a chunk at a time: bytes of one character came in two chunks.")
	case trial.RequestUnframed:
		return in.Say("The server takes one read for one request: nothing marks where a request ends, or it does not read on to there.")
	}
	return ""
}

func sayConfirmed(in words.Lang, f *trial.Finding) string {
	c := f.Outcome.Relay
	text := in.Sayf("failed %d of %d times", f.Confirmed, f.Of)
	if f.Dir != "" {
		text += in.Say(", each with new programs, and not without it")
	}
	if all := c.Verified + c.Unverified + c.TimedOut; all > 0 {
		text += in.Sayf("; %d of %s verified", c.Verified, words.Count(all, "cut"))
	}
	return text
}

const (
	phraseBeliefs   = "What people believe, each with an experiment that runs"
	phraseTryBelief = "Run one by its name or number, such as: stickydemo belief sleep"
)

// sayNumber writes a number in the columns that the largest needs.
func sayNumber(n, most int) string { return fmt.Sprintf("%*d  ", len(strconv.Itoa(most)), n) }

func sayTally(in words.Lang, results []*beliefs.Result) string {
	refuted, skipped := 0, 0
	for _, r := range results {
		if !r.Skipped.IsZero() {
			skipped++
		} else if r.Refuted {
			refuted++
		}
	}
	text := in.Sayf("Refuted: %s of %s.", words.Group(refuted), words.Count(len(results), "belief"))
	if skipped > 0 {
		text += in.Sayf(" Not shown on this system: %s.", words.Group(skipped))
	}
	return text
}

const (
	wordEach = "each"

	phraseSubmission = "submission"
)

// gradeWords count submissions; their verdicts are the names in the table.
var gradeWords = map[trial.Verdict]string{
	trial.Survived:          "%s survived",
	trial.Broke:             "%s broke",
	trial.BrokenWithoutPlan: "%s broken uncut",
	trial.Hung:              "%s hung",
	trial.DidNotStart:       "%s did not start",
	trial.Inconclusive:      "%s inconclusive",
	trial.NotTried:          "%s not tried",
}

// sayGrade is a verdict in at most twelve columns.
func sayGrade(v trial.Verdict) string {
	if v == trial.BrokenWithoutPlan {
		return "broken uncut"
	}
	return string(v)
}

func sayPlanOf(s *trial.Submission) string {
	if s.Verdict != trial.Broke || s.Report == nil {
		return ""
	}
	return s.Report.Findings[0].Plan.String()
}

// sayWhy says why a submission has not survived: the likely mistake, where there
// is one.
func sayWhy(in words.Lang, s *trial.Submission) string {
	if s.Verdict == trial.Broke && s.Report != nil {
		if likely := sayMistake(in, s.Report.Findings[0].Mistake); likely != "" {
			return likely
		}
	}
	return s.Why.In(in)
}

func sayClass(in words.Lang, counts map[trial.Verdict]int, all int) string {
	var parts []string
	for _, v := range trial.Verdicts {
		if counts[v] > 0 {
			parts = append(parts, in.Sayf(gradeWords[v], words.Group(counts[v])))
		}
	}
	return in.Sayf("%s: %s.", words.Count(all, "submission"), in.Join(parts))
}
