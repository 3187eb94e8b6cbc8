package search

import (
	"bytes"
	"fmt"
	"slices"
)

// lender lends the chunks of a stream in memory that holds nothing true but the
// chunk: what stands behind it is poison, and it is overwritten afterwards. So
// a decoder that reads beyond what it is fed, or keeps it, meets poison.
type lender struct {
	stream []byte
	poison []byte // differs from the stream everywhere, and goes on beyond it
	memory []byte // poison but for what is lent
}

// beyond is how much poison stands behind the end of the stream.
const beyond = 64

func newLender(stream []byte) lender {
	poison := make([]byte, len(stream)+beyond)
	for i := range poison {
		poison[i] = 0xa5
		if i < len(stream) {
			poison[i] = ^stream[i]
		}
	}
	return lender{stream, poison, slices.Clone(poison)}
}

func (l *lender) lend(from, to int) []byte {
	copy(l.memory[from:to], l.stream[from:to])
	return l.memory[from:to]
}

// changed reports whether the borrower wrote to what is lent, or beside it.
func (l *lender) changed(from, to int) bool {
	return !bytes.Equal(l.memory[from:to], l.stream[from:to]) || !bytes.Equal(l.memory[to:], l.poison[to:])
}

func (l *lender) takeBack(from, to int) { copy(l.memory[from:], l.poison[from:]) }

// suspect refutes the decoder if what one way to cut the stream gives depends
// on the memory that it is fed from.
func (p *proving[D]) suspect(sizes []int) {
	lent := p.replay(sizes, func(from, to int) []byte { return p.lender.lend(from, to) }, p.lender.takeBack)
	plain := slices.Grow(slices.Clone(p.stream), beyond)
	own := p.replay(sizes, func(from, to int) []byte { return plain[from:to] }, func(int, int) {})
	if lent != own {
		p.refute("the decoder keeps the bytes that it is fed, or reads beyond them: what it gives changes with what the memory holds afterwards and behind them", sizes, nil)
	}
}

// replay feeds the stream in chunks and returns what that gives, in a form to
// compare.
func (p *proving[D]) replay(sizes []int, lend func(from, to int) []byte, takeBack func(from, to int)) string {
	d := p.newDecoder()
	var text []byte
	var at prefix
	from := 0
	for _, size := range sizes {
		to := from + size
		at.err = feed(d, lend(from, to), func(message []byte) bool {
			text = fmt.Appendf(text, "%q ", message)
			at.given++
			return at.given <= p.endless
		})
		takeBack(from, to)
		if at.err != nil {
			break
		}
		from = to
	}
	p.finish(d, &at)
	return fmt.Sprintf("%s %v %v %s", text, at.err, at.closed, at.ending)
}
