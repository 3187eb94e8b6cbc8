package svg

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// Cost draws how the time of a message grows with the round-trip time and with
// loss. Programs whose lines would hide each other have one line together; those
// that fail have none, and are named.
func Cost(w io.Writer, costs *lab.Costs, o Options) error {
	c := newCanvas(o)
	in := c.o.Lang
	name := in.Say("What a message costs")
	c.heading(name)
	if len(costs.Programs) > 0 {
		r := costs.Programs[0]
		name = in.Sayf("%s: %s", name, r.Plan)
		c.field(say.LabelPlan, r.Plan.String())
		c.field(say.LabelCommands, say.Commands(in, r.Commands[:1]))
	}
	unit := Axis{in.Say("time a message"), "ms"}
	description := c.growth(costs.ByTrip, Chart{Title: say.ByTrip(in), X: Axis{in.Say("round-trip time"), "ms"}, Y: unit},
		func(l *lab.Point) (float64, string) { return milliseconds(l.Link.RTT), say.Time(l.Link.RTT) })
	description += in.Say(" ") + c.growth(costs.ByLoss, Chart{Title: say.ByLoss(in), X: Axis{in.Say("segments lost"), "%"}, Y: unit},
		func(l *lab.Point) (float64, string) { return float64(l.Link.Loss) / 1e4, say.Percent(l.Link.Loss) })
	c.field(say.LabelNote, say.Growth(in))
	return c.write(w, name, description)
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// growth draws a chart of what grows with x, and below it what has no room beside
// its lines. It returns all of it in words.
func (c *canvas) growth(list []lab.Growth, chart Chart, x func(*lab.Point) (value float64, text string)) string {
	in := c.o.Lang
	bundles, failed, apart := bundled(list)
	var keys [][2]string // the name of a line, and its programs
	said := ""
	for _, b := range bundles {
		s := Series{Name: b.programs(in)}
		if strong.width(s.Name) > longestName {
			s.Name = in.Sayf("%s: %s", string(rune('A'+len(keys))), words.Count(len(b), "program"))
			keys = append(keys, [2]string{string(rune('A' + len(keys))), b.programs(in)})
		}
		for i := range b[0].Points {
			at, _ := x(&b[0].Points[i])
			s.Points = append(s.Points, Point{at, b[0].height(i)})
		}
		chart.Series = append(chart.Series, s)
		first, last := &b[0].Points[0], &b[0].Points[len(b[0].Points)-1]
		_, from := x(first)
		_, to := x(last)
		said += in.Sayf("%s: %s at %s, %s at %s.", b.programs(in), took(first), from, took(last), to) + in.Say(" ")
	}
	c.down(16)
	c.chart(&chart)
	c.down(12)
	for _, k := range keys {
		c.field(k[0], k[1])
	}
	if apart > 0 {
		c.field("", in.Sayf("The line of several programs is that of the first; the others are nowhere more than %s from it.", say.Time(apart)))
	}
	if len(failed) > 0 {
		c.field("", in.Sayf("Not drawn, for they fail: %s.", failed.programs(in)))
		said += in.Sayf("Not drawn, for they fail: %s.", failed.programs(in))
	}
	return in.Sayf("%s: %s", chart.Title, said)
}

// took is the time of a message, or how it failed.
func took(p *lab.Point) string {
	if p.Verdict != stage.OK {
		return string(p.Verdict)
	}
	return say.Time(p.Elapsed)
}

const (
	longestName = 280 // pixels beside a line
	mostBundles = 8
)

// bundle is programs that cost nearly the same, the first of which is drawn.
type bundle []*curve

// curve is what a program costs.
type curve lab.Growth

// height is a point's in the chart; none where the program failed.
func (g *curve) height(i int) float64 {
	if g.Points[i].Verdict != stage.OK {
		return math.NaN()
	}
	return milliseconds(g.Points[i].Elapsed)
}

// bundled puts together what would hide each other, from the costly to the cheap:
// lines that are nowhere further from the first one than a fiftieth of the chart,
// which is a marker's size, or than it takes to have few of them. apart is how far
// that is in truth.
func bundled(list []lab.Growth) (bundles []bundle, failed bundle, apart time.Duration) {
	most := 0.0
	var drawn bundle
	for i := range list {
		g, ok := (*curve)(&list[i]), false
		for i := range g.Points {
			if h := g.height(i); !math.IsNaN(h) {
				most, ok = max(most, h), true
			}
		}
		if ok {
			drawn = append(drawn, g)
		} else {
			failed = append(failed, g)
		}
	}
	for near := most / 50; bundles == nil || len(bundles) > mostBundles && near < most; near *= 2 {
		bundles = []bundle{}
		for _, g := range drawn {
			i := slices.IndexFunc(bundles, func(b bundle) bool { return b[0].distance(g) <= near })
			if i < 0 {
				bundles = append(bundles, nil)
				i = len(bundles) - 1
			}
			bundles[i] = append(bundles[i], g)
		}
	}
	slices.SortStableFunc(bundles, func(a, b bundle) int { return cmp.Compare(b[0].last(), a[0].last()) })
	widest := 0.0
	for _, b := range bundles {
		for _, g := range b {
			widest = max(widest, b[0].distance(g))
		}
	}
	return bundles, failed, time.Duration(math.Round(widest * float64(time.Millisecond)))
}

// distance is the most by which two programs differ; infinite where only one of
// them fails.
func (g *curve) distance(other *curve) float64 {
	most := 0.0
	for i := range g.Points {
		a, b := g.height(i), other.height(i)
		switch {
		case math.IsNaN(a) && math.IsNaN(b):
		case math.IsNaN(a) || math.IsNaN(b):
			return math.Inf(1)
		default:
			most = max(most, math.Abs(a-b))
		}
	}
	return most
}

// last is the height of the last point that has one.
func (g *curve) last() float64 {
	for i := range slices.Backward(g.Points) {
		if h := g.height(i); !math.IsNaN(h) {
			return h
		}
	}
	return 0
}

// programs names them, each stage once.
func (b bundle) programs(in words.Lang) string {
	var text strings.Builder
	id := ""
	for _, g := range b {
		switch {
		case g.Stage.ID == id:
			text.WriteString(in.Say(", "))
		case id != "":
			text.WriteString(in.Say("; "))
			fallthrough
		default:
			id = g.Stage.ID
			text.WriteString(id + " ")
		}
		text.WriteString(say.ProgramShort(&g.Spec))
	}
	return text.String()
}
