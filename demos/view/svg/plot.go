package svg

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Chart is a plot of lines.
type Chart struct {
	Title  string
	X, Y   Axis
	Series []Series
}

// Axis is named with its unit: "round trip (ms)". No unit is none.
type Axis struct{ Name, Unit string }

// Series is one line, through its points from left to right. A point that is no
// finite number is a gap.
type Series struct {
	Name   string
	Points []Point
}

// Point is one measurement.
type Point struct{ X, Y float64 }

// MostSeries is how many lines a chart may have: each is named at its end.
const MostSeries = 16

const (
	plotAbove  = 96 // what stands above the axes: title and unit
	plotHeight = 500
	plotBelow  = 76
	plotLeft   = 140
	markerSize = 7 // from its middle
)

// Plot draws a chart, 1,280 by 720 pixels. Its axes begin at 0 unless a value is
// below.
func Plot(w io.Writer, chart Chart, o Options) error {
	if n := len(chart.Series); n > MostSeries {
		return fmt.Errorf("%d series in a chart, over the limit of %d", n, MostSeries)
	}
	c := newCanvas(o)
	c.chart(&chart)
	var names []string
	for _, s := range chart.Series {
		names = append(names, s.Name)
	}
	return c.write(w, chart.Title, fmt.Sprintf("%s: %s, %s: %s.", chart.Y.text(), chart.Title, chart.X.text(), strings.Join(names, ", ")))
}

// chart draws a chart below what stands there.
func (c *canvas) chart(chart *Chart) {
	p := newPlot(c, chart)
	c.lines(heading, "ink", margin, heading.shorten(chart.Title, right-margin))
	p.grid(chart)
	for i, s := range chart.Series {
		p.line(i, s)
	}
	p.names(chart.Series)
	c.y = p.bottom + plotBelow
}

func (a Axis) text() string {
	if a.Unit == "" {
		return a.Name
	}
	return a.Name + " (" + a.Unit + ")"
}

// plot is where values stand.
type plot struct {
	c           *canvas
	top, bottom int
	right       int // of the lines; their names stand behind it
	x, y        scale
}

// scale maps values from 0 or below to most on pixels.
type scale struct {
	least, most, step float64
	from, to          int
}

func newPlot(c *canvas, chart *Chart) *plot {
	names := 0
	for _, s := range chart.Series {
		names = max(names, strong.width(s.Name))
	}
	p := &plot{c: c, top: c.y + plotAbove, bottom: c.y + plotAbove + plotHeight, right: right - min(names, 360) - 36}
	var xs, ys []float64
	for _, s := range chart.Series {
		for _, at := range s.Points {
			if at.finite() {
				xs, ys = append(xs, at.X), append(ys, at.Y)
			}
		}
	}
	p.x = newScale(xs, plotLeft, p.right)
	p.y = newScale(ys, p.bottom, p.top)
	return p
}

// finite reports whether a point can be drawn: sums of its values, too.
func (p Point) finite() bool {
	const most = math.MaxFloat64 / 16
	return math.Abs(p.X) < most && math.Abs(p.Y) < most
}

// newScale begins and ends at a multiple of a step that is 1, 2 or 5 times a
// power of ten, with at most 7 of them.
func newScale(values []float64, from, to int) scale {
	least, most := 0.0, 0.0
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	if most-least < 1e-300 {
		most = least + 1
	}
	power := math.Pow(10, math.Floor(math.Log10((most-least)/7)))
	step := power
	for _, factor := range []float64{1, 2, 5, 10, 20} {
		step = factor * power
		if math.Ceil(most/step)-math.Floor(least/step) <= 7 {
			break
		}
	}
	return scale{step * math.Floor(least/step), step * math.Ceil(most/step), step, from, to}
}

// at returns the pixel of a value.
func (s scale) at(v float64) int {
	part := (v - s.least) / (s.most - s.least)
	return s.from + int(math.Round(part*float64(s.to-s.from)))
}

// ticks yields the values to name.
func (s scale) ticks() []float64 {
	var list []float64
	n := int(math.Round((s.most - s.least) / s.step))
	first := math.Round(s.least / s.step)
	for i := range n + 1 {
		list = append(list, (first+float64(i))*s.step)
	}
	return list
}

// text names a tick with as many digits as its step has.
func (s scale) text(v float64) string {
	if math.Abs(s.most) >= 1e7 || math.Abs(s.least) >= 1e7 || s.step < 1e-4 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	digits := max(0, -int(math.Floor(math.Log10(s.step)+1e-9)))
	return strconv.FormatFloat(v, 'f', digits, 64)
}

func (p *plot) grid(chart *Chart) {
	c := p.c
	c.text(strong, "ink", margin, p.top-30, strong.shorten(chart.Y.text(), right-margin))
	for _, v := range p.y.ticks() {
		y := p.y.at(v)
		c.path("rule", 1, "M%d %dH%d", plotLeft, y, p.right)
		c.ending(body, "ink", plotLeft-14, y+8, p.y.text(v))
	}
	for _, v := range p.x.ticks() {
		x := p.x.at(v)
		c.path("bar", 2, "M%d %dv8", x, p.bottom)
		c.centred(body, "ink", x, p.bottom+34, p.x.text(v))
	}
	c.path("bar", 3, "M%d %dV%dH%d", plotLeft, p.top, p.bottom, p.right)
	c.centred(strong, "ink", (plotLeft+p.right)/2, p.bottom+72, strong.shorten(chart.X.text(), p.right-plotLeft))
}

// dashes tell lines apart without colour, and so do their markers.
var dashes = [hueCount]string{"", "14 7", "3 6", "18 6 3 6", "8 5", "24 8"}

// markers are around a middle.
var markers = [hueCount]string{
	"m-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z",              // a disc
	"m-6 -6h12v12h-12z",                                  // a square
	"m0 -8l8 14h-16z",                                    // a triangle
	"m0 -9l9 9l-9 9l-9 -9z",                              // a diamond
	"m0 8l-8 -14h16z",                                    // a triangle on its tip
	"m-2.5 -7h5v4.5h4.5v5h-4.5v4.5h-5v-4.5h-4.5v-5h4.5z", // a cross
}

func (p *plot) line(i int, s Series) {
	var d strings.Builder
	move := "M"
	for _, at := range s.Points {
		if !at.finite() {
			move = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%d %d", move, p.x.at(at.X), p.y.at(at.Y))
		move = "L"
	}
	if d.Len() == 0 {
		return
	}
	n := i%hueCount + 1
	fmt.Fprintf(&p.c.out, "<path class=\"k%d\" stroke-width=\"4\" stroke-linejoin=\"round\" stroke-dasharray=\"%s\" d=\"%s\"/>\n",
		n, cmp.Or(dashes[(i+i/hueCount)%hueCount], "none"), d.String())
	for _, at := range s.Points {
		if at.finite() {
			p.marker(i, p.x.at(at.X), p.y.at(at.Y))
		}
	}
}

// marker draws the sign of a series: filled for the first ones, then hollow.
func (p *plot) marker(i, x, y int) {
	n := i%hueCount + 1
	class := fmt.Sprintf("m%d", n)
	if i/hueCount%2 == 1 {
		class = "paper"
	}
	fmt.Fprintf(&p.c.out, "<path class=\"%s\" d=\"M%d %d%s\"/><path class=\"k%d\" stroke-width=\"2\" d=\"M%d %d%s\"/>\n",
		class, x, y, markers[n-1], n, x, y, markers[n-1])
}

// names writes the name of each series beside its last point, moved where two
// would run into each other.
func (p *plot) names(series []Series) {
	type name struct{ series, x, end, y int }
	var list []name
	for i, s := range series {
		for _, at := range slices.Backward(s.Points) {
			if at.finite() {
				y := p.y.at(at.Y)
				list = append(list, name{i, p.x.at(at.X), y, y})
				break
			}
		}
	}
	slices.SortStableFunc(list, func(a, b name) int { return cmp.Compare(a.y, b.y) })
	// Down where the one above is too near, then up again from the bottom.
	distance := strong.line()
	for i := range list {
		if i > 0 {
			list[i].y = max(list[i].y, list[i-1].y+distance)
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		limit := p.bottom
		if i+1 < len(list) {
			limit = list[i+1].y - distance
		}
		list[i].y = min(list[i].y, limit)
	}
	for _, n := range list {
		if n.x != p.right || n.y != n.end {
			p.c.path("rule", 1, "M%d %dL%d %d", n.x+markerSize+3, n.end, p.right+16, n.y)
		}
		p.c.text(strong, fmt.Sprintf("m%d", n.series%hueCount+1), p.right+20, n.y+8, strong.shorten(series[n.series].Name, right-p.right-20))
	}
}
