package search_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

var errTooLong = errors.New("too long")

// frames decodes messages behind a length of four bytes, big-endian. It copies
// no more than it must, and is right.
type frames struct {
	max   int
	held  []byte // of the message under way
	chunk []byte // fed and not taken
	err   error
}

func newFrames() *frames { return &frames{max: 4096} }

func (d *frames) Feed(p []byte) { d.chunk = p }

func (d *frames) Next() (message []byte, ok bool, err error) {
	if d.err != nil {
		return nil, false, d.err
	}
	if len(d.held) > 0 {
		return d.goOn()
	}
	if len(d.chunk) >= 4 {
		size := binary.BigEndian.Uint32(d.chunk)
		if uint64(size) > uint64(d.max) {
			return d.fail()
		}
		if end := 4 + int(size); end <= len(d.chunk) {
			message, d.chunk = d.chunk[4:end], d.chunk[end:]
			return message, true, nil
		}
	}
	d.held = append(d.held, d.chunk...)
	d.chunk = nil
	return nil, false, nil
}

// goOn is Next in the middle of a message.
func (d *frames) goOn() (message []byte, ok bool, err error) {
	d.fill(4)
	if len(d.held) < 4 {
		return nil, false, nil
	}
	size := binary.BigEndian.Uint32(d.held)
	if uint64(size) > uint64(d.max) {
		return d.fail()
	}
	end := 4 + int(size)
	d.fill(end)
	if len(d.held) < end {
		return nil, false, nil
	}
	message, d.held = d.held[4:end], d.held[:0]
	return message, true, nil
}

// fill takes of the chunk so that n bytes are held, if there are so many.
func (d *frames) fill(n int) {
	n = min(max(n-len(d.held), 0), len(d.chunk))
	d.held = append(d.held, d.chunk[:n]...)
	d.chunk = d.chunk[n:]
}

func (d *frames) fail() ([]byte, bool, error) {
	d.err = errTooLong
	return nil, false, d.err
}

func (d *frames) Close() error {
	if d.err == nil && len(d.held) > 0 {
		return io.ErrUnexpectedEOF
	}
	return d.err
}

func (d *frames) AppendKey(key []byte) []byte {
	if d.err != nil {
		return append(key, "failed"...)
	}
	return append(append(key, d.held...), d.chunk...)
}

func (d *frames) CopyFrom(o *frames) {
	d.max, d.err = o.max, o.err
	d.held = append(d.held[:0], o.held...)
	d.chunk = nil
	if len(o.chunk) > 0 {
		d.chunk = slices.Clone(o.chunk)
	}
}

// toy is a decoder put together from functions over a state that is plain
// text, so that its key is the state itself.
type toy struct {
	state string
	feed  func(state string, p []byte) string
	next  func(state string) (after, message string, ok bool, err error)
	close func(state string) (after string, err error)
	key   func(state string) string // nil: the state
}

func (d *toy) Feed(p []byte) { d.state = d.feed(d.state, p) }

func (d *toy) Next() ([]byte, bool, error) {
	after, message, ok, err := d.next(d.state)
	d.state = after
	return []byte(message), ok, err
}

func (d *toy) Close() (err error) {
	d.state, err = d.close(d.state)
	return err
}

func (d *toy) AppendKey(key []byte) []byte {
	if d.key != nil {
		return append(key, d.key(d.state)...)
	}
	return append(key, d.state...)
}

func (d *toy) CopyFrom(o *toy) { *d = *o }

// peeking peeks at the length and waits for the whole message in a buffer of a
// fixed size; what does not fit is lost.
func peeking(buffer int) *toy {
	return &toy{
		feed: func(state string, p []byte) string {
			return state + string(p[:min(len(p), buffer-len(state))])
		},
		next: func(state string) (string, string, bool, error) {
			if len(state) < 4 {
				return state, "", false, nil
			}
			end := 4 + int(binary.BigEndian.Uint32([]byte(state)))
			if len(state) < end {
				return state, "", false, nil
			}
			return state[end:], state[4:end], true, nil
		},
		close: whole,
	}
}

// whole is the close of a toy whose state is what it holds.
func whole(state string) (string, error) {
	if state != "" {
		return state, io.ErrUnexpectedEOF
	}
	return state, nil
}

// lines decodes lines that end in \r\n and have at most max bytes before that.
// Where counts is set, it counts a \r that came without its \n.
func lines(max int, counts bool) *toy {
	return &toy{
		feed: func(state string, p []byte) string { return state + string(p) },
		next: func(state string) (string, string, bool, error) {
			line, rest, ended := cutLine(state)
			if !counts && !ended && len(line) > 0 && line[len(line)-1] == '\r' {
				line = line[:len(line)-1]
			}
			switch {
			case len(line) > max:
				return state, "", false, errTooLong
			case ended:
				return rest, line, true, nil
			}
			return state, "", false, nil
		},
		close: whole,
	}
}

func cutLine(state string) (line, rest string, ended bool) {
	for i := 1; i < len(state); i++ {
		if state[i] == '\n' && state[i-1] == '\r' {
			return state[:i-1], state[i+1:], true
		}
	}
	return state, "", false
}

// skipping leaves out lines of more than max bytes, and says so by a message.
// Where drops is set, it drops with one all that has come behind it.
func skipping(max int, drops bool) *toy {
	const skips = "skip:" // the state while a line is left out; no line of the tests begins so
	return &toy{
		feed: func(state string, p []byte) string { return state + string(p) },
		next: func(state string) (string, string, bool, error) {
			if len(state) >= len(skips) && state[:len(skips)] == skips {
				i := bytes.IndexByte([]byte(state), '\n')
				switch {
				case i < 0:
					return skips, "", false, nil
				case drops:
					return "", "", false, nil
				}
				return state[i+1:], "(skipped)", true, nil
			}
			i := bytes.IndexByte([]byte(state), '\n')
			switch {
			case i > max, i < 0 && len(state) > max:
				return skips + state, "(too long)", true, nil
			case i < 0:
				return state, "", false, nil
			}
			return state[i+1:], state[:i], true, nil
		},
		close: whole,
	}
}

// keeper is frames that keeps the slice that it is fed.
type keeper struct{ frames }

func (d *keeper) Next() ([]byte, bool, error) {
	if len(d.held) == 0 && len(d.chunk) < 4 {
		d.held, d.chunk = d.chunk, nil
		return nil, false, nil
	}
	return d.frames.Next()
}

func (d *keeper) CopyFrom(o *keeper) { d.frames.CopyFrom(&o.frames) }

// automaton is a random decoder of few states. With wrong set, what it does
// depends on how the stream is cut; its messages may be late, its errors and
// its end too.
type automaton struct {
	rules *rules
	state int
	queue []string
	late  []string // given by the next Feed
	err   error
	seen  int // chunks, which do no harm
}

type rules struct {
	step   [6][4][2]rule
	close  [6]rule
	harmed func(p []byte, i, seen int) bool // a cut does harm, and the second rule counts
	seen   int                              // chunks are counted modulo this
}

type rule struct {
	to   int
	does string // "", "message", "two", "late", "error", "panic"
}

func (d *automaton) Feed(p []byte) {
	d.queue, d.late = d.late, nil
	if d.seen++; d.seen >= d.rules.seen {
		d.seen = 0
	}
	for i, b := range p {
		if d.err != nil {
			return
		}
		r := d.rules.step[d.state][b&3][0]
		if d.rules.harmed(p, i, d.seen) {
			r = d.rules.step[d.state][b&3][1]
		}
		message := fmt.Sprintf("%d%d", d.state, b&3)
		switch r.does {
		case "two":
			d.queue = append(d.queue, message)
			fallthrough
		case "message":
			d.queue = append(d.queue, message)
		case "late":
			d.late = append(d.late, message)
		case "error":
			d.err = errors.New(message)
		case "panic":
			panic(message)
		}
		d.state = r.to
	}
}

func (d *automaton) Next() ([]byte, bool, error) {
	if len(d.queue) > 0 {
		message := d.queue[0]
		d.queue = d.queue[1:]
		return []byte(message), true, nil
	}
	return nil, false, d.err
}

func (d *automaton) Close() error {
	switch r := d.rules.close[d.state]; r.does {
	case "error":
		return fmt.Errorf("ends in %d", d.state)
	case "message":
		d.queue = []string{fmt.Sprint(r.to)}
	}
	return nil
}

func (d *automaton) AppendKey(key []byte) []byte {
	return fmt.Append(key, d.state, d.queue, d.late, d.err, d.seen)
}

func (d *automaton) CopyFrom(o *automaton) {
	*d = *o
	d.queue, d.late = slices.Clone(o.queue), slices.Clone(o.late)
}
