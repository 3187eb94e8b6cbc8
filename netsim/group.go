package netsim

// A Group is tasks of a run that another task waits for: what sync.WaitGroup is
// for goroutines, which would block the whole run. It is good for one run.
type Group struct {
	sim  *Sim
	name string
	open int // tasks that have not ended
}

// Group makes a group whose tasks are all called name.
func (s *Sim) Group(name string) *Group { return &Group{sim: s, name: name} }

// Go starts f as a task of the group.
func (g *Group) Go(f func()) {
	g.open++
	g.sim.Go(g.name, func() {
		defer func() { g.open-- }()
		f()
	})
}

// Wait blocks the calling task until all tasks of the group have ended.
func (g *Group) Wait() {
	g.sim.enter("Wait")
	g.sim.idle()
	if g.open > 0 {
		g.sim.current.wait = wait{kind: waitGroup, group: g}
		g.sim.block()
	}
}
