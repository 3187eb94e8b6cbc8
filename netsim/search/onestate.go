package search

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// bytewise feeds the stream byte by byte and fills in the prefixes. It reports
// whether the decoder survived that.
func (p *proving[D]) bytewise() bool {
	n := len(p.stream)
	d := p.newDecoder()
	p.prefixes[0].key = d.AppendKey(nil)
	for i := range n {
		from, to := &p.prefixes[i], &p.prefixes[i+1]
		to.given, to.err = from.given, from.err
		if to.err != nil {
			continue
		}
		p.proof.Feeds++
		to.err = feed(d, p.lender.lend(i, i+1), func(message []byte) bool {
			p.messages = append(p.messages, slices.Clone(message))
			to.given++
			return to.given <= p.endless
		})
		p.lender.takeBack(i, i+1)
		if isBreakdown(to.err) {
			p.suspect(ones(n))
			return false
		}
		if to.err == nil {
			to.key = d.AppendKey(make([]byte, 0, len(from.key)+8))
		}
	}
	p.finish(d, &p.prefixes[n])
	p.conclude()
	return true
}

// inTwo cuts the stream at every place alone. It reports whether all states
// were those of the bytewise feed.
func (p *proving[D]) inTwo(ctx context.Context) bool {
	n := len(p.stream)
	d := p.newDecoder()
	one := true
	var before, after []byte // keys
	for cut := 1; cut <= n; cut++ {
		if ctx.Err() != nil {
			return false
		}
		d.CopyFrom(p.fresh)
		given := 0
		for from, to := 0, cut; from < n; from, to = to, n {
			p.proof.Feeds++
			same := true
			err := feed(d, p.lender.lend(from, to), func(message []byte) bool {
				same = given < len(p.messages) && bytes.Equal(message, p.messages[given])
				given++
				return same
			})
			want := &p.prefixes[to]
			same = same && given == want.given && sameError(err, want.err)
			changed := p.lender.changed(from, to)
			if same && err == nil {
				before = d.AppendKey(before[:0])
			}
			p.lender.takeBack(from, to)
			switch {
			case changed:
				p.refute(fmt.Sprintf("the decoder changes the bytes that it is fed, or those behind them, at offset %d", to), upTo(cut, to), nil)
				return false
			case !same:
				p.suspect(upTo(cut, n))
				p.suspect(ones(n))
				p.parted = upTo(cut, n)
				return false
			case err != nil:
				from, to = n, n // nothing is fed after an error
				continue
			}
			if after = d.AppendKey(after[:0]); !bytes.Equal(before, after) {
				p.refute(fmt.Sprintf("the decoder keeps the bytes that it is fed: its state at offset %d changed when they were overwritten", to), upTo(cut, to), nil)
				return false
			}
			one = one && bytes.Equal(before, want.key)
		}
	}
	return one
}

// upTo are the chunks of the bytes up to an offset, cut in two where the cut
// stands within them.
func upTo(cut, to int) []int {
	if cut < to {
		return []int{cut, to - cut}
	}
	return []int{to}
}

// inPlace makes messages that the decoder gives in place the parts of the
// stream that they are: to compare a part with itself takes no time.
func (p *proving[D]) inPlace() {
	n, k := len(p.stream), 0
	d := p.newDecoder()
	feed(d, p.stream[:n:n], func(message []byte) bool {
		at := n - cap(message)
		if at >= 0 && len(message) > 0 && &message[0] == &p.stream[at] && bytes.Equal(message, p.messages[k]) {
			p.messages[k] = message
		}
		k++
		return k < len(p.messages)
	})
}

// parallel feeds every s[i:j] to the state at i. It reports whether that always
// gave the state at j.
func (p *proving[D]) parallel(ctx context.Context) bool {
	p.inPlace()
	n := len(p.stream)
	workers := min(runtime.GOMAXPROCS(0), 1+n/128) // a short stream is over before a goroutine has started
	var next, feeds atomic.Int64
	var differs atomic.Bool
	work := func() {
		r := row[D]{proving: p, here: p.newDecoder(), d: p.newDecoder()}
		for !differs.Load() && ctx.Err() == nil {
			i := int(next.Add(1))
			if i >= n || p.prefixes[i].err != nil {
				break
			}
			if !r.all(i) {
				differs.Store(true)
			}
		}
		feeds.Add(r.feeds)
	}
	var group sync.WaitGroup
	for range workers - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	p.proof.Feeds += feeds.Load()
	return !differs.Load() && ctx.Err() == nil
}

// row is what one goroutine needs to feed what follows one offset after the
// other.
type row[D Decoder[D]] struct {
	*proving[D]
	here  D // at an offset, fed byte by byte
	at    int
	d     D
	key   []byte
	feeds int64
}

// all feeds s[i:j] to the state at i, for all j.
func (r *row[D]) all(i int) (same bool) {
	defer func() {
		if recover() != nil {
			same = false // following says it better
		}
	}()
	for ; r.at < i; r.at++ {
		r.here.Feed(r.stream[r.at : r.at+1 : r.at+1])
		for ok := true; ok; {
			_, ok, _ = r.here.Next()
		}
	}
	for j := i + 2; j <= len(r.stream); j++ { // the first j was the bytewise feed
		r.feeds++
		r.d.CopyFrom(r.here)
		r.d.Feed(r.stream[i:j:j])
		given, want := r.prefixes[i].given, &r.prefixes[j]
		for {
			message, ok, err := r.d.Next()
			if !ok || err != nil {
				if given != want.given || !sameError(err, want.err) {
					return false
				}
				break
			}
			if given == len(r.messages) || !bytes.Equal(message, r.messages[given]) {
				return false
			}
			given++
		}
		if want.err != nil {
			continue
		}
		if r.key = r.d.AppendKey(r.key[:0]); !bytes.Equal(r.key, want.key) {
			return false
		}
	}
	if r.key = r.here.AppendKey(r.key[:0]); !bytes.Equal(r.key, r.prefixes[i].key) {
		r.shares.Store(true)
	}
	return true
}
