package search_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"stickydemo/netsim/search"
)

// framed is a stream of messages of the given sizes.
func framed(sizes ...int) []byte {
	var stream []byte
	for i, size := range sizes {
		stream = binary.BigEndian.AppendUint32(stream, uint32(size))
		stream = append(stream, bytes.Repeat([]byte{byte('a' + i%26)}, size)...)
	}
	return stream
}

// prove proves, and replays what is refuted.
func prove[D search.Decoder[D]](t testing.TB, newDecoder func() D, stream []byte) search.Proof {
	t.Helper()
	p, err := search.Prove(t.Context(), newDecoder, stream, true)
	if err != nil {
		t.Fatal(err)
	}
	if (p.Verdict == search.Proved) != (p.Reason == "") || (p.Verdict == search.Refuted) != (p.This != nil) {
		t.Errorf("got %+v", p)
	}
	if p.That != nil {
		this, that := replay(newDecoder, stream, p.This), replay(newDecoder, stream, p.That)
		if sum(p.This) != sum(p.That) || this == that {
			t.Errorf("%v and %v do not part: %s, %s", p.This, p.That, this, that)
		}
	}
	return p
}

func sum(sizes []int) (total int) {
	for _, size := range sizes {
		total += size
	}
	return total
}

// replay is what a way to cut a stream gives.
func replay[D search.Decoder[D]](newDecoder func() D, stream []byte, sizes []int) string {
	d, r := newDecoder(), &given{}
	from := 0
	for _, size := range sizes {
		if r.feed(d, stream[from:from+size]); r.err != "" {
			return r.String()
		}
		from += size
	}
	r.end(d)
	return r.String()
}

// given is what a decoder has given.
type given struct{ messages, err, ended string }

func (g *given) String() string { return g.messages + "|" + g.err + "|" + g.ended }

func (g *given) feed(d interface {
	Feed([]byte)
	Next() ([]byte, bool, error)
}, p []byte) {
	defer g.panics()
	d.Feed(slices.Clone(p))
	g.drain(d, &g.messages)
}

func (g *given) drain(d interface {
	Next() ([]byte, bool, error)
}, into *string) {
	for {
		message, ok, err := d.Next()
		if err != nil {
			g.err = err.Error()
		}
		if err != nil || !ok {
			return
		}
		*into += string(message) + ","
	}
}

func (g *given) panics() {
	if r := recover(); r != nil {
		g.err = fmt.Sprint("panic: ", r)
	}
}

func (g *given) end(d interface {
	Close() error
	Next() ([]byte, bool, error)
}) {
	defer g.panics()
	if err := d.Close(); err != nil {
		g.ended = err.Error()
		return
	}
	g.drain(d, &g.ended)
}

// bruteForce tries all segmentations of all prefixes. It returns how many of
// the whole stream go wrong, the shortest prefix at which two part, and the
// fewest chunks of one that parts there from the prefix at once.
func bruteForce[D search.Decoder[D]](newDecoder func() D, stream []byte) (wrong int64, prefix, chunks int) {
	n := len(stream)
	atOnce := make([]given, n+1) // without what the end gives
	ended := make([]given, n+1)
	for to := 1; to <= n; to++ {
		d := newDecoder()
		atOnce[to].feed(d, stream[:to])
		if ended[to] = atOnce[to]; ended[to].err == "" {
			ended[to].end(d)
		}
	}
	for to := n; to > 0; to-- {
		for cuts := range 1 << (to - 1) { // bit i is a cut behind byte i+1
			d, g := newDecoder(), given{}
			from, count, right := 0, 0, true
			for at := 1; at <= to && g.err == ""; at++ {
				if at < to && cuts>>(at-1)&1 == 0 {
					continue
				}
				count++
				g.feed(d, stream[from:at])
				from = at
				right = right && g == atOnce[at]
			}
			if g.err == "" {
				g.end(d)
			}
			if g == ended[to] {
				if to == n && !right {
					wrong++
				}
				continue
			}
			if to == n {
				wrong++
			}
			if g.err != "" && from < to {
				count++ // what it would have been fed
			}
			if to != prefix || count < chunks {
				prefix, chunks = to, count
			}
		}
	}
	return wrong, prefix, chunks
}

// checkBruteForce compares a proof with brute force.
func checkBruteForce[D search.Decoder[D]](t *testing.T, newDecoder func() D, stream []byte) search.Proof {
	t.Helper()
	p := prove(t, newDecoder, stream)
	wrong, prefix, chunks := bruteForce(newDecoder, stream)
	verdict := search.Proved
	if prefix > 0 {
		verdict = search.Refuted
	}
	if p.Verdict != verdict || p.Wrong == nil || p.Wrong.Int64() != wrong || sum(p.This) != prefix || len(p.This) != chunks {
		t.Errorf("%q: got %s, %v wrong, parts at %d in %d chunks (%s); brute force %s, %d, %d in %d",
			stream, p.Verdict, p.Wrong, sum(p.This), len(p.This), p.Reason, verdict, wrong, prefix, chunks)
	}
	if verdict == search.Refuted && !slices.Equal(p.That, []int{prefix}) {
		t.Errorf("got %v for the other, want all of the prefix at once", p.That)
	}
	return p
}

func TestProve(t *testing.T) {
	toyOf := func(d *toy) func() *toy {
		return func() *toy { c := *d; return &c }
	}
	aLine := func(line string) []byte { return []byte(line + "\r\n") }
	tests := []struct {
		name    string
		decoder func() *toy
		stream  []byte
		want    search.ProofVerdict
		wrong   int64
	}{
		{"a line of the maximum length", toyOf(lines(4, false)), aLine("abcd"), search.Proved, 0},
		{"a line of the maximum length, of which the \\r is counted where its \\n is late", toyOf(lines(4, true)), aLine("abcd"), search.Refuted, 16},
		{"a line below that", toyOf(lines(4, true)), aLine("abc"), search.Proved, 0},
		{"a line above that is refused at once", toyOf(lines(4, false)), aLine("abcde"), search.Proved, 0},
		{"what follows a line that is left out", toyOf(skipping(3, false)), []byte("ab\nabcde\ncd\n"), search.Proved, 0},
		{"what follows a line that is left out is dropped", toyOf(skipping(3, true)), []byte("ab\nabcde\ncd\n"), search.Refuted, 1792},
		{"it peeks into a buffer where the messages fit one by one", toyOf(peeking(8)), framed(2, 3), search.Refuted, 3584},
		{"it peeks into a buffer where all fits", toyOf(peeking(16)), framed(2, 3), search.Proved, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := checkBruteForce(t, test.decoder, test.stream)
			if p.Verdict != test.want || p.Wrong.Int64() != test.wrong {
				t.Errorf("got %s (%s) and %s wrong, want %s and %d", p.Verdict, p.Reason, p.Wrong, test.want, test.wrong)
			}
		})
	}
}

// All bytes are fed and no message comes out, however they are cut: that is no
// proof.
func TestProveStuck(t *testing.T) {
	p := prove(t, func() *toy { return peeking(8) }, framed(5, 1))
	if p.Verdict != search.NotProved || !strings.Contains(p.Reason, "neither a message") {
		t.Errorf("got %s (%s), want not proved", p.Verdict, p.Reason)
	}
	// Behind another message it is for the caller to see, and the proof tells.
	p = prove(t, func() *toy { return peeking(8) }, framed(0, 5))
	if p.Messages != 1 || !errors.Is(p.End, io.ErrUnexpectedEOF) {
		t.Errorf("got %d messages and %v at the end, want 1 and %v", p.Messages, p.End, io.ErrUnexpectedEOF)
	}
}

func TestProveFrames(t *testing.T) {
	for _, sizes := range [][]int{{}, {0}, {3}, {0, 2, 0, 0}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 100}} {
		p := prove(t, newFrames, framed(sizes...))
		if p.Verdict != search.Proved || p.Messages != len(sizes) || p.End != nil || p.Wrong.Sign() != 0 {
			t.Errorf("%d: got %+v, want it proved", sizes, p)
		}
	}
	small := func() *frames { return &frames{max: 3} }
	p := prove(t, small, framed(1, 4, 1))
	if p.Verdict != search.Proved || p.Messages != 1 || p.End != errTooLong {
		t.Errorf("too long: got %+v, want it proved, with an error", p)
	}
	p = prove(t, newFrames, framed(1, 4)[:12])
	if p.Verdict != search.Proved || p.Messages != 1 || p.End != io.ErrUnexpectedEOF {
		t.Errorf("torn: got %+v, want it proved, with an error at the end", p)
	}
}

// A whole 4,096 bytes, which no number of runs would go through.
func TestProveLong(t *testing.T) {
	p := prove(t, newFrames, mixed(4096/scale))
	if p.Verdict != search.Proved || p.End != nil {
		t.Errorf("got %+v, want it proved", p)
	}
}

// mixed is a stream of n bytes in messages of many sizes, from none to 255
// bytes and one of 1,000, where there is room.
func mixed(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var sizes []int
	left := n
	for left > 4 {
		size := random.IntN(256)
		if len(sizes) == 2 {
			size = 1000
		}
		if n < 64 {
			size %= 5
		}
		if rest := left - 4 - size; rest < 4 {
			size = left - 4
		}
		sizes = append(sizes, size)
		left -= 4 + size
	}
	return framed(sizes...)
}

// Random decoders, right and wrong, with states that differ to no harm, sticky
// errors, messages that come too late and ends that do not fit.
func TestProveAgainstBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	does := []string{"", "", "", "", "message", "message", "two", "late", "error", "panic"}
	found := map[search.ProofVerdict]int{}
	counted := 0
	for round := range 2000 / scale {
		r := &rules{seen: 1 + random.IntN(5)}
		states := 1 + random.IntN(5)
		doing := does[:4+random.IntN(len(does)-3)]
		for i := range r.step {
			for j := range r.step[i] {
				for k := range r.step[i][j] {
					r.step[i][j][k] = rule{random.IntN(states), doing[random.IntN(len(doing))]}
				}
				if random.IntN(3) > 0 {
					r.step[i][j][1] = r.step[i][j][0]
				}
			}
			r.close[i] = rule{random.IntN(states), []string{"", "error", "message"}[random.IntN(3)]}
		}
		r.harmed = []func([]byte, int, int) bool{
			func([]byte, int, int) bool { return false },
			func(p []byte, i, seen int) bool { return i == 0 },
			func(p []byte, i, seen int) bool { return i == len(p)-1 },
			func(p []byte, i, seen int) bool { return len(p) == 3 },
			func(p []byte, i, seen int) bool { return i > 2 },
			func(p []byte, i, seen int) bool { return seen == 3 },
			func(p []byte, i, seen int) bool { return seen == 2 && len(p) == 2 },
		}[random.IntN(7)]
		stream := make([]byte, random.IntN(10))
		for i := range stream {
			stream[i] = byte(random.IntN(4))
		}
		newDecoder := func() *automaton { return &automaton{rules: r} }
		p, err := search.Prove(t.Context(), newDecoder, stream, true)
		_, prefix, _ := bruteForce(newDecoder, stream)
		switch {
		case err != nil: // it panics however the stream is cut
			if prefix > 0 || !strings.Contains(err.Error(), "panics") {
				t.Errorf("%d: got %v, and brute force parts at %d", round, err, prefix)
			}
			continue
		case p.Verdict == search.NotProved:
			if g := replay(newDecoder, stream, []int{len(stream)}); prefix > 0 || p.Messages > 0 || !strings.HasPrefix(g, "||") {
				t.Errorf("%d: got %s (%s), and brute force parts at %d: %s", round, p.Verdict, p.Reason, prefix, g)
			}
			continue
		}
		if p := checkBruteForce(t, newDecoder, stream); p.Wrong != nil && p.Wrong.Sign() > 0 {
			counted++
		}
		found[p.Verdict]++
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	if min(found[search.Proved], found[search.Refuted], counted) < 200/scale {
		t.Errorf("got %v, %d with wrong ways: too few to say much", found, counted)
	}
}

// Of the ways to a state, that with the fewest chunks is told, even where one
// with more was found before it.
func TestProveFewestChunks(t *testing.T) {
	after := map[string]string{ // a state is an offset and what led to it
		"0+1": "1a", "1a+1": "2b", "2b+3": "5!", "0+3": "3", "3+2": "5!", "5!+1": "6!",
	}
	p := checkBruteForce(t, func() *toy {
		return &toy{
			state: "0",
			feed: func(state string, p []byte) string {
				to, ok := after[fmt.Sprint(state, "+", len(p))]
				if !ok {
					to = fmt.Sprint(int(state[0]-'0') + len(p))
				}
				return to
			},
			next: func(state string) (string, string, bool, error) {
				return strings.Replace(state, "6", "7", 1), state, state[0] == '6', nil
			},
			close: func(state string) (string, error) { return state, nil },
		}
	}, []byte("stream"))
	if !slices.Equal(p.This, []int{3, 2, 1}) {
		t.Errorf("got %v, want 3+2+1", p.This)
	}
}

// A clean end in the middle of a header, where it comes apart from the data, is
// how a stream that is cut off passes for a whole one. The ways to cut the
// whole stream all go right.
func TestProveTruncation(t *testing.T) {
	stream := framed(2, 1)
	p := checkBruteForce(t, func() *truncated { return &truncated{} }, stream)
	if p.Verdict != search.Refuted || p.Wrong.Sign() != 0 || sum(p.This) != 2 {
		t.Errorf("got %+v, want it refuted at offset 2, with no way to cut all of it wrong", p)
	}
}

// truncated is frames that forgets that it is in a header once another chunk
// has come.
type truncated struct {
	frames
	chunks int
}

func (d *truncated) Feed(p []byte) {
	d.frames.Feed(p)
	d.chunks++
}

func (d *truncated) Next() ([]byte, bool, error) {
	if d.max = 4096; len(d.held) == 0 {
		d.chunks = min(d.chunks, 1)
	}
	d.chunks = min(d.chunks, 2)
	return d.frames.Next()
}

func (d *truncated) Close() error {
	if len(d.held) < 4 && d.chunks == 2 {
		return nil
	}
	return d.frames.Close()
}

func (d *truncated) AppendKey(key []byte) []byte {
	return fmt.Append(d.frames.AppendKey(key), d.chunks)
}

func (d *truncated) CopyFrom(o *truncated) {
	d.frames.CopyFrom(&o.frames)
	d.chunks = o.chunks
}

func TestProveTooManyStates(t *testing.T) {
	counting := func() *toy { // the chunks it was fed
		d := peeking(100)
		feed, next := d.feed, d.next
		d.feed = func(state string, p []byte) string {
			chunks, held, _ := strings.Cut(state, ":")
			return chunks + "." + ":" + feed(held, p)
		}
		d.next = func(state string) (string, string, bool, error) {
			chunks, held, _ := strings.Cut(state, ":")
			after, message, ok, err := next(held)
			return chunks + ":" + after, message, ok, err
		}
		d.close = func(state string) (string, error) {
			_, held, _ := strings.Cut(state, ":")
			_, err := whole(held)
			return "", err
		}
		return d
	}
	stream := framed(40, 8, 40)
	for n, want := range map[int]search.ProofVerdict{64: search.Proved, 65: search.NotProved, 80: search.NotProved} {
		p := prove(t, counting, stream[:n])
		if p.Verdict != want || (p.Wrong == nil) != (want == search.NotProved) {
			t.Errorf("%d bytes: got %s (%s), want %s", n, p.Verdict, p.Reason, want)
		}
	}
	// What is refuted stays refuted, but is not counted.
	wrong := func() *toy {
		d := counting()
		next := d.next
		d.next = func(state string) (string, string, bool, error) {
			after, message, ok, err := next(state)
			if strings.HasPrefix(state, "..:") {
				message += "!"
			}
			return after, message, ok, err
		}
		return d
	}
	if p := prove(t, wrong, stream); p.Verdict != search.Refuted || p.Wrong != nil {
		t.Errorf("got %s, %v wrong, want it refuted and not counted", p.Verdict, p.Wrong)
	}
}

// What becomes of memory is tried too, where the cuts alone do no harm.
func TestProveMemory(t *testing.T) {
	refuted := func(t *testing.T, p search.Proof, why string) {
		t.Helper()
		if p.Verdict != search.Refuted || p.That != nil || !strings.Contains(p.Reason, why) {
			t.Errorf("got %s (%s), %v and %v, want it refuted as it %s", p.Verdict, p.Reason, p.This, p.That, why)
		}
	}
	stream := framed(2, 3, 0, 1)
	t.Run("it keeps what it is fed", func(t *testing.T) {
		refuted(t, prove(t, func() *keeper { return &keeper{frames{max: 100}} }, stream), "keeps")
	})
	t.Run("it keeps the end of the stream", func(t *testing.T) {
		refuted(t, prove(t, func() *keeper { return &keeper{frames{max: 100}} }, framed(2)[:3]), "keeps")
	})
	t.Run("it keeps it, and its key does not say so", func(t *testing.T) {
		refuted(t, prove(t, func() *quietKeeper { return &quietKeeper{} }, []byte("one\ntwo\n")), "keeps")
	})
	t.Run("it reads beyond it", func(t *testing.T) {
		refuted(t, prove(t, func() *overreader { return &overreader{frames{max: 100}} }, stream), "beyond")
	})
	t.Run("it changes it", func(t *testing.T) {
		refuted(t, prove(t, func() *changer { return &changer{frames{max: 100}} }, stream), "changes")
	})
}

// quietKeeper decodes lines, and keeps the start of one as it was fed.
type quietKeeper struct{ held, chunk []byte }

func (d *quietKeeper) Feed(p []byte) { d.chunk = p }

func (d *quietKeeper) Next() ([]byte, bool, error) {
	line, rest, ok := bytes.Cut(d.chunk, []byte("\n"))
	if ok {
		line = append(d.held[:len(d.held):len(d.held)], line...)
		d.held, d.chunk = nil, rest
		return line, true, nil
	}
	if len(d.held) == 0 {
		d.held = d.chunk
	} else {
		d.held = append(slices.Clone(d.held), d.chunk...)
	}
	d.chunk = nil
	return nil, false, nil
}

func (d *quietKeeper) Close() error                { return nil }
func (d *quietKeeper) AppendKey(key []byte) []byte { return fmt.Append(key, len(d.held)) }
func (d *quietKeeper) CopyFrom(o *quietKeeper)     { d.held = slices.Clone(o.held) }

// overreader looks at a whole header even if not all of it was fed.
type overreader struct{ frames }

func (d *overreader) Next() ([]byte, bool, error) {
	if len(d.held) == 0 && len(d.chunk) < 4 && len(d.chunk) > 0 && cap(d.chunk) >= 4 {
		if binary.BigEndian.Uint32(d.chunk[:4]) > uint32(d.max) {
			return d.fail()
		}
	}
	return d.frames.Next()
}

func (d *overreader) CopyFrom(o *overreader) { d.frames.CopyFrom(&o.frames) }

// changer changes the last byte that it was fed.
type changer struct{ frames }

func (d *changer) Next() ([]byte, bool, error) {
	chunk := d.chunk
	message, ok, err := d.frames.Next()
	if !ok && len(chunk) > 0 {
		chunk[len(chunk)-1]++
	}
	return message, ok, err
}

func (d *changer) CopyFrom(o *changer) { d.frames.CopyFrom(&o.frames) }

// Decoders that break the rules are told so, and never proved.
func TestProveRules(t *testing.T) {
	t.Run("a key that is not the whole state", func(t *testing.T) {
		d := lines(4, true)
		d.key = func(string) string { return "" }
		p := prove(t, func() *toy { c := *d; return &c }, []byte("abcd\r\n"))
		if p.Verdict != search.Refuted {
			t.Errorf("got %s, want it refuted", p.Verdict)
		}
	})
	t.Run("a key that is not the whole state, where two cuts do harm", func(t *testing.T) {
		p := prove(t, func() *toy {
			d := lines(4, false)
			feed := d.feed
			d.feed = func(state string, p []byte) string { // one A a chunk
				_, held, _ := strings.Cut(state, ":")
				return strings.Repeat("A", 1+strings.Count(state, "A")) + ":" + feed(held, p)
			}
			next := d.next
			d.next = func(state string) (string, string, bool, error) {
				chunks, held, _ := strings.Cut(state, ":")
				held, message, ok, err := next(held)
				if len(chunks) > 2 {
					message = "?"
				}
				return chunks + ":" + held, message, ok, err
			}
			d.close = func(state string) (string, error) { return "", nil }
			d.key = func(state string) string { return strings.Trim(state, "A") }
			return d
		}, []byte("abcd\r\n"))
		if p.Verdict != search.Refuted || !strings.Contains(p.Reason, "key") {
			t.Errorf("got %s (%s), want it refuted for its key", p.Verdict, p.Reason)
		}
	})
	t.Run("a panic under some cuts", func(t *testing.T) {
		p := prove(t, func() *toy {
			d := lines(4, false)
			feed := d.feed
			d.feed = func(state string, p []byte) string {
				if state == "ab" && len(p) == 2 {
					panic("two")
				}
				return feed(state, p)
			}
			return d
		}, []byte("abcd\r\n"))
		if p.Verdict != search.Refuted || !slices.Equal(p.This, []int{2, 2}) || !strings.Contains(p.Reason, "panics: two") || p.Wrong.Int64() != 4 {
			t.Errorf("got %s (%s), %v, %s wrong, want a panic after 2+2, 4 wrong", p.Verdict, p.Reason, p.This, p.Wrong)
		}
	})
	always := map[string]func(d *toy){
		"panics":      func(d *toy) { d.feed = func(string, []byte) string { panic("always") } },
		"without end": func(d *toy) { d.next = func(s string) (string, string, bool, error) { return s, "", true, nil } },
	}
	for what, change := range always {
		p, err := search.Prove(t.Context(), func() *toy { d := lines(4, false); change(d); return d }, []byte("ab\r\n"), true)
		if err == nil || p.Verdict != search.NotProved || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %s, %v, want an error", what, p.Verdict, err)
		}
	}
	p, err := search.Prove(t.Context(), func() *sharer { return &sharer{} }, framed(2, 3), true)
	if err == nil || p.Verdict != search.NotProved || !strings.Contains(err.Error(), "shares") {
		t.Errorf("CopyFrom shares memory: got %s, %v, want an error", p.Verdict, err)
	}
}

// sharer is frames with a CopyFrom that shares memory, and wipes what it has
// given.
type sharer struct{ held []byte }

func (d *sharer) Feed(p []byte) { d.held = append(d.held, p...) }

func (d *sharer) Next() ([]byte, bool, error) {
	if len(d.held) < 4 {
		return nil, false, nil
	}
	end := 4 + int(binary.BigEndian.Uint32(d.held))
	if len(d.held) < end {
		return nil, false, nil
	}
	message := slices.Clone(d.held[4:end])
	clear(d.held[:end])
	d.held = d.held[:copy(d.held, d.held[end:])]
	return message, true, nil
}

func (d *sharer) Close() error                { return nil }
func (d *sharer) AppendKey(key []byte) []byte { return append(key, d.held...) }
func (d *sharer) CopyFrom(o *sharer)          { d.held = o.held }

func TestProveInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := search.Prove(ctx, newFrames, framed(1, 2), true)
	if p.Verdict != search.NotProved || !errors.Is(err, context.Canceled) {
		t.Errorf("got %s, %v, want not proved, %v", p.Verdict, err, context.Canceled)
	}
}

// A last line without an end of its own comes at the end of the stream.
func TestProveLastMessageAtTheEnd(t *testing.T) {
	last := func(forgets bool) func() *toy {
		return func() *toy {
			d := lines(8, false)
			feed := d.feed
			d.feed = func(state string, p []byte) string {
				if forgets && len(state) == 1 && len(p) == 1 {
					return "?" + feed(state, p)[1:]
				}
				return feed(state, p)
			}
			d.close = func(state string) (string, error) {
				if state == "" {
					return "", nil
				}
				return state + "\r\n", nil
			}
			return d
		}
	}
	if p := checkBruteForce(t, last(false), []byte("a\r\nbcd")); p.Verdict != search.Proved {
		t.Errorf("got %s (%s), want it proved", p.Verdict, p.Reason)
	}
	p := checkBruteForce(t, last(true), []byte("bcd"))
	if p.Verdict != search.Refuted || p.Wrong.Int64() != 1 || !strings.Contains(p.Reason, "where the stream ends") {
		t.Errorf("got %s (%s), %s wrong, want it refuted at the stream's end", p.Verdict, p.Reason, p.Wrong)
	}
}

func BenchmarkProve(b *testing.B) {
	for _, n := range []int{24, 512, 4096} {
		stream := mixed(n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := search.Prove(b.Context(), newFrames, stream, false)
				if err != nil || p.Verdict != search.Proved || p.End != nil {
					b.Fatal(p, err)
				}
			}
		})
	}
}
