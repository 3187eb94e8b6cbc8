package trial

import (
	"bytes"
	"context"
	"slices"
	"unicode/utf8"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// A Mistake is what a program that breaks so has most likely got wrong.
type Mistake string

const (
	Unknown         Mistake = ""
	ReadOnce        Mistake = "read-once"        // a part of a message is read once, not until it is whole
	MessageARead    Mistake = "message-a-read"   // one message is handled a read, and what else came with it is lost
	PartForgotten   Mistake = "part-forgotten"   // what was read of a message is lost while the rest of it is awaited
	TextByChunk     Mistake = "text-by-chunk"    // text is decoded a chunk at a time
	RequestUnframed Mistake = "request-unframed" // nothing marks the end of a request
)

// finding describes a failure under a plan.
func (t *trial) finding(plan netsim.Plan, o *Outcome, f *Failure) *Finding {
	found := &Finding{Plan: plan, Failure: *f, Outcome: o}
	for _, dir := range search.Directions {
		s := plan.Stream(0, dir)
		switch {
		case len(s.Cuts) > 0:
			found.Dir, found.At = dir, s.Cuts[0]
		case len(s.Stalls) > 0:
			found.Dir, found.At = dir, s.Stalls[0].At
		case s.Mode.Kind != netsim.Unset && found.Dir == "":
			found.Dir = dir
		default:
			continue
		}
		if found.At > 0 {
			break
		}
	}
	if found.Dir != "" {
		// What stands behind the cut depends on what the programs made of it, and
		// on who was faster.
		found.Conn = 1
		for conn := 1; conn <= o.Log.Conns(); conn++ {
			if len(o.Log.Stream(conn, found.Dir)) > found.At { // the first that it cuts
				found.Conn = conn
				break
			}
		}
		found.Stream = o.Log.Stream(found.Conn, found.Dir)
		if whole := t.streams[key{found.Conn, found.Dir}]; bytes.HasPrefix(whole, found.Stream[:min(found.At, len(found.Stream))]) {
			found.Stream = whole
		}
		found.Place = t.Frame.place(found.Stream, found.At)
	}
	return found
}

// mistake guesses what the programs have got wrong.
func (t *trial) mistake(ctx context.Context, f *Finding) Mistake {
	if f.Dir == "" {
		return Unknown
	}
	s := f.Plan.Stream(0, f.Dir)
	if len(s.Cuts) == 0 {
		if _, edge := slices.BinarySearch(t.edges(f.Dir), f.At); f.At > 0 && !edge {
			return PartForgotten
		}
		return MessageARead // bytes that came apart were read together
	}
	stream := f.Stream
	if len(s.Cuts) == 1 {
		if start, ok := insideRune(stream, f.At); ok && start > 0 {
			// A cut beside the character tells a decoder from a reader.
			if first, err := t.fails(ctx, oneCut(f.Dir, start)); err == nil && first < 0 {
				return TextByChunk
			}
		}
	}
	if f.Dir == trace.Up && len(t.Frame.Messages(stream)) == 0 {
		return RequestUnframed
	}
	return ReadOnce
}

// insideRune reports whether a cut falls into a character of several bytes, and
// where that begins.
func insideRune(stream []byte, cut int) (start int, ok bool) {
	if cut >= len(stream) {
		return 0, false
	}
	for start = max(0, cut-utf8.UTFMax+1); start < cut; start++ {
		if c, n := utf8.DecodeRune(stream[start:]); c != utf8.RuneError && start+n > cut {
			return start, true
		}
	}
	return 0, false
}
