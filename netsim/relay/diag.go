package relay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
)

// errNoSocket is the answer where no socket has the addresses asked for: it is
// on another machine or in another namespace, or was closed.
var errNoSocket = errors.New("no such socket")

// account is what the kernel says of a socket.
type account struct {
	young    bool // its handshake is not over
	old      bool // its program has closed it
	received int  // bytes that came for it; its end of stream counts as one
	unread   int  // bytes of them that its program has not read
}

// The messages of sock_diag(7), and their sizes in bytes. Numbers are in the
// machine's order, ports and addresses in the network's.
const (
	headerSize  = 16 // struct nlmsghdr
	requestSize = headerSize + 56
	answerSize  = 72 // struct inet_diag_msg
	idOffset    = 4  // of its struct inet_diag_sockid, in bytes
	unreadAt    = 56 // of its idiag_rqueue
	receivedAt  = 128

	typeError     = 2  // NLMSG_ERROR
	typeDiag      = 20 // SOCK_DIAG_BY_FAMILY
	attributeInfo = 2  // INET_DIAG_INFO: struct tcp_info, with tcpi_bytes_received at receivedAt

	notFound = 2 // ENOENT
)

// The states of a socket that matter here.
const (
	stateSynSent  = 2
	stateSynRecv  = 3
	stateTimeWait = 6
	stateClosed   = 7
	stateListen   = 10
	stateNewRecv  = 12
)

// request appends the question for the TCP socket of local's program that is
// connected to remote.
func request(local, remote netip.AddrPort) []byte {
	family := byte(2) // AF_INET; finds what serves both families, too
	if local.Addr().Is6() {
		family = 10
	}
	const tcp, allStates, flagRequest = 6, ^uint32(0), 1
	order := binary.NativeEndian
	b := make([]byte, requestSize)
	order.PutUint32(b[0:], requestSize)
	order.PutUint16(b[4:], typeDiag)
	order.PutUint16(b[6:], flagRequest)
	b[16], b[17], b[18] = family, tcp, 1<<(attributeInfo-1)
	order.PutUint32(b[20:], allStates)
	binary.BigEndian.PutUint16(b[24:], local.Port())
	binary.BigEndian.PutUint16(b[26:], remote.Port())
	copy(b[28:44], local.Addr().AsSlice())
	copy(b[44:60], remote.Addr().AsSlice())
	for i := 64; i < 72; i++ {
		b[i] = 0xff // no cookie
	}
	return b
}

// number sets the sequence number of a request, which its answer has too.
func number(request []byte, n uint32) { binary.NativeEndian.PutUint32(request[8:], n) }

// errStale is an answer to another question.
var errStale = errors.New("answer to another question")

// parse reads the answer to the request of a number.
func parse(b []byte, n uint32) (account, error) {
	order := binary.NativeEndian
	if len(b) < headerSize {
		return account{}, fmt.Errorf("sock_diag: %d bytes, shorter than a header", len(b))
	}
	size := order.Uint32(b)
	if size < headerSize || uint64(size) > uint64(len(b)) {
		return account{}, fmt.Errorf("sock_diag: a message of %d bytes in %d", size, len(b))
	}
	if order.Uint32(b[8:]) != n {
		return account{}, errStale
	}
	kind, body := order.Uint16(b[4:]), b[headerSize:size]
	switch {
	case kind == typeError && len(body) >= 4:
		if errno := -int32(order.Uint32(body)); errno != notFound {
			return account{}, fmt.Errorf("sock_diag: error %d", errno)
		}
		return account{}, errNoSocket
	case kind != typeDiag || len(body) < answerSize:
		return account{}, fmt.Errorf("sock_diag: a message of type %d with %d bytes", kind, len(body))
	}
	switch state := body[1]; state {
	case stateListen:
		return account{}, errNoSocket
	case stateSynSent, stateSynRecv, stateNewRecv:
		return account{young: true}, nil
	case stateTimeWait, stateClosed:
		return account{old: true}, nil
	}
	a := account{unread: int(order.Uint32(body[unreadAt:]))}
	for rest := body[answerSize:]; len(rest) >= 4; {
		size, kind := int(order.Uint16(rest)), order.Uint16(rest[2:])
		if size < 4 || size > len(rest) {
			return account{}, fmt.Errorf("sock_diag: an attribute of %d bytes in %d", size, len(rest))
		}
		if kind == attributeInfo {
			if size < 4+receivedAt+8 {
				return account{}, fmt.Errorf("sock_diag: this kernel does not count a socket's bytes")
			}
			received := order.Uint64(rest[4+receivedAt:])
			if received > math.MaxInt || a.unread < 0 {
				return account{}, fmt.Errorf("sock_diag: %d bytes received, %d unread", received, a.unread)
			}
			a.received = int(received)
			return a, nil
		}
		rest = rest[min((size+3)&^3, len(rest)):]
	}
	return account{old: true}, nil // orphans have no more to say
}
