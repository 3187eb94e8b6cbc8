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

// Map fills in the cut maps of a result: which places are fatal to its side,
// each cut alone, whatever the plan of the result itself was, and in how many
// ways it breaks. A direction over MapLimit is left out, and so are both when
// the side breaks without a cut.
func (l *Lab) Map(r *Result) {
	if r.Stage.OnDatagrams() {
		r.Notes = append(r.Notes, words.Sentencef("no cut map: there is no stream to cut"))
		return
	}
	runner := &runner{spec: r.Spec}
	defer runner.Close()
	if o := runner.Run(netsim.Plan{}); o.Broken() {
		r.Notes = append(r.Notes, words.Sentencef("no cut map: it breaks even where nothing is cut"))
		return
	}
	shape := l.Shape(r.Spec)
	for _, dir := range search.Directions {
		n := shape.Of(dir)
		if n > MapLimit {
			r.Notes = append(r.Notes, words.Sentencef("no cut map %s: %d bytes are over the limit of %d", dir, n, MapLimit))
			continue
		}
		d := search.Direction{Places: search.Map(runner, dir, n)}
		count, err := search.CountWrong(context.Background(), Subject(r.Spec), dir, n, runtime.GOMAXPROCS(0), search.Shard{}, MapLimit)
		if err == nil {
			d.Wrong, d.Runs = count.Wrong, count.Runs
		}
		r.Maps = append(r.Maps, d)
	}
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
