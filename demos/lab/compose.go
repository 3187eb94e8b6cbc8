package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// Composition is what follows for the whole conversation from what each
// endpoint does alone.
type Composition struct {
	Holds bool
	Why   words.Sentence // on what premises, or which one fails
}

// Compose drives each endpoint of a spec alone, with all that its peer sends
// already waiting, under all ways to cut it or, where those are too many, every
// cut, every two cuts and seeds. Where the output of both depends on nothing but
// the bytes they read, the whole conversation is the same under every cut in
// both directions, every stall and every schedule, by Kahn's theorem on networks
// of deterministic processes (1974): as long as reads block, each direction has
// one writer, nobody looks at a clock, and buffers are large enough.
func Compose(ctx context.Context, spec Spec, workers int) (Composition, error) {
	if spec.Stage.OnDatagrams() {
		return Composition{Why: words.Sentencef("datagrams are lost and change their order, and the theorem is about streams")}, nil
	}
	spec.Plan = netsim.Plan{}
	glued := Run(spec)
	if glued.Verdict != stage.OK {
		return Composition{Why: words.Sentencef(notUncut, glued.Verdict)}, nil
	}
	r := Subject(spec)()
	longest := r.Run(netsim.Plan{}).Longest
	r.Close()
	if longest > 0 {
		return Composition{Why: words.Sentencef(clocked, longest)}, nil
	}
	streams := newStreams(glued.Log)
	every := true // way to cut was tried, not single and pairs of cuts alone
	for _, dir := range search.Directions {
		alone := &alone{spec: spec, streams: streams, plays: client}
		who := words.Sentencef("server")
		if dir == trace.Down {
			alone.plays, who = server, words.Sentencef("client")
		}
		shape := search.Shape{}
		if dir == trace.Up {
			shape.Up = streams.length(0, dir)
		} else {
			shape.Down = streams.length(0, dir)
		}
		count, err := search.CountWrong(ctx, alone.subject, dir, shape.Of(dir), workers, search.Shard{}, exactAlone)
		counted := err == nil
		if counted && count.Wrong.Sign() == 0 {
			continue
		}
		every = false
		swept, err := search.Sweep(ctx, alone.subject, search.Sweeping{Shape: shape, Random: 1000, Workers: workers})
		if err != nil {
			return Composition{}, err
		}
		paired := false
		for _, k := range swept {
			if k.Wrong > 0 && k.Kind != search.Window {
				return Composition{Why: words.Sentencef(seenUnder, who, k.First)}, nil
			}
			paired = paired || k.Kind == search.Cuts && (k.Tried > 0 || shape.Of(dir) < 3)
		}
		if counted { // and some way was wrong, if none that a sweep tries
			return Composition{Why: words.Sentencef(inWays, who, count.Wrong, search.Segmentations(shape.Of(dir)))}, nil
		}
		if !paired {
			return Composition{Why: words.Sentencef(tooMany, shape.Of(dir), who)}, nil
		}
	}
	if !every {
		return Composition{true, words.Sentencef(tried)}, nil
	}
	return Composition{true, words.Sentencef(exact)}, nil
}

// What a Composition says: on what it stands, or why there is none.
const (
	exact = "each endpoint alone did the same under all ways to cut its input" + premises
	tried = "each endpoint alone did the same under every cut and every two cuts of its input and 1,000 seeds, " +
		"and is taken to do so under the ways that are too many to try" + premises
	premises = "; reads block, each direction has one writer, nobody looks at a clock, buffers suffice"

	notUncut  = "it does not hold even where nothing is cut: %s"
	clocked   = "a pause or a deadline of %s makes time matter, and the theorem knows none"
	seenUnder = "given all its input at once, the %s does not do what it did call by call (seen under %s): it depends on where its reads end"
	inWays    = "given all its input at once, the %s does not do what it did call by call in %s of %s ways to cut it"
	tooMany   = "%d bytes are too many to try every two cuts of what the %s reads"
)

// Reason makes a sentence of a Composition's Why that was saved in English.
func Reason(why string) words.Sentence {
	return words.Recognize(why, notUncut, clocked, seenUnder, inWays, tooMany)
}

// exactAlone is how many runs an endpoint alone may take to be tried in all
// ways.
const exactAlone = 1 << 16

// alone runs one endpoint against a script: the other side's bytes, written at
// once.
type alone struct {
	spec    Spec
	streams *streams
	plays   side // the scripted one
}

func (a *alone) subject() search.Runner {
	return &aloneRunner{alone: a, answers: answers{stage: a.spec.Stage}}
}

type aloneRunner struct {
	*alone
	sim     netsim.Sim
	answers answers
}

func (r *aloneRunner) Close() { r.sim.Close() }

// Run reports whether the endpoint sent, and its calls returned, what they did
// when nothing was cut.
func (r *aloneRunner) Run(plan netsim.Plan) search.Outcome {
	program := r.spec.Stage.Program(r.spec.Side, r.spec.Variant)
	wrong := ""
	note := func(format string, args ...any) {
		if wrong == "" {
			wrong = fmt.Sprintf(format, args...)
		}
	}
	// script plays its part on the n-th connection and checks what it is sent.
	script := func(conn net.Conn, n int, writes, reads trace.Direction) {
		defer conn.Close()
		conn.Write(r.streams.data[place{n, writes}])
		closeWrite(conn)
		if got, err := io.ReadAll(conn); err != nil || !bytes.Equal(got, r.streams.data[place{n, reads}]) {
			note("connection %d: %v", n, err)
		}
	}
	r.sim.Watch = true
	err := r.sim.Run(plan, "client", func() {
		listener := r.sim.Listen()
		defer listener.Close()
		if r.plays == client {
			r.sim.Go("server", func() { r.serve(program, listener, note) })
			for n := 1; n <= r.streams.conns; n++ {
				conn, err := r.sim.Dial()
				if err != nil {
					note("%v", err)
					return
				}
				script(conn, n, trace.Up, trace.Down)
			}
			return
		}
		r.sim.Go("server", func() {
			for n := 1; ; n++ {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				script(conn, n, trace.Down, trace.Up)
			}
		})
		r.call(program, note)
	})
	if err != nil {
		note("%v", err)
	}
	return search.Outcome{Verdict: wrong, Reads: r.sim.Reads()}
}

func (r *aloneRunner) serve(program stage.Program, listener net.Listener, note func(string, ...any)) {
	awake := func(time.Duration) {}
	env := stage.Env{Run: r.answers.of, Sleep: awake, Stream: func(command string, stdout, stderr io.Writer) int {
		return shell.Stream(command, stdout, stderr, awake)
	}}
	handlers := func() (func(func()), func()) {
		g := r.sim.Group("handler")
		return g.Go, g.Wait
	}
	serve(program, listener, env, handlers, func(err error) {
		if err != nil {
			note("server: %v", err)
		}
	})
}

func (r *aloneRunner) call(program stage.Program, note func(string, ...any)) {
	var conns []net.Conn
	defer func() {
		for _, conn := range conns {
			conn.Close()
		}
	}()
	caller, err := program.Client(func() (net.Conn, error) {
		conn, err := r.sim.Dial()
		if err == nil {
			conns = append(conns, conn)
		}
		return conn, err
	})
	if err != nil {
		note("%v", err)
		return
	}
	for _, command := range r.spec.Commands {
		if got, err := caller.Call(command); err != nil || !bytes.Equal(got, r.answers.of(command)) {
			note("%q: %v", command, err)
			return
		}
	}
}
