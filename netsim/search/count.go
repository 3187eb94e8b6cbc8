package search

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"

	"stickydemo/netsim/trace"
)

// Count is in how many of the ways to cut a stream the run is broken. They are
// ways, not chances: a network that cuts rarely finds them rarely.
type Count struct {
	Dir   trace.Direction
	Bytes int
	Wrong *big.Int // of 2^(Bytes-1)
	Runs  int64    // that stand for all of them; those of all shards add up
}

// Segmentations returns the ways to cut a stream of n bytes: 2^(n-1), and 1 for
// a stream of none.
func Segmentations(bytes int) *big.Int {
	return new(big.Int).Lsh(big.NewInt(1), uint(max(bytes-1, 0)))
}

// LimitError says that an exact count takes more runs than were allowed.
type LimitError struct{ Limit int64 }

func (e *LimitError) Error() string { return fmt.Sprintf("it takes more than %d runs", e.Limit) }

// A Shard is the i-th of n parts of a search, counted from 1, that do not
// overlap and are everything together. The zero Shard is all of it.
type Shard struct{ I, N int }

// has reports whether the shard does the job of that number.
func (s Shard) has(job int) bool { return s.N <= 1 || job%s.N == s.I-1 }

// of returns how many of so many jobs the shard does.
func (s Shard) of(jobs int) int {
	if s.N <= 1 {
		return jobs
	}
	return (jobs + s.N - s.I) / s.N
}

// CountWrong counts exactly, on as many goroutines as workers says.
//
// A run asks about some places and never about others: a read that ends where
// the bytes end, or a run that fails early. It stands for every plan that
// agrees with it about the places asked, and the plans fall into a tree, each
// run a leaf. CountWrong walks that tree. It stops with a *LimitError beyond
// limit runs of its shard, or when a few runs show that it would come to that,
// and with the context's error when that is done.
func CountWrong(ctx context.Context, subject Subject, dir trace.Direction, bytes, workers int, shard Shard, limit int64) (Count, error) {
	c := counting{dir: dir, places: max(bytes-1, 0), limit: limit}
	c.ctx, c.cancel = context.WithCancel(ctx)
	defer c.cancel()
	crown := c.newWalker(subject())
	if limit < math.MaxInt64 && crown.hopeless(limit) {
		c.over = true
		c.cancel()
	}

	// The crown of the tree is walked here, the same by every shard, until it
	// has enough branches to hand out.
	branches := []branch{nil}
	for len(branches) > 0 && len(branches) < crownBranches && c.ctx.Err() == nil {
		root := branches[0]
		leaf := crown.descend(root)
		if shard.has(0) {
			crown.add(leaf)
		}
		branches = append(branches[1:], off(leaf, len(root))...)
	}
	crown.close()

	jobs := make(chan branch)
	var group sync.WaitGroup
	for range min(max(workers, 1), len(branches)) {
		group.Go(func() {
			w := c.newWalker(subject())
			defer w.close()
			for root := range jobs {
				w.walk(root)
			}
		})
	}
	for i, root := range branches {
		if shard.has(i) {
			jobs <- root
		}
	}
	close(jobs)
	group.Wait()
	count := Count{Dir: dir, Bytes: bytes, Wrong: c.wrong(), Runs: c.runs}
	if c.over {
		return count, &LimitError{limit}
	}
	return count, ctx.Err()
}

// crownBranches is how many branches the tree is divided into: enough to keep
// many workers and shards busy alike.
const crownBranches = 512

// counting is one CountWrong under way.
type counting struct {
	dir    trace.Direction
	places int
	limit  int64
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	runs   int64      // guarded by mu
	over   bool       // guarded by mu: they are more than limit
	broken [][]uint64 // guarded by mu: of each walker, broken leaves by the places they asked about
}

// decision is whether a plan cuts at a place.
type decision struct {
	place int
	cut   bool
}

// path is decisions in the order in which a run asked for them.
type path []decision

// branch is a path to be taken with its last decision turned round. Branches
// off one leaf share their memory.
type branch path

// walker walks branches on one goroutine.
type walker struct {
	*counting
	runner Runner
	runs   int64
	broken []uint64
	path   path
	asked  []bool // by place: it is in the path
	cuts   []int
	failed bool // the last leaf
}

func (c *counting) newWalker(r Runner) *walker {
	return &walker{
		counting: c, runner: r,
		broken: make([]uint64, c.places+1), asked: make([]bool, c.places+1),
	}
}

func (w *walker) close() {
	w.runner.Close()
	w.flush()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counting.broken = append(w.counting.broken, w.broken)
}

// flush adds the walker's runs to those of all, and ends the count beyond the
// limit.
func (w *walker) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counting.runs += w.runs
	w.runs = 0
	if w.counting.runs > w.limit {
		w.over = true
		w.cancel()
	}
}

// descend runs the plan that cuts where root does and nowhere else, and
// returns every decision that it asked for: root's and those behind it.
func (w *walker) descend(root branch) path {
	w.forget()
	w.path = append(w.path, root...)
	if n := len(w.path); n > 0 {
		w.path[n-1].cut = !w.path[n-1].cut
	}
	w.cuts = w.cuts[:0]
	for _, d := range w.path {
		w.asked[d.place] = true
		if d.cut {
			w.cuts = append(w.cuts, d.place)
		}
	}
	slices.Sort(w.cuts)
	w.run()
	return w.path
}

// forget makes the path empty.
func (w *walker) forget() {
	for _, d := range w.path {
		w.asked[d.place] = false
	}
	w.path = w.path[:0]
}

// run runs the plan of the walker's cuts, and appends to its path the places
// that were asked about for the first time.
func (w *walker) run() {
	o := w.runner.Run(cutPlan(w.dir, w.cuts...))
	w.failed = o.Broken()
	for _, r := range o.Reads {
		if r.Dir != w.dir {
			continue
		}
		last := r.To
		if r.To == r.Most {
			last--
		}
		for place := r.From + 1; place <= last; place++ {
			if place <= w.places && !w.asked[place] {
				w.path = append(w.path, decision{place: place})
				w.asked[place] = true
			}
		}
	}
}

// add counts a leaf.
func (w *walker) add(leaf path) {
	if w.failed {
		w.broken[len(leaf)]++
	}
	if w.runs++; w.runs >= 256 {
		w.flush()
	}
}

// walk walks the whole tree below root.
func (w *walker) walk(root branch) {
	next := root
	for w.ctx.Err() == nil {
		leaf := w.descend(next)
		w.add(leaf)
		// On to the next leaf: the last decision that was no, made yes.
		i := len(leaf) - 1
		for i >= len(root) && leaf[i].cut {
			i--
		}
		if i < len(root) {
			return
		}
		next = branch(leaf[:i+1])
	}
}

// off returns the branches off a leaf below its first decisions: each takes
// those up to one of its own and turns that one round.
func off(leaf path, first int) []branch {
	leaf = slices.Clone(leaf)
	var list []branch
	for i := first; i < len(leaf); i++ {
		list = append(list, branch(leaf[:i+1]))
	}
	return list
}

// wrong adds up the broken leaves, each for all the plans that it stands for.
func (c *counting) wrong() *big.Int {
	sum := new(big.Int)
	for _, broken := range c.broken {
		for asked, n := range broken {
			plans := new(big.Int).SetUint64(n)
			sum.Add(sum, plans.Lsh(plans, uint(c.places-asked)))
		}
	}
	return sum
}

// Probes are the runs that Estimate makes.
const Probes = 16

// Estimate returns about how many runs an exact count takes, from Probes of
// them. A plan whose every place is decided by a coin ends at a leaf that asked
// about k places with probability 2^-k, so that the mean of 2^k is the number of
// leaves (Knuth 1975). The same seed gives the same answer.
func Estimate(r Runner, dir trace.Direction, bytes int, seed uint64) float64 {
	w := (&counting{dir: dir, places: max(bytes-1, 0)}).newWalker(r)
	total := 0.0
	for _, asked := range w.probe(seed) {
		total += math.Pow(2, float64(asked))
	}
	return total / Probes
}

// probe runs plans of coins, and returns how many places each asked about.
func (w *walker) probe(seed uint64) (asked [Probes]int) {
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range asked {
		w.cuts = w.cuts[:0]
		for place := 1; place <= w.places; place++ {
			if random.Uint64()&1 == 1 {
				w.cuts = append(w.cuts, place)
			}
		}
		w.forget()
		w.run()
		asked[i] = len(w.path)
	}
	return asked
}

// hopeless reports whether the tree has surely more than limit leaves. If it
// had not, a plan of coins would end at one of probability below 1/(8*limit)
// one time in 8 at most, and half of the probes would not.
func (w *walker) hopeless(limit int64) bool {
	deep := 0
	for _, asked := range w.probe(1) {
		if math.Pow(2, float64(asked)) > 8*float64(limit) {
			deep++
		}
	}
	return 2*deep > Probes
}
