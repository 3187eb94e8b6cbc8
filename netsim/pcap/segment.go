package pcap

import (
	"fmt"
	"time"

	"stickydemo/netsim/trace"
)

// usualSegment is the most bytes of a segment where none was modelled: what a
// packet of 1,500 bytes holds, the most on nearly every network.
const usualSegment = 1500 - ipHeader - tcpHeader

// segment is what one end of a connection sends. Its byte at offset n has the
// sequence number n+1, and the SYN has 0. A real connection starts at a random
// number, so that strangers cannot guess it (RFC 9293, 3.4.1). This one is to be
// the same every time, and its bytes to be found by their offsets.
type segment struct {
	flags    byte
	from, to int
	ack      int // bytes of the other direction, its end counted
	room     int // for more of them
	options  []byte
	comment  string
}

// send shows a segment.
func (s *stream) send(p segment) {
	c := s.conn
	if c.broken == trace.Down || c.broken == trace.Up && (s.dir == trace.Up || p.from == p.to) {
		return // who was reset says nothing; what was on its way still comes
	}
	e, direction := ends{clientAddr, serverAddr, c.port, serverPort}, byte(outbound)
	if s.dir == trace.Down {
		e, direction = ends{serverAddr, clientAddr, serverPort, c.port}, inbound
	}
	h := tcp{seq: uint32(p.from + 1), flags: p.flags, options: p.options}
	if p.flags&flagACK != 0 {
		h.ack = uint32(p.ack + 1)
	}
	room := p.room
	if p.flags&flagSYN == 0 {
		// Rounded up: a sender who may send a byte must not be told that he may not.
		shift := s.back.shift()
		room = (room + 1<<shift - 1) >> shift
	}
	h.window = uint16(min(room, 1<<16-1))
	var payload []byte
	if p.from < p.to {
		payload = s.data[p.from:p.to]
		if s.endsWrite(p.to) {
			h.flags |= flagPSH
		}
	}
	s.next = max(s.next, p.to)
	if p.flags&flagFIN != 0 {
		s.next = max(s.next, p.to+1)
	}
	s.back.told = max(s.back.told, p.ack)
	s.back.edge = max(s.back.edge, p.ack+p.room)
	c.run.file.packet(direction, e.segment(h, payload), p.comment)
}

// open shows the handshake of a connection that was there at a time.
func (c *conn) open(at time.Duration) {
	c.run.at(at-2*c.run.latency(), func() {
		c.up.syn(flagSYN, fmt.Sprintf("connection %d of %s", c.number, c.run.name))
	})
	c.run.at(at, func() {
		c.down.syn(flagSYN|flagACK, "")
		c.up.send(segment{flags: flagACK, room: c.down.most()})
	})
}

// syn sends the segment with which an end begins: the most bytes of a segment
// that it takes (RFC 9293, 3.7.1), and how its windows count (RFC 7323, 2.2).
func (s *stream) syn(flags byte, comment string) {
	const kindSegment, kindNothing, kindScale = 2, 1, 3
	longest := s.conn.run.plan.Link.MSS
	if longest == 0 {
		longest = min(max(usualSegment, s.conn.up.longest, s.conn.down.longest), maxSegment)
	}
	options := big.AppendUint16([]byte{kindSegment, 4}, uint16(longest))
	options = append(options, kindNothing, kindScale, 3, byte(s.back.shift()))
	s.send(segment{flags: flags, from: -1, to: -1, room: min(s.back.most(), 1<<16-1), options: options, comment: comment})
}

// most is the widest window that the sender of s is told, in bytes.
func (s *stream) most() int {
	if s.widest > 0 {
		return s.widest
	}
	return s.buffer
}

// shift is by how many bits a window of s is told shorter than it is.
func (s *stream) shift() int {
	const most = 14 // RFC 7323, 2.3
	shift := 0
	for shift < most && (1<<16-1)<<shift < s.most() {
		shift++
	}
	return shift
}

// carry shows how bytes go, when its receiver was known to have had so many and
// to have read so many.
func (s *stream) carry(from, to, arrived, read int) {
	for !s.conn.modelled && from < to {
		end := s.cut(from, min(to, from+usualSegment))
		if end > s.edge {
			// A writer of the simulator knows of room when it is there, whatever the
			// way: what tells of it is shown no later.
			s.got, s.taken = max(s.got, arrived), max(s.taken, read)
			s.acknowledge()
		}
		s.send(segment{flags: flagACK, from: from, to: end, ack: s.back.due(), room: s.back.room(), comment: s.carries(from, end)})
		from = end
	}
}

// acknowledge shows how the receiver of s tells what it has and has room for, if
// that is news.
func (s *stream) acknowledge() {
	due, room := s.due(), s.room()
	if s.conn.modelled || due == s.told && due+room <= s.edge {
		return
	}
	at := s.back.next
	s.back.send(segment{flags: flagACK, from: at, to: at, ack: due, room: room})
}

// end shows the end of s, behind its last byte.
func (s *stream) end(at int) {
	if s.conn.modelled {
		return
	}
	comment := fmt.Sprintf("%s ends behind %d bytes", s.dir, at)
	if s.lost > 0 {
		comment += fmt.Sprintf("; %d more were written, and never left", s.lost)
	}
	s.send(segment{flags: flagFIN | flagACK, from: at, to: at, ack: s.back.due(), room: s.back.room(), comment: comment})
}

// due is what the receiver of s acknowledges.
func (s *stream) due() int {
	switch {
	case s.conn.modelled:
		return s.told
	case s.gotEnd:
		return s.got + 1
	}
	return s.got
}

// room is what the receiver of s has room for.
func (s *stream) room() int { return max(s.buffer-(s.got-s.taken), 0) }
