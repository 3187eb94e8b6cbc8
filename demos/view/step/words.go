package step

import (
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// What happened, by the direction of the bytes: how many, and which.
var (
	writes = map[trace.Direction]string{
		trace.Up:   "The client writes %s: %s",
		trace.Down: "The server writes %s: %s",
	}
	reads = map[trace.Direction]string{
		trace.Up:   "A read of the server returns %s: %s",
		trace.Down: "A read of the client returns %s: %s",
	}
	ends = map[trace.Direction]string{
		trace.Up:   "The client's stream ends.",
		trace.Down: "The server's stream ends.",
	}
)

// What is asked about so many bytes.
var (
	howMany = map[trace.Direction]string{
		trace.Up:   "%s for the server to read. How many reads will that take? 1 to 8, or 9 for more; space skips.",
		trace.Down: "%s for the client to read. How many reads will that take? 1 to 8, or 9 for more; space skips.",
	}
	whatComes = map[trace.Direction]string{
		trace.Up:   "%s for the server to read. What will this read return? A digit; space skips.",
		trace.Down: "%s for the client to read. What will this read return? A digit; space skips.",
	}
)

// tell says what happened to which bytes.
func tell(in words.Lang, e trace.Event, data []byte) string {
	text := ""
	switch e.Kind {
	case trace.Written:
		text = in.Sayf(writes[e.Dir], in.Count(len(data), "byte"), preview(data))
	case trace.Read:
		text = in.Sayf(reads[e.Dir], in.Count(len(data), "byte"), preview(data))
	case trace.Lost:
		why := e.Note
		if why == "" {
			why = "beyond the end of a truncated stream"
		}
		text = in.Sayf("Lost: %s, %s.", in.Count(len(data), "byte"), in.Say(why))
	case trace.End:
		text = in.Say(ends[e.Dir])
	case trace.Reset:
		text = in.Say("The connection breaks.")
	}
	if e.Time > 0 {
		text += " (" + e.Time.String() + ")"
	}
	return text
}
