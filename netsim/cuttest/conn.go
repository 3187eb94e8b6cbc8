package cuttest

import (
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Conn runs f, a client and a server on the two ends of a connection, under one
// plan after the other, and fails the test at the first under which f fails.
// f fails as any test does, by t.Error and t.Fatal; by a panic; by reading or
// writing on for ever after an error; or by a hang. It runs anew for each plan
// in a testing/synctest bubble, whose rules hold for it: it may start goroutines
// and set deadlines, which take no real time, but not call t.Run or t.Parallel,
// or wait for anything outside. It need not close the ends. Whatever f leaves
// behind must not matter to the next run.
//
// The plans are, after the saved ones: as-written; glue; every single cut of
// what the ends wrote under glue; every pair of cuts where they are few; a stall
// of one second, what a lost segment or two cost, at every offset; cuts after
// each seven bytes, three, two and one; and seeds. So the first that fails is
// the smallest. Of an exchange of over some 800 bytes those cuts and stalls
// are tried that stand nearest to the starts of writes, where headers are. A
// deadline of less than a second passes in a stall; set longer ones where that
// is an error, as the bubble's time costs nothing.
//
// One subtest runs the plans of one kind (cut, cuts, stall, random), or one
// plan by its text, so that go test -v shows what was tried and stays readable.
//
// Plans, if there are any, are tried instead of all but the saved ones, such as
// a small window, which hangs a test that writes and reads in one goroutine, or
// an end of stream before its time.
//
// A panic in a goroutine that f started ends the test binary, as always. With
// GODEBUG=tracebacklabels=1 its trace names the plan.
func Conn(t *testing.T, f func(t *testing.T, client, server net.Conn), plans ...netsim.Plan) {
	t.Helper()
	c := &conversation{f: f, test: t.Name(), work: maxConnWork}
	if testing.Short() {
		c.work /= 4
	}
	list, err := loadSaved(savedDir, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, plan := range plans {
		list = append(list, saved{plan: plan})
	}
	for _, s := range list {
		ok := t.Run(s.plan.String(), func(t *testing.T) {
			t.Helper()
			c.under(t, s)
			if said := s.plan.Beyond(c.length); len(said) > 0 && s.where != "" {
				t.Logf("%s: %s", s.where, strings.Join(said, "; "))
			}
		})
		if !ok {
			return
		}
	}
	if len(plans) > 0 {
		return
	}
	for _, kind := range kinds {
		ok := t.Run(kind.name, func(t *testing.T) {
			t.Helper()
			if kind.measured && c.glue == nil {
				c.under(t, saved{}) // -run has left glue out
			}
			plans := kind.plans(c)
			for _, plan := range plans {
				c.under(t, saved{plan: plan, swept: true})
			}
			if kind.name == "cut" && len(plans) < c.places() {
				t.Logf("the exchange is long: %d of %d single cuts were tried", len(plans), c.places())
			}
		})
		if !ok {
			return
		}
	}
}

// conversation is one call of Conn.
type conversation struct {
	f    func(t *testing.T, client, server net.Conn)
	test string
	work int
	last *run // the latest
	glue *run // of which the single cuts are; nil before it
}

// under runs f under a plan, and ends t if it fails.
func (c *conversation) under(t *testing.T, s saved) {
	t.Helper()
	r, ok := &run{}, false
	over := make(chan struct{})
	go func() { // which a failed bubble ends
		defer close(over)
		defer func() {
			if stuck := recover(); stuck != nil { // some goroutines of the bubble wait for ever
				r.stuck(stuck)
			}
		}()
		synctest.Test(t, func(t *testing.T) { r.do(t, s.plan, c.f) })
		ok = true
	}()
	<-over
	if !ok {
		if r.wrong != nil {
			t.Error(r.wrong)
		}
		t.Fatal(strings.TrimSuffix(c.report(s, r), "\n"))
	}
	c.last = r
	if s.plan.String() == (netsim.Plan{}).String() {
		c.glue = r
	}
}

// length returns how many bytes the latest run carried.
func (c *conversation) length(_ int, dir trace.Direction) int {
	if dir == trace.Up {
		return len(c.last.up.data)
	}
	return len(c.last.down.data)
}

// report tells of a plan that f fails under.
func (c *conversation) report(s saved, r *run) string {
	text := "fails under " + s.plan.String()
	switch {
	case s.where != "":
		text += ", saved in " + s.where
	case !s.swept:
	case s.plan.String() == "as-written":
		text += ", where each write is one read: no cut is to blame"
	case s.plan.String() == "glue":
		text += ", where a read takes all that was written by then"
	default:
		text += "; every smaller plan that was tried passed"
	}
	text += "\n" + row("replay", replay(c.test, s.plan.String(), s.where))
	for _, d := range []struct {
		name string
		s    *netsim.Stream
		lane func(*run) []byte
	}{
		{"up", &s.plan.Up, func(r *run) []byte { return r.up.data }},
		{"down", &s.plan.Down, func(r *run) []byte { return r.down.data }},
	} {
		at := slices.Clone(d.s.Cuts)
		for _, stall := range d.s.Stalls {
			at = append(at, stall.At)
		}
		if len(at) == 0 {
			continue
		}
		slices.Sort(at)
		data := d.lane(r)
		if c.glue != nil && len(data) <= at[len(at)-1] { // it failed before it came so far
			data = d.lane(c.glue)
		}
		text += cutRows(d.name, data, slices.Compact(at))
	}
	return text
}
