package step

import "stickydemo/netsim/trace"

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
