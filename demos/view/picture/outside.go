package picture

import "stickydemo/demos/trial"

// Outside returns the stream that a trial's plan breaks, with what can be known
// of it without looking into the programs: its bytes, its messages, if their
// frame is named, and the cuts. It is nil where no byte crossed.
func Outside(frame trial.Frame, f *trial.Finding) *Stream {
	if len(f.Stream) == 0 {
		return nil
	}
	n := len(f.Stream)
	s := &Stream{
		Conn: f.Conn, Dir: f.Dir, Data: f.Stream, Owner: make([]int, n), Header: make([]bool, n),
		Cuts: f.Plan.Cuts(f.Conn, f.Dir, n), Unwatched: true, kernel: true,
	}
	whole := []Box{{Span: Span{To: n}}}
	s.Wire = splitAt(whole, s.Cuts)
	s.Written = whole // so that bytes of a length are told from text
	for i, m := range frame.Messages(s.Data) {
		for at := m.From; at < m.To; at++ {
			s.Owner[at] = i + 1
			s.Header[at] = at < m.From+m.Header
		}
		s.Ends = append(s.Ends, End{At: m.To, Message: i + 1})
	}
	s.findBinary()
	s.findGlyphs()
	if f.At > 0 && f.At <= n {
		s.trouble = []int{f.At}
	}
	return s
}
