// Package say has the words of a picture: its labels and key, and the sentences
// around it. Every renderer says the same, in the language of its reader; what a
// stage or a belief says of itself comes from its table.
package say

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Labels of what stands around a picture, for [words.Lang.Say]: at most eight
// columns, in any language.
const (
	LabelPlan     = "plan"
	LabelCommands = "commands"
	LabelClients  = "clients"
	LabelCalls    = "calls"
	LabelServer   = "server"
	LabelEnd      = "ended"
	LabelCost     = "cost"
	LabelNote     = "note"
	LabelKey      = "key"
	LabelHappened = "what"
	LabelWhy      = "why"
	LabelRepair   = "fix"
	LabelPrice    = "price"
	LabelTried    = "tried"
	LabelMeasured = "measured"
	LabelInstead  = "instead"
	LabelVerdict  = "verdict"
)

// laneWords are labels of at most eight columns, in any language.
var laneWords = map[picture.Kind]string{
	picture.Offset:   "offset",
	picture.Message:  "message",
	picture.Written:  "written",
	picture.Segment:  "segment",
	picture.Resent:   "resent",
	picture.Wire:     "wire",
	picture.Read:     "read",
	picture.Believed: "believed",
	picture.Expected: "expected",
	picture.Lost:     "lost",
	picture.Times:    "    at", // these times
	picture.Order:    "   nth", // to arrive, this one was
	picture.As:       "    as", // the answer to, or the command of, this call
	picture.Cuts:     "cuts",
}

// Lane labels a lane.
func Lane(in words.Lang, k picture.Kind) string { return in.Say(laneWords[k]) }

// Nothing is what an empty lane shows.
func Nothing(in words.Lang) string { return in.Say("nothing") }

// Empty says that there is no stream to draw.
func Empty(in words.Lang) string { return in.Say("No byte was written.") }

// Reset says how a stream ended.
func Reset(in words.Lang) string { return in.Say("The connection was reset.") }

// Verdict explains a verdict in a few words.
func Verdict(in words.Lang, v stage.Verdict) string {
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

// Headline explains a run's verdict: on kernel sockets a hang is a guess.
func Headline(in words.Lang, r *lab.Result) string {
	if r.Net == lab.Kernel && r.Verdict == stage.Hang {
		return in.Sayf("nothing came for %s", duration(lab.KernelLimit))
	}
	return Verdict(in, r.Verdict)
}

// Program names a side, and its variant.
func Program(r *lab.Result) string {
	side := string(r.Side)
	if r.Variant != "" && r.Side == stage.Naive {
		side += " (" + r.Variant + ")"
	}
	return side
}

// Stage names a stage and its idea.
func Stage(in words.Lang, s *stage.Stage, variant string) string {
	idea := s.Idea
	for _, v := range s.Variants {
		if v.Name == variant {
			idea = v.Idea
		}
	}
	return in.Sayf("%s %s: %s", s.ID, s.Name, in.Say(idea))
}

// Commands lists commands, only the first ones where there are many.
func Commands(in words.Lang, commands []string) string {
	const most = 8
	list := commands[:min(most, len(commands))]
	text := picture.Clip(picture.Clean(strings.Join(list, "; ")), 200)
	if len(list) < len(commands) || picture.Columns(text) == 200 {
		text += in.Sayf(" ... (%s)", words.Count(len(commands), "command"))
	}
	return text
}

// Clients says who sends the commands.
func Clients(in words.Lang, c stage.Clients) string {
	if c == stage.EachGoes {
		return in.Say("one for each command, who leaves before the next one comes")
	}
	return in.Say("one for each command, and nobody leaves before the last answer")
}

// Net says which network it was, where that is not the simulator.
func Net(in words.Lang, r *lab.Result) string {
	switch {
	case r.Net != lab.Kernel:
		return ""
	case r.Stage.OnDatagrams():
		return in.Say(", on kernel sockets")
	case r.Planned() && r.Nagle:
		return in.Say(", on kernel sockets with Nagle's algorithm, through a relay")
	case r.Planned():
		return in.Say(", on kernel sockets, through a relay")
	case r.Nagle:
		return in.Say(", on kernel sockets with Nagle's algorithm, which cut as they like")
	}
	return in.Say(", on kernel sockets, which cut as they like")
}

// Toward names a direction and how much went there.
func Toward(in words.Lang, up bool, size words.Phrase) string {
	if up {
		return in.Sayf("client -> server, %s", size)
	}
	return in.Sayf("server -> client, %s", size)
}

// HiddenConnections says how many are not drawn.
func HiddenConnections(in words.Lang, hidden, all int) string {
	return in.Sayf("%s of %s connections are not drawn.", words.Group(hidden), words.Group(all))
}

// HiddenReads says how many are not drawn.
func HiddenReads(in words.Lang, hidden, all int) string {
	return in.Sayf("%s of %s reads are not drawn.", words.Group(hidden), words.Group(all))
}

// HiddenCalls says how many are not listed.
func HiddenCalls(in words.Lang, hidden, all int) string {
	return in.Sayf("%s of %s calls are not listed.", words.Group(hidden), words.Group(all))
}

// Fatal says how many places of a cut map are fatal.
func Fatal(in words.Lang, fatal, places int) string {
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

// Ways is the exact count: ways, not chances. Numbers too long to compare
// at a glance are given as powers of two where they are all there is.
func Ways(in words.Lang, d *search.Direction) string {
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

// Lost says how many bytes never arrived.
func Lost(in words.Lang, n int) string {
	return in.Sayf("%s were written and never arrived.", words.Count(n, "byte"))
}

// Gone says of how many bytes of datagrams nothing was read, and why.
func Gone(in words.Lang, s *picture.Stream) string {
	n := 0
	for _, b := range s.Gone {
		n += b.Len()
	}
	var why []string
	for _, w := range s.Why {
		why = append(why, picture.Clean(in.Say(w)))
	}
	return in.Sayf("%s lost: %s.", words.Count(n, "byte"), strings.Join(why, in.Say(", or ")))
}

// Got says how much came back from a call.
func Got(in words.Lang, c *lab.Call) string {
	if c.Verdict == stage.OK || c.Verdict == stage.Torn {
		return in.Sayf("%s of %s", words.Group(len(c.Got)), words.Count(len(c.Want), "byte"))
	}
	return in.Sayf("%s, and %s were due", words.Count(len(c.Got), "byte"), words.Group(len(c.Want)))
}

// ServerRan lists what a server ran, each command in at most so many columns.
func ServerRan(in words.Lang, heard []lab.Heard, limit int) string {
	const most = 4
	var parts []string
	for i, h := range heard {
		if i == most {
			parts = append(parts, in.Sayf("and %s more", words.Group(len(heard)-most)))
			break
		}
		parts = append(parts, picture.Quote([]byte(h.Command), limit))
	}
	if len(parts) == 0 {
		return in.Say("ran nothing")
	}
	return in.Sayf("ran %s", in.Join(parts))
}

// Cost sums up what the calls took.
func Cost(in words.Lang, c lab.Cost) string {
	return in.Sayf("%s, %s, %s (%s of payload), %s, %s",
		duration(c.Elapsed), words.Count(c.RoundTrips, "round trip"), words.Count(c.Wire, "byte"), words.Group(c.Payload),
		words.Count(c.Reads, "read"), words.Count(c.Writes, "write"))
}

// Happened tells in one sentence what became of a run.
func Happened(in words.Lang, r *lab.Result) string {
	who := capital(Program(r))
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
				who, call, c.Verdict, Got(in, &c))
		case c.Verdict == stage.Error:
			return in.Sayf("%s: call %s ended in an error: loud, so that somebody can look for the cause.", who, call)
		}
		return in.Sayf("%s: call %s never came back: %s.", who, call, Headline(in, r))
	}
	return in.Sayf("%s: the server ended in %s.", who, r.Verdict)
}

// Key explains the signs that a picture used.
func Key(in words.Lang, k picture.Key) []string {
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
	add(k.Bytes, "bytes 4-6: a segment with bytes 4, 5 and 6")
	add(k.Ack, "ACK 7: all bytes before byte 7 have come")
	add(k.Room, "window 0: the receiver has room for 0 bytes")
	add(k.Fin, "FIN: no more bytes follow")
	return list
}

// Time is short, for a place of few columns.
func Time(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(d.Round(10*time.Millisecond).Seconds(), 'f', 2, 64), "0"), ".") + "s"
	}
	return duration(d)
}

// duration rounds what nobody can tell apart.
func duration(d time.Duration) string {
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

// capital returns text with its first letter upper-case, if it has a case.
func capital(text string) string {
	if text == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:]
}

// Reason says why a naive run ended as the table lists it, "" where it lists
// nothing.
func Reason(in words.Lang, r *lab.Result) string {
	expected, listed := r.Expected()
	if r.Side != stage.Naive || !listed || expected != r.Verdict || r.Verdict == stage.OK {
		return ""
	}
	b := r.Stage.BreakOf(r.Variant)
	if r.Plan.String() == b.Plan {
		return in.Say(b.Reason)
	}
	return in.Sayf("%s.", capital(in.Say(b.AsWrittenReason)))
}

// Stream names a stream, and its connection where there are many.
func Stream(in words.Lang, s *picture.Stream, many bool) string {
	text := Toward(in, s.Dir == trace.Up, words.Count(len(s.Data), "byte"))
	if s.Sent > 0 {
		text = in.Sayf("%s in %s", text, words.Count(s.Sent, "datagram"))
	}
	if many {
		text = in.Sayf("connection %d, %s", s.Conn, text)
	}
	return text
}
