package datagrams

import (
	"fmt"
	"net"
)

// answer returns the piece that a client's datagram asks for, and runs the command
// if it is a new one. ok is false where there is nothing to say: garbage gets no
// answer, which somebody else might be sent.
func (m *memory) answer(client net.Addr, datagram []byte, run func(string) []byte) (answer message, ok bool) {
	request, ok := parse(datagram)
	if !ok || request.kind != ask {
		return answer, false
	}
	last := m.clients[client.String()]
	answer = message{kind: reply, number: request.number, piece: request.piece}
	switch {
	case last != nil && request.number == last.number:
	case last != nil && int32(request.number-last.number) < 0:
		return answer, false // a late copy: its client has gone on
	case request.piece > 0: // its answer was forgotten, and another run's may differ
		last = &remembered{refusal: "the answer is no longer remembered: ask anew"}
	default:
		last = &remembered{number: request.number, answer: run(string(request.payload))}
		if n := len(last.answer); n > MaxSize {
			last.answer, last.refusal = nil, fmt.Sprintf("answer of %d bytes, limit %d", n, MaxSize)
		}
		m.remember(client.String(), last)
	}
	if last.refusal != "" {
		answer.kind, answer.payload = refuse, []byte(last.refusal)
		return answer, true
	}
	of := max(1, (len(last.answer)+maxPiece-1)/maxPiece)
	from := int(request.piece) * maxPiece
	if from > len(last.answer) {
		return answer, false // it has no such piece
	}
	answer.of, answer.payload = uint16(of), last.answer[from:min(from+maxPiece, len(last.answer))]
	return answer, int(request.piece) < of
}
