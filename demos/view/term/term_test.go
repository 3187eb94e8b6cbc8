package term

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/fixed"
	"stickydemo/naive"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
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
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s\n(go test -update takes it over)", path, got, want)
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

func run(t testing.TB, l *lab.Lab, s *stage.Stage, side stage.Side, variant, plan string, commands ...string) *lab.Result {
	t.Helper()
	p, err := netsim.ParsePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	if len(commands) == 0 {
		commands = s.BreakOf(variant).Commands
	}
	spec := lab.Spec{Stage: s, Side: side, Variant: variant, Plan: p, Commands: commands}
	if b := s.BreakOf(variant); slices.Equal(commands, b.Commands) {
		spec.Clients = b.Clients
	}
	return l.Run(spec)
}

// both runs both sides under the plan that breaks the naive one, with maps.
func both(t testing.TB, l *lab.Lab, s *stage.Stage, variant string) (naive, fixed *lab.Result) {
	plan := s.BreakOf(variant).Plan
	naive = run(t, l, s, stage.Naive, variant, plan)
	fixed = run(t, l, s, stage.Fixed, variant, plan, naive.Commands...)
	l.Map(naive)
	l.Map(fixed)
	return naive, fixed
}

// needsTime skips what draws in one goroutine, where -race has nothing to find and is slow.
func needsTime(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long under -race: runs without -short")
	}
}

func TestRunGolden(t *testing.T) {
	needsTime(t)
	var l lab.Lab
	defer l.Close()
	eachProgram(func(s *stage.Stage, variant string) {
		naive, fixed := both(t, &l, s, variant)
		for _, width := range []int{40, 80, 120, 200} {
			var out bytes.Buffer
			if err := Run(&out, naive, fixed, Options{Width: width}); err != nil {
				t.Fatal(err)
			}
			name := s.ID
			if variant != "" {
				name += "-" + variant
			}
			golden(t, fmt.Sprintf("%s-%d.txt", name, width), out.Bytes())
		}
		if s.ID == "stage4" {
			var out bytes.Buffer
			if err := Run(&out, naive, fixed, Options{Color: true}); err != nil {
				t.Fatal(err)
			}
			golden(t, "stage4-80-color.txt", out.Bytes())
		}
	})
}

// handMade are results that no stage gives, each with what is odd about it.
func handMade() map[string]*lab.Result {
	s := &stage.Stage{ID: "stage0", Name: "handmade", Idea: "whatever a log may say"}
	written := func(conn int, dir trace.Direction, from int, data string, messages ...int) trace.Event {
		return trace.Event{Kind: trace.Written, Conn: conn, Dir: dir, From: from, To: from + len(data), Data: []byte(data), Messages: messages}
	}
	moved := func(kind trace.Kind, at time.Duration, conn int, dir trace.Direction, from, to int) trace.Event {
		return trace.Event{Kind: kind, Time: at, Conn: conn, Dir: dir, From: from, To: to}
	}
	spec := func(plan string, commands ...string) lab.Spec {
		p, err := netsim.ParsePlan(plan)
		if err != nil {
			panic(err)
		}
		return lab.Spec{Stage: s, Side: stage.Naive, Plan: p, Commands: commands}
	}
	piece := func(conn int, dir trace.Direction, from, to int) lab.Piece {
		return lab.Piece{Conn: conn, Dir: dir, Span: trace.Span{From: from, To: to}}
	}

	results := map[string]*lab.Result{
		"nothing": {Spec: spec("glue", "true"), Verdict: stage.OK},
		"no-bytes": {
			Spec: spec("glue", "true"), Verdict: stage.Hang, Err: errors.New("hang: client waits to read down; nothing is on its way"),
			Log: trace.Log{{Kind: trace.Open, Conn: 1}, {Kind: trace.End, Conn: 1, Dir: trace.Up}},
		},
		"unknown-messages": {
			Spec: spec("down:cut=2", "a"), Verdict: stage.Wrong,
			Calls: []lab.Call{{Command: "a", Verdict: stage.Wrong, Want: []byte("x"), Got: []byte("elsewhere")}},
			Log: trace.Log{
				{Kind: trace.Open, Conn: 1},
				written(1, trace.Up, 0, "a"), moved(trace.Arrived, 0, 1, trace.Up, 0, 1), moved(trace.Read, 0, 1, trace.Up, 0, 1),
				written(1, trace.Down, 0, "12"), written(1, trace.Down, 2, "34", 9), moved(trace.Arrived, 0, 1, trace.Down, 0, 4),
				moved(trace.Read, 0, 1, trace.Down, 0, 2), moved(trace.Read, 0, 1, trace.Down, 2, 9),
			},
		},
		"torn-characters": {
			Spec: spec("down:cut=2,5,9", "echo 你好"), Verdict: stage.Torn,
			Calls: []lab.Call{{
				Command: "echo 你好", Verdict: stage.Torn, Want: []byte("你好é…\x1b[31m\n"), Got: []byte("你")[:2],
				Source: piece(1, trace.Down, 0, 2),
			}},
			Server: lab.Server{Heard: []lab.Heard{{Command: "echo 你好", Source: piece(1, trace.Up, 0, 11)}}, Verdict: stage.OK},
			Log: trace.Log{
				written(1, trace.Up, 0, "echo 你好", 1), moved(trace.Arrived, 0, 1, trace.Up, 0, 11), moved(trace.Read, 0, 1, trace.Up, 0, 11),
				written(1, trace.Down, 0, "你好é…\x1b[31m\n", 1), moved(trace.Arrived, 0, 1, trace.Down, 0, 17),
				moved(trace.Read, 0, 1, trace.Down, 0, 2), moved(trace.Read, 0, 1, trace.Down, 2, 5),
				moved(trace.Read, 0, 1, trace.Down, 5, 9), moved(trace.Read, 0, 1, trace.Down, 9, 17),
			},
			Payloads: []lab.Piece{piece(1, trace.Up, 0, 11), piece(1, trace.Down, 0, 17)},
		},
		"hostile-words": {
			Spec: spec("up:truncate=3", "echo \x1b]0;owned\x07", "b"), Verdict: stage.Error,
			Calls: []lab.Call{{
				Command: "echo \x1b]0;owned\x07", Verdict: stage.Error, Want: []byte("x"),
				Err: errors.New("refused: \x1b[2J\u202e\u0301 gone\nand more, in many words that do not end before the line does"),
			}},
			Server: lab.Server{Verdict: stage.Error, Err: errors.New("\x9b31m")},
			Log:    trace.Log{written(1, trace.Up, 0, "echo \x1b]0;owned\x07", 1), moved(trace.Arrived, 0, 1, trace.Up, 0, 3), moved(trace.Lost, 0, 1, trace.Up, 3, 15)},
			Notes:  []words.Sentence{words.Sentencef("down:cut=90 is past the end (7 bytes) and does nothing")},
		},
		"failed-write": { // the second write stands where the first one gave up
			Spec: spec("glue", "a"), Verdict: stage.OK,
			Log: trace.Log{written(1, trace.Up, 0, "abcdef", 1), written(1, trace.Up, 2, "XY", 2), moved(trace.Read, 0, 1, trace.Up, 0, 4)},
		},
		"times": {
			Spec: spec("down:stall=600ms@1", "a"), Verdict: stage.Late,
			Err:   errors.New("late: not over after 1h0m0s of virtual time"),
			Calls: []lab.Call{{Command: "a", Verdict: stage.Late, Err: errors.New("late: not over after 1h0m0s of virtual time")}},
			Log: trace.Log{
				written(1, trace.Up, 0, "a", 1), written(1, trace.Down, 0, "abcdefgh", 1),
				moved(trace.Arrived, 20*time.Millisecond, 1, trace.Down, 0, 1), moved(trace.Arrived, 620*time.Millisecond, 1, trace.Down, 1, 4),
				moved(trace.Arrived, 3*time.Second+210*time.Microsecond, 1, trace.Down, 4, 8),
			},
		},
		"map-alone": {
			Spec: spec("glue", "a"), Verdict: stage.OK,
			Log:  trace.Log{written(1, trace.Up, 0, "a", 1), written(2, trace.Up, 0, "abc", 1)},
			Maps: []search.Direction{{Places: search.Places{Dir: trace.Up, Bytes: 60, Fatal: []int{1, 2, 40, 59}}}, {Places: search.Places{Dir: trace.Down, Bytes: 9}}},
		},
	}

	many := &lab.Result{Spec: spec("glue"), Verdict: stage.Torn}
	for n := 1; n <= 40; n++ {
		command := fmt.Sprintf("echo %d", n)
		c := lab.Call{Command: command, Verdict: stage.OK, Want: []byte("x"), Got: []byte("x"), Source: piece(n, trace.Down, 0, 1)}
		if n == 30 {
			c.Verdict, c.Want = stage.Torn, []byte("xyz")
		}
		many.Commands = append(many.Commands, command)
		many.Calls = append(many.Calls, c)
		many.Server.Heard = append(many.Server.Heard, lab.Heard{Command: command, Source: piece(n, trace.Up, 0, len(command))})
		many.Log = append(many.Log, trace.Event{Kind: trace.Open, Conn: n},
			written(n, trace.Up, 0, command, n), moved(trace.Read, 0, n, trace.Up, 0, len(command)),
			written(n, trace.Down, 0, "x", n), moved(trace.Read, 0, n, trace.Down, 0, 1))
	}
	results["many-connections"] = many
	return results
}

func TestHandMadeGolden(t *testing.T) {
	for name, r := range handMade() {
		for _, width := range []int{40, 80} {
			var out bytes.Buffer
			if err := Picture(&out, r, Options{Width: width}); err != nil {
				t.Fatal(err)
			}
			golden(t, fmt.Sprintf("hand-%s-%d.txt", name, width), out.Bytes())
		}
	}
}

func TestTablesGolden(t *testing.T) {
	needsTime(t)
	var l lab.Lab
	defer l.Close()
	var matrix []*lab.Result
	var costs lab.Costs
	eachProgram(func(s *stage.Stage, variant string) {
		for _, side := range stage.Sides {
			if side == stage.Fixed && variant != "" {
				continue
			}
			for _, p := range stage.Plans {
				matrix = append(matrix, run(t, &l, s, side, variant, p.Plan))
			}
			costs.Add(&l, lab.Spec{
				Stage: s, Side: side, Variant: variant, Commands: []string{"echo two", "echo three", "echo four"},
				Plan: netsim.MustParsePlan("as-written;lan"),
			})
		}
	})
	left, err := naive.Source.ReadFile("structheader/structheader.go")
	if err != nil {
		t.Fatal(err)
	}
	right, err := fixed.Source.ReadFile("structheader/structheader.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{40, 80, 160} {
		for name, draw := range map[string]func(*bytes.Buffer, Options) error{
			"list":   func(b *bytes.Buffer, o Options) error { return List(b, o) },
			"matrix": func(b *bytes.Buffer, o Options) error { return Matrix(b, matrix, o) },
			"cost":   func(b *bytes.Buffer, o Options) error { return Cost(b, &costs, o) },
			"diff":   func(b *bytes.Buffer, o Options) error { return Diff(b, "stage4", string(left), string(right), o) },
		} {
			var out bytes.Buffer
			if err := draw(&out, Options{Width: width}); err != nil {
				t.Fatal(err)
			}
			golden(t, fmt.Sprintf("%s-%d.txt", name, width), out.Bytes())
			checkWidth(t, fmt.Sprintf("%s at %d", name, width), out.String(), width)
		}
	}
}

// specimens are results of all kinds.
func specimens(t testing.TB) map[string]*lab.Result {
	results := handMade()
	var l lab.Lab
	defer l.Close()
	add := func(s *stage.Stage, side stage.Side, variant, plan string, commands ...string) {
		r := run(t, &l, s, side, variant, plan, commands...)
		results[fmt.Sprintf("%s %s %s under %s, %q", s.ID, side, variant, plan, r.Commands)] = r
		if plan == "glue" && s.ID > "stage2" {
			l.Map(r)
		}
	}
	eachProgram(func(s *stage.Stage, variant string) {
		for _, side := range stage.Sides {
			for _, plan := range []string{"glue", "drip", "random=3", "window=1", "down:cut=2;link:rtt=40ms", "down:truncate=5", "up:reset=3", "2#down:cut=1", "down:stall=1h@0"} {
				add(s, side, variant, plan)
			}
			if s.ID == "stage1" || s.ID == "stage4" {
				add(s, side, variant, "drip", "bytes 3000")
				add(s, side, variant, "glue", "seq 1 2000", "echo 你好")
			}
			add(s, side, variant, "down:cut=1,2,3,4,5,6,7,8,9", "你好", "true")
		}
	})
	return results
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

func checkWidth(t *testing.T, what, text string, limit int) {
	t.Helper()
	for _, l := range strings.Split(escapes.ReplaceAllString(text, ""), "\n") {
		if n := width(l); n > limit {
			t.Errorf("%s: got a line of %d columns, want at most %d: %q", what, n, limit, l)
		}
		if strings.HasSuffix(l, " ") {
			t.Errorf("%s: got blanks at the end of %q", what, l)
		}
	}
}

// No line is wider than the terminal, colour changes nothing but colour, and
// nothing that a peer said reaches the terminal as a control.
func TestLines(t *testing.T) {
	needsTime(t)
	widths := []int{0, 1, 47, 150, 400}
	for name, r := range specimens(t) {
		for i, w := range widths {
			o := Options{Width: w, Lang: words.Langs[i%len(words.Langs)]}
			what := fmt.Sprintf("%s at %d", name, w)
			var text, colored bytes.Buffer
			if err := Run(&text, r, r, o); err != nil {
				t.Fatal(err)
			}
			checkWidth(t, what, text.String(), o.width())
			for _, c := range text.String() {
				if c != '\n' && !picture.Glyph(c) {
					t.Fatalf("%s: got %q in the text", what, c)
				}
			}
			o.Color = true
			if err := Run(&colored, r, r, o); err != nil {
				t.Fatal(err)
			}
			var stripped []string
			for _, l := range strings.Split(escapes.ReplaceAllString(colored.String(), ""), "\n") {
				stripped = append(stripped, strings.TrimRight(l, " "))
			}
			if got := strings.Join(stripped, "\n"); got != text.String() {
				t.Errorf("%s: got, colours taken off,\n%s\nwant\n%s", what, got, text.String())
			}
		}
	}
}

// columns spreads a line over terminal columns: the right half of a wide
// character is 0.
func columns(l line, n int) []rune {
	var list []rune
	for _, p := range l {
		for _, c := range p.text {
			list = append(list, c)
			if picture.Wide(c) {
				list = append(list, 0)
			}
		}
	}
	for len(list) < n {
		list = append(list, ' ')
	}
	return list
}

// What one lane shows at an offset stands in the columns in which every other
// lane shows it, and boundaries stand between cells alone.
func TestLanesAlign(t *testing.T) {
	needsTime(t)
	for name, r := range specimens(t) {
		for i, w := range []int{40, 64, 80, 200} {
			in := words.Langs[i%len(words.Langs)]
			for _, s := range picture.Streams(r) {
				at := 0
				lines := drawStream(in, s, w, &picture.Key{})
				for _, b := range s.Blocks(w-labelWidth, &picture.Key{}) {
					block := lines[at:]
					for i, l := range block {
						if len(l) == 0 {
							block = block[:i]
							break
						}
					}
					at += len(block) + 1
					shown := map[int]string{} // of single bytes
					for _, l := range block {
						c := columns(l, w+1)
						text := strings.ReplaceAll(string(c), "\x00", "")
						label, content, _ := strings.Cut(text, " ")
						switch label {
						case say.Lane(in, picture.Written), say.Lane(in, picture.Wire), say.Lane(in, picture.Read), say.Lane(in, picture.Believed):
						default:
							continue
						}
						if strings.TrimSpace(content) == say.Nothing(in) {
							continue
						}
						for _, it := range b.Items {
							x := labelWidth + it.X
							if bar := c[x]; bar != ' ' && bar != '|' && bar != '/' {
								t.Fatalf("%s at %d: got %q as a boundary at offset %d in\n%s", name, w, bar, it.From, string(c))
							}
							if it.Gap() || it.From >= len(s.Data) || s.Glyphs[it.From].Len() > 0 {
								continue
							}
							content := string(c[x+1 : x+3])
							if content == "  " {
								continue
							}
							if old, ok := shown[it.From]; ok && old != content {
								t.Fatalf("%s at %d: got %q for offset %d, and %q in another lane", name, w, content, it.From, old)
							}
							shown[it.From] = content
							if c := s.Data[it.From]; c > ' ' && c < 0x7f && !s.Binary[it.From] && content != string(rune(c))+" " {
								t.Fatalf("%s at %d: got %q for offset %d, want %q", name, w, content, it.From, s.Data[it.From])
							}
						}
					}
				}
			}
		}
	}
}

// Whatever matters is drawn wherever there is room at all.
func TestElisionKeepsWhatMatters(t *testing.T) {
	needsTime(t)
	var l lab.Lab
	defer l.Close()
	eachProgram(func(s *stage.Stage, variant string) {
		naive, fixed := both(t, &l, s, variant)
		for _, width := range []int{80, 160} {
			for _, r := range []*lab.Result{naive, fixed} {
				for _, st := range picture.Streams(r) {
					drawn := map[int]bool{}
					for _, b := range st.Blocks(width-labelWidth, &picture.Key{}) {
						for _, it := range b.Items {
							drawn[it.From], drawn[it.To] = true, true
						}
					}
					for _, e := range st.Ends {
						if !drawn[e.At] {
							t.Errorf("%s %s at %d: message end %d is not drawn", s.ID, r.Side, width, e.At)
						}
					}
					for _, boxes := range [][]picture.Box{st.Written, st.Wire, st.Read, st.Believed} {
						for _, box := range boxes {
							if !drawn[box.From] || !drawn[box.To] {
								t.Errorf("%s %s at %d: the boundary of %v is not drawn", s.ID, r.Side, width, box)
							}
						}
					}
				}
			}
		}
	})
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorsReturn(t *testing.T) {
	r := handMade()["times"]
	for name, err := range map[string]error{
		"Run":     Run(brokenWriter{}, r, nil, Options{}),
		"Picture": Picture(brokenWriter{}, r, Options{}),
		"List":    List(brokenWriter{}, Options{}),
		"Matrix":  Matrix(brokenWriter{}, []*lab.Result{r}, Options{}),
		"Cost":    Cost(brokenWriter{}, &lab.Costs{Programs: []*lab.Result{r}}, Options{}),
		"Diff":    Diff(brokenWriter{}, "", "a", "b", Options{}),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: got %v, want %v", name, err, errBroken)
		}
	}
}

func TestRunWithOneSideOrNone(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	naive, fixed := both(t, &l, &stage.All[3], "")
	for name, pair := range map[string][2]*lab.Result{"naive": {naive, nil}, "fixed": {nil, fixed}, "none": {}} {
		var out bytes.Buffer
		if err := Run(&out, pair[0], pair[1], Options{}); err != nil {
			t.Fatal(err)
		}
		for _, side := range []string{"naive", "fixed"} {
			if got := strings.Contains(out.String(), "\n"+side+":"); got != (side == name) {
				t.Errorf("with %s alone: a picture of %s: got %t, want %t", name, side, got, !got)
			}
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	var l lab.Lab
	defer l.Close()
	for _, plan := range []string{"glue", "drip"} {
		b.Run(plan, func(b *testing.B) {
			r := run(b, &l, stage.Find("stage1"), stage.Fixed, "", plan, "bytes 3000")
			b.ReportAllocs()
			for b.Loop() {
				if err := Picture(&bytes.Buffer{}, r, Options{Color: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
