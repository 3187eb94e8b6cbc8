package say

import (
	"strconv"

	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// Wire heads the segments of a connection.
func Wire(in words.Lang, conn int, many bool) string {
	if many {
		return in.Sayf("segments of connection %d: -> to the server, <- to the client", conn)
	}
	return in.Say("segments: -> to the server, <- to the client")
}

// Ends name the two sides of a ladder.
func Ends(in words.Lang) (client, server string) { return in.Say("client"), in.Say("server") }

// Hidden says how many segments are not drawn.
func Hidden(in words.Lang, n int) string {
	if n == 1 {
		return in.Say("1 segment is not drawn")
	}
	return in.Sayf("%s are not drawn", words.Count(n, "segment"))
}

// Rung says what a segment is, and what was the matter with it.
func Rung(in words.Lang, r *picture.Rung) string {
	var parts []string
	add := func(used bool, text string) {
		if used {
			parts = append(parts, text)
		}
	}
	add(r.To > r.From, bytesOf(in, picture.Span{From: r.From, To: r.To}))
	add(r.Note == trace.Resent, in.Say("again"))
	add(r.Wire.Lost, in.Say("lost"))
	add(r.Wire.Fin, "FIN")
	add(r.TellsAck(), "ACK "+strconv.Itoa(r.Wire.Ack))
	add(r.TellsFin(), in.Say("ACK of the FIN"))
	add(r.Narrow, in.Sayf("window %d", r.Wire.Window))
	add(r.Note == trace.OutOfOrder, in.Say("bytes are missing, or came twice"))
	if r.Kind == trace.Ack {
		add(r.Kept > 0, in.Sayf("delayed %s", duration(r.Kept)))
	} else if why := waitWords[r.Why]; why != "" {
		add(true, in.Sayf("waited %s: %s", duration(r.Waited), in.Say(why)))
	}
	text := parts[0]
	for _, part := range parts[1:] {
		text = in.Sayf("%s, %s", text, part)
	}
	return text
}

// waitWords are why a segment waited, where its rung says it. What waits for the
// link itself is no exception, and its times say so.
var waitWords = map[string]string{
	trace.Nagle:      "Nagle",
	trace.WindowFull: "window full",
	picture.Blocked:  "no room to write",
}

// bytesOf names bytes, the last one included.
func bytesOf(in words.Lang, s picture.Span) string {
	if s.Len() == 1 {
		return in.Sayf("byte %d", s.From)
	}
	return in.Sayf("bytes %d-%d", s.From, s.To-1)
}

// Wait says why bytes came later than the link alone would have made them come.
func Wait(in words.Lang, w *picture.Wait) string {
	who := capital(bytesOf(in, w.Span))
	length := duration(w.Length)
	if w.Segments > 1 {
		who = in.Count(w.Segments, "segment")
		length = in.Sayf("up to %s", length)
	}
	switch w.Why {
	case trace.Nagle:
		text := in.Sayf("%s left %s after the write: Nagle, a small segment was unacknowledged", who, length)
		if w.Segments == 1 {
			text = in.Sayf("%s left %s after the write: Nagle, a small segment (%s) was unacknowledged", who, length, bytesOf(in, w.For))
		}
		if w.Kept == 0 {
			return in.Sayf("%s.", text)
		}
		return in.Sayf("%s, and the receiver delayed the acknowledgement by %s.", text, duration(w.Kept))
	case trace.WindowFull:
		return in.Sayf("%s left %s after the write: the receiver's window was full.", who, length)
	case trace.Rate:
		return in.Sayf("%s left %s after the write: the link was busy with those before.", who, length)
	case picture.Blocked:
		return in.Sayf("%s left %s after the write: the write had no room.", who, length)
	case picture.Behind:
		if w.Segments == 1 {
			return in.Sayf("%s came, but could be read only %s later: %s had not come yet.", who, length, bytesOf(in, w.For))
		}
		return in.Sayf("%s came, but could be read only %s later: bytes before them had not come yet.", who, length)
	case picture.Again:
		return in.Sayf("%s left again, though they had come: the acknowledgement was lost or late.", who)
	}
	if w.Lost > w.Segments {
		who = in.Sayf("%s, %s in all,", who, words.Count(w.Lost, "time"))
	}
	if w.Length == 0 {
		return in.Sayf("%s got lost, and nothing left again.", who)
	}
	return in.Sayf("%s got lost, and left again %s later.", who, length)
}
