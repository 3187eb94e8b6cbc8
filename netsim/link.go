package netsim

import "time"

// Link is the path between the two ends. With a round-trip time alone, whatever
// is written arrives half of it later. Each of the other fields adds one of the
// real causes of what TCP does to boundaries; all that they do is choose when
// bytes arrive, and so what is there together when a read comes. Datagrams know
// the round-trip time alone.
//
// Left out: congestion control and fast retransmit (RFC 5681), so that every loss
// costs a timeout; jitter and reordering; quick acknowledgements at the start of
// a connection, so that one is as if it had been in use for a while; the sizes of
// options in a header.
type Link struct {
	RTT    time.Duration // half of it each way
	MSS    int           // most bytes of a segment (RFC 9293, 3.7.1); 0 is no limit
	Nagle  bool          // the senders hold back small segments: no TCP_NODELAY
	DelAck time.Duration // how long a receiver keeps an acknowledgement back, in the hope that an answer carries it; 0 is not
	Rate   int64         // bits a second, each way; 0 is no limit
	Window int           // bytes of a receiver's buffer; 0 is no limit
	Loss   int           // of a million segments that carry bytes, so many are lost
	Seed   uint64        // says which
}

// Limits of a link.
const (
	MaxMSS    = 65_495                 // what an IPv4 packet can hold
	MaxDelAck = 500 * time.Millisecond // RFC 1122, 4.2.3.2
	MinRate   = 1_000                  // bits a second
	MaxRate   = 1_000_000_000_000
	MaxLoss   = 500_000 // of a million
)

// HeaderBytes is what every segment carries besides its bytes: an IPv4 and a TCP
// header without options.
const HeaderBytes = 40

// Links are those that a plan can name, in the order in which they are listed.
// Their senders use Nagle's algorithm, as sockets do unless they are told
// otherwise; Go's are: "link:lan,nagle=off".
var Links = []struct {
	Name string
	Link
}{
	{"lan", Link{RTT: 500 * time.Microsecond, MSS: 1460, Nagle: true, DelAck: 40 * time.Millisecond, Rate: 1_000_000_000, Window: 64 << 10}},
	{"wan", Link{RTT: 40 * time.Millisecond, MSS: 1460, Nagle: true, DelAck: 40 * time.Millisecond, Rate: 20_000_000, Window: 64 << 10}},
}

// Modelled reports whether bytes cross the link as segments: more of it is set
// than the round-trip time.
func (l Link) Modelled() bool {
	l.RTT, l.Seed = 0, 0
	return l != Link{}
}
