package term

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Every English word that this package writes stands in this file, and package
// words has it in the other languages. What a stage says of itself comes from its
// table. Labels have at most eight columns, in any language.
const (
	wordOffset   = "offset"
	wordMessage  = "message"
	wordWritten  = "written"
	wordWire     = "wire"
	wordRead     = "read"
	wordBelieved = "believed"
	wordExpected = "expected"
	wordLost     = "lost"
	wordAt       = "    at" // these times
	wordOrder    = "   nth" // to arrive, this one was
	wordAs       = "    as" // the answer to, or the command of, this call
	wordCuts     = "cuts"

	wordPlan     = "plan"
	wordCommands = "commands"
	wordClients  = "clients"
	wordCalls    = "calls"
	wordServer   = "server"
	wordEnd      = "ended"
	wordCost     = "cost"
	wordNote     = "note"
	wordKey      = "key"

	wordHappened = "what"
	wordWhy      = "why"
	wordRepair   = "fix"
	wordPrice    = "price"

	wordNothing = "nothing"

	wordProgram = "program"
	wordVerdict = "verdict"
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
	phraseEmpty  = "No byte was written."
	phraseReset  = "The connection was reset."
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
	phraseByTrip = "Time a message, by the round-trip time"
	phraseByLoss = "Time a message, by the share of segments that is lost"
	phraseGrowth = "The link is otherwise the same. With loss, times are the mean over 50 seeds; " +
		"what is lost is sent again after a timeout of at least 200 ms."
	phraseMatrix = "Rows are plans, columns are programs. torn, leftover, glued and wrong are silent: " +
		"the program was given a wrong answer and did not notice, which is worse than any error."
)

// sayVerdict explains a verdict in a few words.
func sayVerdict(in words.Lang, v stage.Verdict) string {
	switch v {
	case stage.OK:
		return in.Say("every answer was exactly right")
	case stage.Torn:
		return in.Say("a part of an answer passed for the whole, and nobody noticed")
	case stage.Leftover:
		return in.Say("the rest of an earlier answer passed for this one, and nobody noticed")
	case stage.Glued:
		return in.Say("bytes of several messages passed for one, and nobody noticed")
	case stage.Wrong:
		return in.Say("a wrong answer passed for the right one, and nobody noticed")
	case stage.Error:
		return in.Say("the program noticed, and gave up")
	case stage.Hang:
		return in.Say("everybody waits, and nothing is on its way")
	case stage.Late:
		return in.Say("not over at the time limit")
	case stage.Spin:
		return in.Say("busy for ever, without a byte or any time moving")
	}
	return ""
}

// sayHeadline explains a run's verdict: on kernel sockets a hang is a guess.
func sayHeadline(in words.Lang, r *lab.Result) string {
	if r.Net == lab.Kernel && r.Verdict == stage.Hang {
		return in.Sayf("nothing came for %s", sayDuration(lab.KernelLimit))
	}
	return sayVerdict(in, r.Verdict)
}

func sayProgram(r *lab.Result) string {
	side := string(r.Side)
	if r.Variant != "" && r.Side == stage.Naive {
		side += " (" + r.Variant + ")"
	}
	return side
}

// sayProgramShort is sayProgram for the head of a column.
func sayProgramShort(r *lab.Result) string {
	if r.Variant != "" && r.Side == stage.Naive {
		return r.Variant
	}
	return string(r.Side)
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

func sayStage(in words.Lang, s *stage.Stage, variant string) string {
	idea := s.Idea
	for _, v := range s.Variants {
		if v.Name == variant {
			idea = v.Idea
		}
	}
	return in.Sayf("%s %s: %s", s.ID, s.Name, in.Say(idea))
}

// sayCommands lists commands, only the first ones where there are many.
func sayCommands(in words.Lang, commands []string) string {
	const most = 8
	list := commands[:min(most, len(commands))]
	text := clip(clean(strings.Join(list, "; ")), 200)
	if len(list) < len(commands) || width(text) == 200 {
		text += in.Sayf(" ... (%s)", words.Count(len(commands), "command"))
	}
	return text
}

func sayClients(in words.Lang, c stage.Clients) string {
	if c == stage.EachGoes {
		return in.Say("one for each command, who leaves before the next one comes")
	}
	return in.Say("one for each command, and nobody leaves before the last answer")
}

func sayNet(in words.Lang, r *lab.Result) string {
	switch {
	case r.Net != lab.Kernel:
		return ""
	case r.Stage.OnDatagrams():
		return in.Say(", on kernel sockets")
	case r.Planned():
		return in.Say(", on kernel sockets, through a relay")
	}
	return in.Say(", on kernel sockets, which cut as they like")
}

// sayStream names a direction and how much went there.
func sayStream(in words.Lang, up bool, size words.Phrase) string {
	if up {
		return in.Sayf("client -> server, %s", size)
	}
	return in.Sayf("server -> client, %s", size)
}

func sayHiddenConnections(in words.Lang, hidden, all int) string {
	return in.Sayf("%s of %s connections are not drawn.", words.Group(hidden), words.Group(all))
}

func sayHiddenReads(in words.Lang, hidden, all int) string {
	return in.Sayf("%s of %s reads are not drawn.", words.Group(hidden), words.Group(all))
}

func sayHiddenCalls(in words.Lang, hidden, all int) string {
	return in.Sayf("%s of %s calls are not listed.", words.Group(hidden), words.Group(all))
}

func sayFatal(in words.Lang, fatal, places int) string {
	switch {
	case places == 0:
		return in.Say("There is no place to cut.")
	case fatal == 0:
		return in.Sayf("0 of %s of the uncut run are fatal: no single cut breaks anything.", words.Count(places, "place"))
	}
	if fatal == 1 {
		return in.Sayf("1 of %s of the uncut run is fatal: a single cut there breaks it.", words.Count(places, "place"))
	}
	return in.Sayf("%s of %s of the uncut run are fatal: a single cut there breaks it.", words.Group(fatal), words.Count(places, "place"))
}

// sayWays is the exact count: ways, not chances. Numbers too long to compare
// at a glance are given as powers of two where they are all there is.
func sayWays(in words.Lang, d *search.Direction) string {
	ways := search.Segmentations(d.Bytes)
	all := groupBig(ways)
	long := len(all) > 20
	if long {
		all = fmt.Sprintf("2^%d", max(d.Bytes-1, 0))
	}
	switch {
	case d.Wrong == nil:
		return in.Sayf("Of the %s ways to cut it: not counted.", all)
	case d.Wrong.Sign() == 0:
		return in.Sayf("Wrong in none of %s ways to cut it.", all)
	case d.Wrong.Cmp(ways) == 0:
		return in.Sayf("Wrong in all of %s ways to cut it.", all)
	}
	if right := new(big.Int).Sub(ways, d.Wrong); long && right.Cmp(d.Wrong) < 0 {
		return in.Sayf("Wrong in all but %s of %s ways to cut it.", groupBig(right), all)
	}
	return in.Sayf("Wrong in %s of %s ways to cut it.", groupBig(d.Wrong), all)
}

func groupBig(n *big.Int) string {
	text := n.String()
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func sayLost(in words.Lang, n int) string {
	return in.Sayf("%s were written and never arrived.", words.Count(n, "byte"))
}

// sayGone says of how many bytes of datagrams nothing was read, and why.
func sayGone(in words.Lang, s *picture.Stream) string {
	n := 0
	for _, b := range s.Gone {
		n += b.Len()
	}
	var why []string
	for _, w := range s.Why {
		why = append(why, clean(in.Say(w)))
	}
	return in.Sayf("%s lost: %s.", words.Count(n, "byte"), strings.Join(why, in.Say(", or ")))
}

func sayGot(in words.Lang, c *lab.Call) string {
	if c.Verdict == stage.OK || c.Verdict == stage.Torn {
		return in.Sayf("%s of %s", words.Group(len(c.Got)), words.Count(len(c.Want), "byte"))
	}
	return in.Sayf("%s, and %s were due", words.Count(len(c.Got), "byte"), words.Group(len(c.Want)))
}

func sayServerRan(in words.Lang, heard []lab.Heard, limit int) string {
	const most = 4
	var parts []string
	for i, h := range heard {
		if i == most {
			parts = append(parts, in.Sayf("and %s more", words.Group(len(heard)-most)))
			break
		}
		parts = append(parts, quote([]byte(h.Command), limit))
	}
	if len(parts) == 0 {
		return in.Say("ran nothing")
	}
	return in.Sayf("ran %s", in.Join(parts))
}

func sayCost(in words.Lang, c lab.Cost) string {
	return in.Sayf("%s, %s, %s (%s of payload), %s, %s",
		sayDuration(c.Elapsed), words.Count(c.RoundTrips, "round trip"), words.Count(c.Wire, "byte"), words.Group(c.Payload),
		words.Count(c.Reads, "read"), words.Count(c.Writes, "write"))
}

// sayHappened tells in one sentence what became of a run.
func sayHappened(in words.Lang, r *lab.Result) string {
	who := capital(sayProgram(r))
	if r.Verdict == stage.OK {
		return in.Sayf("%s: %s of %s answers are exact.", who, words.Group(len(r.Calls)), words.Group(len(r.Commands)))
	}
	for i, c := range r.Calls {
		if c.Verdict != r.Verdict {
			continue
		}
		call := picture.Letter(i+1, false)
		switch {
		case c.Verdict.Silent():
			return in.Sayf("%s: call %s came back %s (%s) and without an error: nobody noticed, and that is worse than any error.",
				who, call, c.Verdict, sayGot(in, &c))
		case c.Verdict == stage.Error:
			return in.Sayf("%s: call %s ended in an error: loud, so that somebody can look for the cause.", who, call)
		}
		return in.Sayf("%s: call %s never came back: %s.", who, call, sayHeadline(in, r))
	}
	return in.Sayf("%s: the server ended in %s.", who, r.Verdict)
}

// sayKey explains the signs that a picture used.
func sayKey(in words.Lang, k picture.Key) []string {
	var list []string
	add := func(used bool, text string) {
		if used {
			list = append(list, in.Say(text))
		}
	}
	add(k.Messages && k.Sent, "A B: message 1, message 2")
	add(k.Messages && k.Sent && k.Header, "a b: their header bytes")
	calls := k.Messages && !k.Sent
	add(calls && k.Header, "A B: request 1 and its answer, request 2 and its; a b: their header bytes")
	add(calls && !k.Header, "A B: request 1 and its answer, request 2 and its")
	add(k.Messages, "|: a boundary of that lane")
	add(k.Cut, "/: cut by the plan")
	add(k.End && k.Outside, "^: a message ends")
	add(k.End && !k.Outside, "^: a message ends, and what its reader made of it")
	add(k.Fatal, "x: a cut here alone is fatal")
	add(k.Gap, "+9: that many bytes are not drawn")
	add(k.Rest, "--: the rest of a character")
	add(k.Order, "nth 2 1: the second and the first to arrive")
	return list
}

// sayTime is short, for a place of few columns.
func sayTime(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return strconv.FormatFloat(d.Round(10*time.Millisecond).Seconds(), 'f', -1, 64) + "s"
	}
	return sayDuration(d)
}

// sayDuration rounds what nobody can tell apart.
func sayDuration(d time.Duration) string {
	switch {
	case d >= time.Second:
		d = d.Round(time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(10 * time.Microsecond)
	case d >= time.Microsecond:
		d = d.Round(time.Microsecond)
	}
	return strings.Replace(d.String(), "µ", "u", 1)
}

// sayLossRate is a share of a million as a percentage.
func sayLossRate(loss int) string { return strconv.FormatFloat(float64(loss)/1e4, 'f', -1, 64) + "%" }

// capital returns text with its first letter upper-case, if it has a case.
func capital(text string) string {
	if text == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:]
}

const (
	wordTried    = "tried"
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
	return in.Sayf("%s (%s): %s", f.Plan, f.Verdict, sayVerdict(in, stage.Verdict(f.Verdict)))
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
		sayStream(in, d.Dir == trace.Up, words.Count(d.Datagrams, "datagram")), fates(d.Drops), fates(d.Swaps), pairs)
}

func sayComposed(in words.Lang, c lab.Composition) string {
	if c.Holds {
		return in.Sayf("the same under every cut in both directions, every stall and every schedule, by Kahn's theorem: %s", clean(c.Why.In(in)))
	}
	return in.Sayf("nothing can be said of all cuts at once: %s", clean(c.Why.In(in)))
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
	wordMeasured = "measured"
	wordInstead  = "instead"

	phraseBeliefs   = "What people believe, each with an experiment that runs"
	phraseTryBelief = "Run one by its name or number, such as: stickydemo belief sleep"
)

// sayNumber writes a number in the columns that the largest needs.
func sayNumber(n, most int) string { return fmt.Sprintf("%*d  ", len(strconv.Itoa(most)), n) }

func sayBelief(in words.Lang, b *beliefs.Belief) string {
	return in.Sayf("belief %d, %s: \"%s\"", b.Number(), b.Name, in.Say(b.Says))
}

func sayPart(in words.Lang, p beliefs.Part) string {
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

func sayBar(in words.Lang, b beliefs.Bar) string {
	return in.Sayf("%s: %s", b.What, words.Count(b.Bytes, "byte"))
}

func sayRefuted(in words.Lang, r *beliefs.Result) string {
	switch {
	case !r.Skipped.IsZero():
		return in.Sayf("not shown on this system: %s", r.Skipped)
	case r.Refuted:
		return in.Say("refuted")
	}
	return in.Say("not refuted by this run")
}

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
	wordEach       = "each"
	wordSubmission = "submission"
)

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
			parts = append(parts, words.Group(counts[v])+" "+sayGrade(v))
		}
	}
	return in.Sayf("%s: %s.", words.Count(all, "submission"), in.Join(parts))
}
