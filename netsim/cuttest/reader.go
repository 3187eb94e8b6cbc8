package cuttest

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Reader calls parse on a stream under one way of cutting it after the other,
// and fails the test where parse does not return what it returns uncut: a value
// deeply equal (reflect.DeepEqual), and an error of the same text, or none. A
// parse that panics, or reads on for ever after the end of the stream, fails
// too. parse must return the same each time for the same reads; a stream that
// it refuses is as good as one that it likes. Memory that it uses again for the
// next value is noticed, and does not hide a difference.
//
// The cuts tried are, after the saved plans: one after each byte; every single
// cut; every pair of cuts of some 100 bytes, which is every read that can
// happen; all 2^(n-1) ways to cut n bytes where n is at most 12; and seeds. Of
// a stream beyond 2 KiB the single cuts are a part, spread evenly, and the
// test's log says how many. What fails is made as small as it goes, and
// reported with all places where a cut alone is fatal.
//
// All of that is done twice: with the end of the stream in a read of its own,
// as TCP gives it, and, reported apart, with the last bytes, as io.Reader allows
// and crypto/tls does.
//
// Plans, if there are any, are tried instead of all but the saved ones. A fuzz
// target passes netsim.PlanFromBytes. A stream here is a plan's upward one;
// what does not cut it, such as a stall, is nothing to a Reader, and a plan
// that does not keep it whole is an error.
func Reader(t testing.TB, stream []byte, parse func(io.Reader) (any, error), plans ...netsim.Plan) {
	t.Helper()
	p := &parser{stream: stream, parse: parse}
	defer func() {
		if p.calling {
			t.Errorf("parse ended the test under the plan %s", cutsPlan(p.cuts, p.eof))
		}
	}()
	c := check{parser: p, dir: savedDir, test: t.Name(), plans: plans, share: 1}
	if testing.Short() {
		c.share = 8
	}
	problems, leftOut := c.run()
	if leftOut != "" {
		t.Log(strings.TrimSuffix(leftOut, "\n"))
	}
	for _, problem := range problems {
		t.Error(strings.TrimSuffix(problem, "\n"))
	}
}

// check is one call of Reader.
type check struct {
	*parser
	dir, test string // of the saved plans
	plans     []netsim.Plan
	share     int // of the work, of which it is one
}

// run returns what is wrong with the parser, and what was not tried.
func (c *check) run() (problems []string, leftOut string) {
	list, err := loadSaved(c.dir, c.test)
	if err != nil {
		return []string{err.Error()}, ""
	}
	if problem := c.oracle(); problem != "" {
		return []string{problem}, ""
	}
	for _, plan := range c.plans {
		list = append(list, saved{plan: plan})
	}
	var done [2]bool // with the end of stream apart, with the last bytes
	for _, s := range list {
		if !s.plan.Whole() {
			return append(problems, strings.TrimPrefix(s.where+": ", ": ")+
				fmt.Sprintf("plan %s does not keep the stream whole", s.plan)), ""
		}
		cuts := cutsOf(s.plan, len(c.stream))
		for i, eof := range []bool{false, true} {
			if done[i] || eof && !s.plan.Up.EOFWithData || !c.fails(cuts, eof) {
				continue
			}
			done[i] = true
			if s.where == "" {
				cuts = c.shrink(cuts, eof)
			}
			problems = append(problems, c.report(cuts, eof, s.where))
		}
		leftOut += c.beyond(s)
	}
	if len(c.plans) > 0 {
		return problems, leftOut
	}
	if n, all := c.singles(c.share), max(len(c.stream)-1, 0); n < all {
		leftOut += fmt.Sprintf("a stream of %d bytes is long: %d of %d single cuts were tried", len(c.stream), n, all)
	}
	for i, eof := range []bool{false, true} {
		if done[i] {
			continue
		}
		if cuts, ok := c.find(eof, c.share*(1+3*i)); ok {
			problems = append(problems, c.report(cuts, eof, ""))
		}
	}
	return problems, leftOut
}

// beyond says of a saved plan that has gone out of date what it no longer does.
func (c *check) beyond(s saved) string {
	if s.where == "" {
		return ""
	}
	text := ""
	for _, said := range (netsim.Plan{Up: s.plan.Up}).Beyond(func(int, trace.Direction) int { return len(c.stream) }) {
		text += fmt.Sprintf("%s: %s\n", s.where, strings.TrimPrefix(said, "up:"))
	}
	return text
}
