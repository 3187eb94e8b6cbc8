package netsim

import (
	"fmt"
	"math"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"stickydemo/netsim/trace"
)

const (
	// MaxDatagram is the most bytes of one datagram: those of UDP over IPv4.
	MaxDatagram = 65_507

	// socketRoom is the bytes that a socket holds, on their way to it or waiting,
	// with what each datagram takes besides. What finds no room is lost.
	socketRoom   = DefaultWindow
	datagramCost = 64
)

// errTooLong is what a write of more than MaxDatagram bytes meets.
var errTooLong error = &sysError{"message too long", syscall.EMSGSIZE}

// ListenPacket makes the run's server socket for datagrams, which DialPacket
// connects to. A run has one. Nobody is told that a client left.
//
// A datagram arrives whole or not at all. What one receive does not take of it
// is lost, without an error, as POSIX has it; on Windows there is one.
func (s *Sim) ListenPacket() net.PacketConn {
	s.enter("ListenPacket")
	if s.server != nil && !s.server.closed {
		panic("netsim: a run has one server socket at a time, and it is open")
	}
	s.server = s.socket("server")
	return packetConn{s.server}
}

// DialPacket makes a client's socket and connects it to the server's: it takes
// no time, asks nobody, and datagrams from elsewhere do not reach it. A plan and
// a trace count such clients as connections, apart from those of streams.
func (s *Sim) DialPacket() net.Conn {
	s.enter("DialPacket")
	n := len(s.clients) + 1
	name := "client"
	if n > 1 {
		name = fmt.Sprintf("client %d", n)
	}
	up, down := s.plan.conn(n)
	c := &datagramConn{socket: s.socket(addr(name))}
	c.up = &flow{sim: s, spec: up, conn: n, dir: trace.Up}
	c.down = &flow{sim: s, spec: down, conn: n, dir: trace.Down, to: c.socket}
	s.clients = append(s.clients, c)
	s.noteDatagram(trace.Open, c.up, 0, 0, nil, trace.Datagrams)
	return c
}

// A flow is one direction of datagrams between one client and the server.
type flow struct {
	sim  *Sim
	spec *Stream
	conn int
	dir  trace.Direction
	to   *socket // nil for the server's, whichever is open

	sent  int       // datagrams
	bytes int       // of them
	held  *datagram // waits for the next to overtake it
}

// A datagram stands at an offset of its flow, as if that were a stream.
type datagram struct {
	flow *flow
	from int // offset of its first byte
	at   int64
	data []byte
	to   *socket
}

func (d *datagram) end() int  { return d.from + len(d.data) }
func (d *datagram) cost() int { return len(d.data) + datagramCost }

// send puts a datagram on its way.
func (f *flow) send(p []byte) (int, error) {
	s := f.sim
	if len(p) > MaxDatagram {
		s.idle()
		return 0, errTooLong
	}
	d := &datagram{flow: f, from: f.bytes, data: slices.Clone(p), to: f.to}
	if d.to == nil {
		d.to = s.server
	}
	f.sent++
	f.bytes += len(p)
	s.noteDatagram(trace.Written, f, d.from, d.end(), d.data, "")
	s.noteDatagram(trace.Sent, f, d.from, d.end(), nil, "")
	calls, held := s.calls, f.held
	s.calls, f.held = 0, nil
	_, swapped := slices.BinarySearch(f.spec.Swaps, f.sent)
	_, dropped := slices.BinarySearch(f.spec.Drops, f.sent)
	switch {
	case dropped:
		s.lose(d, d.from, LostDropped)
	case swapped:
		f.held = d
	case !s.fly(d):
		s.calls = calls
		s.idle() // or a sender to nobody could go on for ever
	}
	if held != nil {
		s.fly(held)
	}
	s.land()
	return len(p), nil
}

// Why bytes of a datagram were lost, in the Note of the event.
const (
	LostDropped = "dropped by the plan"
	LostRest    = "not taken by the receive"
	LostFull    = "no room at the receiver"
	LostNobody  = "nobody receives there"
)

// fly lets a datagram arrive after the link's delay. It reports whether there is
// anybody with room for it.
func (s *Sim) fly(d *datagram) bool {
	switch {
	case d.to == nil || d.to.closed:
		s.lose(d, d.from, LostNobody)
		return false
	case d.to.taken+d.cost() > socketRoom:
		s.lose(d, d.from, LostFull)
		return false
	}
	d.to.taken += d.cost()
	d.at = s.now + int64(s.plan.Link.RTT/2)
	i := len(s.onWay)
	for i > 0 && s.onWay[i-1].at > d.at {
		i--
	}
	s.onWay = slices.Insert(s.onWay, i, d)
	return true
}

// land lets all that is due arrive.
func (s *Sim) land() {
	for len(s.onWay) > 0 && s.onWay[0].at <= s.now {
		d := s.onWay[0]
		s.onWay = s.onWay[1:]
		if d.to.closed {
			s.lose(d, d.from, LostNobody)
			continue
		}
		s.noteDatagram(trace.Arrived, d.flow, d.from, d.end(), nil, "")
		d.to.queue = append(d.to.queue, d)
	}
}

// release lets what waits to be overtaken arrive, when nothing else can happen
// any more: a network that changes the order loses nothing. It reports whether
// there was any.
func (s *Sim) release() bool {
	any := false
	for _, c := range s.clients {
		for _, f := range [...]*flow{c.up, c.down} {
			if d := f.held; d != nil {
				f.held, any = nil, true
				s.fly(d)
			}
		}
	}
	s.land()
	return any
}

func (s *Sim) lose(d *datagram, from int, why string) {
	s.noteDatagram(trace.Lost, d.flow, from, d.end(), nil, why)
}

func (s *Sim) noteDatagram(kind trace.Kind, f *flow, from, to int, data []byte, why string) {
	if !s.Trace {
		return
	}
	e := trace.Event{Time: s.Elapsed(), Kind: kind, Conn: f.conn, Dir: f.dir, From: from, To: to, Note: why}
	if kind == trace.Written {
		e.Data = slices.Clone(data)
		if m := s.current.message; m > 0 {
			e.Messages = []int{m}
		}
	}
	s.log = append(s.log, e)
}

// A socket is where datagrams arrive.
type socket struct {
	sim     *Sim
	addr    addr
	queue   []*datagram // in the order in which they arrived
	taken   int         // of socketRoom
	closed  bool
	readBy  int64 // deadlines in ns since epoch, math.MaxInt64 for none
	writeBy int64
}

func (s *Sim) socket(name addr) *socket {
	return &socket{sim: s, addr: name, readBy: math.MaxInt64, writeBy: math.MaxInt64}
}

// receivable reports whether receive would not have to wait.
func (k *socket) receivable() bool {
	return len(k.queue) > 0 || k.closed || k.readBy <= k.sim.now
}

// receive takes the next datagram and copies what fits into p. It blocks while
// there is none, and while another task could still write.
func (k *socket) receive(call string, p []byte) (n int, d *datagram, err error) {
	s := k.sim
	s.enter(call)
	for first := true; ; first = false {
		switch {
		case k.closed:
			s.idle()
			return 0, nil, net.ErrClosed
		case first && k.readBy <= s.now:
			s.idle()
			return 0, nil, os.ErrDeadlineExceeded
		case len(k.queue) > 0 && (!first || !s.senderReady()):
			d, k.queue = k.queue[0], k.queue[1:]
			k.taken -= d.cost()
			s.calls = 0
			n = copy(p, d.data)
			s.noteDatagram(trace.Read, d.flow, d.from, d.from+n, nil, "")
			if n < len(d.data) {
				s.lose(d, d.from+n, LostRest)
			}
			return n, d, nil
		case k.readBy <= s.now:
			return 0, nil, os.ErrDeadlineExceeded
		}
		s.current.wait = wait{kind: waitReceive, socket: k}
		s.block()
	}
}

// sendable begins a call that sends.
func (k *socket) sendable(call string) error {
	k.sim.enter(call)
	err := error(nil)
	switch {
	case k.closed:
		err = net.ErrClosed
	case k.writeBy <= k.sim.now:
		err = os.ErrDeadlineExceeded
	default:
		return nil
	}
	k.sim.idle()
	return err
}

// Close leaves the network. What has not been read is gone.
func (k *socket) Close() error {
	if !k.usable("Close") {
		return net.ErrClosed
	}
	k.closed, k.queue = true, nil
	return nil
}

func (k *socket) usable(call string) bool { return k.sim.running(call) && !k.closed }

func (k *socket) LocalAddr() net.Addr { return k.addr }

// SetDeadline sets both deadlines, on the virtual clock: Sim.Now, not time.Now.
func (k *socket) SetDeadline(t time.Time) error {
	k.SetReadDeadline(t)
	return k.SetWriteDeadline(t)
}

func (k *socket) SetReadDeadline(t time.Time) error  { return k.setDeadline(&k.readBy, t) }
func (k *socket) SetWriteDeadline(t time.Time) error { return k.setDeadline(&k.writeBy, t) }

func (k *socket) setDeadline(by *int64, t time.Time) error {
	if !k.usable("SetDeadline") {
		return net.ErrClosed
	}
	*by = math.MaxInt64
	if !t.IsZero() {
		*by = int64(t.Sub(epoch))
		k.sim.longest = max(k.sim.longest, *by-k.sim.now)
	}
	return nil
}

// datagramConn is a client's socket, connected to the server's.
type datagramConn struct {
	*socket
	up, down *flow
}

// Read takes one datagram. What p has no room for is lost.
func (c *datagramConn) Read(p []byte) (int, error) {
	n, _, err := c.receive("Read", p)
	return n, err
}

// Write sends p as one datagram. It never blocks, and succeeds whether or not
// it arrives.
func (c *datagramConn) Write(p []byte) (int, error) {
	if err := c.sendable("Write"); err != nil {
		return 0, err
	}
	return c.up.send(p)
}

func (c *datagramConn) RemoteAddr() net.Addr { return addr("server") }

// packetConn is the server's socket.
type packetConn struct{ *socket }

// ReadFrom takes one datagram. What p has no room for is lost.
func (c packetConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, d, err := c.receive("ReadFrom", p)
	if err != nil {
		return 0, nil, err
	}
	return n, c.sim.clients[d.flow.conn-1].addr, nil
}

// WriteTo sends p as one datagram to a client of this run.
func (c packetConn) WriteTo(p []byte, to net.Addr) (int, error) {
	if err := c.sendable("WriteTo"); err != nil {
		return 0, err
	}
	for _, client := range c.sim.clients {
		if client.addr == to {
			return client.down.send(p)
		}
	}
	c.sim.idle()
	return 0, fmt.Errorf("write to %v: %w", to, errNoClient)
}

var errNoClient error = &sysError{"no such client", syscall.EHOSTUNREACH}
