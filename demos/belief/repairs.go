package belief

import (
	"strings"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// sleep holds up the size for less and for more than the pause, and cuts it. Then it
// looks for the least pause that would have done, on paths of any length.
func sleep() (Result, error) {
	const command = "echo two words" // an answer of 10 bytes, two digits
	short := staged("sleephack", stage.Naive, "down:stall=400ms@0", command).
		named("in fairness: a delay shorter than the pause").showing(trace.Down)
	long := staged("sleephack", stage.Naive, "down:stall=600ms@0", command).
		named("a delay longer than the pause").showing(trace.Down)
	split := staged("sleephack", stage.Naive, "down:cut=1", command).
		named("the size cut after its first digit").showing(trace.Down)
	pauses, err := lab.Pauses(sleepTrips, []lab.Holdup{{Stall: 600 * time.Millisecond}, {Lost: 1}, {Lost: 2}})
	if err != nil {
		return Result{}, err
	}
	agree, fails := 0, time.Duration(0)
	for _, p := range pauses {
		if p.Found == p.Predicted {
			agree++
		}
		if p.Lost == 1 && p.Found > sleepPause && fails == 0 {
			fails = p.RTT
		}
	}
	return Result{
		Refuted: short.Verdict == stage.OK && long.Verdict != stage.OK && split.Verdict != stage.OK,
		Parts:   []Part{short, long, split},
		Pauses:  pauses,
		Measured: words.Sentencef("In fairness, a pause of half a second outlasted a delay of 400 ms: %s; but after one of 600 ms size and body came in a single read of %s: %s; "+
			"and a cut inside the size, which no pause can mend, left %.20q of an answer of %s. "+
			"Where the segment of the size is lost once, half a second is too short from a round trip of %s on; the least pause that works was the predicted one in %d of %s.",
			short.Verdict, words.Count(first(long.reads(trace.Down)), "byte"), long.Verdict,
			split.answer(), words.Count(len(split.Calls[0].Want), "byte"), fails, agree, words.Count(len(pauses), "case")),
	}, nil
}

// sleepPause is what stage2's naive server waits.
const sleepPause = 500 * time.Millisecond

var sleepTrips = []time.Duration{
	0, 10 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 120 * time.Millisecond,
	166 * time.Millisecond, 167 * time.Millisecond, 200 * time.Millisecond,
}

func first(numbers []int) int {
	if len(numbers) == 0 {
		return 0
	}
	return numbers[0]
}

// nodelay writes five messages to a reader that is late, with Nagle's algorithm
// off, as Go has it, and on.
func nodelay() (Result, error) {
	if why := sockets(); !why.IsZero() {
		return Result{Skipped: why}, nil
	}
	messages := strings.Split("one two three four five", " ")
	var parts []Part
	for _, off := range []bool{true, false} {
		p, err := late(messages, off)
		if err != nil {
			return Result{}, err
		}
		parts = append(parts, p)
	}
	parts[0] = parts[0].named("TCP_NODELAY on, Nagle's algorithm off")
	parts[1] = parts[1].named("TCP_NODELAY off, Nagle's algorithm on")
	with, without := parts[0].reads(trace.Up), parts[1].reads(trace.Up)
	return Result{
		Refuted: len(with) < len(messages),
		Parts:   parts,
		Measured: words.Sentencef("With TCP_NODELAY, %s came out of %s of %s, for the reader came when all had arrived; with Nagle's algorithm they came out of %s.",
			words.Count(len(messages), "write"), words.Count(len(with), "read"), words.Count(sum(with), "byte"), words.Group(len(without))),
	}, nil
}

// late writes messages to a reader that waits until all of them have arrived.
func late(messages []string, nodelay bool) (Part, error) {
	client, server, err := loopback()
	if err != nil {
		return Part{}, err
	}
	defer client.Close()
	defer server.Close()
	if err := client.SetNoDelay(nodelay); err != nil {
		return Part{}, err
	}
	total := 0
	for _, m := range messages {
		if _, err := client.Write([]byte(m)); err != nil {
			return Part{}, err
		}
		total += len(m)
	}
	if err := arrive(server, total); err != nil {
		return Part{}, err
	}
	var reads []trace.Span
	buf := make([]byte, 1024)
	for at := 0; at < total; {
		n, err := server.Read(buf)
		if err != nil {
			return Part{}, err
		}
		reads = append(reads, trace.Span{From: at, To: at + n})
		at += n
	}
	return kernelPart(messages, inOrder(messages), reads), nil
}

// ack shows what the handshake does mend, then cuts an announced size and a
// request.
func ack() (Result, error) {
	const rtt = 40 * time.Millisecond
	glued := staged("ackhandshake", stage.Naive, "link:rtt=40ms", "bytes 1024").
		named("in fairness: size and body stay apart").showing(trace.Down)
	size := staged("ackhandshake", stage.Naive, "down:cut=8", "bytes 1024").
		named("a cut inside the announced size").showing(trace.Down)
	request := staged("ackhandshake", stage.Naive, "up:cut=2", "echo two").
		named("a cut inside the request").showing(trace.Up)
	ran := ""
	if h := request.Server.Heard; len(h) > 0 {
		ran = h[0].Command
	}
	return Result{
		Refuted: glued.Verdict == stage.OK && size.Verdict != stage.OK && request.Verdict != stage.OK,
		Parts:   []Part{glued, size, request},
		Measured: words.Sentencef("In fairness, lock-step does keep size and body apart, for %s a message, here %s instead of %s; "+
			"but after a cut inside the size the answer began with %.2q, the digits left behind, and after a cut inside the request the server ran %q.",
			words.Count(glued.Cost.RoundTrips, "round trip"), glued.Cost.Elapsed, rtt, size.answer(), ran),
	}, nil
}

// biggerBuffer reads three messages with a small buffer and a big one, uncut
// and cut.
func biggerBuffer() (Result, error) {
	messages := []string{strings.Repeat("a", 700), strings.Repeat("b", 700), strings.Repeat("c", 700)}
	const small, big = 1 << 10, 64 << 10
	parts := []Part{
		oneWay("glue", messages, each(messages), eachRead(small)).named("reads of up to 1 KiB"),
		oneWay("glue", messages, each(messages), eachRead(big)).named("reads of up to 64 KiB"),
		oneWay("up:cut=1000", messages, each(messages), eachRead(big)).named("reads of up to 64 KiB, and a cut"),
	}
	whole, cut := parts[1].reads(trace.Up), parts[2].reads(trace.Up)
	return Result{
		Refuted: parts[1].Verdict != stage.OK && parts[2].Verdict != stage.OK && len(whole) < len(messages),
		Parts:   parts,
		Measured: words.Sentencef("With a buffer of 64 KiB %s took all %s, %s, where one of 1 KiB took %s; and after a cut the big buffer still got reads of %s bytes for messages of 700.",
			words.Count(len(whole), "read"), words.Count(len(messages), "message"), words.Count(sum(whole), "byte"),
			words.Count(len(parts[0].reads(trace.Up)), "read"), words.Numbers(cut)),
	}, nil
}
