package trial

import (
	"bytes"
	"fmt"
	"strings"
	"time"

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
	Kind Kind   `json:"kind"`
	Text string `json:"text"`
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
		return &Failure{Hang, fmt.Sprintf("nothing moved any more, after %s of output", bytesOf(len(got.Output)))}
	case got.Server != "" && got.Server != endOK && got.Server != o.server:
		return &Failure{Crash, "the server ended: " + withReason(got.Server, got.Last)}
	}
	if got.End != o.end {
		kind := Status
		if got.Status < 0 {
			kind = Crash
		}
		return &Failure{kind, "the client ended with " + withReason(got.End, lastLine(got.Errors)) + ", want " + o.end}
	}
	if o.known && got.Length != o.length && bytes.HasPrefix(got.Output, o.output) {
		return &Failure{Output, fmt.Sprintf("the client's output is another one: %s, want %d", bytesOf(got.Length), o.length)}
	}
	if o.known && !bytes.Equal(got.Output, o.output) {
		return &Failure{Output, "the client's output is another one: " + difference(got.Output, o.output)}
	}
	return nil
}

func withReason(end, reason string) string {
	if reason == "" {
		return end
	}
	return end + " (" + clip(reason, 200) + ")"
}

// difference says where two outputs part.
func difference(got, want []byte) string {
	same := 0
	for same < len(got) && same < len(want) && got[same] == want[same] {
		same++
	}
	if same == len(got) {
		return fmt.Sprintf("it ends after %s of %d", bytesOf(same), len(want))
	}
	const show = 32
	piece := got[same:min(same+show, len(got))]
	if same == len(want) {
		return fmt.Sprintf("%s too many: %+q", bytesOf(len(got)-same), piece)
	}
	return fmt.Sprintf("from byte %d on %+q, want %+q", same, piece, want[same:min(same+show, len(want))])
}

func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// clip shortens a text that somebody else's program printed.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
