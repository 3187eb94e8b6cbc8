package search

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"slices"
)

// state is a decoder at an offset of the stream that has given what it should.
type state[D any] struct {
	decoder D
	key     []byte
	from    *state[D]
	at      int
	depth   int      // chunks that it took to come here, at least
	ways    *big.Int // to come here
}

// chunks returns the sizes of the chunks that led to s, and behind them one up
// to an offset.
func (s *state[D]) chunks(to int) []int {
	var sizes []int
	for ; s != nil; s = s.from {
		if to > s.at {
			sizes = append(sizes, to-s.at)
		}
		to = s.at
	}
	slices.Reverse(sizes)
	return sizes
}

// following goes through all states of all offsets.
type following[D Decoder[D]] struct {
	*proving[D]
	count   bool
	states  [][]*state[D] // by offset
	stopped []int         // offsets at which Next gives an error
	wrong   *big.Int
	d       D
	key     []byte
}

// follow goes through all states in the order of their offsets. What to expect
// at an offset is what the bytes up to there give at once.
func (p *proving[D]) follow(ctx context.Context, count bool) {
	n := len(p.stream)
	f := &following[D]{
		proving: p, count: count, states: make([][]*state[D], n+1),
		wrong: new(big.Int), d: p.newDecoder(),
	}
	if !f.atOnce(ctx) {
		return
	}
	f.states[0] = []*state[D]{{decoder: p.fresh, ways: big.NewInt(1)}}
	for j := 1; j <= n && p.crowded == 0; j++ {
		if ctx.Err() != nil {
			return
		}
		f.offset(j)
		if p.proof.Verdict == Refuted && !count {
			return
		}
	}
	if count && p.crowded == 0 && p.proof.Verdict == Refuted {
		p.proof.Wrong = f.wrong
	}
	for _, states := range f.states {
		for _, s := range states {
			if f.key = s.decoder.AppendKey(f.key[:0]); s.key != nil && !bytes.Equal(f.key, s.key) {
				p.shares.Store(true)
			}
		}
	}
}

// atOnce fills in what every prefix gives when it is fed at once.
func (f *following[D]) atOnce(ctx context.Context) bool {
	n := len(f.stream)
	f.messages = nil
	for to := n; to > 0; to-- {
		if ctx.Err() != nil {
			return false
		}
		at := prefix{}
		f.d.CopyFrom(f.fresh)
		f.proof.Feeds++
		at.err = feed(f.d, f.stream[:to:to], func(message []byte) bool {
			switch {
			case to == n:
				f.messages = append(f.messages, slices.Clone(message))
			case at.own == nil && (at.given == len(f.messages) || !bytes.Equal(message, f.messages[at.given])):
				at.own = slices.Clone(f.messages[:at.given])
				fallthrough
			case at.own != nil:
				at.own = append(at.own, slices.Clone(message))
			}
			at.given++
			return at.given <= f.endless
		})
		f.finish(f.d, &at)
		f.prefixes[to] = at
	}
	f.prefixes[0] = prefix{}
	f.conclude()
	return true
}

// message returns the k-th message of a prefix.
func (f *following[D]) message(at *prefix, k int) []byte {
	if at.own != nil {
		return at.own[k]
	}
	return f.messages[k]
}

// parts says how the messages and the error of a prefix differ from those of
// another that has given as many of its messages as said, and the error; "" if
// they do not.
func (f *following[D]) parts(to int, want *prefix, given int, err error) string {
	switch {
	case given != want.given:
		return fmt.Sprintf("up to offset %d one gives %d messages and the other %d", to, want.given, given)
	case !sameError(err, want.err):
		return fmt.Sprintf("up to offset %d one gives %s and the other %s", to, say(want.err), say(err))
	}
	return ""
}

// begins says how the messages of a prefix are not the first of another's.
func (f *following[D]) begins(a, b *prefix) string {
	if a.own == nil && b.own == nil {
		return ""
	}
	for k := range min(a.given, b.given) {
		if m := f.message(a, k); !bytes.Equal(m, f.message(b, k)) {
			return fmt.Sprintf("message %d is not the same: %q", k+1, m)
		}
	}
	return ""
}

// offset comes to an offset from every state before it, by one chunk.
func (f *following[D]) offset(j int) {
	want := &f.prefixes[j]
	var reason string // of the way here that parts, and has the fewest chunks
	var this []int
	parts := func(why string, from *state[D], depth int) {
		if reason == "" || depth < len(this) {
			reason, this = why, from.chunks(j)
		}
	}
	for _, i := range f.stopped {
		at := &f.prefixes[i]
		why := f.begins(at, want)
		if why == "" {
			why = f.parts(j, want, at.given, at.err)
		}
		if why != "" {
			parts(why, &state[D]{at: i, from: f.states[0][0]}, 2)
		}
	}
	for i := range j {
		for _, from := range f.states[i] {
			why, err := f.step(from, j)
			switch {
			case why != "":
				parts(why, from, from.depth+1)
				f.goWrong(from.ways, j)
			case err == nil:
				f.arrive(from, j)
			case !f.final(j):
				f.goWrong(from.ways, j)
			}
		}
	}
	if want.err != nil {
		f.stopped = append(f.stopped, j)
	}
	for _, s := range f.states[j] {
		end := prefix{}
		f.d.CopyFrom(s.decoder)
		f.finish(f.d, &end)
		if sameError(end.closed, want.closed) && end.ending == want.ending {
			continue
		}
		parts(fmt.Sprintf("where the stream ends at offset %d, one gives %s%s and the other %s%s",
			j, want.ending, say(want.closed), end.ending, say(end.closed)), s, s.depth)
		if j == len(f.stream) {
			f.goWrong(s.ways, j)
		}
	}
	if reason != "" {
		f.refute(reason, this, []int{j})
	}
}

// final reports whether the messages and the error of a prefix are those of the
// whole stream.
func (f *following[D]) final(j int) bool {
	at, all := &f.prefixes[j], &f.prefixes[len(f.stream)]
	return f.begins(at, all) == "" && f.parts(j, all, at.given, at.err) == ""
}

// goWrong counts all that may follow at an offset as wrong.
func (f *following[D]) goWrong(ways *big.Int, at int) {
	if f.count {
		f.wrong.Add(f.wrong, new(big.Int).Lsh(ways, uint(max(len(f.stream)-at-1, 0))))
	}
}

// step feeds s[from.at:to] to a copy of from, in f.d, with its key in f.key. It
// returns the error of Next, and what is wrong with what the copy gave.
func (f *following[D]) step(from *state[D], to int) (wrong string, err error) {
	before, want := &f.prefixes[from.at], &f.prefixes[to]
	if wrong = f.begins(before, want); wrong != "" {
		return wrong, nil
	}
	f.proof.Feeds++
	f.d.CopyFrom(from.decoder)
	given := before.given
	err = feed(f.d, f.stream[from.at:to:to], func(message []byte) bool {
		if given < want.given && !bytes.Equal(message, f.message(want, given)) {
			wrong = fmt.Sprintf("message %d is not the same: %q", given+1, message)
			return false
		}
		given++
		return given <= f.endless
	})
	if wrong == "" {
		wrong = f.parts(to, want, given, err)
	}
	if wrong == "" && err == nil {
		f.key = f.d.AppendKey(f.key[:0])
	}
	return wrong, err
}

// arrive adds the state that f.d is in to those at an offset.
func (f *following[D]) arrive(from *state[D], to int) {
	for _, s := range f.states[to] {
		if bytes.Equal(s.key, f.key) {
			if s.ways.Add(s.ways, from.ways); from.depth+1 < s.depth {
				s.from, s.depth = from, from.depth+1
			}
			return
		}
	}
	if len(f.states[to]) == MaxStates {
		f.crowded = to
		return
	}
	s := &state[D]{
		decoder: f.newDecoder(), key: slices.Clone(f.key), from: from, at: to,
		depth: from.depth + 1, ways: new(big.Int).Set(from.ways),
	}
	s.decoder.CopyFrom(f.d)
	f.states[to] = append(f.states[to], s)
}
