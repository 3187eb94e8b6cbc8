package belief

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// oneWay runs two small programs at the ends of one connection under plan: send
// sends messages, and receive says what it takes for messages.
func oneWay(plan string, messages []string, send func(*sender), receive func(*receiver) error) Part {
	sim := netsim.Sim{Trace: true}
	defer sim.Close()
	r := &lab.Result{
		Spec: lab.Spec{Plan: netsim.MustParsePlan(plan), Commands: messages},
		Net:  lab.Sim, Verdict: stage.OK,
	}
	var to receiver
	r.Err = sim.Run(r.Plan, "client", func() {
		client, server := sim.Pipe()
		to.Conn = server
		sim.Go("server", func() {
			defer server.Close()
			r.Server.Err = receive(&to)
		})
		from := sender{Conn: client, sim: &sim, part: r}
		send(&from)
		client.Close()
	})
	r.Log, r.Server.Heard = sim.Log(), to.heard
	stream := r.Log.Stream(1, trace.Up)
	last := 0
	for i := range r.Server.Heard {
		h := &r.Server.Heard[i]
		h.Source = find(stream, h.Command, last, to.reads[i])
		last = max(last, h.Source.To)
	}
	r.Verdict = verdict(r)
	return Part{Result: r}
}

// sender is the client's end of a connection. Messages are numbered from 1.
type sender struct {
	net.Conn
	sim  *netsim.Sim
	part *lab.Result
	at   int // offset of the next byte
}

// header writes what is not message number's own.
func (s *sender) header(number int, header string) { s.frame(number, header, "") }

// payload writes bytes of message number itself.
func (s *sender) payload(number int, payload string) { s.frame(number, "", payload) }

// frame writes both in one Write. An error is for the receiver to meet.
func (s *sender) frame(number int, header, payload string) {
	s.next(number, len(header), len(payload))
	s.Write([]byte(header + payload))
}

// next says that the next bytes belong to message number: those of a header,
// then its own.
func (s *sender) next(number, header, payload int) {
	s.sim.Message(number)
	from := s.at + header
	s.at = from + payload
	s.part.Payloads = append(s.part.Payloads, up(from, s.at))
}

// each writes every message on its own, with nothing around it.
func each(messages []string) func(*sender) {
	return func(s *sender) {
		for i, m := range messages {
			s.payload(i+1, m)
		}
	}
}

// receiver is the server's end.
type receiver struct {
	net.Conn
	read  int // bytes so far
	heard []lab.Heard
	reads []int // read, when each of heard was taken
}

func (r *receiver) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.read += n
	return n, err
}

// took is what a program does with what it takes for a message.
func (r *receiver) took(message []byte) {
	r.heard = append(r.heard, lab.Heard{Command: string(message)})
	r.reads = append(r.reads, r.read)
}

// eachRead takes what each read of at most size bytes returns for a message.
func eachRead(size int) func(*receiver) error {
	return func(r *receiver) error {
		buf := make([]byte, size)
		for {
			n, err := r.Read(buf)
			if n == 0 {
				return unlessEOF(err)
			}
			r.took(buf[:n])
		}
	}
}

func unlessEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// find returns where message stands in the part of a stream from the last one
// taken to the last byte read.
func find(stream []byte, message string, from, to int) lab.Piece {
	to = min(to, len(stream))
	at := to - len(message)
	switch {
	case message == "" || from > to:
		return lab.Piece{}
	case at < from || string(stream[at:to]) != message:
		if at = bytes.Index(stream[from:to], []byte(message)); at < 0 {
			return lab.Piece{}
		}
		at += from
	}
	return up(at, at+len(message))
}

// up is a piece of the only direction that oneWay has.
func up(from, to int) lab.Piece {
	return lab.Piece{Conn: 1, Dir: trace.Up, Span: trace.Span{From: from, To: to}}
}

// verdict says what became of the messages of r: of the first that was not
// taken as it was sent, or of the run.
func verdict(r *lab.Result) stage.Verdict {
	for i, h := range r.Server.Heard {
		if i < len(r.Commands) && h.Command == r.Commands[i] {
			continue
		}
		number := i + 1
		owners := owners(r.Log, h.Source)
		switch {
		case len(owners) > 1:
			return stage.Glued
		case len(owners) == 1 && owners[0] < number:
			return stage.Leftover
		case i < len(r.Commands) && len(owners) == 1 && len(h.Command) < len(r.Commands[i]):
			return stage.Torn
		}
		return stage.Wrong
	}
	var hang *netsim.HangError
	var spin *netsim.SpinError
	switch {
	case errors.As(r.Err, &hang):
		return stage.Hang
	case errors.As(r.Err, &spin):
		return stage.Spin
	case r.Err != nil || r.Server.Err != nil || len(r.Server.Heard) < len(r.Commands):
		return stage.Error
	}
	return stage.OK
}

// owners returns the numbers of the messages that a piece's bytes belong to.
func owners(log trace.Log, p lab.Piece) []int {
	var list []int
	for at := p.From; at < p.To; at++ {
		list = append(list, log.Message(p.Conn, p.Dir, at))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// staged runs one side of a stage.
func staged(name string, side stage.Side, plan string, commands ...string) Part {
	s := stage.Find(name)
	if s == nil {
		panic("belief: there is no stage " + name)
	}
	return Part{Result: lab.Run(lab.Spec{Stage: s, Side: side, Plan: netsim.MustParsePlan(plan), Commands: commands})}
}

// named gives a part its name.
func (p Part) named(name string, args ...any) Part {
	p.Name = words.Sentencef(name, args...)
	return p
}

// showing picks the direction that is worth a picture.
func (p Part) showing(dir trace.Direction) Part {
	p.Show = dir
	return p
}

// reads returns the sizes of the reads that returned bytes of one direction.
func (p Part) reads(dir trace.Direction) []int { return sizes(p.Log.Spans(trace.Read, 1, dir)) }

// writes returns the sizes of the writes in one direction.
func (p Part) writes(dir trace.Direction) []int { return sizes(p.Log.Spans(trace.Written, 1, dir)) }

func sizes(spans []trace.Span) []int {
	var list []int
	for _, s := range spans {
		if s.Len() > 0 {
			list = append(list, s.Len())
		}
	}
	return list
}

// answer is what the first call of a part came back with.
func (p Part) answer() []byte {
	if len(p.Calls) == 0 {
		return nil
	}
	return p.Calls[0].Got
}

// heard returns what the receiver took for messages.
func (p Part) heard() []string {
	var list []string
	for _, h := range p.Server.Heard {
		list = append(list, h.Command)
	}
	return list
}
