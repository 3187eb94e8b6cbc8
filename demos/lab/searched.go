package lab

import (
	"context"
	"runtime"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Subject is a spec for the search: whatever its plan is, the search brings
// its own. A verdict that is silent in a call is told apart only in runs that
// failed, since that takes a closer look.
func Subject(spec Spec) search.Subject {
	return func() search.Runner { return &runner{spec: spec} }
}

type runner struct {
	lab  Lab
	spec Spec
}

func (r *runner) Run(plan netsim.Plan) search.Outcome {
	r.spec.Plan = plan
	r.lab.sim.Watch = true
	e, err := r.lab.exchange(&r.spec)
	return search.Outcome{Verdict: e.quick(err), Reads: r.lab.sim.Reads(), Longest: r.lab.sim.Longest()}
}

func (r *runner) Close() { r.lab.Close() }

// Shape returns the bytes of each direction's longest connection in the glued
// run of a spec.
func (l *Lab) Shape(spec Spec) search.Shape {
	spec.Plan = netsim.Plan{}
	streams := newStreams(l.Run(spec).Log)
	return search.Shape{Up: streams.length(0, trace.Up), Down: streams.length(0, trace.Down)}
}

// MapLimit is the runs that Map spends on a direction, at most: to try its
// places, and again to count.
const MapLimit = 5000

// Map fills in the cut maps of a result: see Maps.
func (l *Lab) Map(r *Result) {
	maps, notes, _ := l.Maps(context.Background(), r.Spec, runtime.GOMAXPROCS(0)) // nobody calls it off
	r.Maps, r.Notes = append(r.Maps, maps...), append(r.Notes, notes...)
}

// Maps returns the cut maps of a spec: which places are fatal to its side, each cut
// alone, whatever the plan of the spec itself is, and in how many ways it breaks.
// A direction over MapLimit is left out, and so are both when the side breaks
// without a cut; the notes say so. So many workers count. Where ctx is done
// before all of it is, its error is returned.
func (l *Lab) Maps(ctx context.Context, spec Spec, workers int) (maps []search.Direction, notes []words.Sentence, err error) {
	if spec.Stage.OnDatagrams() {
		return nil, []words.Sentence{words.Sentencef("no cut map: there is no stream to cut")}, nil
	}
	runner := &runner{spec: spec}
	defer runner.Close()
	if o := runner.Run(netsim.Plan{}); o.Broken() {
		return nil, []words.Sentence{words.Sentencef("no cut map: it breaks even where nothing is cut")}, nil
	}
	shape := l.Shape(spec)
	for _, dir := range search.Directions {
		n := shape.Of(dir)
		if n > MapLimit {
			notes = append(notes, words.Sentencef("no cut map %s: %d bytes are over the limit of %d", dir, n, MapLimit))
			continue
		}
		d := search.Direction{Places: search.Map(Until(ctx, runner), dir, n)}
		count, err := search.CountWrong(ctx, Subject(spec), dir, n, workers, search.Shard{}, MapLimit)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err == nil {
			d.Wrong, d.Runs = count.Wrong, count.Runs
		}
		maps = append(maps, d)
	}
	return maps, notes, nil
}

// Until returns a runner that runs plans until ctx is done, and after that none:
// all of them hold then, and whoever asked finds out by ctx.
func Until(ctx context.Context, r search.Runner) search.Runner { return &until{ctx, r} }

type until struct {
	ctx context.Context
	search.Runner
}

func (u *until) Run(plan netsim.Plan) search.Outcome {
	if u.ctx.Err() != nil {
		return search.Outcome{}
	}
	return u.Runner.Run(plan)
}

// quick returns the run's verdict as far as it can be told without its log:
// Wrong stands for every silent one, and ok is "".
func (e *exchange) quick(err error) string {
	if e.failed == nothing && err != nil {
		return string(verdictOf(err))
	}
	return string(e.failed)
}

// Searched is what a search found of a spec.
type Searched struct {
	Spec
	Options search.Options
	*search.Report
	Composition Composition
	Glued       *Result // the run without a cut, with the maps of the search
}

// Search searches the spec, whose plan does not matter: see search.Search. The
// shape and the longest pause of the options are its own to fill in.
func Search(ctx context.Context, spec Spec, o search.Options) (*Searched, error) {
	spec.Plan = netsim.Plan{}
	var l Lab
	defer l.Close()
	o.Shape = l.Shape(spec)
	r := Subject(spec)()
	o.Longest = r.Run(spec.Plan).Longest
	r.Close()

	report, err := search.Search(ctx, Subject(spec), o)
	if least := report.Smallest; least != nil {
		closer := spec
		closer.Plan = least.Plan
		least.Verdict = string(l.Run(closer).Verdict)
	}
	found := &Searched{Spec: spec, Options: o, Report: report, Glued: l.Run(spec)}
	found.Glued.Maps = report.Directions
	if err == nil {
		found.Composition, err = Compose(ctx, spec, o.Workers)
	}
	if err != nil {
		found.Composition = Composition{Why: words.Sentencef("the search did not come so far")}
	}
	return found, err
}
