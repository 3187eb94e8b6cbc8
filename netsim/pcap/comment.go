package pcap

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"stickydemo/netsim/trace"
)

// first returns the index of the write that the byte at offset belongs to.
func (s *stream) first(offset int) int {
	n, _ := slices.BinarySearchFunc(s.writes, offset, func(w write, at int) int { return cmp.Compare(w.To, at+1) })
	return n
}

// endsWrite reports whether a write ended at offset. Senders mark such a segment
// as to be pushed (RFC 9293, 3.9.1.2), which no reader ever hears of.
func (s *stream) endsWrite(offset int) bool {
	n := s.first(offset - 1)
	return n < len(s.writes) && s.writes[n].To == offset
}

// carries names the writes whose bytes a segment carries, and their messages.
func (s *stream) carries(from, to int) string {
	text := fmt.Sprintf("%s bytes [%d, %d): ", s.dir, from, to)
	a, b := s.first(from), s.first(to-1)
	if from >= to || b >= len(s.writes) {
		return text + "none"
	}
	ws := s.writes[a : b+1]
	whole := ws[0].From == from && ws[len(ws)-1].To == to
	switch {
	case whole && len(ws) == 1:
		text += fmt.Sprintf("write %d", a+1)
	case whole:
		text += fmt.Sprintf("writes %d to %d", a+1, b+1)
	case len(ws) == 1:
		text += fmt.Sprintf("of write %d [%d, %d)", a+1, ws[0].From, ws[0].To)
	default:
		text += fmt.Sprintf("of writes %d to %d", a+1, b+1)
	}
	return text + messages(ws)
}

// messages names those of the writes, the first few of them.
func messages(ws []write) string {
	const few = 8
	var all []int
	for _, w := range ws {
		for _, m := range w.messages {
			if len(all) > few {
				break
			}
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	text := ", message"
	if len(all) > 1 {
		text += "s"
	}
	for i, m := range all[:min(len(all), few)] {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %d", m)
	}
	if len(all) > few {
		text += " and more"
	}
	return text
}

// wireComment says of a segment that was modelled what it carries and why it
// went when it did.
func (s *stream) wireComment(e trace.Event) string {
	var parts []string
	if e.From < e.To {
		parts = append(parts, s.carries(e.From, e.To))
	}
	if e.Wire.Fin {
		parts = append(parts, fmt.Sprintf("%s ends behind %d bytes", s.dir, e.To))
	}
	switch note := clip(e.Note, maxName); {
	case note == "":
	case note == trace.Resent:
		parts = append(parts, "resent: the one before was lost")
	case e.Kind == trace.Segment:
		parts = append(parts, "had waited: "+note)
	default:
		parts = append(parts, "acknowledged: "+note)
	}
	if e.Wire.Lost {
		parts = append(parts, "lost on its way")
	}
	return strings.Join(parts, "; ")
}

// clip bounds a text of whoever made the log, in bytes.
func clip(text string, most int) string {
	if len(text) > most {
		text = text[:most]
	}
	return strings.ToValidUTF8(text, "")
}
