package say

import (
	"fmt"

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

// Move says what an event did to which bytes, and when.
func Move(in words.Lang, e trace.Event, data []byte) string {
	text := ""
	switch e.Kind {
	case trace.Written:
		text = in.Sayf(writes[e.Dir], in.Count(len(data), "byte"), Preview(data))
	case trace.Read:
		text = in.Sayf(reads[e.Dir], in.Count(len(data), "byte"), Preview(data))
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

// Preview shows the first bytes as Go would write them.
func Preview(data []byte) string {
	const most = 16
	if len(data) > most {
		return fmt.Sprintf("%+q...", data[:most])
	}
	return fmt.Sprintf("%+q", data)
}
