// Package trace is the record of what happened to the bytes of a run: who
// wrote them, when they arrived, which read took them. It is the leaf that the
// simulator writes and every picture reads; it draws nothing and runs nothing.
//
// Offsets are bytes from the start of one direction of one connection, times
// are since the start of the run.
package trace

import (
	"cmp"
	"slices"
	"time"
)

// Direction tells the two streams of a connection apart.
type Direction string

const (
	Up   Direction = "up"   // client to server
	Down Direction = "down" // server to client
)

// Kind is what an Event reports.
type Kind string

const (
	Open    Kind = "open"    // a connection was made
	Written Kind = "written" // a program's Write handed bytes over
	Sent    Kind = "sent"    // bytes left the sender; fewer than written while the window is full
	Arrived Kind = "arrived" // bytes can be read from now on
	Read    Kind = "read"    // one Read returned these bytes
	End     Kind = "end"     // the writer ended its stream at From
	Reset   Kind = "reset"   // the connection broke; nothing beyond From will be read
	Begin   Kind = "begin"   // the events of another run follow; Note says of which
	Lost    Kind = "lost"    // bytes written beyond the end of a truncated stream, or of a datagram; Note says why
	Cut     Kind = "cut"     // a relay parted the bytes before From from those behind; Note says how surely

	// Of a path that is modelled segment by segment. Both name the direction in
	// which they travel, and have a Wire.
	Segment Kind = "segment" // a TCP segment left with these bytes; Note says what they waited for, or why again
	Ack     Kind = "ack"     // one without bytes left; Note says why it went then
)

// kinds are those that Parse knows.
var kinds = []Kind{Open, Written, Sent, Arrived, Read, End, Reset, Begin, Lost, Cut, Segment, Ack}

// Notes of a Segment. One without had not waited.
const (
	Nagle      = "nagle"       // a smaller one than full was not yet acknowledged
	WindowFull = "window full" // of the receiver
	Rate       = "rate"        // the link was busy with those before
	Resent     = "resent"      // the one before was lost, or the acknowledgement of it
)

// Notes of an Ack.
const (
	Delayed      = "delayed"       // nothing else came to carry it
	Second       = "second"        // two full segments had come
	OutOfOrder   = "out of order"  // bytes before these are missing, or no more, or these came twice
	WindowUpdate = "window update" // the receiver read
	AtOnce       = "at once"       // nothing is delayed here
)

// Datagrams is the Note of an Open whose bytes go in datagrams.
const Datagrams = "datagrams"

// Event is one step of a run. From and To enclose its bytes: offset From is
// the first, To is one past the last. They are equal where no byte moved.
type Event struct {
	Time time.Duration `json:"time_ns"`
	Kind Kind          `json:"kind"`
	Conn int           `json:"conn,omitempty"` // 1, 2, … in the order in which they were made
	Dir  Direction     `json:"dir,omitempty"`
	From int           `json:"from"`
	To   int           `json:"to"`

	// Messages are the numbers of the messages that the bytes belong to,
	// ascending; empty where the program did not say.
	Messages []int `json:"messages,omitempty"`

	Note string `json:"note,omitempty"`

	// Wire is what a Segment or an Ack carries besides its bytes.
	Wire *Wire `json:"wire,omitempty"`

	// Data is the bytes themselves, on Written alone; the other kinds point
	// into it by their offsets.
	Data []byte `json:"data,omitempty"`
}

// Wire is the header of a TCP segment, and where it went.
type Wire struct {
	Until  time.Duration `json:"until_ns"`          // when it reaches the other end, or would have, were it not Lost
	Ack    int           `json:"ack"`               // the bytes of the other direction that have come, in order
	AckFin bool          `json:"ack_fin,omitempty"` // and the end of that direction, too
	Window int           `json:"window"`            // bytes beyond Ack that its sender has room for
	Fin    bool          `json:"fin,omitempty"`
	Lost   bool          `json:"lost,omitempty"`
}

// Log is the events of one run in the order in which they happened.
type Log []Event

// Stream returns the bytes that were written in one direction of one
// connection, with those that a truncated stream lost.
func (l Log) Stream(conn int, dir Direction) []byte {
	var data []byte
	for e := range l.of(Written, conn, dir) {
		// A Write that failed may have taken less than it announced: the
		// next one stands at its true offset.
		data = append(data[:min(e.From, len(data))], e.Data...)
	}
	return data
}

// Conns returns the number of connections that the run made.
func (l Log) Conns() int {
	conns := 0
	for _, e := range l {
		conns = max(conns, e.Conn)
	}
	return conns
}

// Spans returns the [From, To) of every event of one kind, in order.
func (l Log) Spans(kind Kind, conn int, dir Direction) []Span {
	var spans []Span
	for e := range l.of(kind, conn, dir) {
		spans = append(spans, Span{e.From, e.To})
	}
	return spans
}

// Span is the offsets [From, To) of one direction.
type Span struct{ From, To int }

// Len returns the bytes in s.
func (s Span) Len() int { return s.To - s.From }

// Message returns the number of the message that the byte at offset belongs
// to, 0 where the program did not say.
func (l Log) Message(conn int, dir Direction, offset int) int {
	for e := range l.of(Written, conn, dir) {
		if e.From <= offset && offset < e.To && len(e.Messages) > 0 {
			return e.Messages[0]
		}
	}
	return 0
}

func (l Log) of(kind Kind, conn int, dir Direction) func(func(Event) bool) {
	return func(yield func(Event) bool) {
		for _, e := range l {
			if e.Kind == kind && e.Conn == conn && e.Dir == dir && !yield(e) {
				return
			}
		}
	}
}

// Own completes the events of a run: every event learns the messages of its
// bytes from the writes that carried them, which alone know them at first.
func (l Log) Own() {
	type key struct {
		conn int
		dir  Direction
	}
	writes := map[key][]Event{}
	for i := range l {
		e := &l[i]
		k := key{e.Conn, e.Dir}
		if e.Kind == Begin { // what follows is another run's
			clear(writes)
			continue
		}
		if e.Kind == Written {
			writes[k] = append(writes[k], *e)
			continue
		}
		ws := writes[k]
		// The first write that ends beyond From; writes are in offset order.
		first, _ := slices.BinarySearchFunc(ws, e.From, func(w Event, from int) int {
			return cmp.Compare(w.To, from+1)
		})
		for _, w := range ws[first:] {
			if w.From >= e.To {
				break
			}
			e.Messages = union(e.Messages, w.Messages)
		}
	}
}

// union returns the members of a and b, each once, ascending.
func union(a, b []int) []int {
	for _, m := range b {
		if i, found := slices.BinarySearch(a, m); !found {
			a = slices.Insert(a, i, m)
		}
	}
	return a
}
