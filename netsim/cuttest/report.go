package cuttest

import (
	"context"
	"fmt"
	"math/big"

	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// report tells of fatal cuts.
func (c *check) report(cuts []int, eofWithData bool, where string) string {
	o, _ := c.call(cuts, eofWithData, false)
	plan := cutsPlan(cuts, eofWithData).String()
	text := plan + " changes what parse returns"
	if o.fault != "" {
		text = plan + " breaks parse"
	}
	if eofWithData {
		text += "; it sends the end of the stream with the last bytes, as crypto/tls may and TCP never does"
	}
	if where != "" {
		text += "; saved in " + where
	}
	text += "\n" + row("replay", replay(c.test, plan, where)) + cutRows("at", c.stream, cuts)
	if eofWithData {
		text += row("end", around(c.stream, len(c.stream)))
	}
	got, uncut := difference(o, c.uncut)
	if c.text != "" { // its value is o's by now
		got, uncut = part(o.String(), c.uncut.with(c.text))
	}
	text += row("got", got) + row("uncut", uncut)
	if !eofWithData {
		text += c.extent()
	}
	return text
}

// Bounds of a report's extent.
const (
	extentBytes = 4096
	extentRuns  = 50_000
)

// extent says how many places are fatal, and in how many of all ways to cut
// the stream it goes wrong, where that can be had cheaply.
func (c *check) extent() string {
	n := len(c.stream)
	if n > extentBytes {
		return ""
	}
	r := runner{c}
	var fatal []int
	for at := 1; at < n; at++ {
		if o := r.Run(cutsPlan([]int{at}, false)); o.Broken() {
			fatal = append(fatal, at)
		}
	}
	at := "no place alone"
	if len(fatal) > 0 {
		at = ranges(fatal)
	}
	text := fmt.Sprintf("at %s (%d of %d places)", at, len(fatal), n-1)
	if n > 64 {
		return row("fatal", text)
	}
	subject := func() search.Runner { return r }
	if count, err := search.CountWrong(context.Background(), subject, trace.Up, n, 1, search.Shard{}, extentRuns); err == nil {
		all := new(big.Int).Lsh(big.NewInt(1), uint(n-1))
		text += fmt.Sprintf("; wrong in %s of %s ways to cut it", grouped(count.Wrong), grouped(all))
	}
	return row("fatal", text)
}

// runner runs a parser for search, each time in a goroutine of its own, so that
// a parser which ends that ends nothing else.
type runner struct{ *check }

func (r runner) Run(plan netsim.Plan) search.Outcome {
	outcome := search.Outcome{Verdict: "wrong"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		o, reads := r.call(plan.Up.Cuts, false, true)
		outcome.Reads = reads
		if r.same(o) {
			outcome.Verdict = ""
		}
	}()
	<-done
	r.calling = false
	return outcome
}

func (r runner) Close() {}
