package relay

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"
)

// reply is what a kernel answers: a socket in a state, with so many bytes
// unread, and attributes.
func reply(n uint32, state byte, unread uint32, attributes []byte) []byte {
	order := binary.NativeEndian
	b := make([]byte, headerSize+answerSize)
	order.PutUint16(b[4:], typeDiag)
	order.PutUint32(b[8:], n)
	b[headerSize+1] = state
	order.PutUint32(b[headerSize+unreadAt:], unread)
	b = append(b, attributes...)
	order.PutUint32(b, uint32(len(b)))
	return b
}

// attribute is one of a kind, with size bytes of zeros and received in its
// place.
func attribute(kind uint16, size int, received uint64) []byte {
	order := binary.NativeEndian
	b := make([]byte, 4+size)
	order.PutUint16(b, uint16(len(b)))
	order.PutUint16(b[2:], kind)
	if size >= receivedAt+8 {
		order.PutUint64(b[4+receivedAt:], received)
	}
	for len(b)%4 > 0 {
		b = append(b, 0)
	}
	return b
}

// refusal is an error of the kernel.
func refusal(n uint32, errno int32) []byte {
	order := binary.NativeEndian
	b := make([]byte, headerSize+4)
	order.PutUint32(b, uint32(len(b)))
	order.PutUint16(b[4:], typeError)
	order.PutUint32(b[8:], n)
	order.PutUint32(b[headerSize:], uint32(-errno))
	return b
}

func TestParse(t *testing.T) {
	const established = 1
	info := attribute(attributeInfo, 240, 9)
	other := attribute(1, 5, 0) // not a whole number of words
	for _, test := range []struct {
		name string
		b    []byte
		want account
		err  error // nil for success; errAny for any
	}{
		{"bytes received and not read", reply(7, established, 3, info), account{received: 9, unread: 3}, nil},
		{"an attribute before", reply(7, established, 3, append(other, info...)), account{received: 9, unread: 3}, nil},
		{"a handshake", reply(7, stateSynRecv, 0, nil), account{young: true}, nil},
		{"a handshake, as a request", reply(7, stateNewRecv, 0, nil), account{young: true}, nil},
		{"closed, and waiting", reply(7, stateTimeWait, 0, nil), account{old: true}, nil},
		{"an orphan", reply(7, 5, 0, nil), account{old: true}, nil},
		{"a listener", reply(7, stateListen, 3, info), account{}, errNoSocket},
		{"none", refusal(7, notFound), account{}, errNoSocket},
		{"not allowed", refusal(7, 1), account{}, errAny},
		{"to another question", reply(6, established, 3, info), account{}, errStale},
		{"an old kernel", reply(7, established, 3, attribute(attributeInfo, 104, 0)), account{}, errAny},
		{"nothing", nil, account{}, errAny},
		{"half a header", reply(7, established, 3, info)[:headerSize-1], account{}, errAny},
		{"half a message", reply(7, established, 3, info)[:100], account{}, errAny},
		{"half an error", refusal(7, 1)[:headerSize+2], account{}, errAny},
		{"an attribute that is too long", reply(7, established, 3, []byte{255, 255, 0, 0}), account{}, errAny},
		{"an attribute that is too short", reply(7, established, 3, make([]byte, 8)), account{}, errAny},
	} {
		got, err := parse(test.b, 7)
		if got != test.want || (err != nil) != (test.err != nil) || test.err != nil && test.err != errAny && !errors.Is(err, test.err) {
			t.Errorf("%s: got %+v, %v, want %+v, %v", test.name, got, err, test.want, test.err)
		}
	}
}

var errAny = errors.New("any")

func TestRequest(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("another order of bytes")
	}
	b := request(netip.MustParseAddrPort("127.0.0.1:258"), netip.MustParseAddrPort("10.0.0.2:772"))
	number(b, 5)
	want := "48000000" + "1400" + "0100" + "05000000" + "00000000" +
		"02060200" + "ffffffff" + "0102" + "0304" +
		"7f000001" + "000000000000000000000000" + "0a000002" + "000000000000000000000000" +
		"00000000" + "ffffffffffffffff"
	if got := hex.EncodeToString(b); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if six := request(netip.MustParseAddrPort("[::1]:258"), netip.MustParseAddrPort("[::1]:772")); six[16] != 10 || six[43] != 1 {
		t.Errorf("got %x", six)
	}
}

// FuzzParse: no answer breaks the reader, and none is believed to have read
// what a socket cannot.
func FuzzParse(f *testing.F) {
	f.Add(reply(7, 1, 3, attribute(attributeInfo, 240, 9)))
	f.Add(reply(7, 1, 3, append(attribute(1, 5, 0), attribute(attributeInfo, 136, 1<<63)...)))
	f.Add(refusal(7, notFound))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parse(b, 7)
		if err != nil && a != (account{}) {
			t.Errorf("got %+v along with %v", a, err)
		}
		if a.received < 0 || a.unread < 0 {
			t.Errorf("got %+v", a)
		}
	})
}
