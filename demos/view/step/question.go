package step

import (
	"fmt"
	"slices"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// question is asked before a read: how many reads will take what waits there,
// where that was just written, or else what this one returns. Answers are digits.
type question struct {
	dir     trace.Direction
	waiting []byte
	reads   int   // that take it; 0 where the question is what one returns
	taken   int   // bytes of it that they take
	sizes   []int // in bytes, ascending, to choose from by number
	answer  int   // the digit that is right
}

// mostReads is the answer for that many reads, and for more.
const mostReads = 9

// ask returns the question before an event; nil where it is no read, or where
// there is nothing to ask.
func ask(r *lab.Result, event int) *question {
	e := r.Log[event]
	if e.Kind != trace.Read || e.To == e.From {
		return nil
	}
	before := r.Log[:event]
	written, fresh := 0, false // written, and will come; and that since the last read
	for _, b := range before {
		if b.Conn != e.Conn || b.Dir != e.Dir {
			continue
		}
		switch b.Kind {
		case trace.Written:
			written, fresh = b.To, true
		case trace.Read:
			fresh = fresh && b.To == b.From
		}
	}
	for _, lost := range before.Spans(trace.Lost, e.Conn, e.Dir) {
		if lost.From >= e.From {
			written = min(written, lost.From)
		}
	}
	if written < e.To {
		return nil // a datagram that was sent again, or a log that does not say
	}
	q := &question{dir: e.Dir, waiting: before.Stream(e.Conn, e.Dir)[e.From:written]}
	if fresh {
		for _, s := range r.Log.Spans(trace.Read, e.Conn, e.Dir) {
			if s.Len() > 0 && s.From < written && s.To > e.From {
				q.reads++
				q.taken += min(s.To, written) - max(s.From, e.From)
			}
		}
		q.answer = min(q.reads, mostReads)
		return q
	}
	n := e.To - e.From
	end := e.From // of the message whose bytes come next
	for m := r.Log.Message(e.Conn, e.Dir, e.From); end < written && r.Log.Message(e.Conn, e.Dir, end) == m; {
		end++
	}
	q.sizes = []int{n, len(q.waiting), end - e.From, 1, 2 * n, n/2 + 1}
	slices.Sort(q.sizes)
	q.sizes = slices.Compact(q.sizes)
	q.sizes = slices.DeleteFunc(q.sizes, func(size int) bool { return size < 1 || size > len(q.waiting) })
	if len(q.sizes) < 2 {
		return nil
	}
	q.answer = slices.Index(q.sizes, n) + 1
	return q
}

// choices returns the greatest digit that is an answer.
func (q *question) choices() int {
	if q.reads > 0 {
		return mostReads
	}
	return len(q.sizes)
}

func (q *question) right(said int) bool { return said == q.answer }

// text is the question.
func (q *question) text(in words.Lang) []string {
	waiting := in.Count(len(q.waiting), "byte")
	if q.reads > 0 {
		return []string{in.Sayf(howMany[q.dir], waiting)}
	}
	lines := []string{in.Sayf(whatComes[q.dir], waiting)}
	for i, size := range q.sizes {
		lines = append(lines, fmt.Sprintf("  %d: %s  %s", i+1, in.Count(size, "byte"), say.Preview(q.waiting[:size])))
	}
	return lines
}

// reply is what to say when the read is shown.
func (q *question) reply(in words.Lang, said int, answered bool) []string {
	var lines []string
	switch {
	case answered && q.right(said):
		lines = append(lines, in.Say("Right."))
	case answered && q.reads > 0:
		lines = append(lines, in.Sayf("You said %s.", in.Count(said, "read")))
	case answered:
		lines = append(lines, in.Sayf("You said %s.", in.Count(q.sizes[said-1], "byte")))
	}
	waiting, reads := in.Count(len(q.waiting), "byte"), in.Count(q.reads, "read")
	switch {
	case q.reads > 0 && q.taken < len(q.waiting):
		lines = append(lines, in.Sayf("It takes %[2]s, and of those %[1]s the last %[3]d are never read.", waiting, reads, len(q.waiting)-q.taken))
	case q.reads > 0:
		lines = append(lines, in.Sayf("It takes %[2]s to read those %[1]s.", waiting, reads))
	}
	return lines
}
