// Package trial puts somebody's own client and server under plans: it runs them
// against each other over real connections, through a relay that cuts the
// streams, and finds the smallest cut with which they no longer do what they do
// without one.
//
// What they should do is what two runs without a plan agree on: always the
// client's exit status, and its output where that was the same both times. A
// client may print anything, but a failure that shows in neither is not seen.
//
// A clean result is no proof: real connections take time, so that a trial tries
// what its budget allows, and what the programs do besides, by their own clocks
// and threads, is not repeated. Package netsim/search proves, for Go code.
package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Config says what to try. Server or To, and Client or Listen, must be given.
type Config struct {
	Server Command // started on a port of its own, or where To says
	To     string  // the address of the server
	Client Command // started for each run
	Listen string  // where a client that is not ours connects, again and again

	Stdin []byte // of the client; nil for none
	Want  []byte // of its output; nil for what it prints without a plan

	Plans   []netsim.Plan // only these; none: all that there is to try
	Seed    uint64        // of the random plans
	Runs    int           // at most so many; 0: as many as Time allows
	Time    time.Duration // to spend; 0 where Runs limits it
	Timeout time.Duration // without anything moving that is a hang; 0: by the runs without a plan
	Hold    time.Duration // of the relay
	Jobs    int           // at once; 0: by what the programs allow
	Fresh   bool          // a new server for each run
	Frame   Frame         // of the messages
	Each    string        // the path of the submission that is tried, of a class; "" for none

	ports *ports // of all trials at once; nil for one's own

	// Progress is told now and then how far the work has come; nil for nobody.
	Progress func(what string, done, of int)
}

// DefaultTime is what a trial spends where nothing else is said.
const DefaultTime = 30 * time.Second

// minTimeout is the least time without anything moving that is a hang, where
// nobody said: a loaded machine may take a while to start a program.
const minTimeout = 2 * time.Second

// Check returns what is wrong with a Config, nil for nothing.
func (c *Config) Check() error {
	switch {
	case !c.Server.Given() && c.To == "":
		return errors.New("no server: start one (--server) or name one that runs (--to)")
	case !c.Client.Given() && c.Listen == "":
		return errors.New("no client: start one (--client) or say where one will connect (--listen)")
	case c.Client.Given() && c.Listen != "":
		return errors.New("a client that is started needs no address to connect to (--listen): it is told one by {host} and {port}")
	case c.Server.Given() && !c.Server.NamesPort() && c.To == "":
		return fmt.Errorf("the server's command names no {port}: %s: say where it listens (--to)", c.Server)
	case c.Client.Given() && !c.Client.NamesPort():
		return fmt.Errorf("the client's command names no {port} to connect to: %s", c.Client)
	}
	for _, p := range c.Plans {
		if err := relay.Check(p); err != nil {
			return err
		}
	}
	for _, command := range []Command{c.Server, c.Client} {
		if err := command.check(c.Each); err != nil {
			return err
		}
	}
	if c.Each != "" {
		if err := c.checkClass(); err != nil {
			return err
		}
	}
	for i, address := range []string{c.To, c.Listen} {
		if address == "" {
			continue
		}
		least := 1 - i // to listen on port 0 is to take a free one
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return fmt.Errorf("%q is no address: host:port", address)
		}
		if n, err := strconv.Atoi(port); err != nil || n < least || n > 65535 {
			return fmt.Errorf("%q: port %s: it takes %d to 65535", address, port, least)
		}
	}
	return nil
}

// trial is one under way.
type trial struct {
	Config
	oracle   oracle
	mark     string       // in the environment of what is started
	visitors net.Listener // of clients that are not ours
	workers  []*worker
	report   *Report
	streams  map[key][]byte // without a plan

	// The budget, and what of it may be spent on the present group.
	ends, until time.Time
	runs, most  int // of plans

	// The bound of the plan that is being made smaller.
	shrinkEnds time.Time
	shrinkMost int

	fresh          atomic.Bool // a new server for each run
	endsWithClient atomic.Bool // the server does

	mu       sync.Mutex // guards what follows
	suspects []*attempt
}

// Run tries the programs and returns what it found. The error says what stood in
// the way; nothing that was started is left behind it. Of a ctx that is done, the
// report says what was known by then.
func Run(ctx context.Context, c Config) (*Report, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Time == 0 && c.Runs == 0 {
		c.Time = DefaultTime
	}
	begin := time.Now()
	if c.ports == nil {
		c.ports = &ports{}
	}
	t := &trial{Config: c, report: &Report{Config: c}, mark: newMark()}
	t.fresh.Store(c.Fresh)
	if t.Listen != "" {
		l, err := net.Listen("tcp", t.Listen)
		if err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
		defer l.Close()
		t.visitors, t.report.Listens = l, l.Addr().String()
		t.progress("waiting for a client to connect to "+l.Addr().String(), 0, 0)
	}
	t.workers = []*worker{{t: t}}
	defer func() {
		for _, w := range t.workers {
			w.close()
		}
		sweepMarked(t.mark)
	}()
	err := t.try(ctx)
	t.report.Took = time.Since(begin)
	if ctx.Err() != nil && len(t.report.Findings) == 0 {
		t.inconclusive(words.Sentencef("interrupted"))
	}
	return t.report, err
}

func (t *trial) try(ctx context.Context) error {
	if done, err := t.baseline(ctx); done || err != nil {
		return err
	}
	t.ends = time.Now().Add(t.Time)
	t.share(1)
	if err := t.search(ctx); err != nil && ctx.Err() == nil {
		t.endedEarly(err)
	}
	t.conclude()
	return ctx.Err()
}

// endedEarly says what put an end to the search: a server that runs no more, say.
// What was found until then counts.
func (t *trial) endedEarly(err error) {
	why := words.Sentencef("ended early: %s", err.Error())
	if a := t.workers[0].last; a != nil && !plainly(a.plan) {
		why = words.Sentencef("ended early: %s (behind a run under %s)", err.Error(), a.plan)
	}
	t.inconclusive(why)
	t.note(why)
}

// baseline runs the programs twice without a plan, and makes what they agree on
// the oracle. done reports that there is nothing left to try.
func (t *trial) baseline(ctx context.Context) (done bool, err error) {
	a, err := t.alone(ctx)
	if err != nil {
		return false, err
	}
	if a.Hang && t.Client.Given() && t.Want == nil {
		return false, fmt.Errorf(withoutPlan+"%w: nothing moved for %s (see --timeout)", errEndless, t.patience(netsim.Plan{}, a.Start > 0))
	}
	t.oracle = oracle{end: a.End, server: a.Server, hang: a.Hang && !t.Client.Given()}
	t.learn(a, a)
	b, err := t.again(ctx, a)
	if err != nil {
		return false, err
	}
	t.learn(a, b)
	t.oracle.output, t.oracle.length = a.Output, a.Length
	t.oracle.known = bytes.Equal(a.Output, b.Output) && a.Length == b.Length
	switch {
	case t.Want != nil:
		return t.wanted(a, b), nil
	case a.End != b.End:
		t.inconclusive(words.Sentencef("flaky: without a plan the client ended with %s once and with %s once", Ended(a.End), Ended(b.End)))
		return true, nil
	case a.Status != 0:
		why := withReason(a.End, lastLine(a.Errors)).String()
		if a.Server != "" && a.Server != endOK {
			why += "; the server ended: " + withReason(a.Server, a.Last).String()
		}
		return false, fmt.Errorf(withoutPlan+"%w with %s", errFailed, why)
	case a.Server != "" && a.Server != endOK: // and its client made nothing of it
		return false, fmt.Errorf(withoutPlan+"%w: %s (see --want, if that is as it should be)", errCrashed, withReason(a.Server, a.Last))
	case !t.oracle.known:
		t.note(words.Sentencef("the client's output was not the same both times without a plan: only its exit status is compared"))
	}
	return false, nil
}

const withoutPlan = "without a plan: "

// What programs do wrong without any plan.
var (
	errEndless = errors.New("the client does not end")
	errFailed  = errors.New("the client ended")
	errCrashed = errors.New("the server ended")
)

// alone runs the programs once without a plan, on the first worker.
func (t *trial) alone(ctx context.Context) (*Outcome, error) {
	o, err := t.workers[0].run(ctx, netsim.Plan{}, true)
	if err == nil && o.Server != "" {
		t.endsWithClient.Store(true)
	}
	return o, err
}

// again runs them a second time, as many at once as may be: where that gives
// what the first run did, so many do from now on. Else they run one at a time,
// and on a new server each, if a used one is the trouble.
func (t *trial) again(ctx context.Context, first *Outcome) (*Outcome, error) {
	if second, err := t.together(ctx); second != nil || err != nil {
		return second, err
	}
	second, err := t.alone(ctx)
	if err != nil || t.oracle.judge(second) == nil || !t.Server.Given() || t.fresh.Load() {
		return second, err
	}
	t.fresh.Store(true)
	if third, err := t.alone(ctx); err != nil || t.oracle.judge(third) != nil {
		return second, err
	}
	t.note(words.Sentencef("the server served only its first client as it should: each run has a new one"))
	return t.again(ctx, first)
}

// together hires workers and runs all of them at once. It returns the outcome of
// one, or nil and dismisses the new ones if not all did what the first run did.
func (t *trial) together(ctx context.Context) (*Outcome, error) {
	jobs := t.Jobs
	switch {
	case !t.Client.Given(), t.Server.Given() && t.To != "":
		return nil, nil
	case jobs == 0 && !t.Server.Given():
		return nil, nil // it may serve one after the other, so that the others seem to hang
	case jobs == 0:
		jobs = min(2*runtime.GOMAXPROCS(0), 8) // programs mostly wait
	}
	if jobs == 1 {
		return nil, nil
	}
	for range jobs - 1 {
		t.workers = append(t.workers, &worker{t: t})
	}
	list := t.each(ctx, make([]netsim.Plan, jobs), false, true)
	for _, a := range list {
		if !a.tried || a.err != nil || a.failure != nil {
			for _, w := range t.workers[1:] {
				w.close()
			}
			t.workers = t.workers[:1]
			t.workers[0].doubtful = true
			return nil, ctx.Err()
		}
	}
	return list[0].outcome, nil
}

// wanted holds two runs without a plan against the output that somebody wants.
func (t *trial) wanted(a, b *Outcome) (done bool) {
	t.oracle.output, t.oracle.length, t.oracle.known, t.oracle.end = t.Want, len(t.Want), true, endOK
	t.oracle.hang = false
	failed := 0
	var finding *Finding
	for _, o := range []*Outcome{a, b} {
		if f := t.oracle.judge(o); f != nil {
			failed++
			finding = t.finding(netsim.Plan{}, o, f)
		}
	}
	if failed == 0 {
		return false
	}
	finding.Confirmed, finding.Of = failed, 2
	t.report.Verdict = BrokenWithoutPlan
	t.report.Findings = []*Finding{finding}
	return true
}

// How a client ends. The last two are of one that is not ours.
const (
	endOK      = "exit status 0"
	endHang    = "a hang"
	endSilence = "silence"
	endClosed  = "the end of its connection"
)

// learn takes from runs without a plan what the plans are made of.
func (t *trial) learn(a, b *Outcome) {
	r := t.report
	r.Baseline = Baseline{
		End: a.End, Other: b.End, OutputBytes: a.Length, Same: bytes.Equal(a.Output, b.Output) && a.Length == b.Length,
		Took: max(a.Took, b.Took), Conns: a.Relay.Conns,
		Up: a.Up, Down: a.Down,
		UpEdges: edges(a.Log, b.Log, trace.Up), DownEdges: edges(a.Log, b.Log, trace.Down),
	}
	r.Baseline.Quiet, r.Baseline.Start = max(a.Quiet, b.Quiet), max(a.Start, b.Start)
	t.streams = map[key][]byte{}
	for conn := 1; conn <= a.Log.Conns(); conn++ {
		for _, dir := range search.Directions {
			t.streams[key{conn, dir}] = a.Log.Stream(conn, dir)
		}
	}
	if a.Relay.TLS > 0 {
		t.note(words.Sentencef("the connections carry TLS: cuts fall into ciphertext and exercise the TLS library"))
	}
}

// edges returns the places at which what the relay received began and ended: as
// near as it can see to what the programs wrote.
func edges(a, b trace.Log, dir trace.Direction) []int {
	var list []int
	for _, log := range []trace.Log{a, b} {
		for _, e := range log {
			if e.Kind == trace.Written && e.Dir == dir && e.From > 0 {
				list = append(list, e.From)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// patience is how long nothing may move in a run, in which the client has
// connected or has not. How long that takes it, the first run shows.
func (t *trial) patience(plan netsim.Plan, connected bool) time.Duration {
	wait := t.Timeout
	if wait == 0 {
		wait = max(minTimeout, 2*t.report.Baseline.Quiet, 8*t.report.Baseline.Start)
		if !connected && !t.known() && t.Client.Given() {
			wait = max(wait, startTime)
		}
	}
	return wait + stalled(plan)
}

// longest is how long a run may take in all.
func (t *trial) longest(plan netsim.Plan) time.Duration {
	b := &t.report.Baseline
	turns := len(b.UpEdges) + len(b.DownEdges) // each of which glue and stalls make longer
	return 10*(t.patience(plan, true)+b.Took) + time.Duration(turns)*(20*time.Millisecond+t.Hold)
}

// known reports whether it is known what the programs do without a plan.
func (t *trial) known() bool { return t.oracle.end != "" }

// stalled is for how long a plan lets nothing move.
func stalled(plan netsim.Plan) time.Duration {
	sum := 4 * plan.Link.RTT
	add := func(s *netsim.Stream) {
		for _, stall := range s.Stalls {
			sum += stall.Delay
		}
	}
	add(&plan.Up)
	add(&plan.Down)
	for i := range plan.Conns {
		add(&plan.Conns[i].Up)
		add(&plan.Conns[i].Down)
	}
	return sum
}

// suspect notes a run behind which the server died, in case that came to light
// when the run had been counted already.
func (t *trial) suspect(a *attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.suspects = append(t.suspects, a)
}

func (t *trial) note(text words.Sentence) {
	if !slices.Contains(words.Strings(t.report.Notes), text.String()) {
		t.report.Notes = append(t.report.Notes, text)
	}
}

func (t *trial) inconclusive(why words.Sentence) { t.report.Verdict, t.report.Why = Inconclusive, why }

func (t *trial) progress(what string, done, of int) {
	if t.Progress != nil {
		t.Progress(what, done, of)
	}
}
