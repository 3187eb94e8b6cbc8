package trial

import (
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// A Verdict is what a trial comes to.
type Verdict string

const (
	Survived          Verdict = "survived"
	Broke             Verdict = "broke"
	BrokenWithoutPlan Verdict = "broken without a plan"
	Inconclusive      Verdict = "inconclusive"
)

// Group is plans of one kind.
type Group string

// The groups, in the order in which they are tried.
const (
	Given   Group = "given" // by the caller
	Drip    Group = "drip"
	Glue    Group = "glue"
	Cut     Group = "cut" // every single cut, those where messages are likely to end first
	Stall   Group = "stall"
	Random  Group = "random"
	Smaller Group = "smaller" // while a plan that breaks the programs is made smaller, and confirmed
)

// A Report is what a trial found.
type Report struct {
	Config   Config
	Listens  string // where a client that is not ours connects
	Verdict  Verdict
	Why      words.Sentence // of an inconclusive one
	Baseline Baseline
	Tried    []Tried
	Cuts     Cuts // of all runs
	Findings []*Finding
	Notes    []words.Sentence
	Took     time.Duration
}

// Baseline is what the programs do without a plan.
type Baseline struct {
	End, Other  string // of the client, the first time and the second
	OutputBytes int
	Same        bool // the output was, both times
	Took        time.Duration
	Start       time.Duration // until the client connected: a slow machine, or a slow start
	Quiet       time.Duration // the longest in which nothing moved
	Conns       int
	Up, Down    int // bytes of the longest stream

	// Places at which what the relay received began, ascending: as near as it
	// can see to what the programs wrote.
	UpEdges, DownEdges []int
}

// Tried is how many plans of a group were.
type Tried struct {
	Group  Group `json:"group"`
	Runs   int   `json:"runs"`
	Of     int   `json:"of,omitempty"` // as many as there are; 0: no end of them
	Failed int   `json:"failed"`
}

// Cuts are how the cuts of all runs ended.
type Cuts struct {
	Verified   int `json:"verified"`   // no read crossed it
	Unverified int `json:"unverified"` // made by a delay: a read may have
	TimedOut   int `json:"timed_out"`  // the receiver did not read in time
}

// A Finding is a smallest plan that breaks the programs.
type Finding struct {
	Plan      netsim.Plan
	Failure   Failure
	Confirmed int // runs that failed
	Of        int // runs of it
	Conn      int // the first connection that it cuts
	Dir       trace.Direction
	At        int // the offset of its cut, or of what else it does; 0 where it has none
	Place     Place
	Stream    []byte // of Dir, as it is without the plan, where the plan left it the same up to At
	Mistake   Mistake
	Outcome   *Outcome
	Saved     string // the file, where it was
}
