package term

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Every English word that this package writes stands in this file. What a
// stage says of itself comes from its table. Lane names and labels have at
// most eight letters.
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
func sayVerdict(v stage.Verdict) string {
	switch v {
	case stage.OK:
		return "every answer was exactly right"
	case stage.Torn:
		return "a part of an answer passed for the whole, and nobody noticed"
	case stage.Leftover:
		return "the rest of an earlier answer passed for this one, and nobody noticed"
	case stage.Glued:
		return "bytes of several messages passed for one, and nobody noticed"
	case stage.Wrong:
		return "a wrong answer passed for the right one, and nobody noticed"
	case stage.Error:
		return "the program noticed, and gave up"
	case stage.Hang:
		return "everybody waits, and nothing is on its way"
	case stage.Late:
		return "not over at the time limit"
	case stage.Spin:
		return "busy for ever, without a byte or any time moving"
	}
	return ""
}

// sayHeadline explains a run's verdict: on kernel sockets a hang is a guess.
func sayHeadline(r *lab.Result) string {
	if r.Net == lab.Kernel && r.Verdict == stage.Hang {
		return "nothing came for " + sayDuration(lab.KernelLimit)
	}
	return sayVerdict(r.Verdict)
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

func sayBreak(b *stage.Break, variant string) string {
	who := "naive"
	if variant != "" {
		who = "--variant " + variant
	}
	return fmt.Sprintf("%s, under %s: %s", who, b.Plan, b.Verdict)
}

func sayEqualLines(n int) string {
	return "(" + plural(n, "equal line") + ")"
}

func sayStage(s *stage.Stage, variant string) string {
	idea := s.Idea
	for _, v := range s.Variants {
		if v.Name == variant {
			idea = v.Idea
		}
	}
	return s.ID + " " + s.Name + ": " + idea
}

// sayCommands lists commands, only the first ones where there are many.
func sayCommands(commands []string) string {
	const most = 8
	list := commands[:min(most, len(commands))]
	text := clip(clean(strings.Join(list, "; ")), 200)
	if len(list) < len(commands) || width(text) == 200 {
		text += fmt.Sprintf(" ... (%s)", plural(len(commands), "command"))
	}
	return text
}

func sayClients(c stage.Clients) string {
	if c == stage.EachGoes {
		return "one for each command, who leaves before the next one comes"
	}
	return "one for each command, and nobody leaves before the last answer"
}

func sayNet(r *lab.Result) string {
	switch {
	case r.Net != lab.Kernel:
		return ""
	case r.Stage.OnDatagrams():
		return ", on kernel sockets"
	case r.Planned():
		return ", on kernel sockets, through a relay"
	}
	return ", on kernel sockets, which cut as they like"
}

func sayStream(up bool, bytes int) string {
	if up {
		return "client -> server, " + sayBytes(bytes)
	}
	return "server -> client, " + sayBytes(bytes)
}

func sayConnection(n int) string { return fmt.Sprintf("connection %d, ", n) }

func sayHiddenConnections(hidden, all int) string {
	return fmt.Sprintf("%s of %s connections are not drawn.", group(hidden), group(all))
}

func sayHiddenReads(hidden, all int) string {
	return fmt.Sprintf("%s of %s reads are not drawn.", group(hidden), group(all))
}

func sayHiddenCalls(hidden, all int) string {
	return fmt.Sprintf("%s of %s calls are not listed.", group(hidden), group(all))
}

func sayFatal(fatal, places int) string {
	switch {
	case places == 0:
		return "There is no place to cut."
	case fatal == 0:
		return fmt.Sprintf("0 of %s of the uncut run are fatal: no single cut breaks anything.", sayPlaces(places))
	}
	is := "are"
	if fatal == 1 {
		is = "is"
	}
	return fmt.Sprintf("%s of %s of the uncut run %s fatal: a single cut there breaks it.", group(fatal), sayPlaces(places), is)
}

// sayWays is the exact count: ways, not chances. Numbers too long to compare
// at a glance are given as powers of two where they are all there is.
func sayWays(d *search.Direction) string {
	ways := search.Segmentations(d.Bytes)
	all := groupBig(ways)
	long := len(all) > 20
	if long {
		all = fmt.Sprintf("2^%d", max(d.Bytes-1, 0))
	}
	switch {
	case d.Wrong == nil:
		return fmt.Sprintf("Of the %s ways to cut it: not counted.", all)
	case d.Wrong.Sign() == 0:
		return fmt.Sprintf("Wrong in none of %s ways to cut it.", all)
	case d.Wrong.Cmp(ways) == 0:
		return fmt.Sprintf("Wrong in all of %s ways to cut it.", all)
	}
	if right := new(big.Int).Sub(ways, d.Wrong); long && right.Cmp(d.Wrong) < 0 {
		return fmt.Sprintf("Wrong in all but %s of %s ways to cut it.", groupBig(right), all)
	}
	return fmt.Sprintf("Wrong in %s of %s ways to cut it.", groupBig(d.Wrong), all)
}

func groupBig(n *big.Int) string {
	text := n.String()
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func sayPlaces(n int) string {
	if n == 1 {
		return "1 place"
	}
	return group(n) + " places"
}

func sayLost(n int) string { return sayBytes(n) + " were written and never arrived." }

// sayGone says of how many bytes of datagrams nothing was read, and why.
func sayGone(s *picture.Stream) string {
	n := 0
	for _, b := range s.Gone {
		n += b.Len()
	}
	return sayBytes(n) + " lost: " + clean(strings.Join(s.Why, ", or ")) + "."
}

func sayBytes(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return group(n) + " bytes"
}

func sayGot(c *lab.Call) string {
	if c.Verdict == stage.OK || c.Verdict == stage.Torn {
		return group(len(c.Got)) + " of " + sayBytes(len(c.Want))
	}
	return fmt.Sprintf("%s, and %s were due", sayBytes(len(c.Got)), group(len(c.Want)))
}

func sayServerRan(heard []lab.Heard, limit int) string {
	const most = 4
	var parts []string
	for i, h := range heard {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %s more", group(len(heard)-most)))
			break
		}
		parts = append(parts, quote([]byte(h.Command), limit))
	}
	if len(parts) == 0 {
		return "ran nothing"
	}
	return "ran " + strings.Join(parts, ", ")
}

func sayCost(c lab.Cost) string {
	return fmt.Sprintf("%s, %s, %s (%s of payload), %s, %s",
		sayDuration(c.Elapsed), plural(c.RoundTrips, "round trip"), sayBytes(c.Wire), group(c.Payload),
		plural(c.Reads, "read"), plural(c.Writes, "write"))
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return group(n) + " " + word + "s"
}

// sayHappened tells in one sentence what became of a run.
func sayHappened(r *lab.Result) string {
	who := capital(sayProgram(r)) + ": "
	if r.Verdict == stage.OK {
		return fmt.Sprintf("%s%s of %s answers are exact.", who, group(len(r.Calls)), group(len(r.Commands)))
	}
	for i, c := range r.Calls {
		if c.Verdict != r.Verdict {
			continue
		}
		who += "call " + picture.Letter(i+1, false)
		switch {
		case c.Verdict.Silent():
			return fmt.Sprintf("%s came back %s (%s) and without an error: nobody noticed, and that is worse than any error.",
				who, c.Verdict, sayGot(&c))
		case c.Verdict == stage.Error:
			return who + " ended in an error: loud, so that somebody can look for the cause."
		}
		return who + " never came back: " + sayHeadline(r) + "."
	}
	return who + "the server ended in " + string(r.Verdict) + "."
}

// sayKey explains the signs that a picture used.
func sayKey(k picture.Key) []string {
	var list []string
	add := func(used bool, text string) {
		if used {
			list = append(list, text)
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

// capital returns text with its first letter, if it is an ASCII one, upper-case.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// group writes a number with commas between the thousands.
func group(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
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

func saySwept(s search.Swept) string {
	if s.Tried == 0 {
		return sweptWords[s.Kind] + ": not tried"
	}
	return fmt.Sprintf("%s: wrong under %s of %s", sweptWords[s.Kind], group(s.Wrong), plural(s.Tried, "plan"))
}

func saySmallest(f *lab.Searched) string { return sayFound(f.Smallest) }

func sayFound(f *search.Found) string {
	if f == nil {
		return "none of these breaks it"
	}
	return fmt.Sprintf("%s (%s): %s", f.Plan, f.Verdict, sayVerdict(stage.Verdict(f.Verdict)))
}

// sayLoss says which datagrams of one direction are fatal.
func sayLoss(d lab.Loss) string {
	fates := func(list []lab.Fate) string {
		if len(list) == 0 {
			return "none"
		}
		const most = 8
		var parts []string
		for i, f := range list {
			if i == most {
				parts = append(parts, fmt.Sprintf("and %s more", group(len(list)-most)))
				break
			}
			parts = append(parts, fmt.Sprintf("%d (%s)", f.N, f.Verdict))
		}
		return strings.Join(parts, ", ")
	}
	pairs := "not tried"
	if d.Pairs > 0 {
		pairs = fmt.Sprintf("fatal in %s of %s", group(d.FatalPairs), plural(d.Pairs, "pair"))
	}
	return fmt.Sprintf("%s. Fatal to lose: %s. Fatal to swap with the next: %s. Two lost: %s.",
		strings.Replace(sayStream(d.Dir == trace.Up, 0), sayBytes(0), plural(d.Datagrams, "datagram"), 1), fates(d.Drops), fates(d.Swaps), pairs)
}

func sayComposed(c lab.Composition) string {
	if c.Holds {
		return "the same under every cut in both directions, every stall and every schedule, by Kahn's theorem: " + clean(c.Why)
	}
	return "nothing can be said of all cuts at once: " + clean(c.Why)
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

func sayProgramAt(command, address string) string {
	switch {
	case command == "":
		return "at " + address
	case address == "":
		return command
	}
	return command + " at " + address
}

func sayBaseline(r *trial.Report) string {
	b := r.Baseline
	text := fmt.Sprintf("%s and %s of output, twice", b.End, sayBytes(b.OutputBytes))
	if b.Other != b.End {
		text = fmt.Sprintf("%s once, %s once", b.End, b.Other)
	} else if !b.Same {
		text = fmt.Sprintf("%s, twice; the output differed", b.End)
	}
	return fmt.Sprintf("%s; %s, %s up, %s down", text, plural(b.Conns, "connection"), sayBytes(b.Up), sayBytes(b.Down))
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

func sayTried(t trial.Tried) string {
	text := groupWords[t.Group] + ": " + plural(t.Runs, "run")
	if t.Of > t.Runs {
		text += " of " + group(t.Of)
	}
	if t.Failed > 0 {
		text += fmt.Sprintf(", %s failed", group(t.Failed))
	}
	return text
}

func sayCutsMade(c trial.Cuts) string {
	if c == (trial.Cuts{}) {
		return "none made"
	}
	text := fmt.Sprintf("%s verified: no read crossed them", group(c.Verified))
	if c.Unverified > 0 {
		text += fmt.Sprintf("; %s made by a delay alone, not verified", group(c.Unverified))
	}
	if c.TimedOut > 0 {
		text += fmt.Sprintf("; %s given up, because the receiver did not read", group(c.TimedOut))
	}
	return text
}

func sayFinding(f *trial.Finding) string {
	return "smallest plan that breaks it: " + f.Plan.String()
}

// sayPlace says what a cut fell into.
func sayPlace(f *trial.Finding) string {
	p := f.Place
	switch {
	case f.At == 0:
		return ""
	case p.Message == 0:
		return fmt.Sprintf("after byte %s of %s", group(p.Into), group(p.Of))
	case p.Header:
		return fmt.Sprintf("%s into a %d-byte length, message %d", sayBytes(p.Into), p.Of, p.Message)
	case p.Into == 0:
		return fmt.Sprintf("before the body of message %d", p.Message)
	}
	return fmt.Sprintf("%s into the %s of message %d", sayBytes(p.Into), sayBytes(p.Of), p.Message)
}

func sayMistake(m trial.Mistake) string {
	switch m {
	case trial.ReadOnce:
		return "The receiver reads once where it must read until the message is complete."
	case trial.MessageARead:
		return "The receiver handles one message a read, and what else came with it is lost or taken for a part of it."
	case trial.PartForgotten:
		return "The receiver loses what it has read of a message while it waits for the rest."
	case trial.TextByChunk:
		return "The receiver decodes text a chunk at a time: bytes of one character came in two chunks."
	case trial.RequestUnframed:
		return "The server takes one read for one request: nothing marks where a request ends, or it does not read on to there."
	}
	return ""
}

func sayConfirmed(f *trial.Finding) string {
	c := f.Outcome.Relay
	text := fmt.Sprintf("failed %d of %d times", f.Confirmed, f.Of)
	if f.Dir != "" {
		text += ", each with new programs, and not without it"
	}
	if all := c.Verified + c.Unverified + c.TimedOut; all > 0 {
		text += fmt.Sprintf("; %d of %s verified", c.Verified, plural(all, "cut"))
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

func sayBelief(b *beliefs.Belief) string {
	return fmt.Sprintf("belief %d, %s: \"%s\"", b.Number(), b.Name, b.Says)
}

func sayPart(p beliefs.Part) string {
	under := "on kernel sockets"
	if p.Simulated() {
		under = "under " + p.Plan.String()
	}
	if p.Name != "" {
		under = ", " + under
	}
	text := p.Name + under
	if p.Verdict != "" {
		text += ": " + string(p.Verdict)
	}
	return text
}

func sayBar(b beliefs.Bar) string { return b.What + ": " + sayBytes(b.Bytes) }

func sayRefuted(r *beliefs.Result) string {
	switch {
	case r.Skipped != "":
		return "not shown on this system: " + r.Skipped
	case r.Refuted:
		return "refuted"
	}
	return "not refuted by this run"
}

func sayTally(results []*beliefs.Result) string {
	refuted, skipped := 0, 0
	for _, r := range results {
		if r.Skipped != "" {
			skipped++
		} else if r.Refuted {
			refuted++
		}
	}
	text := fmt.Sprintf("Refuted: %s of %s.", group(refuted), plural(len(results), "belief"))
	if skipped > 0 {
		text += fmt.Sprintf(" Not shown on this system: %s.", group(skipped))
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
func sayWhy(s *trial.Submission) string {
	if s.Verdict == trial.Broke && s.Report != nil {
		if likely := sayMistake(s.Report.Findings[0].Mistake); likely != "" {
			return likely
		}
	}
	return s.Why
}

func sayClass(counts map[trial.Verdict]int, all int) string {
	var parts []string
	for _, v := range trial.Verdicts {
		if counts[v] > 0 {
			parts = append(parts, group(counts[v])+" "+sayGrade(v))
		}
	}
	return fmt.Sprintf("%s: %s.", plural(all, "submission"), strings.Join(parts, ", "))
}
