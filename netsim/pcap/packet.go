package pcap

import "encoding/binary"

// The two ends live in a network that is kept for documents (RFC 5737), so that
// nobody mistakes them for machines of his own.
var (
	clientAddr = [4]byte{192, 0, 2, 1}
	serverAddr = [4]byte{192, 0, 2, 2}
)

const (
	clientName = "192.0.2.1"
	serverName = "192.0.2.2"

	serverPort = 50_000
	clientPort = 50_000 // plus the number of the connection in the capture
)

// Protocols of IPv4.
const (
	protocolTCP = 6
	protocolUDP = 17
)

// Bits of a TCP segment (RFC 9293, 3.1).
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

const (
	ipHeader  = 20 // bytes, as are these
	tcpHeader = 20
	udpHeader = 8

	maxSegment = 1<<16 - 1 - ipHeader - tcpHeader // bytes of it, in one packet of IPv4
)

var big = binary.BigEndian

// ends are the addresses and ports of a packet.
type ends struct {
	from, to         [4]byte
	fromPort, toPort uint16
}

// tcp is what the header of a segment says besides its ends.
type tcp struct {
	seq, ack uint32
	flags    byte
	window   uint16
	options  []byte // of a length that 4 divides
}

// segment returns a packet of IPv4 that carries a TCP segment (RFC 9293, 3.1).
func (e ends) segment(h tcp, payload []byte) []byte {
	p := e.ports(nil)
	p = big.AppendUint32(p, h.seq)
	p = big.AppendUint32(p, h.ack)
	p = append(p, byte(tcpHeader+len(h.options))/4<<4, h.flags)
	p = big.AppendUint16(p, h.window)
	p = append(p, 0, 0, 0, 0) // checksum, and no urgent data
	p = append(append(p, h.options...), payload...)
	big.PutUint16(p[16:], e.checksum(protocolTCP, p))
	return e.ip(protocolTCP, p)
}

// datagram returns a packet of IPv4 that carries a datagram of UDP (RFC 768).
func (e ends) datagram(payload []byte) []byte {
	p := e.ports(nil)
	p = big.AppendUint16(p, uint16(udpHeader+len(payload)))
	p = append(append(p, 0, 0), payload...)
	sum := e.checksum(protocolUDP, p)
	if sum == 0 {
		sum = 0xffff // 0 says that there is none
	}
	big.PutUint16(p[6:], sum)
	return e.ip(protocolUDP, p)
}

func (e ends) ports(p []byte) []byte {
	return big.AppendUint16(big.AppendUint16(p, e.fromPort), e.toPort)
}

// ip puts the header of IPv4 (RFC 791) before a payload. The packet is never
// fragmented, and so needs no identification (RFC 6864).
func (e ends) ip(protocol byte, payload []byte) []byte {
	const version4, dontFragment, hops = 0x45, 0x40, 64
	p := make([]byte, 0, ipHeader+len(payload))
	p = append(p, version4, 0)
	p = big.AppendUint16(p, uint16(ipHeader+len(payload)))
	p = append(p, 0, 0, dontFragment, 0, hops, protocol, 0, 0)
	p = append(append(p, e.from[:]...), e.to[:]...)
	big.PutUint16(p[10:], ^sum(0, p))
	return append(p, payload...)
}

// checksum is that of TCP and of UDP: it covers the addresses, too.
func (e ends) checksum(protocol byte, p []byte) uint16 {
	pseudo := append(e.from[:], e.to[:]...)
	pseudo = append(pseudo, 0, protocol)
	pseudo = big.AppendUint16(pseudo, uint16(len(p)))
	return ^sum(sum(0, pseudo), p)
}

// sum adds up p in ones' complement, 16 bits at a time (RFC 1071).
func sum(start uint16, p []byte) uint16 {
	total := uint64(start)
	for ; len(p) >= 2; p = p[2:] {
		total += uint64(big.Uint16(p))
	}
	if len(p) == 1 {
		total += uint64(p[0]) << 8
	}
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return uint16(total)
}
