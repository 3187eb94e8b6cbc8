package belief

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// oneSendOneReceive writes three commands back to back, and one cut falls into
// the second.
func oneSendOneReceive() (Result, error) {
	commands := []string{"ls", "pwd", "date"}
	p := oneWay("up:cut=3", commands, each(commands), eachRead(1024))
	exact := 0
	for _, h := range p.heard() {
		if slices.Contains(commands, h) {
			exact++
		}
	}
	return Result{
		Refuted: exact < len(commands) && len(p.reads(trace.Up)) != len(commands),
		Parts:   []Part{p},
		Measured: words.Sentencef("%s of %s bytes came out of %s of %s bytes, and %d of these held exactly one command.",
			words.Count(len(p.writes(trace.Up)), "send"), words.Numbers(p.writes(trace.Up)),
			words.Count(len(p.reads(trace.Up)), "receive"), words.Numbers(p.reads(trace.Up)), exact),
	}, nil
}

// sticky shows that the one name stands for three things.
func sticky() (Result, error) {
	two, turned := []string{"date", "whoami"}, []string{"whoami", "date"}
	parts := []Part{
		oneWay("glue", two, each(two), eachRead(1024)).named("coalescing (粘连): several messages in one read"),
		oneWay("up:cut=2", two[1:], each(two[1:]), eachRead(1024)).named("splitting (半包): part of a message in one read"),
		oneWay("as-written", turned, each(turned), eachRead(4)).named("residue (残留): the rest of a message in the next read"),
	}
	parts[2].Verdict = second(parts[2]) // it is about the next read
	arrived, whole := 0, true
	var got []stage.Verdict
	var said []string
	for _, p := range parts {
		got, said = append(got, p.Verdict), append(said, string(p.Verdict))
		sent := strings.Join(p.Commands, "")
		whole = whole && strings.Join(p.heard(), "") == sent
		arrived += len(sent)
	}
	return Result{
		Refuted: whole && slices.Equal(got, []stage.Verdict{stage.Glued, stage.Torn, stage.Leftover}),
		Parts:   parts,
		Measured: words.Sentencef("One program came out %s, three different things, while all %s arrived once and in order: "+
			"a stream has no packets, and nothing in it stuck.",
			words.List(said), words.Count(arrived, "byte")),
	}, nil
}

// second is the verdict of the second message that was taken.
func second(p Part) stage.Verdict {
	if len(p.Server.Heard) < 2 {
		return ""
	}
	switch got := owners(p.Log, p.Server.Heard[1].Source); {
	case len(got) == 1 && got[0] < 2:
		return stage.Leftover
	case len(got) > 1:
		return stage.Glued
	}
	return stage.OK
}

// loopbackWorks runs one program under four plans. The first two are what
// loopback does nearly always.
func loopbackWorks() (Result, error) {
	var parts []Part
	var said []words.Sentence
	right := 0
	for _, plan := range []string{"as-written", "glue", "down:cut=2", "down:drip"} {
		p := staged("structheader", stage.Naive, plan, "echo ab").showing(trace.Down)
		parts = append(parts, p)
		said = append(said, words.Sentencef("%s under %s", p.Verdict, plan))
		if p.Verdict == stage.OK {
			right++
		}
	}
	return Result{
		Refuted: right > 0 && right < len(parts) && parts[0].Verdict == stage.OK,
		Parts:   parts,
		Measured: words.Sentencef("The same program with the same command was right under %d of %s: %s.",
			right, words.Count(len(parts), "plan"), words.List(said)),
	}, nil
}

// flush writes fifty messages through a buffer that is flushed after each.
func flush() (Result, error) {
	var messages []string
	for i := range 50 {
		messages = append(messages, fmt.Sprintf("%02d", i+1))
	}
	p := oneWay("glue", messages, func(s *sender) {
		out := bufio.NewWriter(s)
		for i, m := range messages {
			s.next(i+1, 0, len(m))
			out.WriteString(m)
			out.Flush()
		}
	}, eachRead(1024))
	writes, reads := p.writes(trace.Up), p.reads(trace.Up)
	return Result{
		Refuted: len(reads) < len(writes),
		Parts:   []Part{p},
		Measured: words.Sentencef("%s, each of them flushed, came out of %s of %s.",
			words.Count(len(writes), "write"), words.Count(len(reads), "read"), words.Count(sum(reads), "byte")),
	}, nil
}

// leftovers looks at where the rest of an answer is when the next command goes
// out.
func leftovers() (Result, error) {
	p := staged("noframing", stage.Naive, "glue", "bytes 2000", "echo two").showing(trace.Down)
	written, arrived, read, commands := 0, 0, 0, 0
	for _, e := range p.Log {
		switch {
		case e.Kind == trace.Written && e.Dir == trace.Up:
			commands++
		case e.Kind == trace.Written:
			written = e.To
		case e.Kind == trace.Arrived && e.Dir == trace.Down:
			arrived = e.To
		case e.Kind == trace.Read && e.Dir == trace.Down:
			read = e.To
		}
		if commands == 2 {
			break
		}
	}
	return Result{
		Refuted: commands == 2 && arrived == written && read < arrived,
		Parts:   []Part{p},
		Measured: words.Sentencef("When the second command was sent, %s of the first answer's %s had arrived at the client and %s had been read: "+
			"the other %s waited in its own receive buffer.",
			words.Group(arrived), words.Count(written, "byte"), words.Group(read), words.Group(arrived-read)),
	}, nil
}

// recorded is the sizes of the reads that linuxOnly made on linux/amd64.
var recorded = []int{13, 1, 3, 1, 5, 7, 4}

// linuxOnly cuts a stream at the places that a seed chooses, and compares with
// what was recorded on another system.
func linuxOnly() (Result, error) {
	messages := []string{"every", "system", "cuts", "a stream", "as it likes"}
	p := oneWay("random=3", messages, each(messages), eachRead(1024))
	reads := p.reads(trace.Up)
	same := slices.Equal(reads, recorded)
	compared := words.Sentencef("the same as were recorded on Linux")
	if !same {
		compared = words.Sentencef("where those recorded on Linux are of %s", words.Numbers(recorded))
	}
	return Result{
		Refuted: same && p.Verdict != stage.OK,
		Parts:   []Part{p},
		Measured: words.Sentencef("No system's TCP took part in this run: the plan cut %s into reads of %s bytes, %s, "+
			"and %s were taken for %s.",
			words.Count(sum(reads), "byte"), words.Numbers(reads), compared, words.Count(len(p.heard()), "read"), words.Count(len(messages), "message")),
	}, nil
}
