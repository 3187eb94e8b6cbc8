package pcap_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A capture is read here by the letter of its format, with nothing of the
// package that wrote it.

var (
	little = binary.LittleEndian
	big    = binary.BigEndian
)

// shown returns a line for each interface and each packet of a capture.
func shown(t *testing.T, file []byte) []string {
	t.Helper()
	var lines []string
	networks := 0
	for first := true; len(file) > 0; first = false {
		if len(file) < 12 {
			t.Fatalf("a block of %d bytes", len(file))
		}
		kind, length := little.Uint32(file), int(little.Uint32(file[4:]))
		if length < 12 || length%4 != 0 || length > len(file) || int(little.Uint32(file[length-4:])) != length {
			t.Fatalf("a block of length %d, and behind it %d, in %d bytes", length, little.Uint32(file[max(length, 4)-4:]), len(file))
		}
		body := file[8 : length-4]
		file = file[length:]
		if first != (kind == 0x0a0d0d0a) {
			t.Fatalf("block %#x: the section header comes first, and once", kind)
		}
		switch kind {
		case 0x0a0d0d0a:
			if little.Uint32(body) != 0x1a2b3c4d || little.Uint32(body[4:]) != 1 {
				t.Errorf("section: got %x", body[:8])
			}
			if o := options(t, body[16:]); !strings.HasSuffix(o[4], "(synthetic)") || !strings.HasPrefix(o[1], "synthetic: ") {
				t.Errorf("section: got %q, want marks of what is synthetic", o)
			}
		case 1:
			o := options(t, body[8:])
			if link := little.Uint16(body); link != 101 || o[9] != "\x09" || !strings.HasPrefix(o[3], "synthetic") {
				t.Errorf("interface of link type %d with %q", link, o)
			}
			lines = append(lines, "-- "+o[2])
			networks++
		case 6:
			at := time.Unix(0, int64(little.Uint32(body[4:]))<<32|int64(little.Uint32(body[8:]))).Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
			size := int(little.Uint32(body[12:]))
			if n := int(little.Uint32(body)); n != networks-1 || int(little.Uint32(body[16:])) != size {
				t.Errorf("a packet of interface %d of %d, %d bytes of %d", n, networks, size, little.Uint32(body[16:]))
			}
			o := options(t, body[20+(size+3)/4*4:])
			line := fmt.Sprintf("%v %s", at, packet(t, body[20:20+size], o[2]))
			if o[1] != "" {
				line += " # " + o[1]
			}
			lines = append(lines, line)
		default:
			t.Errorf("a block of kind %d", kind)
		}
	}
	return lines
}

// options returns what stands behind a block's fields, up to its end.
func options(t *testing.T, b []byte) map[uint16]string {
	t.Helper()
	values := map[uint16]string{}
	for {
		code, length := little.Uint16(b), int(little.Uint16(b[2:]))
		if code == 0 {
			if len(b) != 4 {
				t.Errorf("%d bytes behind the end of the options", len(b)-4)
			}
			return values
		}
		values[code] = string(b[4 : 4+length])
		b = b[4+(length+3)/4*4:]
	}
}

// packet says what a packet of IPv4 says, and checks its sums.
func packet(t *testing.T, p []byte, direction string) string {
	t.Helper()
	if p[0] != 0x45 || int(big.Uint16(p[2:])) != len(p) || carried(p[:20]) != 0xffff {
		t.Errorf("a header of IPv4 that is not right: %x, of %d bytes", p[:20], len(p))
	}
	from, to, payload := string(p[12:16]), string(p[16:20]), p[20:]
	pseudo := append([]byte(from+to), 0, p[9], byte(len(payload)>>8), byte(len(payload)))
	if carried(append(pseudo, payload...)) != 0xffff {
		t.Errorf("a checksum that is not right: %x", payload[:min(len(payload), 20)])
	}
	port, line := big.Uint16(payload), "up"
	if from == "\xc0\x00\x02\x02" {
		port, line = big.Uint16(payload[2:]), "down"
	}
	if want := map[string]string{"up": "\x02\x00\x00\x00", "down": "\x01\x00\x00\x00"}[line]; direction != want {
		t.Errorf("a packet %s with the flags %q, want %q", line, direction, want)
	}
	line = fmt.Sprintf("%d %s", port, line)
	if p[9] == 17 {
		if int(big.Uint16(payload[4:])) != len(payload) {
			t.Errorf("a datagram of length %d in %d bytes", big.Uint16(payload[4:]), len(payload))
		}
		return fmt.Sprintf("%s UDP %q", line, payload[8:])
	}
	for i, name := range []string{"FIN", "SYN", "RST", "PSH", "ACK"} {
		if payload[13]&(1<<i) != 0 {
			line += " " + name
		}
	}
	line += fmt.Sprintf(" seq %d ack %d window %d", big.Uint32(payload[4:]), big.Uint32(payload[8:]), big.Uint16(payload[14:]))
	header := int(payload[12]>>4) * 4
	if header > 20 {
		line += fmt.Sprintf(" options %x", payload[20:header])
	}
	if header < len(payload) {
		line += fmt.Sprintf(" %q", payload[header:])
	}
	return line
}

// carried adds up 16 bits at a time, with the carries: all ones, if the checksum
// among them is right.
func carried(p []byte) uint32 {
	var sum uint32
	for i, b := range p {
		sum += uint32(b) << (8 * (1 - i%2))
		sum = sum>>16 + sum&0xffff
	}
	return sum
}
