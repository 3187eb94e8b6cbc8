// Package belief is what people believe about messages on TCP, each with an
// experiment that runs and says whether it refutes the belief. What is about
// boundaries runs on the simulator and is the same every time; what is about
// system calls runs on the kernel's sockets, on loopback, bounded in time.
package belief

import (
	"slices"

	"stickydemo/demos/lab"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// Belief is one row of the table.
type Belief struct {
	Name    string
	Says    string // the belief, as people say it
	Tried   string // the experiment
	Instead string // what to do instead: one sentence
	Kernel  bool   // on the kernel's sockets: its numbers may differ from run to run

	Experiment func() (Result, error)
}

// Result is what an experiment showed.
type Result struct {
	*Belief
	Refuted  bool
	Skipped  words.Sentence // why the system cannot show it; nothing else is set then
	Parts    []Part         // what ran, in order: the picture
	Pauses   []lab.Pause    // what was tried besides, too often for a picture
	Measured words.Sentence // in one sentence, with the numbers of this very run
}

// Part is one run of an experiment.
type Part struct {
	Name words.Sentence // what is special about it

	// What a sender writes and a receiver takes for messages are its Commands
	// and what its server Heard. Stage is nil where the programs are no stage's.
	*lab.Result

	Show trace.Direction // the direction worth a picture; "" is both
	Bars []Bar           // the picture where there are too many bytes for one each
}

// Bar is an amount to draw to scale.
type Bar struct {
	What  words.Sentence `json:"what"`
	Bytes int            `json:"bytes"`
}

// Try runs the experiment. The error is why it could not run at all.
func (b *Belief) Try() (Result, error) {
	r, err := b.Experiment()
	r.Belief = b
	return r, err
}

// Number is b's place in the table, from 1 on.
func (b *Belief) Number() int {
	return 1 + slices.IndexFunc(All, func(other Belief) bool { return other.Name == b.Name })
}

// Find returns the belief of that name, nil where there is none.
func Find(name string) *Belief {
	for i := range All {
		if All[i].Name == name {
			return &All[i]
		}
	}
	return nil
}

// Simulated reports whether a part ran under a plan, and not on the kernel's
// sockets.
func (p Part) Simulated() bool { return p.Net == lab.Sim }
