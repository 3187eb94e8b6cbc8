package lab

import (
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// cost adds up what a log shows of a whole run, whose calls took from begin to
// end. The standing connections, made before the first call, were free.
func cost(log trace.Log, begin, end time.Duration, standing int, payloads []Piece) Cost {
	c := Cost{Elapsed: end - begin}
	for _, p := range payloads {
		c.Payload += p.Len()
	}
	sent := false // since the last turn
	for _, e := range log {
		switch e.Kind {
		case trace.Segment, trace.Ack:
			if begin <= e.Time && e.Time <= end && !e.Wire.Fin {
				c.Segments++
				c.Headers += netsim.HeaderBytes
			}
		case trace.Open:
			if e.Conn > standing {
				c.RoundTrips++
			}
		case trace.Written:
			c.Writes++
			c.Wire += e.To - e.From
			if e.Dir == trace.Up {
				sent = true
			}
		case trace.Read:
			c.Reads++
			if e.Dir == trace.Down && sent {
				sent = false
				c.RoundTrips++
			}
		}
	}
	return c
}
