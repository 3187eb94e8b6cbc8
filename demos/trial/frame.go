package trial

import (
	"bytes"
	"encoding/binary"

	"stickydemo/netsim/trace"
)

// A Frame is how the messages of both directions are framed, so that a report
// can say what a cut fell into.
type Frame string

const (
	None   Frame = "none"
	Lines  Frame = "lines"  // each ends with a line feed
	Len4LE Frame = "len4le" // a length of 4 bytes, little-endian, before each
	Len4BE Frame = "len4be" // the same, big-endian
)

// Frames are all of them.
var Frames = []Frame{None, Lines, Len4LE, Len4BE}

// A Message is one frame of a stream.
type Message struct {
	trace.Span
	Header int // bytes of its length prefix
}

// Messages parts a stream into its messages. A last one that is not whole is
// among them. A stream that is not framed so has none: some program's requests
// are raw text where its answers have a length.
func (f Frame) Messages(stream []byte) []Message {
	var list []Message
	for at := 0; at < len(stream); {
		m, ok := f.first(stream[at:])
		if !ok {
			return nil
		}
		m.From, m.To = m.From+at, min(m.To+at, len(stream))
		list = append(list, m)
		at = m.To
	}
	return list
}

func (f Frame) first(rest []byte) (m Message, ok bool) {
	switch f {
	case Lines:
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			return Message{Span: trace.Span{To: i + 1}}, true
		}
		return Message{Span: trace.Span{To: len(rest)}}, true
	case Len4LE, Len4BE:
		const header = 4
		if len(rest) < header {
			return Message{trace.Span{To: len(rest)}, len(rest)}, true
		}
		size := binary.LittleEndian.Uint32(rest)
		if f == Len4BE {
			size = binary.BigEndian.Uint32(rest)
		}
		// A size far beyond the stream is no size but text.
		if int64(size) > int64(len(rest))+maxMissing {
			return m, false
		}
		return Message{trace.Span{To: header + int(size)}, header}, true
	}
	return m, false
}

// maxMissing is how many bytes of a last message may not have come.
const maxMissing = 1 << 20

// Place says what a cut fell into.
type Place struct {
	Message int  `json:"message,omitempty"` // from 1; 0 where no framer is named or the stream is not framed so
	Header  bool `json:"header,omitempty"`  // in its length prefix, else in what it announces
	Into    int  `json:"into"`              // bytes of that part, or of the stream, before the cut
	Of      int  `json:"of"`                // bytes of that part, or of the stream
}

// place returns what a cut at an offset of a stream falls into. Between two
// messages, Into is 0 and Message the one behind the cut.
func (f Frame) place(stream []byte, cut int) Place {
	for i, m := range f.Messages(stream) {
		switch {
		case cut >= m.To:
		case cut < m.From+m.Header:
			return Place{i + 1, true, cut - m.From, m.Header}
		default:
			return Place{i + 1, false, cut - m.From - m.Header, m.Len() - m.Header}
		}
	}
	return Place{Into: cut, Of: len(stream)}
}
