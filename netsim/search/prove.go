package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Decoder is an incremental decoder that Prove can examine. D is its own type.
type Decoder[D any] interface {
	// Feed hands over bytes that have arrived. The decoder must not keep p.
	Feed(p []byte)

	// Next returns the next whole message; ok is false when that takes more
	// bytes. An error is for good. The message is valid until the next Feed.
	Next() (message []byte, ok bool, err error)

	// Close says that the stream has ended; it returns nil at a boundary.
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
	Messages int   // in the stream
	Feeds    int64 // that it took

	// Verdict is Proved, Refuted or NotProved.
	Verdict ProofVerdict
	Reason  string // in a sentence, unless proved

	// Two segmentations of one prefix of the stream that part, where refuted:
	// the sizes of their chunks. Nil for the second says that it is the
	// stream's end that they part at.
	This, That []int

	Wrong *big.Int // ways to cut the stream that go wrong, where that was asked for
}

// ProofVerdict is how a proof ended.
type ProofVerdict string

const (
	Proved    ProofVerdict = "proved"     // all 2^(n-1) segmentations give the same
	Refuted   ProofVerdict = "refuted"    // two of them do not
	NotProved ProofVerdict = "not proved" // more states than were allowed
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
// States that differ in their key alone are followed too, up to MaxStates an
// offset; wrong is a message, an error or a count of messages that differs.
// The end of the stream is tried at every offset.
//
// count asks for the exact number of ways that go wrong, which takes longer.
func Prove[D Decoder[D]](ctx context.Context, newDecoder func() D, stream []byte, count bool) (Proof, error) {
	p := proving[D]{newDecoder: newDecoder, stream: stream, states: make([][]*state[D], len(stream)+1)}
	p.proof = Proof{Bytes: len(stream), Verdict: Proved}
	if err := p.reference(); err != nil {
		return p.proof, err
	}
	p.scribble()
	if p.proof.Verdict == Proved && !p.parallel(ctx) && ctx.Err() == nil {
		p.follow(ctx, count) // some key differed: go through them in order
	}
	return p.proof, ctx.Err()
}

// state is a decoder at an offset of the stream, with what it has given so far.
type state[D any] struct {
	decoder D
	key     []byte
	given   int   // messages
	err     error // of Next
	ended   error // of Close here
	from    *state[D]
	at      int
	ways    *big.Int // to come here
}

// chunks returns the sizes of the chunks that led to s.
func (s *state[D]) chunks() []int {
	var sizes []int
	for ; s.from != nil; s = s.from {
		sizes = append(sizes, s.at-s.from.at)
	}
	slices.Reverse(sizes)
	return sizes
}

type proving[D Decoder[D]] struct {
	newDecoder func() D
	stream     []byte
	messages   [][]byte
	states     [][]*state[D] // by offset; the first is that of the bytewise feed
	proof      Proof
	mu         sync.Mutex // guards proof while goroutines examine
}

// reference feeds the stream byte by byte.
func (p *proving[D]) reference() error {
	d := p.newDecoder()
	s := &state[D]{decoder: d, ways: big.NewInt(1)}
	p.finish(s)
	p.states[0] = []*state[D]{s}
	for i := range p.stream {
		next := &state[D]{decoder: p.newDecoder(), given: s.given, from: s, at: i + 1}
		next.decoder.CopyFrom(s.decoder)
		next.decoder.Feed(p.stream[i : i+1 : i+1])
		p.proof.Feeds++
		for {
			message, ok, err := next.decoder.Next()
			if next.err = err; err != nil || !ok {
				break
			}
			p.messages = append(p.messages, slices.Clone(message))
			next.given++
			if next.given > len(p.stream)+1 {
				return errors.New("the decoder gives messages without end")
			}
		}
		p.finish(next)
		p.states[i+1] = []*state[D]{next}
		s = next
	}
	p.proof.Messages = len(p.messages)
	return nil
}

// finish fills in a state's key, and what the end of the stream gives there.
func (p *proving[D]) finish(s *state[D]) {
	s.key = s.decoder.AppendKey(nil)
	closing := p.newDecoder()
	closing.CopyFrom(s.decoder)
	s.ended = closing.Close()
}

// scribble feeds every suffix from memory that is overwritten afterwards, so
// that a decoder that kept it is found out.
func (p *proving[D]) scribble() {
	n := len(p.stream)
	scratch := make([]byte, n)
	d := p.newDecoder()
	for i := range n {
		from := p.states[i][0]
		chunk := scratch[:copy(scratch, p.stream[i:])]
		d.CopyFrom(from.decoder)
		d.Feed(chunk)
		p.proof.Feeds++
		given := from.given
		for {
			message, ok, err := d.Next()
			if err != nil || !ok {
				break
			}
			if given >= len(p.messages) || !bytes.Equal(message, p.messages[given]) {
				break // examine says so better
			}
			given++
		}
		key := d.AppendKey(nil)
		for k := range chunk {
			chunk[k] ^= 0xa5
		}
		if after := d.AppendKey(nil); !bytes.Equal(key, after) {
			p.refute(fmt.Sprintf("the decoder keeps the bytes that it is fed: its state changed when they were overwritten after offset %d", n), from, n, nil)
			return
		}
	}
}

// parallel feeds every s[i:j] to the one state at i. It reports whether that
// settled the question; it does not where keys differ.
func (p *proving[D]) parallel(ctx context.Context) bool {
	n := len(p.stream)
	workers := runtime.GOMAXPROCS(0)
	if n < 64 {
		workers = 1 // over before a goroutine has started
	}
	var next, feeds atomic.Int64
	var differs atomic.Bool
	work := func() {
		d := p.newDecoder()
		var key []byte
		for {
			i := int(next.Add(1)) - 1
			if i >= n || differs.Load() || ctx.Err() != nil {
				return
			}
			from := p.states[i][0]
			for j := i + 2; j <= n; j++ { // i+1 is the reference itself
				feeds.Add(1)
				var reason string
				if key, reason = p.step(d, key[:0], from, j); reason != "" || !bytes.Equal(key, p.states[j][0].key) {
					differs.Store(true)
					return
				}
			}
		}
	}
	if workers == 1 {
		work()
	} else {
		var group sync.WaitGroup
		for range workers {
			group.Go(work)
		}
		group.Wait()
	}
	p.proof.Feeds += feeds.Load()
	return !differs.Load()
}

// step feeds s[from.at:to] to a copy of from, in d, and returns d's key, and
// what is wrong with what it gave, if anything is.
func (p *proving[D]) step(d D, key []byte, from *state[D], to int) ([]byte, string) {
	want := p.states[to][0]
	d.CopyFrom(from.decoder)
	d.Feed(p.stream[from.at:to:to])
	given := from.given
	for {
		message, ok, err := d.Next()
		switch {
		case err != nil || !ok:
			switch {
			case !sameError(err, want.err):
				return key, fmt.Sprintf("after offset %d one gives %s and the other %s", to, say(want.err), say(err))
			case given != want.given:
				return key, fmt.Sprintf("after offset %d one has given %d messages and the other %d", to, want.given, given)
			}
			return d.AppendKey(key), ""
		case given >= len(p.messages) || !bytes.Equal(message, p.messages[given]):
			return key, fmt.Sprintf("message %d is not the same: %q", given+1, message)
		}
		given++
	}
}

// follow goes through all states in the order of their offsets.
func (p *proving[D]) follow(ctx context.Context, count bool) {
	n := len(p.stream)
	wrong := new(big.Int)
	for j := 1; j <= n; j++ {
		p.states[j][0].ways = new(big.Int)
	}
	d := p.newDecoder()
	var key []byte
	for i := 0; i < n && ctx.Err() == nil; i++ {
		for _, from := range p.states[i] {
			for j := i + 1; j <= n; j++ {
				p.proof.Feeds++
				var reason string
				key, reason = p.step(d, key[:0], from, j)
				if reason == "" {
					reason = p.arrive(d, key, from, j)
				}
				switch {
				case p.proof.Verdict == NotProved:
					return
				case reason == "":
					continue
				case p.proof.Verdict == Proved:
					p.refute(reason, from, j, p.states[j][0])
				}
				if !count {
					return
				}
				// Every way that goes on from here is wrong.
				ways := new(big.Int).Lsh(from.ways, uint(max(n-j-1, 0)))
				wrong.Add(wrong, ways)
			}
		}
	}
	if count {
		p.proof.Wrong = wrong
	}
}

// arrive adds the state that d is in to those at an offset. It returns what is
// wrong with how the stream would end there.
func (p *proving[D]) arrive(d D, key []byte, from *state[D], to int) string {
	for _, s := range p.states[to] {
		if bytes.Equal(s.key, key) {
			s.ways.Add(s.ways, from.ways)
			return ""
		}
	}
	first := p.states[to][0]
	s := &state[D]{decoder: p.newDecoder(), given: first.given, err: first.err, from: from, at: to}
	s.decoder.CopyFrom(d)
	p.finish(s)
	if !sameError(s.ended, first.ended) {
		return fmt.Sprintf("where the stream ends at offset %d, one gives %s and the other %s", to, say(first.ended), say(s.ended))
	}
	if len(p.states[to]) == MaxStates {
		p.proof.Verdict = NotProved
		p.proof.Reason = fmt.Sprintf("offset %d has more than %d states", to, MaxStates)
		return ""
	}
	s.ways = new(big.Int).Set(from.ways)
	p.states[to] = append(p.states[to], s)
	return ""
}

func (p *proving[D]) refute(reason string, from *state[D], to int, other *state[D]) {
	p.proof.Verdict, p.proof.Reason = Refuted, reason
	p.proof.This = append(from.chunks(), to-from.at)
	if other != nil {
		p.proof.That = other.chunks()
	}
}

func sameError(a, b error) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
}

func say(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%q", err)
}
