package svg

import (
	stdbytes "bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file that -update alone writes.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if !stdbytes.Equal(got, want) {
		t.Errorf("%s: got another picture than its %d bytes (go test -update takes it over)", path, len(want))
	}
}

func run(t testing.TB, l *lab.Lab, s *stage.Stage, side stage.Side, variant, plan string, commands ...string) *lab.Result {
	t.Helper()
	p, err := netsim.ParsePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	spec := lab.Spec{Stage: s, Side: side, Variant: variant, Plan: p, Commands: commands}
	if b := s.BreakOf(variant); len(commands) == 0 {
		spec.Commands, spec.Clients = b.Commands, b.Clients
	}
	return l.Run(spec)
}

// text is a <text> of a picture, as it will stand there at its widest.
type text struct {
	face        face
	class       string
	from, to, y int // y is its baseline
	content     string
}

var allFaces = func() map[string]face {
	m := map[string]face{}
	for _, f := range faces {
		m[f.name] = f
	}
	return m
}()

// parse checks that a picture is well-formed XML and nothing but what it should
// be made of, and returns its texts and its height.
func parse(t testing.TB, what string, data []byte) (texts []text, height int) {
	t.Helper()
	attr := func(e xml.StartElement, name string) string {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	ids := map[string]bool{}
	var now *text
	var spread []int // where the letters of the text stand, if there are several
	depth := 0
	for decode := xml.NewDecoder(stdbytes.NewReader(data)); ; {
		token, err := decode.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			switch name := e.Name.Local; name {
			case "svg":
				fmt.Sscanf(attr(e, "viewBox"), "0 0 1280 %d", &height)
				if depth != 1 || attr(e, "role") != "img" || attr(e, "width") != "1280" || attr(e, "height") != strconv.Itoa(height) {
					t.Errorf("%s: got the root element %v", what, e.Attr)
				}
			case "title", "desc", "style", "defs", "pattern", "rect", "path":
			case "text":
				class := strings.Fields(attr(e, "class"))
				var errX error
				spread = nil
				for _, at := range strings.Fields(attr(e, "x")) {
					x, err := strconv.Atoi(at)
					errX = errors.Join(errX, err)
					spread = append(spread, x)
				}
				y, errY := strconv.Atoi(attr(e, "y"))
				f, known := allFaces[class[0]]
				if len(class) != 2 || !known || len(spread) == 0 || errX != nil || errY != nil {
					t.Fatalf("%s: got a text %v", what, e.Attr)
				}
				now = &text{face: f, class: class[1], from: spread[0], y: y}
				switch anchor := attr(e, "text-anchor"); {
				case f.mono || anchor == "middle":
					now.to = -1
				case anchor == "end":
					now.to = -2
				}
			default:
				t.Errorf("%s: got an element <%s>", what, name)
			}
			for _, a := range e.Attr {
				if a.Name.Local == "id" {
					if ids[a.Value] {
						t.Errorf("%s: got the ID %q twice", what, a.Value)
					}
					ids[a.Value] = true
				}
				if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "//") && a.Name.Local != "xmlns" {
					t.Errorf("%s: got the attribute %s=%q", what, a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			depth--
			if e.Name.Local == "text" {
				parts := []string{now.content}
				if len(spread) > 1 {
					parts = strings.Split(now.content, "")
				}
				if len(parts) != len(spread) {
					t.Fatalf("%s: got %q at %d places", what, now.content, len(spread))
				}
				for i, part := range parts {
					one := *now
					one.content, one.from = part, spread[i]
					width := one.face.width(part)
					switch now.to {
					case -1:
						one.from -= width / 2
					case -2:
						one.from -= width
					}
					one.to = one.from + width
					texts = append(texts, one)
				}
				now = nil
			}
		case xml.CharData:
			for _, r := range string(e) {
				if unicode.IsControl(r) && r != '\n' || r == unicode.ReplacementChar {
					t.Fatalf("%s: got %q in the file", what, r)
				}
			}
			if now != nil {
				now.content += string(e)
			}
		}
	}
	if depth != 0 || height == 0 {
		t.Errorf("%s: got depth %d and height %d at the end", what, depth, height)
	}
	return texts, height
}

// What a page shows has the same texts at the same places as a picture by itself.
func TestBare(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	for i := range stage.All {
		s := &stage.All[i]
		r := run(t, &l, s, stage.Naive, "", s.BreakOf("").Plan)
		var list [2][]text
		for i, bare := range []bool{false, true} {
			var out stdbytes.Buffer
			if err := Run(&out, r, nil, Options{Bare: bare}); err != nil {
				t.Fatal(err)
			}
			list[i], _ = parse(t, s.ID, out.Bytes())
			slices.SortFunc(list[i], func(a, b text) int {
				return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.from, b.from), cmp.Compare(a.content, b.content))
			})
		}
		if !slices.Equal(list[0], list[1]) {
			t.Errorf("%s: got other texts in a page", s.ID)
		}
	}
}

// check is parse, and holds the texts to what a reader needs: each within the
// picture, none over another, all large enough, and what stands at one offset in
// one place.
func check(t testing.TB, what string, data []byte) {
	t.Helper()
	texts, height := parse(t, what, data)
	rows := map[int][]text{} // by every 16 pixels that they touch
	for _, a := range texts {
		top, bottom := a.y-a.face.size*3/4, a.y+a.face.size/4
		if a.from < 0 || a.to > pageWidth || top < 0 || bottom > height {
			t.Errorf("%s: got %q at (%d to %d, %d), beyond the picture's %d by %d", what, a.content, a.from, a.to, a.y, pageWidth, height)
		}
		if a.face.size < 18 {
			t.Errorf("%s: got type of %d for %q, want 18 or more", what, a.face.size, a.content)
		}
		seen := map[text]bool{}
		for row := top / 16; row <= bottom/16; row++ {
			for _, b := range rows[row] {
				over := a.from < b.to && b.from < a.to && top < b.y+b.face.size/4 && b.y-b.face.size*3/4 < bottom
				if over && !seen[b] {
					t.Errorf("%s: got %q (%d to %d, %d) over %q (%d to %d, %d)", what, a.content, a.from, a.to, a.y, b.content, b.from, b.to, b.y)
					seen[b] = true
				}
			}
			rows[row] = append(rows[row], a)
		}
		if a.face == bytes {
			if middle := (a.from + a.to + 1) / 2; (middle-boundary(0)-3*column/2)%column > 1 {
				t.Errorf("%s: got %q around %d, between two columns", what, a.content, middle)
			}
			if width := a.to - a.from; width > 2*column {
				t.Errorf("%s: got %q, %d pixels wide, in a cell for %d", what, a.content, width, 2*column)
			}
		}
	}
}

func TestGolden(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	s := stage.Find("stage4")
	naive, fixed := run(t, &l, s, stage.Naive, "", s.Plan), run(t, &l, s, stage.Fixed, "", s.Plan)
	l.Map(naive)
	l.Map(fixed)
	belief, err := beliefs.Find("four-bytes").Try()
	if err != nil {
		t.Fatal(err)
	}
	for name, draw := range map[string]func(io.Writer) error{
		"stage4.svg":            func(w io.Writer) error { return Run(w, naive, fixed, Options{}) },
		"belief-four-bytes.svg": func(w io.Writer) error { return Belief(w, &belief, Options{Theme: Dark, ID: "b"}) },
		"cost.svg":              func(w io.Writer) error { return Cost(w, costs(&l, "wan"), Options{}) },
		"plot.svg":              func(w io.Writer) error { return Plot(w, growing, Options{Theme: Light}) },
	} {
		var out stdbytes.Buffer
		if err := draw(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
		check(t, name, out.Bytes())
	}
}

// eachProgram calls f for every stage and variant.
func eachProgram(f func(s *stage.Stage, variant string)) {
	for i := range stage.All {
		s := &stage.All[i]
		f(s, "")
		for _, v := range s.Variants {
			f(s, v.Name)
		}
	}
}

func TestEveryStage(t *testing.T) {
	if testing.Short() {
		t.Skip("draws in one goroutine, where -race has nothing to find and is slow: runs without -short")
	}
	var l lab.Lab
	defer l.Close()
	drawn := 0
	draw := func(naive, fixed *lab.Result) {
		r := naive
		if r == nil {
			r = fixed
		}
		drawn++
		in := words.Langs[drawn%len(words.Langs)]
		var out stdbytes.Buffer
		if err := Run(&out, naive, fixed, Options{Lang: in}); err != nil {
			t.Fatal(err)
		}
		check(t, fmt.Sprintf("in %s, %s %s under %s, %q", in, r.Stage.ID, r.Variant, r.Plan, r.Commands), out.Bytes())
	}
	eachProgram(func(s *stage.Stage, variant string) {
		b := s.BreakOf(variant)
		naive, fixed := run(t, &l, s, stage.Naive, variant, b.Plan), run(t, &l, s, stage.Fixed, variant, b.Plan)
		l.Map(naive)
		l.Map(fixed)
		for range words.Langs {
			draw(naive, fixed)
		}
		draw(naive, nil)
		draw(nil, fixed)
		for _, plan := range []string{
			"as-written", "drip", "random=3", "every=7", "window=1", "down:cut=2;link:rtt=40ms", "down:truncate=5", "up:reset=3",
			"2#down:cut=1", "down:stall=1h@0", "drop=1", "down:swap=1", "random=5;link:rtt=3ms", "down:stall=600ms@3;up:cut=1",
		} {
			draw(run(t, &l, s, stage.Naive, variant, plan), run(t, &l, s, stage.Fixed, variant, plan))
		}
		if s.ID < "stage6" {
			draw(run(t, &l, s, stage.Naive, variant, "drip", "bytes 3000"), run(t, &l, s, stage.Fixed, variant, "drip", "bytes 3000"))
		}
		commands := []string{"echo 你好, 世界 <b>&amp;\"'", "printf '\x1b[2J\\n'", "true", strings.Repeat("echo 一二三 ", 30)}
		draw(run(t, &l, s, stage.Naive, variant, "glue", commands...), run(t, &l, s, stage.Fixed, variant, "down:cut=1,2,3,4,5,6", commands...))
	})
}

func TestEveryBelief(t *testing.T) {
	for i := range beliefs.All {
		b := &beliefs.All[i]
		if b.Kernel {
			continue
		}
		r, err := b.Try()
		if err != nil {
			t.Fatal(err)
		}
		var out stdbytes.Buffer
		for _, in := range words.Langs {
			out.Reset()
			if err := Belief(&out, &r, Options{Lang: in}); err != nil {
				t.Fatal(err)
			}
			check(t, b.Name, out.Bytes())
		}
	}
	b := beliefs.Find("send-sends-all")
	amounts := []beliefs.Bar{{What: words.Sentencef("much"), Bytes: 50_000_000}, {What: words.Sentencef("a byte"), Bytes: 1}, {What: words.Sentencef("none")}}
	for _, r := range []*beliefs.Result{
		{Belief: b, Skipped: words.Sentencef("it needs a kernel's sockets, and a browser has none")},
		{Belief: b, Measured: words.Sentencef("All.\x1b[2J"), Parts: []beliefs.Part{{Name: words.Sentencef("to scale"), Result: &lab.Result{Net: lab.Kernel}, Bars: amounts}}},
	} {
		var out stdbytes.Buffer
		if err := Belief(&out, r, Options{}); err != nil {
			t.Fatal(err)
		}
		check(t, r.Skipped.String()+r.Measured.String(), out.Bytes())
	}
}

var growing = func() Chart {
	c := Chart{Title: "A message on a longer path", X: Axis{"round-trip time", "ms"}, Y: Axis{"time a message", "ms"}}
	for i, name := range []string{"noframing", "sleephack", "ackhandshake", "你好"} {
		s := Series{Name: name}
		for ms := 0.0; ms <= 200; ms += 50 {
			s.Points = append(s.Points, Point{ms, ms*float64(1+i/2) + 2.5})
		}
		c.Series = append(c.Series, s)
	}
	return c
}()

func TestPlot(t *testing.T) {
	long := strings.Repeat("一个很长的名字 and more ", 9)
	crowd := Chart{Title: long, X: Axis{long, "s"}, Y: Axis{Name: long}}
	for i := range MostSeries {
		crowd.Series = append(crowd.Series, Series{Name: fmt.Sprint(i, long), Points: []Point{{0, 1}, {float64(i), 1 + 1e-9}}})
	}
	odd := Chart{Series: []Series{{}, {Points: []Point{{math.NaN(), 1}, {1, math.Inf(1)}, {-3, -7}, {math.MaxFloat64, -math.MaxFloat64}, {1e300, 1e300}}}}}
	for name, c := range map[string]Chart{
		"growing": growing, "crowd": crowd, "odd": odd, "nothing": {},
		"one point": {Series: []Series{{Name: "a<b", Points: []Point{{}}}}},
		"small":     {Series: []Series{{Points: []Point{{1e-9, 3e-7}, {2e-9, -1e-12}}}}},
		"large":     {Series: []Series{{Points: []Point{{1e12, 123456789}, {2e12, 5}}}}},
	} {
		var out stdbytes.Buffer
		if err := Plot(&out, c, Options{}); err != nil {
			t.Fatal(err)
		}
		check(t, name, out.Bytes())
	}
	crowd.Series = append(crowd.Series, Series{})
	if err := Plot(io.Discard, crowd, Options{}); err == nil {
		t.Errorf("Plot of %d series: got no error", len(crowd.Series))
	}
}

// costs is what stages 2 and 4 cost, all programs.
func costs(l *lab.Lab, plan string) *lab.Costs {
	var c lab.Costs
	for _, id := range []string{"stage2", "stage4"} {
		s := stage.Find(id)
		spec := lab.Spec{Stage: s, Plan: netsim.MustParsePlan(plan), Commands: []string{"echo hello"}, Clients: stage.OneClient}
		for _, v := range s.Variants {
			spec.Side, spec.Variant = stage.Naive, v.Name
			c.Add(l, spec)
		}
		for _, side := range []stage.Side{stage.Naive, stage.Fixed} {
			spec.Side, spec.Variant = side, ""
			c.Add(l, spec)
		}
	}
	return &c
}

// Lines that would hide each other are one, which names all of its programs; and
// whoever fails has none.
func TestCost(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	for plan, want := range map[string]string{
		"wan":             "stage2 naive | stage2 nopause; stage4 naive | stage2 fixed; stage4 fixed",
		"link:rtt=40ms":   "stage2 naive | stage2 fixed; stage4 naive, fixed | fail: stage2 nopause",
		"down:truncate=0": "fail: stage2 nopause, naive, fixed; stage4 naive, fixed",
	} {
		c := costs(&l, plan)
		bundles, failed, apart := bundled(c.ByTrip)
		var got []string
		for _, b := range bundles {
			got = append(got, b.programs(words.English))
		}
		if len(failed) > 0 {
			got = append(got, "fail: "+failed.programs(words.English))
		}
		if text := strings.Join(got, " | "); text != want {
			t.Errorf("%s: got lines %s, want %s", plan, text, want)
		}
		if apart > 100*time.Microsecond {
			t.Errorf("%s: got programs with one line %s apart", plan, apart)
		}
		for _, in := range words.Langs {
			var out stdbytes.Buffer
			if err := Cost(&out, c, Options{Lang: in}); err != nil {
				t.Fatal(err)
			}
			check(t, plan, out.Bytes())
		}
	}
	var out stdbytes.Buffer
	if err := Cost(&out, &lab.Costs{}, Options{}); err != nil {
		t.Fatal(err)
	}
	check(t, "nothing", out.Bytes())
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{0, 200}, "0 50 100 150 200"},
		{[]float64{3, 7}, "0 1 2 3 4 5 6 7"},
		{[]float64{-1, 1}, "-1.0 -0.5 0.0 0.5 1.0"},
		{[]float64{0.012}, "0.000 0.002 0.004 0.006 0.008 0.010 0.012"},
		{nil, "0.0 0.2 0.4 0.6 0.8 1.0"},
	} {
		s := newScale(c.values, 0, 100)
		var got []string
		for _, v := range s.ticks() {
			got = append(got, s.text(v))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%v: got ticks %s, want %s", c.values, text, c.want)
		}
	}
}

// Whatever colours a viewer shows, text stands out from its ground as WCAG's AA
// asks for.
func TestContrast(t *testing.T) {
	luminance := func(color string) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			v := float64(n) / 255
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += weight * v
		}
		return sum
	}
	for name, c := range map[Theme]*colors{Light: &light, Dark: &dark} {
		want := func(text, ground string, least float64) {
			a, b := luminance(text), luminance(ground)
			if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < least {
				t.Errorf("%s: got contrast %.2f of %s on %s, want %.1f", name, got, text, ground, least)
			}
		}
		for _, text := range []string{c.ink, c.soft, c.ok, c.loud, c.silent} {
			want(text, c.paper, 4.5)
		}
		for i := range hueCount {
			want(c.ink, c.tints[i], 4.5)
			want(c.paper, c.hues[i], 4.5) // and a chart's names in a hue
			want(c.hues[i], c.tints[i], 3)
		}
	}
}

func TestThemes(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	r := run(t, &l, stage.Find("stage4"), stage.Naive, "", "glue")
	for theme, want := range map[Theme][3]bool{Auto: {true, true, true}, Light: {true, false, false}, Dark: {false, true, false}} {
		var out stdbytes.Buffer
		if err := Run(&out, r, nil, Options{Theme: theme}); err != nil {
			t.Fatal(err)
		}
		has := func(text string) bool { return strings.Contains(out.String(), text) }
		if got := [3]bool{has(light.paper), has(dark.paper), has("prefers-color-scheme")}; got != want {
			t.Errorf("theme %q: got light, dark, a question %v, want %v", theme, got, want)
		}
	}
}

// All that a style sheet names is used, and all that is used is named.
func TestClasses(t *testing.T) {
	sheet := css(Light)
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`\.stickydemo \.(\w+)`).FindAllStringSubmatch(sheet, -1) {
		named[m[1]] = true
	}
	drawn, err := os.ReadFile("testdata/stage4.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`<(?:rect|path|text)[^>]* ?class="([\w ]+)"`).FindAllStringSubmatch(string(drawn), -1) {
		for _, class := range strings.Fields(m[1]) {
			if !named[class] {
				t.Errorf("class %q is used, and the style sheet does not have it", class)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"short text is one line", "a b", 500, "a b"},
		{"no text is an empty line", "", 500, ""},
		{"a break at a space takes it away", "abcd efgh", 80, "abcd|efgh"},
		{"a word too long is broken", "mmmm", 70, "mmm|m"},
		{"wide characters may part anywhere", "一个消息", 50, "一个|消息"},
		{"but from what ends their sentence", "一个消息。", 90, "一个消|息。"},
	} {
		if got := strings.Join(body.wrap(c.text, c.limit), "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := len(body.wrap(strings.Repeat("a", 1<<20), 900)); got < 1<<20/65 {
		t.Errorf("a word of a million letters: got %d lines", got)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorsReturn(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	r := run(t, &l, stage.Find("stage4"), stage.Naive, "", "glue")
	belief := &beliefs.Result{Belief: beliefs.Find("udp")}
	for name, err := range map[string]error{
		"Run":    Run(brokenWriter{}, r, nil, Options{}),
		"Belief": Belief(brokenWriter{}, belief, Options{}),
		"Cost":   Cost(brokenWriter{}, &lab.Costs{}, Options{}),
		"Plot":   Plot(brokenWriter{}, growing, Options{}),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: got %v, want %v", name, err, errBroken)
		}
	}
	if err := Run(brokenWriter{}, nil, nil, Options{}); err != nil {
		t.Errorf("Run without a result: got %v", err)
	}
}

// Whatever a command, an answer or an error says, the picture is one, and whole.
func FuzzRun(f *testing.F) {
	f.Add("echo </text><script>", []byte("a & b\x00\x1b[2J"), "refused: \xff\u202e\ufffe", "drip", "x")
	f.Add("]]>", []byte("你\xe4\xbd"), "\"'", "down:cut=1", `"><g id="`)
	var l lab.Lab
	defer l.Close()
	f.Fuzz(func(t *testing.T, command string, answer []byte, failure, plan, id string) {
		p, err := netsim.ParsePlan(plan)
		if err != nil {
			return
		}
		if len(command)+len(answer)+len(failure) > 10_000 {
			return
		}
		r := run(t, &l, stage.Find("stage4"), stage.Naive, "", "glue", "echo ab", "echo abc")
		r.Plan = p
		r.Commands[0], r.Calls[0].Command = command, command
		r.Calls[0].Got, r.Calls[0].Verdict = answer, stage.Wrong
		r.Server.Err, r.Err = errors.New(failure), errors.New(failure+".")
		r.Server.Heard[0].Command = command
		for i, e := range r.Log {
			if n := min(len(e.Data), len(answer)); n > 0 {
				r.Log[i].Data = append(append([]byte(nil), answer[:n]...), e.Data[n:]...)
			}
		}
		var out stdbytes.Buffer
		if err := Run(&out, r, nil, Options{ID: id}); err != nil {
			t.Fatal(err)
		}
		check(t, "the picture", out.Bytes())
	})
}
