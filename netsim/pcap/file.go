package pcap

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// pcapng, of which a capture needs three kinds of block
// (draft-ietf-opsawg-pcapng, 4.1, 4.2 and 4.3).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6

	optionComment     = 1
	optionApplication = 4 // of a section
	optionName        = 2 // of an interface
	optionDescription = 3
	optionResolution  = 9
	optionFlags       = 2 // of a packet

	linkRaw     = 101 // packets begin with their IP header
	nanoseconds = 9   // 10^-9 s
	inbound     = 1
	outbound    = 2
)

// epoch is where the simulator's clock starts, 2000-01-01 UTC, in ns since 1970.
const epoch = 946_684_800 * uint64(time.Second)

// Bounds of texts, in bytes: an option's length has 16 bits, and nobody reads
// more.
const (
	maxName    = 400
	maxComment = 1_000
)

// file writes blocks until something fails.
type file struct {
	w        io.Writer
	size     int
	networks uint32
	now      time.Duration // since epoch, of the packets
	err      error
}

var little = binary.LittleEndian

func (f *file) section(application string) {
	body := little.AppendUint32(nil, 0x1a2b3c4d)
	body = little.AppendUint32(body, 1)       // version 1.0
	body = little.AppendUint64(body, 1<<64-1) // of a length that is not said
	body = appendText(body, optionComment, "synthetic: made from the record of a simulated run; nothing was captured")
	body = appendText(body, optionApplication, clip(application+" (synthetic)", maxName))
	f.block(blockSection, body)
}

// network begins the packets of another run.
func (f *file) network(name string) {
	body := little.AppendUint16(nil, linkRaw)
	body = little.AppendUint16(body, 0)
	body = little.AppendUint32(body, 0) // packets are whole
	body = appendText(body, optionName, name)
	body = appendText(body, optionDescription, "synthetic, as seen from the client's machine "+clientName+"; the server is "+serverName)
	body = appendOption(body, optionResolution, []byte{nanoseconds})
	f.block(blockInterface, body)
	f.networks++
}

func (f *file) packet(direction byte, data []byte, comment string) {
	at := epoch + uint64(f.now)
	body := make([]byte, 0, 20+len(data)+len(comment)+24)
	body = little.AppendUint32(body, f.networks-1)
	body = little.AppendUint32(body, uint32(at>>32))
	body = little.AppendUint32(body, uint32(at))
	body = little.AppendUint32(body, uint32(len(data)))
	body = little.AppendUint32(body, uint32(len(data)))
	body = pad(append(body, data...))
	if comment != "" {
		body = appendText(body, optionComment, clip(comment, maxComment))
	}
	body = appendOption(body, optionFlags, []byte{direction, 0, 0, 0})
	f.block(blockPacket, body)
}

// block writes a body whose options are not ended yet.
func (f *file) block(kind uint32, body []byte) {
	body = appendOption(body, 0, nil)
	length := 12 + len(body)
	if f.size += length; f.size > MaxSize && f.err == nil {
		f.err = fmt.Errorf("a capture of more than %d bytes", MaxSize)
	}
	if f.err != nil {
		return
	}
	block := little.AppendUint32(make([]byte, 0, length), kind)
	block = little.AppendUint32(block, uint32(length))
	block = append(block, body...)
	block = little.AppendUint32(block, uint32(length))
	_, f.err = f.w.Write(block)
}

func appendText(body []byte, code uint16, text string) []byte {
	return appendOption(body, code, []byte(text))
}

func appendOption(body []byte, code uint16, value []byte) []byte {
	body = little.AppendUint16(body, code)
	body = little.AppendUint16(body, uint16(len(value)))
	return pad(append(body, value...))
}

// pad fills b up to a multiple of 4 bytes, where all that has a length begins.
func pad(b []byte) []byte {
	return append(b, make([]byte, -len(b)&3)...)
}
