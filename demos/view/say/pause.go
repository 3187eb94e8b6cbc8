package say

import (
	"slices"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/words"
)

// Pauses heads a table of them.
func Pauses(in words.Lang) string { return in.Say("The least pause that works") }

// PauseTable is a row for each round-trip time, behind two that head them, and two
// columns for each hold-up: what was predicted and what was found.
func PauseTable(in words.Lang, list []lab.Pause) [][]string {
	rows := [][]string{{""}, {in.Say("round trip")}}
	var trips []time.Duration
	for i, p := range list {
		if i == 0 || p.Holdup != list[i-1].Holdup {
			rows[0] = append(rows[0], "", holdup(in, p.Holdup))
			rows[1] = append(rows[1], in.Say("predicted"), in.Say("found"))
		}
		at := slices.Index(trips, p.RTT)
		if at < 0 {
			at = len(trips)
			trips = append(trips, p.RTT)
			rows = append(rows, []string{whole(p.RTT)})
		}
		rows[at+2] = append(rows[at+2], whole(p.Predicted), whole(p.Found))
	}
	return rows
}

// PauseNote says what the table is about.
func PauseNote(in words.Lang) string {
	return in.Say("In whole milliseconds, where the size is stalled or its segment is lost, and Nagle's algorithm is off: " +
		"the pause must be longer than the size is late. What is lost is sent again after a round trip and the longer of " +
		"200 ms and two more, as RFC 6298 has it, and then after twice that.")
}

func whole(d time.Duration) string { return words.Group(int(d/time.Millisecond)) + "ms" }

func holdup(in words.Lang, h lab.Holdup) string {
	switch h.Lost {
	case 0:
		return in.Sayf("%s late", h.Stall)
	case 1:
		return in.Say("lost once")
	}
	return in.Say("lost twice")
}
