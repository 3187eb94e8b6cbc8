package search

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync/atomic"
)

// Decoder is an incremental decoder that Prove can examine. D is its own type.
type Decoder[D any] interface {
	// Feed hands over bytes that have arrived. The decoder may keep p until
	// Next has returned false, and may not change it.
	Feed(p []byte)

	// Next returns the next whole message; ok is false when that takes more
	// bytes. An error is for good: nothing is fed after it. The message is
	// valid until the next call.
	Next() (message []byte, ok bool, err error)

	// Close says that the stream has ended, after Next has returned false. It
	// returns nil at a boundary. A last message that only the end of the
	// stream completes is Next's afterwards.
	Close() error

	// AppendKey appends what stands for the decoder's whole state: two decoders
	// with the same key must do the same for ever after.
	AppendKey(key []byte) []byte

	// CopyFrom makes the decoder the same as another, sharing no memory with it.
	CopyFrom(D)
}

// Proof is what Prove found.
type Proof struct {
	Bytes    int
	Messages int   // that the stream gives, fed at once
	End      error // with which it ends then: Next's, or that of Close; nil at a boundary
	Feeds    int64 // that it took

	// Verdict is Proved, Refuted or NotProved.
	Verdict ProofVerdict
	Reason  string // in a sentence, unless proved

	// Two segmentations of one prefix of the stream that part, where refuted:
	// the sizes of their chunks. There is no shorter prefix, That is all of it
	// at once, and This has as few chunks as can be. That is nil where it is
	// not the cuts that matter, but the memory that the chunks are fed from.
	This, That []int

	// Wrong is how many ways to cut the stream go wrong, where that was asked
	// for and could be counted: those in which the messages and the error so
	// far, after any chunk, are not what the same bytes give at once, or the
	// end of the stream is not.
	Wrong *big.Int
}

// ProofVerdict is how a proof ended.
type ProofVerdict string

const (
	Proved    ProofVerdict = "proved"     // all 2^(n-1) segmentations give the same
	Refuted   ProofVerdict = "refuted"    // two of them do not
	NotProved ProofVerdict = "not proved" // too many states, or nothing to compare
)

// MaxStates is how many states an offset may have before Prove gives up. A
// correct decoder has one.
const MaxStates = 64

// Prove examines a decoder over all 2^(n-1) ways to cut a stream of n bytes.
//
// It feeds the stream byte by byte, which gives a state for each offset and the
// messages to expect, and then feeds s[i:j] to the state at i for all i < j:
// where that always gives the state at j, every way to cut the stream does, by
// induction over its last chunk. So n(n+1)/2 feeds stand for 2^(n-1) ways.
// Where states differ, be it in their key alone, all of them are followed, up
// to MaxStates an offset. What is wrong is a message, an error or a count of
// messages that differs, at any offset, or what the end of the stream gives
// there.
//
// Chunks are also fed from memory that is overwritten afterwards and is not
// followed by the stream's next byte.
//
// A stream that gives neither a message nor an error is not proved: a decoder
// that is stuck would do the same under every cut. For the same reason it is
// for the caller to compare Messages and End with what the stream holds.
//
// count asks for the exact number of ways that go wrong, which takes longer.
// The error is the context's, or says that the decoder cannot be examined.
func Prove[D Decoder[D]](ctx context.Context, newDecoder func() D, stream []byte, count bool) (Proof, error) {
	n := len(stream)
	p := &proving[D]{
		newDecoder: newDecoder, fresh: newDecoder(), stream: stream, lender: newLender(stream),
		endless: 64 * (n + 1), prefixes: make([]prefix, n+1),
		proof: Proof{Bytes: n, Verdict: NotProved, Reason: "it was interrupted"},
	}
	one := p.bytewise() && p.inTwo(ctx) && p.parallel(ctx)
	if p.proof.Verdict != Refuted && !one {
		p.follow(ctx, count)
	}
	last := &p.prefixes[n]
	switch {
	case ctx.Err() != nil:
		return p.proof, ctx.Err()
	case p.shares.Load():
		p.proof.Verdict = NotProved
		return p.proof, errors.New("search: the decoder cannot be examined: its CopyFrom shares memory")
	case p.proof.Verdict == Refuted:
	case isBreakdown(last.err):
		return p.proof, fmt.Errorf("search: the decoder cannot be examined: %w", last.err)
	case p.parted != nil: // and following did not notice
		p.refute("the stream in two does not give what it gives byte by byte, and the decoder's key does not show it", p.parted, ones(n))
	case p.crowded > 0:
		p.proof.Reason = fmt.Sprintf("offset %d has more than %d states", p.crowded, MaxStates)
	case n > 0 && last.given == 0 && last.err == nil && last.ending == "":
		p.proof.Reason = fmt.Sprintf("all %d bytes were fed, and neither a message nor an error came out", n)
	default:
		p.proof.Verdict, p.proof.Reason = Proved, ""
		if count {
			p.proof.Wrong = new(big.Int)
		}
	}
	return p.proof, nil
}

// proving is one Prove under way.
type proving[D Decoder[D]] struct {
	newDecoder func() D
	fresh      D
	stream     []byte
	lender     lender
	endless    int      // more messages than a stream has
	messages   [][]byte // of the whole stream
	prefixes   []prefix // by offset
	proof      Proof

	parted  []int       // a way to cut the stream in two that differs from byte by byte
	crowded int         // an offset with more than MaxStates
	shares  atomic.Bool // CopyFrom shares memory
}

// prefix is what the bytes up to an offset give: byte by byte at first, and at
// once where the states are followed.
type prefix struct {
	given  int      // messages
	own    [][]byte // they, where they are not the first of all
	err    error    // of Next, after which nothing is fed
	key    []byte
	closed error  // of Close here, if Next gave no error
	ending string // the messages behind that, in a form to compare
}

// finish fills in what the end of the stream gives, for d, which stands there
// and is not used afterwards.
func (p *proving[D]) finish(d D, at *prefix) {
	if at.err != nil {
		return
	}
	defer recovered(&at.closed)
	if at.closed = d.Close(); at.closed != nil {
		return
	}
	var text []byte
	given := 0
	at.closed = drain(d, func(message []byte) bool {
		text = fmt.Appendf(text, "%q ", message)
		given++
		return given <= p.endless
	})
	at.ending = string(text)
}

// conclude fills in what the proof says of the whole stream.
func (p *proving[D]) conclude() {
	last := &p.prefixes[len(p.stream)]
	p.proof.Messages, p.proof.End = last.given, last.closed
	if last.err != nil {
		p.proof.End = last.err
	}
}

func (p *proving[D]) refute(reason string, this, that []int) {
	if p.proof.Verdict != Refuted {
		p.proof.Verdict, p.proof.Reason, p.proof.This, p.proof.That = Refuted, reason, this, that
	}
}

// ones are the chunks of a stream that is fed byte by byte.
func ones(n int) []int {
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = 1
	}
	return sizes
}
