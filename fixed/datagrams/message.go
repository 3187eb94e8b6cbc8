package datagrams

import "encoding/binary"

// MaxSize and MaxCommand are the most bytes of an answer and of a command.
const MaxSize, MaxCommand = 1 << 20, maxPiece

const (
	// maxDatagram crosses every usual path whole: an Ethernet frame has room for
	// 1,472 bytes behind UDP's header, and QUIC counts on 1,200 (RFC 9000, 14). A
	// longer one is sent in fragments, and is lost with any of them.
	maxDatagram = 1200

	header   = 1 + 4 + 2 + 2 + 2
	maxPiece = maxDatagram - header
	maxOf    = (MaxSize + maxPiece - 1) / maxPiece
)

type kind byte

const (
	ask    kind = '?'
	reply  kind = '='
	refuse kind = '!' // with the reason
)

// A message is a request, or a piece of an answer, as one datagram carries it.
// A request for a piece beyond the first says how many there are, as it was told.
type message struct {
	kind      kind
	number    uint32
	piece, of uint16 // from 0; 0 for not known
	payload   []byte
}

func (m message) datagram() []byte {
	d := binary.BigEndian.AppendUint32([]byte{byte(m.kind)}, m.number)
	d = binary.BigEndian.AppendUint16(d, m.piece)
	d = binary.BigEndian.AppendUint16(d, m.of)
	d = binary.BigEndian.AppendUint16(d, uint16(len(m.payload)))
	return append(d, m.payload...)
}

// parse reads a datagram, whoever sent it. Its payload is valid until the buffer
// is used again.
func parse(d []byte) (m message, ok bool) {
	if len(d) < header || len(d) > maxDatagram || int(binary.BigEndian.Uint16(d[9:])) != len(d)-header {
		return m, false // cut short, by somebody on the way with a small buffer
	}
	m = message{
		kind:    kind(d[0]),
		number:  binary.BigEndian.Uint32(d[1:]),
		piece:   binary.BigEndian.Uint16(d[5:]),
		of:      binary.BigEndian.Uint16(d[7:]),
		payload: d[header:],
	}
	switch first := m.piece == 0; m.kind {
	case ask:
		return m, m.of <= maxOf && (m.of == 0 && first || m.piece < m.of)
	case reply: // every piece but the last is full
		last := m.piece+1 == m.of
		return m, m.of <= maxOf && m.piece < m.of && (last || len(m.payload) == maxPiece) && (first || len(m.payload) > 0)
	case refuse:
		return m, m.of == 0
	}
	return m, false
}
