package lab

import (
	"bytes"
	"net"
	"slices"
	"time"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// client makes the program's client, on the network that it is for.
func (e *exchange) client() (stage.Caller, error) {
	d := e.program.Datagrams
	if d == nil {
		return e.program.Client(e.dialer)
	}
	conn, err := e.tapped(e.world.connect())
	if err != nil {
		return nil, err
	}
	return d.Client(conn, stage.Clock{Now: e.world.clock, First: 1}), nil
}

// runDatagramServer serves all clients until the socket is closed.
func (e *exchange) runDatagramServer() {
	e.mu.Lock()
	e.serving = e.tap(nil, 1)
	e.mu.Unlock()
	e.left(e.program.Datagrams.Serve(packetTap{e.world.socket, e.serving}, e.env))
}

// packetTap counts what a server's socket receives, as a tap does.
type packetTap struct {
	net.PacketConn
	tap *tap
}

func (t packetTap) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := t.PacketConn.ReadFrom(p)
	t.tap.read += n
	return n, from, err
}

// maxHeader is the most bytes that stand before the payload of a datagram.
const maxHeader = 32

// datagrams returns how many one direction of one connection carried, or for
// connection 0 the most that any did.
func (s *streams) datagrams(conn int, dir trace.Direction) int {
	if conn > 0 {
		return len(s.log.Spans(trace.Written, conn, dir))
	}
	most := 0
	for n := 1; n <= s.conns; n++ {
		most = max(most, s.datagrams(n, dir))
	}
	return most
}

// received returns what was read in one direction by the receives with which a
// program came from byte from to byte to, as it counts what it read.
func (s *streams) received(dir trace.Direction, from, to int) []trace.Span {
	var spans []trace.Span
	read := 0
	for _, span := range s.log.Spans(trace.Read, 1, dir) {
		if read += span.Len(); read > from && read <= to {
			spans = append(spans, span)
		}
	}
	return spans
}

// findDatagrams is findSources for a network of datagrams. What a server sends
// belongs to the request that it answers: one that comes twice is answered twice.
func (e *exchange) findDatagrams(r *Result, s *streams) {
	before := 0
	owner := map[int]int{} // the message of what the server ran as its n-th command
	for i := range r.Server.Heard {
		h := &r.Server.Heard[i]
		spans := s.received(trace.Up, before, e.starts[i].read)
		before = e.starts[i].read
		owner[i+1] = i + 1
		if len(spans) == 0 {
			continue
		}
		last := spans[len(spans)-1]
		if found := s.inDatagrams([]byte(h.Command), trace.Up, []trace.Span{last}); len(found) > 0 {
			h.Source = found[0]
		}
		if m := s.log.Message(1, trace.Up, last.From); m > 0 {
			owner[i+1] = m
		}
	}
	for i, event := range s.log {
		if event.Dir != trace.Down || len(event.Messages) == 0 {
			continue
		}
		var messages []int
		for _, m := range event.Messages {
			if owner[m] > 0 {
				messages = append(messages, owner[m])
			}
		}
		slices.Sort(messages)
		s.log[i].Messages = slices.Compact(messages)
	}
	before = 0
	for i := range r.Calls {
		c := &r.Calls[i]
		found := s.inDatagrams(c.Got, trace.Down, s.received(trace.Down, before, e.ends[i].read))
		before = e.ends[i].read
		if len(found) > 0 {
			c.Source, c.More = found[0], found[1:]
		}
	}
}

// inDatagrams finds data, in one piece or several, at the ends of what was
// received.
func (s *streams) inDatagrams(data []byte, dir trace.Direction, spans []trace.Span) []Piece {
	stream := s.data[place{1, dir}]
	var found []Piece
	for _, span := range spans {
		for from := span.From; from < span.To && from <= span.From+maxHeader; from++ {
			if part := stream[from:span.To]; bytes.HasPrefix(data, part) {
				found = append(found, Piece{1, dir, trace.Span{From: from, To: span.To}})
				data = data[len(part):]
				break
			}
		}
	}
	return found
}

// datagramPayloads finds the commands and the answers, or their pieces, in the
// datagrams that carried them. What was sent again counts as copied, in bytes.
func (e *exchange) datagramPayloads(r *Result, s *streams) (pieces []Piece, copied int) {
	type sent struct {
		dir     trace.Direction
		message int
		data    string // of a piece of an answer, with its header
	}
	seen := map[sent]bool{}
	for _, w := range s.log {
		if w.Kind != trace.Written || len(w.Messages) == 0 {
			continue
		}
		if m := w.Messages[0]; m < 1 || m > len(e.spec.Commands) {
			continue // an answer to nothing that was asked
		}
		payload := []byte(e.spec.Commands[w.Messages[0]-1])
		if w.Dir == trace.Down {
			payload = nil
			for _, h := range r.Server.Heard {
				if s.log.Message(1, trace.Up, h.Source.From) == w.Messages[0] {
					payload = h.Answer
				}
			}
		}
		for from := 0; from < len(w.Data) && from <= maxHeader; from++ {
			if bytes.Contains(payload, w.Data[from:]) {
				pieces = append(pieces, Piece{w.Conn, w.Dir, trace.Span{From: w.From + from, To: w.To}})
				this := sent{dir: w.Dir, message: w.Messages[0]}
				if w.Dir == trace.Down {
					this.data = string(w.Data)
				}
				if seen[this] {
					copied += len(w.Data) - from
				}
				seen[this] = true
				break
			}
		}
	}
	return pieces, copied
}

// unswapped names the swaps of a plan that did nothing, because nothing overtook
// what waited for it.
func (s *streams) unswapped(plan netsim.Plan) []words.Sentence {
	var said []words.Sentence
	for _, dir := range search.Directions {
		sent := s.log.Spans(trace.Written, 1, dir)
		arrived := s.log.Spans(trace.Arrived, 1, dir)
		for _, n := range plan.Stream(1, dir).Swaps {
			if n >= len(sent) {
				continue // BeyondDatagrams has said it
			}
			first, next := slices.Index(arrived, sent[n-1]), slices.Index(arrived, sent[n])
			if first >= 0 && next > first {
				said = append(said, words.Sentencef("%s:swap=%d did nothing: the next datagram was sent only when this one had come", dir, n))
			}
		}
	}
	return said
}

// afterLoss is Expected for a fixed side on datagrams: each that is lost, or
// waits for the next to overtake it, costs a message at most one of its tries.
func (s *Spec) afterLoss() (stage.Verdict, bool) {
	up, down := s.Plan.Stream(1, trace.Up), s.Plan.Stream(1, trace.Down)
	costs := len(up.Drops) + len(up.Swaps) + len(down.Drops) + len(down.Swaps)
	if time.Duration(costs)*s.Stage.Wait+s.Plan.Link.RTT < time.Duration(s.Stage.Tries)*s.Stage.Wait {
		return stage.OK, true
	}
	for _, drops := range [][]int{up.Drops, down.Drops} {
		if len(drops) >= s.Stage.Tries && drops[s.Stage.Tries-1] == s.Stage.Tries { // all the first message has
			return stage.Error, true
		}
	}
	return "", false
}
