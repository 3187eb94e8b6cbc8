package lab

import (
	"bytes"
	"errors"
	"net"
	"slices"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// Lab runs on the simulator. It keeps what can be kept from one run to the
// next; Close it when done. It is for one goroutine at a time.
type Lab struct {
	sim  netsim.Sim
	e    *exchange
	main func()
	err  error // with which the client could not even start
}

// Close ends what the lab kept.
func (l *Lab) Close() { l.sim.Close() }

// Run runs the spec on the simulator: the same result every time.
func Run(spec Spec) *Result {
	var l Lab
	defer l.Close()
	return l.Run(spec)
}

// Run runs the spec and looks at all that happened.
func (l *Lab) Run(spec Spec) *Result {
	l.sim.Trace, l.sim.Watch = true, false
	e, err := l.exchange(&spec)
	r := e.result(Sim, l.sim.Log())
	r.Err = err
	r.end(err, e)
	return r
}

func (l *Lab) exchange(spec *Spec) (*exchange, error) {
	if l.e == nil {
		l.prepare()
	}
	l.e.reset(spec)
	l.err = nil
	err := l.sim.Run(spec.Plan, "client", l.main)
	if err == nil {
		err = l.err
	}
	if !l.e.called {
		l.e.end = l.sim.Elapsed()
	}
	return l.e, err
}

// prepare makes what every run needs, once.
func (l *Lab) prepare() {
	s := &l.sim
	l.e = newExchange(world{
		dial:    s.Dial,
		sleep:   s.Sleep,
		now:     s.Elapsed,
		message: func(_ side, number int) { s.Message(number) },
		handlers: func() (func(func()), func()) {
			g := s.Group("handler")
			return g.Go, g.Wait
		},
		connect: func() (net.Conn, error) { return s.DialPacket(), nil },
		clock:   s.Now,
	})
	serve := l.e.runServer
	l.main = func() {
		if l.e.program.Datagrams != nil {
			l.e.world.socket = s.ListenPacket()
			defer l.e.world.socket.Close()
		} else {
			listener := s.Listen()
			defer listener.Close()
			l.e.world.accept, l.e.world.close = listener.Accept, listener.Close
		}
		s.Go("server", serve)
		l.err = l.e.runClient()
	}
}

// end turns how the run ended into the verdicts of what was under way.
func (r *Result) end(err error, e *exchange) {
	if err == nil {
		return
	}
	verdict := verdictOf(err)
	if e.called {
		r.Server.Verdict, r.Server.Err = verdict, err
	} else if n := len(r.Calls); n < len(r.Commands) {
		command := r.Commands[n]
		r.Calls = append(r.Calls, Call{Command: command, Verdict: verdict, Want: e.answers.of(command), Err: err})
	}
	if r.Verdict == stage.OK {
		r.Verdict = verdict
	}
}

// verdictOf returns the verdict of a run that ended with err.
func verdictOf(err error) stage.Verdict {
	var (
		hang *netsim.HangError
		late *netsim.LateError
		spin *netsim.SpinError
	)
	switch {
	case errors.As(err, &hang):
		return stage.Hang
	case errors.As(err, &late):
		return stage.Late
	case errors.As(err, &spin):
		return stage.Spin
	}
	return stage.Error
}

// result looks at an exchange that is over, with the help of its log.
func (e *exchange) result(network Net, log trace.Log) *Result {
	r := &Result{Spec: *e.spec, Net: network, Verdict: stage.OK, Calls: slices.Clone(e.calls), Log: log}
	r.Server = Server{Heard: slices.Clone(e.heard), Verdict: stage.OK, Err: e.err}
	if e.err != nil {
		r.Server.Verdict = stage.Error
	}
	streams := newStreams(log)
	if r.Stage.OnDatagrams() {
		e.findDatagrams(r, streams)
	} else {
		e.findSources(r, streams)
	}
	for i := range r.Calls {
		if c := &r.Calls[i]; c.Verdict == stage.Wrong {
			c.Verdict = judge(c, streams.messages(c.Source), i+1)
		}
	}
	switch e.failed {
	case nothing:
	case stage.Error, stage.Hang:
		r.Verdict = e.failed // the server's, if not a call's
	default:
		r.Verdict = r.Calls[slices.IndexFunc(r.Calls, func(c Call) bool { return c.Verdict != stage.OK })].Verdict
	}
	copied := 0
	if r.Stage.OnDatagrams() {
		r.Payloads, copied = e.datagramPayloads(r, streams)
		r.Notes = append(Idle(r.Plan.BeyondDatagrams(streams.datagrams)), streams.unswapped(r.Plan)...)
	} else {
		r.Payloads = e.payloads(streams)
		r.Notes = Idle(r.Plan.Beyond(streams.length))
	}
	r.Cost = cost(log, e.begin, e.end, e.standing, r.Payloads)
	r.Cost.Payload -= copied
	return r
}

// judge says what is wrong with an answer that is not the right one, given the
// messages that its bytes belong to.
func judge(c *Call, messages []int, number int) stage.Verdict {
	part := len(c.Got) < len(c.Want) && bytes.Contains(c.Want, c.Got)
	switch {
	case len(messages) > 1:
		return stage.Glued
	case len(messages) == 1 && messages[0] < number:
		return stage.Leftover
	case part && (len(messages) == 0 || messages[0] == number):
		return stage.Torn
	}
	return stage.Wrong
}

// Idle makes sentences of what netsim says of a plan's idle parts: see
// [netsim.Plan.Beyond].
func Idle(said []string) []words.Sentence {
	var list []words.Sentence
	for _, text := range said {
		list = append(list, words.Recognize(text,
			"%s is past the end (%d bytes) and does nothing",
			"%s is past the last of %d datagrams and does nothing",
			"%s is for datagrams and leaves streams alone",
			"%s is for streams and leaves datagrams alone"))
	}
	return list
}
