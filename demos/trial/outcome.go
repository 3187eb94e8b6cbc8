package trial

import (
	"bytes"
	"strings"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/trace"
)

// An Outcome is what became of the programs in one run.
type Outcome struct {
	Status int           // of the client; -1 where a signal ended it
	End    string        // the same in words: "exit status 1", "signal: aborted"
	Hang   bool          // nothing moved any more, and it was killed
	Slow   bool          // it took far too long and still moved: nothing can be said
	Output []byte        // of the client, as far as it is kept
	Length int           // bytes of it
	Errors []byte        // the last that it printed on stderr
	Server string        // how the server ended, where it did
	Last   string        // the last line that the server printed on stderr then
	Took   time.Duration // from the client's start to its end
	Start  time.Duration // from there to its first connection
	Quiet  time.Duration // the longest in which nothing moved

	Up, Down int // bytes of the longest streams, where a log was asked for

	Log   trace.Log // where it was asked for: what the relay received and passed on
	Relay relay.Counters
}

// A Kind is in what way an outcome differs from what it should be.
type Kind string

const (
	Hang   Kind = "hang"   // nothing moved any more
	Crash  Kind = "crash"  // a signal ended the client, or the server died
	Status Kind = "status" // another exit status
	Output Kind = "output" // the same exit status, and other output: silent, and so the worst
)

// A Failure is an outcome that is not as it should be.
type Failure struct {
	Kind Kind           `json:"kind"`
	Text words.Sentence `json:"text"`
}

// An oracle is what an outcome should be: what two runs without a plan agree on.
type oracle struct {
	end    string // of the client
	server string // of the server, which may end with its client
	hang   bool   // of a client that is not ours: its connection just falls silent
	output []byte
	length int  // bytes of it, kept or not
	known  bool // whether output is: it was the same both times
}

// judge returns how an outcome fails, nil where it does not.
func (o *oracle) judge(got *Outcome) *Failure {
	switch {
	case got.Slow:
		return nil
	case got.Hang && !o.hang:
		return &Failure{Hang, words.Sentencef("nothing moved any more, after %s of output", words.Ungrouped(len(got.Output), "byte"))}
	case got.Server != "" && got.Server != endOK && got.Server != o.server:
		return &Failure{Crash, words.Sentencef("the server ended: %s", withReason(got.Server, got.Last))}
	}
	if got.End != o.end {
		kind := Status
		if got.Status < 0 {
			kind = Crash
		}
		return &Failure{kind, words.Sentencef("the client ended with %s, want %s", withReason(got.End, lastLine(got.Errors)), Ended(o.end))}
	}
	if o.known && got.Length != o.length && bytes.HasPrefix(got.Output, o.output) {
		return &Failure{Output, words.Sentencef("the client's output is another one: %s, want %d", words.Ungrouped(got.Length, "byte"), o.length)}
	}
	if o.known && !bytes.Equal(got.Output, o.output) {
		return &Failure{Output, words.Sentencef("the client's output is another one: %s", difference(got.Output, o.output))}
	}
	return nil
}

// Ended makes a sentence of the words in which a program's end is known.
func Ended(end string) words.Sentence {
	return words.Recognize(end, "exit status %d", "signal: %s", endHang, endSilence, endClosed)
}

func withReason(end, reason string) words.Sentence {
	if reason == "" {
		return Ended(end)
	}
	return words.Sentencef("%s (%s)", Ended(end), clip(reason, 200))
}

// difference says where two outputs part.
func difference(got, want []byte) words.Sentence {
	same := 0
	for same < len(got) && same < len(want) && got[same] == want[same] {
		same++
	}
	if same == len(got) {
		return words.Sentencef("it ends after %s of %d", words.Ungrouped(same, "byte"), len(want))
	}
	const show = 32
	piece := got[same:min(same+show, len(got))]
	if same == len(want) {
		return words.Sentencef("%s too many: %+q", words.Ungrouped(len(got)-same, "byte"), piece)
	}
	return words.Sentencef("from byte %d on %+q, want %+q", same, piece, want[same:min(same+show, len(want))])
}

// clip shortens a text that somebody else's program printed.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
