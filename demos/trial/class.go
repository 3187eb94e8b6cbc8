package trial

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stickydemo/demos/words"
)

// A Submission is one of a class: somebody's programs, which are tried as
// everybody's are, and what became of them.
type Submission struct {
	Name    string         `json:"name"`            // that tells it from the others
	Path    string         `json:"path"`            // absolute: what {each} stands for
	Verdict Verdict        `json:"verdict"`         // one of Verdicts
	Why     words.Sentence `json:"why,omitzero"`    // of all but Survived, in one line
	Took    time.Duration  `json:"elapsed_ns"`      // in all
	Report  *Report        `json:"trial,omitempty"` // nil where the programs failed before a plan was tried
}

// Verdicts are those of a submission, the best first. Further ones than a trial's
// tell apart what programs do wrong without any plan.
var Verdicts = []Verdict{Survived, Broke, BrokenWithoutPlan, Hung, DidNotStart, Inconclusive, NotTried}

const (
	Hung        Verdict = "hung"          // without a plan
	DidNotStart Verdict = "did not start" // a program, or it does not listen
	NotTried    Verdict = "not tried"     // interrupted before
)

// Each tries every submission of a class as c says, so many at once as jobs says,
// 0 for as many as the machine allows; one submission runs one client at a time.
// done is told of each when its verdict is known, one call at a time.
func Each(ctx context.Context, c Config, class []*Submission, jobs int, done func(*Submission)) {
	switch {
	case jobs > 0:
	case c.To != "":
		jobs = 1 // the server may serve one after the other
	default:
		jobs = min(2*runtime.GOMAXPROCS(0), 8) // programs mostly wait
	}
	c.Jobs, c.ports = 1, &ports{}
	var (
		mu    sync.Mutex // guards again, and is held while done runs
		again []*Submission
		work  errgroup.Group
	)
	work.SetLimit(jobs)
	for _, s := range class {
		s.Verdict = NotTried
		work.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			err := s.try(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, errEnded) && ctx.Err() == nil {
				again = append(again, s)
			} else {
				done(s)
			}
			return nil
		})
	}
	_ = work.Wait()
	// Two that listen on a port of their own choice are in each other's way: now
	// each has the machine to itself.
	for _, s := range again {
		if ctx.Err() == nil {
			_ = s.try(ctx, c)
		}
		done(s)
	}
}

// Longest is the most time that one submission takes: twice its budget, of which
// a run counts as a second, and half a minute. Most take no more than the budget.
func (c Config) Longest() time.Duration {
	return 2*(c.Time+time.Duration(c.Runs)*time.Second) + 30*time.Second
}

// try tries one submission and returns what stood in the way, which its verdict
// tells as well.
func (s *Submission) try(ctx context.Context, c Config) error {
	c.Each = s.Path
	begin := time.Now()
	limited, stop := context.WithTimeout(ctx, c.Longest()-s.Took) // it may be the second time
	defer stop()
	r, err := Run(limited, c)
	s.Took += time.Since(begin)
	s.Report = r
	switch {
	case r != nil && len(r.Findings) > 0: // which nothing else can take back
		f := r.Findings[0].Failure
		s.Verdict, s.Why = r.Verdict, f.Text
		if r.Verdict == BrokenWithoutPlan && f.Kind == Hang {
			s.Verdict = Hung
		}
	case ctx.Err() != nil:
		s.Verdict, s.Why = Inconclusive, words.Sentencef("interrupted")
	case limited.Err() != nil && r != nil && r.Baseline.End == "":
		s.Verdict, s.Why = Hung, words.Sentencef("still at it after %s", c.Longest())
	case limited.Err() != nil:
		s.Verdict, s.Why = Inconclusive, words.Sentencef("not done after %s", c.Longest())
	case err != nil:
		s.Verdict, s.Why, s.Report = verdictOf(err), words.Sentencef(strings.TrimPrefix(err.Error(), withoutPlan)), nil // which its verdict says
	default:
		s.Verdict, s.Why = r.Verdict, r.Why
	}
	s.Why = s.Why.Replace(s.Path, "{each}") // so that the rest of the line is seen
	return err
}

// verdictOf is that of programs that fail without a plan.
func verdictOf(err error) Verdict {
	var start *startError
	switch {
	case errors.As(err, &start), errors.Is(err, errEnded), errors.Is(err, errSilent):
		return DidNotStart
	case errors.Is(err, errEndless):
		return Hung
	case errors.Is(err, errFailed), errors.Is(err, errCrashed):
		return BrokenWithoutPlan
	}
	return Inconclusive // it may be ours
}

// checkClass returns what is wrong with a Config of a class, beyond what may be
// wrong with any.
func (c *Config) checkClass() error {
	switch {
	case c.Listen != "":
		return errors.New("a class (--each) needs clients that are started (--client): nobody can tell whose connects to --listen")
	case c.Server.Given() && c.To != "":
		return fmt.Errorf("the servers of a class (--each) cannot all listen at %s (--to): tell each its {port}", c.To)
	}
	named := false
	for _, command := range []Command{c.Server, c.Client} {
		if !command.Given() {
			continue
		}
		own := command.NamesEach()
		named = named || own
		// What is missing for everybody is not the submissions' fault.
		if program := command.Program(); !strings.Contains(program, "{") && (!own || !strings.ContainsAny(program, `/\`)) {
			if _, err := exec.LookPath(program); err != nil {
				return &startError{program, err}
			}
		}
	}
	if !named {
		return errors.New("no command names {each} or {name}, so that all submissions (--each) would be the same programs")
	}
	return nil
}
