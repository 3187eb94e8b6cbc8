package trial

import (
	"context"
	"slices"
	"sync"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

const (
	// maxDrip is how far into a stream every byte is a cut: beyond it, dripping
	// takes more time than it is worth.
	maxDrip = 16 << 10

	// minStall is how long a long stall lasts at least: longer than the pauses
	// that programs make between the parts of a message.
	minStall = 700 * time.Millisecond

	// confirmations of a failure, each on a new server; and as many and as many
	// runs without a plan, once anything has turned out to be flaky.
	confirmations = 2
	doubtedAnyway = 5
	shrinkRuns    = 200 // to make one plan smaller, at most
	shrinkTime    = 10 * time.Second

	// fewCuts is as many as people can look at.
	fewCuts = 4
)

// An attempt is one run of a plan.
type attempt struct {
	plan    netsim.Plan
	tried   bool
	outcome *Outcome
	failure *Failure
	err     error

	failedInTime bool // it was counted as a failure
}

// each runs the plans, as many at once as there are workers, in their order. With
// first, no further one is begun after a failure.
func (t *trial) each(ctx context.Context, plans []netsim.Plan, first, record bool) []attempt {
	list := make([]attempt, len(plans))
	var (
		mu   sync.Mutex // guards what follows
		next int
		stop bool
		wait sync.WaitGroup
	)
	for _, w := range t.workers {
		wait.Go(func() {
			for {
				mu.Lock()
				i := next
				if stop || i >= len(plans) || ctx.Err() != nil {
					mu.Unlock()
					w.linger()
					return
				}
				next++
				mu.Unlock()
				a := &list[i]
				a.plan, a.tried = plans[i], true
				a.outcome, a.err = w.run(ctx, plans[i], record)
				if a.err == nil {
					a.failure = t.oracle.judge(a.outcome)
				}
				slow := a.err == nil && a.outcome.Slow
				w.last = a
				w.doubtful = a.err != nil || a.failure != nil || slow
				if a.err != nil || a.failure != nil && first {
					mu.Lock()
					stop = true
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return list
}

// spent reports whether the present share of the budget is.
func (t *trial) spent() bool {
	return t.Runs > 0 && t.runs >= t.most || t.Time > 0 && time.Now().After(t.until)
}

// allowed is how many more plans may be tried, at most n.
func (t *trial) allowed(n int) int {
	if t.spent() {
		return 0
	}
	if t.Runs > 0 {
		return min(n, t.most-t.runs)
	}
	return n
}

// batch is how many plans are handed out before the budget is looked at again.
const batch = 8

// group tries plans of one group until one fails, and returns those that did, in
// their order; of is how many there are in all. all goes on behind a failure.
func (t *trial) group(ctx context.Context, name Group, of int, plans []netsim.Plan, all bool) (failed []attempt, err error) {
	done := t.tried(name)
	done.Of = of
	for len(plans) > 0 && (len(failed) == 0 || all) {
		n := min(t.allowed(batch), len(plans))
		if n == 0 {
			break
		}
		list := t.each(ctx, plans[:n], !all, false)
		for i := range list {
			a := &list[i]
			if a.err != nil {
				return nil, a.err
			}
			if !a.tried {
				continue
			}
			t.count(done, a)
			if a.failure != nil {
				failed = append(failed, *a)
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		plans = plans[n:]
		t.progress(string(name), done.Runs, max(of, done.Runs))
	}
	return failed, nil
}

func (t *trial) tried(name Group) *Tried {
	for i := range t.report.Tried {
		if t.report.Tried[i].Group == name {
			return &t.report.Tried[i]
		}
	}
	t.report.Tried = append(t.report.Tried, Tried{Group: name})
	return &t.report.Tried[len(t.report.Tried)-1]
}

func (t *trial) count(g *Tried, a *attempt) {
	g.Runs++
	t.runs++
	if a.outcome.Slow {
		t.note(words.Sentencef("under %s: killed after %s, still moving: not counted (see --timeout)", a.plan, a.outcome.Took.Round(time.Second)))
	}
	if a.failure != nil {
		a.failedInTime = true
		g.Failed++
	}
	c := a.outcome.Relay
	t.report.Cuts.Verified += c.Verified
	t.report.Cuts.Unverified += c.Unverified
	t.report.Cuts.TimedOut += c.TimedOut
}

// shrink makes a plan smaller, which has a bound of its own: the budget is for
// what is tried.
func (t *trial) shrink(do func() error) error {
	begin, runs := time.Now(), t.runs
	t.shrinkEnds, t.shrinkMost = begin.Add(max(shrinkTime, t.Time/4)), runs+shrinkRuns
	err := do()
	spent := time.Since(begin)
	t.ends, t.until = t.ends.Add(spent), t.until.Add(spent)
	t.most += t.runs - runs
	t.Runs += t.runs - runs
	return err
}

// smallEnough reports whether a plan has been made smaller for long enough.
func (t *trial) smallEnough() bool { return t.runs >= t.shrinkMost || time.Now().After(t.shrinkEnds) }

// fails tries plans on the way to a smaller one and returns the first that fails,
// -1 for none.
func (t *trial) fails(ctx context.Context, plans ...netsim.Plan) (first int, err error) {
	g := t.tried(Smaller)
	first = -1
	list := t.each(ctx, plans, true, false)
	for i := range list {
		a := &list[i]
		if a.err != nil {
			return -1, a.err
		}
		if !a.tried {
			continue
		}
		t.count(g, a)
		if a.failure != nil && first < 0 {
			first = i
		}
	}
	return first, ctx.Err()
}

// search tries what there is to try until something is found or the budget is
// spent.
func (t *trial) search(ctx context.Context) error {
	if len(t.Plans) > 0 {
		failed, err := t.group(ctx, Given, len(t.Plans), t.Plans, true)
		for _, a := range failed {
			if err == nil {
				err = t.found(ctx, a.plan)
			}
		}
		return err
	}
	// Each takes a share of what is then left of the budget, the last one all.
	for _, try := range []struct {
		share float64
		do    func(context.Context) error
	}{{1, t.drip}, {1, t.glue}, {0.5, t.cut}, {0.6, t.stall}, {1, t.random}} {
		t.share(try.share)
		if err := try.do(ctx); err != nil || len(t.report.Findings) > 0 {
			return err
		}
		if err := t.late(ctx); err != nil || len(t.report.Findings) > 0 {
			return err
		}
	}
	return nil
}

// late looks again at runs behind which the server died so late that they had
// been counted as well.
func (t *trial) late(ctx context.Context) error {
	t.mu.Lock()
	list := t.suspects
	t.suspects = nil
	t.mu.Unlock()
	for _, a := range list {
		if plainly(a.plan) || a.failedInTime {
			continue
		}
		if err := t.found(ctx, a.plan); err != nil || len(t.report.Findings) > 0 {
			return err
		}
	}
	return nil
}

// plainly reports whether a plan is none: glue has the same text.
func plainly(p netsim.Plan) bool {
	return p.String() == (netsim.Plan{}).String() && p.Up.Mode.Kind == netsim.Unset && p.Down.Mode.Kind == netsim.Unset
}

// share lets what comes next spend a part of what is left of the budget.
func (t *trial) share(part float64) {
	t.until = t.ends
	if left := time.Until(t.ends); left > 0 {
		t.until = time.Now().Add(time.Duration(part * float64(left)))
	}
	t.most = t.runs + int(part*float64(t.Runs-t.runs))
}

// length returns the bytes of a direction's longest stream.
func (t *trial) length(dir trace.Direction) int {
	if dir == trace.Up {
		return t.report.Baseline.Up
	}
	return t.report.Baseline.Down
}

// of returns a plan with one direction set.
func of(dir trace.Direction, s netsim.Stream) netsim.Plan {
	if dir == trace.Up {
		return netsim.Plan{Up: s}
	}
	return netsim.Plan{Down: s}
}

// upTo returns the places 1 to k as cuts of a direction.
func upTo(dir trace.Direction, k int) netsim.Plan {
	cuts := make([]int, k)
	for i := range cuts {
		cuts[i] = i + 1
	}
	return of(dir, netsim.Stream{Cuts: cuts})
}

func oneCut(dir trace.Direction, at int) netsim.Plan {
	return of(dir, netsim.Stream{Cuts: []int{at}})
}

// drip cuts each direction after every byte.
func (t *trial) drip(ctx context.Context) error {
	var plans []netsim.Plan
	var dirs []trace.Direction
	for _, dir := range search.Directions {
		switch n := t.length(dir); {
		case n > maxDrip:
			plans = append(plans, upTo(dir, maxDrip))
			t.note(words.Sentencef("drip: only the first %d of the %d bytes %s", maxDrip, n, dir))
		case n > 1:
			plans = append(plans, of(dir, netsim.Stream{Mode: netsim.Mode{Kind: netsim.Drip}}))
		default:
			continue
		}
		dirs = append(dirs, dir)
	}
	failed, err := t.group(ctx, Drip, len(plans), plans, true)
	for _, a := range failed {
		if err != nil {
			break
		}
		i := slices.IndexFunc(plans, func(p netsim.Plan) bool { return p.String() == a.plan.String() })
		err = t.shrink(func() error { return t.bisect(ctx, dirs[i], min(t.length(dirs[i])-1, maxDrip), a) })
	}
	return err
}

// bisect finds the fatal cut of a direction in which cuts at all places up to
// most are fatal together: first the shortest row of them from the start that
// is, by doubling, then by halving.
func (t *trial) bisect(ctx context.Context, dir trace.Direction, most int, whole attempt) error {
	good, bad := 0, 0 // rows of so many cuts
	for k := 1; bad == 0; {
		pair := []int{min(k, most), min(2*k, most)}
		first, err := t.fails(ctx, upTo(dir, pair[0]), upTo(dir, pair[1]))
		switch {
		case err != nil:
			return err
		case first >= 0:
			bad = pair[first]
			if first > 0 {
				good = pair[0]
			}
		case pair[1] == most:
			return t.flaky(whole.plan, whole.failure)
		default:
			good, k = pair[1], 4*k
		}
	}
	for bad-good > 1 {
		middle := good + (bad-good)/2
		first, err := t.fails(ctx, upTo(dir, middle))
		if err != nil {
			return err
		}
		if first == 0 {
			bad = middle
		} else {
			good = middle
		}
	}
	if bad > 1 {
		first, err := t.fails(ctx, oneCut(dir, bad))
		if err != nil {
			return err
		}
		if first < 0 {
			return t.several(ctx, upTo(dir, bad), whole)
		}
	}
	return t.found(ctx, oneCut(dir, bad))
}

// several makes a plan of many cuts smaller of which no single one was enough. It
// may be a matter of cuts or of time: of time, if a stall as long does it too. Else
// a few cuts at even distances may do, or what is left when others are left out.
func (t *trial) several(ctx context.Context, plan netsim.Plan, whole attempt) error {
	for _, dir := range search.Directions {
		wait := netsim.Stall{Delay: max(whole.outcome.Took, minStall)}
		first, err := t.fails(ctx, of(dir, netsim.Stream{Stalls: []netsim.Stall{wait}, Cuts: t.edges(dir)}))
		if err != nil {
			return err
		}
		if first == 0 {
			t.slow(whole.plan, whole.failure)
			return nil
		}
	}
	for n := 2; n <= fewCuts && n < cuts(plan); n++ {
		first, err := t.fails(ctx, t.even(plan, n))
		if err != nil {
			return err
		}
		if first == 0 {
			return t.found(ctx, t.even(plan, n))
		}
	}
	small, err := t.thin(ctx, plan)
	if err != nil {
		return err
	}
	return t.found(ctx, small)
}

func cuts(plan netsim.Plan) int { return len(plan.Up.Cuts) + len(plan.Down.Cuts) }

// even returns n cuts at even distances in each direction that a plan cuts.
func (t *trial) even(plan netsim.Plan, n int) netsim.Plan {
	spread := func(dir trace.Direction, cuts []int) (list []int) {
		for i := 1; i <= n && len(cuts) > 0; i++ {
			if at := t.length(dir) * i / (n + 1); at > 0 && !slices.Contains(list, at) {
				list = append(list, at)
			}
		}
		return list
	}
	return netsim.Plan{
		Up:   netsim.Stream{Cuts: spread(trace.Up, plan.Up.Cuts)},
		Down: netsim.Stream{Cuts: spread(trace.Down, plan.Down.Cuts)},
	}
}

// slow notes a failure that is the program's own limit on slow peers.
func (t *trial) slow(plan netsim.Plan, f *Failure) {
	t.note(words.Sentencef("under %s: %s; a delay alone does that too: the program's own limit on slow peers, which is not counted", plan, f.Text))
}

// glue holds back and writes together what came apart.
func (t *trial) glue(ctx context.Context) error {
	plan := netsim.MustParsePlan("glue")
	if t.length(trace.Up)+t.length(trace.Down) == 0 {
		return nil
	}
	failed, err := t.group(ctx, Glue, 1, []netsim.Plan{plan}, true)
	if err != nil || len(failed) == 0 {
		return err
	}
	smaller := []netsim.Plan{of(trace.Up, plan.Up), of(trace.Down, plan.Down)}
	first, err := t.fails(ctx, smaller...)
	if err != nil {
		return err
	}
	if first >= 0 {
		plan = smaller[first]
	}
	return t.found(ctx, plan)
}

// cut tries every single cut, those first where messages are likely to end.
func (t *trial) cut(ctx context.Context) error {
	var plans []netsim.Plan
	ups, downs := t.places(trace.Up), t.places(trace.Down)
	for i := range max(len(ups), len(downs)) {
		if i < len(ups) {
			plans = append(plans, oneCut(trace.Up, ups[i]))
		}
		if i < len(downs) {
			plans = append(plans, oneCut(trace.Down, downs[i]))
		}
	}
	failed, err := t.group(ctx, Cut, len(plans), plans, false)
	for _, a := range failed {
		if err == nil {
			err = t.found(ctx, a.plan)
		}
	}
	return err
}

// maxPlaces bounds the single cuts of a direction: nobody waits for more.
const maxPlaces = 100_000

// places returns the places of a direction, those first that matter most: near
// where something was written, near the start, and then all over the stream.
func (t *trial) places(dir trace.Direction) []int {
	n := min(t.length(dir), maxPlaces)
	seen := make([]bool, max(n, 1))
	var list []int
	add := func(at int) {
		if at > 0 && at < n && !seen[at] {
			seen[at] = true
			list = append(list, at)
		}
	}
	edges := t.edges(dir)
	for _, near := range []int{1, -1, 2, 3, 0, 4, -2, 5} {
		add(near)
		for _, e := range edges[:min(len(edges), 64)] {
			add(e + near)
		}
	}
	for at := range min(n, 64) {
		add(at)
	}
	for step := n / 2; step > 0; step /= 2 {
		for at := step; at < n; at += step {
			add(at)
		}
	}
	return list
}

func (t *trial) edges(dir trace.Direction) []int {
	if dir == trace.Up {
		return t.report.Baseline.UpEdges
	}
	return t.report.Baseline.DownEdges
}

// stall delays a direction: for long at its start and where something was
// written, so that what follows catches up; and for a moment wherever a message
// may be in two, so that its receiver has seen the first part and waits.
func (t *trial) stall(ctx context.Context) error {
	long, short := max(minStall, t.report.Baseline.Quiet*3/2), 100*time.Millisecond
	var plans []netsim.Plan
	add := func(dir trace.Direction, at int, delay time.Duration) {
		if at < t.length(dir) {
			plans = append(plans, of(dir, netsim.Stream{Stalls: []netsim.Stall{{Delay: delay, At: at}}}))
		}
	}
	var places [2][]int
	for i, dir := range search.Directions {
		places[i] = t.places(dir)
	}
	for i := range maxMoments {
		for d, dir := range search.Directions {
			if i < len(places[d]) {
				add(dir, places[d][i], short)
			}
		}
		if i < maxStalls {
			for _, dir := range search.Directions {
				if offsets := append([]int{0}, t.edges(dir)...); i < len(offsets) {
					add(dir, offsets[i], long)
				}
			}
		}
	}
	failed, err := t.group(ctx, Stall, len(plans), plans, false)
	for _, a := range failed {
		if err == nil {
			err = t.shrink(func() error { return t.stalled(ctx, a) })
		}
	}
	return err
}

// The most offsets of a direction that are stalled for long, and for a moment.
const (
	maxStalls  = 4
	maxMoments = 32
)

// stalled looks whose fault a failure under a stall is: the same delay where it
// divides no message, with what was written apart kept apart, must do no harm.
// Else the program has no patience, which is its right.
//
// A stall between messages lets later bytes catch up, so that they are read
// together. One inside a message lets its receiver wait for the rest.
func (t *trial) stalled(ctx context.Context, a attempt) error {
	dir, stall := trace.Up, netsim.Stall{}
	for _, d := range search.Directions {
		if list := a.plan.Stream(0, d).Stalls; len(list) > 0 {
			dir, stall = d, list[0]
		}
	}
	edges := t.edges(dir)
	before, _ := slices.BinarySearch(edges, stall.At+1)
	harmless := netsim.Stream{Stalls: []netsim.Stall{{Delay: stall.Delay}}, Cuts: edges}
	if before > 0 {
		harmless.Stalls[0].At = edges[before-1]
	}
	if inside := stall.At != harmless.Stalls[0].At; inside {
		switch first, err := t.fails(ctx, oneCut(dir, stall.At)); {
		case err != nil:
			return err
		case first == 0: // a smaller plan
			return t.found(ctx, oneCut(dir, stall.At))
		}
	}
	first, err := t.fails(ctx, of(dir, harmless))
	if err != nil {
		return err
	}
	if first < 0 {
		return t.found(ctx, a.plan)
	}
	t.slow(a.plan, a.failure)
	return nil
}

// random tries what seeds choose until the budget is spent.
func (t *trial) random(ctx context.Context) error {
	if t.length(trace.Up) < 2 && t.length(trace.Down) < 2 {
		return nil
	}
	for seed := t.Seed; !t.spent(); {
		var plans []netsim.Plan
		for range batch {
			plans = append(plans, t.seeded(seed))
			seed++
		}
		failed, err := t.group(ctx, Random, 0, plans, false)
		if err != nil {
			return err
		}
		for _, a := range failed {
			if err := t.shrink(func() error { return t.spelledOut(ctx, a) }); err != nil || len(t.report.Findings) > 0 {
				return err
			}
		}
	}
	return nil
}

// seeded is a random plan: of a stream that is very long, the cuts that the seed
// chooses near its start.
func (t *trial) seeded(seed uint64) netsim.Plan {
	mode := netsim.Stream{Mode: netsim.Mode{Kind: netsim.Random, N: seed}}
	plan := netsim.Plan{Up: mode, Down: mode}
	explicit := spelled(plan, min(t.length(trace.Up), maxDrip), min(t.length(trace.Down), maxDrip))
	if t.length(trace.Up) > maxDrip {
		plan.Up = explicit.Up
	}
	if t.length(trace.Down) > maxDrip {
		plan.Down = explicit.Down
	}
	return plan
}

// spelled returns the cuts of a plan within so many bytes of the first connection.
func spelled(plan netsim.Plan, up, down int) netsim.Plan {
	return netsim.Plan{
		Up:   netsim.Stream{Cuts: plan.Cuts(1, trace.Up, up)},
		Down: netsim.Stream{Cuts: plan.Cuts(1, trace.Down, down)},
	}
}

// spelledOut makes a random plan smaller: as the cuts that its seed chose.
func (t *trial) spelledOut(ctx context.Context, a attempt) error {
	explicit := spelled(a.plan, t.length(trace.Up), t.length(trace.Down))
	first, err := t.fails(ctx, explicit)
	if err != nil {
		return err
	}
	if first < 0 {
		return t.found(ctx, a.plan)
	}
	return t.several(ctx, explicit, a)
}

// thin takes out of a plan the cuts that it does not need, as far as there is time.
func (t *trial) thin(ctx context.Context, plan netsim.Plan) (_ netsim.Plan, err error) {
	for _, dir := range search.Directions {
		search.Thin(plan.Stream(0, dir).Cuts, func(cuts []int) bool {
			if err != nil || t.smallEnough() {
				return false
			}
			less := plan
			if dir == trace.Up {
				less.Up.Cuts = cuts
			} else {
				less.Down.Cuts = cuts
			}
			var first int
			if first, err = t.fails(ctx, less); err != nil || first < 0 {
				return false
			}
			plan = less
			return true
		})
	}
	return plan, err
}

// found confirms a plan that breaks the programs, each time on a new server, and
// that they still do well without it.
func (t *trial) found(ctx context.Context, plan netsim.Plan) error {
	for _, w := range t.workers {
		w.doubtful = true
	}
	again, without := confirmations, 1
	if t.report.Verdict == Inconclusive { // something was flaky: a failure may be chance
		again, without = doubtedAnyway, doubtedAnyway
	}
	var last *Finding
	failed := 0
	g := t.tried(Smaller)
	plans := append(slices.Repeat([]netsim.Plan{plan}, again), make([]netsim.Plan, without)...)
	for i, a := range t.each(ctx, plans, false, true) {
		switch {
		case a.err != nil:
			return a.err
		case !a.tried:
			return ctx.Err()
		case i >= again && a.failure != nil:
			return t.flaky(a.plan, a.failure)
		case i >= again:
			continue
		case a.failure != nil:
			failed++
			last = t.finding(plan, a.outcome, a.failure)
		}
		t.count(g, &a)
	}
	switch {
	case last == nil:
		return t.flaky(plan, nil)
	case failed < again:
		return t.flaky(plan, &last.Failure)
	}
	last.Confirmed, last.Of = failed, again
	last.Mistake = t.mistake(ctx, last)
	t.report.Findings = append(t.report.Findings, last)
	return nil
}

// flaky notes a failure that did not come again.
func (t *trial) flaky(plan netsim.Plan, f *Failure) error {
	text := words.Sentencef("it failed once and not again")
	if f != nil {
		text = words.Sentencef("%s, but not every time", f.Text)
	}
	why := words.Sentencef("flaky: under %s: %s", plan, text)
	if plainly(plan) {
		why = words.Sentencef("flaky: without a plan: %s", text)
	}
	if t.report.Verdict != Inconclusive {
		t.inconclusive(why)
	}
	t.note(why)
	return nil
}

// conclude turns what was found into the verdict.
func (t *trial) conclude() {
	r := t.report
	cuts := r.Cuts.Verified + r.Cuts.Unverified + r.Cuts.TimedOut
	switch {
	case len(r.Findings) > 0:
		r.Verdict, r.Why = Broke, words.Sentence{}
	case r.Verdict == Inconclusive:
	case cuts == 0 && len(t.Plans) > 0 && uncut(t.Plans):
		r.Verdict = Survived
	case cuts == 0:
		t.inconclusive(words.Sentencef("no cut was made: the connections carried %s", words.Ungrouped(r.Baseline.Up+r.Baseline.Down, "byte")))
	case r.Cuts.Verified == 0:
		t.inconclusive(words.Sentencef("none of the cuts could be verified: the programs may not have seen a single one"))
	default:
		r.Verdict = Survived
	}
}

// uncut reports whether the plans do something, and none of that is a cut.
func uncut(plans []netsim.Plan) bool {
	for _, p := range plans {
		if plainly(p) || cuts(p) > 0 || p.Up.Mode.Kind > netsim.Glue || p.Down.Mode.Kind > netsim.Glue || len(p.Conns) > 0 {
			return false
		}
	}
	return true
}
