package svg

import (
	"cmp"
	"slices"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/netsim/trace"
)

// A ladder has the client's line on the left and the server's on the right, each
// with its times outside of it, and outside of those what was sent there.
const (
	leastLadder = 760 // pixels of a picture's width: a narrower one has no room for it
	clock       = 100 // for a time, and the room on both of its sides
	rungHeight  = 27
	longest     = 54 // a pause that is added between two lines for the time between them
)

func (c *canvas) clientLine() int { return c.width() * 500 / pageWidth }
func (c *canvas) serverLine() int { return c.width() - c.clientLine() }

// waits says why bytes of a stream came late.
func (c *canvas) waits(s *picture.Stream) {
	for i := range s.Segments.Waits {
		c.field("", say.Wait(c.o.Lang, &s.Segments.Waits[i]))
	}
}

// ladder draws the segments of a connection as slanted lines, time going down.
func (c *canvas) ladder(r *lab.Result, conn int, k *picture.Key) {
	rungs := picture.Ladder(picture.Rungs(r, conn), k)
	if len(rungs) == 0 || c.width() < leastLadder {
		return
	}
	c.down(8)
	c.lines(title, "ink", margin, say.Wire(c.o.Lang, conn, r.Log.Conns() > 1))
	client, server := say.Ends(c.o.Lang)
	c.centred(strong, "ink", c.clientLine(), c.y+strong.size, client)
	c.centred(strong, "ink", c.serverLine(), c.y+strong.size, server)
	c.down(strong.line() + 4)

	rows, ends := landings(rungs)
	top := c.y
	var told [2]string // the last time at each end
	for i := range rows {
		row := &rows[i]
		if i > 0 && rows[i-1].at != row.at {
			c.down(int(longest * (row.at - rows[i-1].at) / max(1, rows[len(rows)-1].at-rows[0].at)))
		}
		row.y = c.y + rungHeight/2
		c.rung(row, &told)
	}
	c.path("bar", 3, "M%d %dV%dM%d %dV%d", c.clientLine(), top, c.y, c.serverLine(), top, c.y)
	for i := range rungs {
		c.crossing(&rungs[i], rows[ends[i].left].y, rows[ends[i].came].y)
	}
	c.down(8)
}

// row is one line of a ladder: what leaves and comes at one time, at most one
// segment each way at each end.
type row struct {
	at     time.Duration
	y      int
	sent   [2]*picture.Rung // by its sender: 0 the client, 1 the server
	came   [2]*picture.Rung // by its receiver; a lost one has its place, too
	level  bool             // one leaves and comes in it
	hidden int              // nothing but that so many segments are not drawn
}

// landing is the rows in which a segment leaves and comes.
type landing struct{ left, came int }

// landings gives each end of each rung a row.
func landings(rungs []picture.Rung) (rows []row, ends []landing) {
	type event struct {
		at      time.Duration
		rung    int
		arrives bool
	}
	var events []event
	for i := range rungs {
		events = append(events, event{rungs[i].Time, i, false}, event{rungs[i].Wire.Until, i, true})
	}
	// At one time, what left before comes first: it may be why others leave.
	late := func(e event) bool { return e.arrives && rungs[e.rung].Time < e.at }
	slices.SortStableFunc(events, func(a, b event) int {
		if n := cmp.Compare(a.at, b.at); n != 0 || late(a) == late(b) {
			return n
		}
		if late(a) {
			return -1
		}
		return 1
	})
	ends = make([]landing, len(rungs))
	for _, e := range events {
		rung := &rungs[e.rung]
		from := 0
		if rung.Dir == trace.Down {
			from = 1
		}
		if !e.arrives && rung.Hidden > 0 {
			rows = append(rows, row{at: e.at, hidden: rung.Hidden})
		}
		last := len(rows) - 1
		fresh := last < 0 || rows[last].at != e.at || rows[last].hidden > 0
		switch {
		case fresh:
		case e.arrives && ends[e.rung].left == last && !late(e):
			// It leaves and comes in one row.
		case e.arrives:
			fresh = rows[last].came[1-from] != nil || rows[last].level
		default:
			fresh = rows[last].sent[from] != nil || rows[last].level || rows[last].sent[1-from] != nil && rung.Wire.Until == rung.Time
		}
		if fresh {
			rows = append(rows, row{at: e.at})
			last++
		}
		if e.arrives {
			ends[e.rung].came = last
			rows[last].came[1-from] = rung
			rows[last].level = rows[last].level || ends[e.rung].left == last
		} else {
			ends[e.rung].left = last
			rows[last].sent[from] = rung
		}
	}
	return rows, ends
}

// rung writes what stands outside of the lines: times, where they are new at
// their end, and what was sent.
func (c *canvas) rung(r *row, told *[2]string) {
	y := c.y + small.size + 2
	if r.hidden > 0 {
		c.ending(small, "soft", c.clientLine()-14, y, "... "+say.Hidden(c.o.Lang, r.hidden))
		c.down(rungHeight)
		return
	}
	lines := 1
	for end, sent := range r.sent {
		text := say.Time(r.at)
		if came := r.came[end]; text != told[end] && (sent != nil || came != nil && !came.Wire.Lost) {
			told[end] = text
			if end == 0 {
				c.ending(small, "soft", c.clientLine()-14, y, text)
			} else {
				c.text(small, "soft", c.serverLine()+14, y, text)
			}
		}
		if sent == nil {
			continue
		}
		class := "ink"
		if sent.Wire.Lost {
			class = "silent"
		}
		said := small.wrap(say.Rung(c.o.Lang, sent), c.clientLine()-clock-margin-14)
		for i, t := range said {
			if end == 0 {
				c.ending(small, class, c.clientLine()-clock-14, y+i*small.line(), t)
			} else {
				c.text(small, class, c.serverLine()+clock+14, y+i*small.line(), t)
			}
		}
		lines = max(lines, len(said))
	}
	c.down(rungHeight + (lines-1)*small.line())
}

// crossing draws a segment on its way, or as far as it came: thick with bytes,
// thin without.
func (c *canvas) crossing(r *picture.Rung, left, came int) {
	from, to, back := c.clientLine(), c.serverLine(), -1
	if r.Dir == trace.Down {
		from, to, back = c.serverLine(), c.clientLine(), 1
	}
	stroke := 2
	if r.To > r.From {
		stroke = 4
	}
	if r.Wire.Lost {
		x, y := (from+to)/2, (left+came)/2
		c.path("cut", stroke, "M%d %dL%d %d", from, left, x, y)
		c.path("cut", 4, "M%d %dl16 16m0 -16l-16 16", x-8, y-8)
		return
	}
	c.path("bar", stroke, "M%d %dL%d %d", from, left, to+8*back, came)
	c.path("ink", 0, "M%d %dl%d -7v14z", to+2*back, came, 14*back)
}
