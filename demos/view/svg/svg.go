// Package svg draws results as SVG, for slides, pages and print: the picture of
// view/picture with what stands around it, as view/term draws it for a terminal.
// It is 1,280 pixels wide, and its type is large enough for the back of a room.
// All of its text is text, which can be selected; it names no font but those
// that a viewer may have, and nothing that would have to be fetched.
//
// Colours are for messages, and a pattern and a letter say the same.
package svg

import (
	"io"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// Options say how to draw.
type Options struct {
	Theme Theme
	Lang  words.Lang // of all that is said

	// ID begins the IDs of a picture; those of several in one page must differ.
	// It is made of letters, digits and "-"; "" is "stickydemo".
	ID string

	// Width is in pixels, from MinWidth to MaxWidth; 0 is 1,280. Type keeps its
	// size: a narrow picture has fewer columns and more blocks under each other.
	// Charts do not follow it.
	Width int

	// Bare leaves the style sheet out: the page that the picture stands in has
	// that of WriteStyle.
	Bare bool
}

// Limits of a picture's width, in pixels: beyond the least, lanes have room for
// a few bytes.
const (
	MinWidth = 320
	MaxWidth = 4096
)

func (o Options) id() string {
	if o.ID == "" {
		return "stickydemo"
	}
	return escape(o.ID)
}

// Run draws what became of both sides of one stage, and says what happened,
// why, what the fix changed and what it costs. Either result may be nil, and
// without any nothing is drawn.
func Run(w io.Writer, naive, fixed *lab.Result, o Options) error {
	var results []*lab.Result
	for _, r := range []*lab.Result{naive, fixed} {
		if r != nil {
			results = append(results, r)
		}
	}
	if len(results) == 0 {
		return nil
	}
	c := newCanvas(o)
	var k picture.Key
	c.banner(results)
	for _, r := range results {
		c.side(r, &k)
	}
	c.key(k)
	description := c.narrate(results)
	r := results[0]
	name := r.Stage.ID + " " + r.Stage.Name
	for _, r := range results {
		name += c.o.Lang.Say(", ") + c.o.Lang.Sayf("%s: ", say.Program(r)) + string(r.Verdict)
	}
	return c.write(w, name, description)
}

func newCanvas(o Options) *canvas { return &canvas{o: o, y: margin} }

// heading heads a picture.
func (c *canvas) heading(text string) {
	c.lines(heading, "ink", margin, text)
	c.path("bar", 3, "M%d %dH%d", margin, c.y, c.right())
	c.down(10)
}

// banner heads one stage, with what its results have in common.
func (c *canvas) banner(results []*lab.Result) {
	r := results[0]
	c.heading(say.Stage(c.o.Lang, r.Stage, r.Variant) + say.Net(c.o.Lang, r))
	if r.Planned() {
		c.field(say.LabelPlan, r.Plan.String())
	}
	c.field(say.LabelCommands, say.Commands(c.o.Lang, r.Commands))
	if r.Clients != stage.OneClient {
		c.field(say.LabelClients, say.Clients(c.o.Lang, r.Clients))
	}
}

// side draws one side: how it fared, its streams, its calls and their cost.
func (c *canvas) side(r *lab.Result, k *picture.Key) {
	c.down(16)
	c.path("rule", 2, "M%d %dH%d", margin, c.y, c.right())
	c.down(12)
	x := margin
	c.text(heading, "ink", x, c.y+heading.size, say.Program(r))
	x = c.pill(heading, verdictClass(r.Verdict), x+heading.width(say.Program(r))+16, c.y+heading.size-1, string(r.Verdict))
	c.down(3)
	c.lines(body, "ink", x+16, say.Headline(c.o.Lang, r))
	c.down(8)

	c.streams(r, picture.Streams(r), k)
	c.summary(r)
}

// streams draws the streams of a run that are worth it, and says which it leaves
// out.
func (c *canvas) streams(r *lab.Result, all []*picture.Stream, k *picture.Key) {
	keep := picture.Connections(all)
	hidden := 0
	for i, s := range all {
		if !keep[s.Conn] {
			if i == 0 || all[i-1].Conn != s.Conn {
				hidden++
			}
			continue
		}
		c.down(8)
		c.lines(title, "ink", margin, say.Stream(c.o.Lang, s, r.Log.Conns() > 1))
		c.stream(s, k)
		c.waits(s)
		c.losses(s)
		if s.Reset && !r.Plan.Whole() {
			c.field("", say.Reset(c.o.Lang))
		}
		if i+1 == len(all) || all[i+1].Conn != s.Conn {
			c.ladder(r, s.Conn, k)
		}
	}
	c.down(8)
	if hidden > 0 {
		c.field(say.LabelNote, say.HiddenConnections(c.o.Lang, hidden, r.Log.Conns()))
	}
	if len(all) == 0 {
		c.field("", say.Empty(c.o.Lang))
	}
}

// losses says what of a stream never arrived.
func (c *canvas) losses(s *picture.Stream) {
	if s.Lost > 0 {
		c.field("", say.Lost(c.o.Lang, s.Lost))
	}
	if len(s.Gone) > 0 {
		c.field("", say.Gone(c.o.Lang, s))
	}
}

// summary is what stands under the lanes: a line a call, then say.Summary.
func (c *canvas) summary(r *lab.Result) {
	c.callList(r)
	for _, f := range say.Summary(c.o.Lang, r, 60) {
		c.field(f.Label, f.Text)
	}
}

// callList lists the calls: letter, command, verdict, how much came of how much,
// and, where that was not right, what it began with or the error.
func (c *canvas) callList(r *lab.Result) {
	keep, hidden := picture.Calls(r)
	commands, verdicts := 0, 0
	for _, i := range keep {
		commands = max(commands, body.width(picture.Clean(r.Calls[i].Command)))
		verdicts = max(verdicts, strong.width(string(r.Calls[i].Verdict)))
	}
	commands = min(commands, (c.right()-left)/3)
	name := c.o.Lang.Say(say.LabelCalls)
	for _, i := range keep {
		call := r.Calls[i]
		y := c.y + body.size
		c.text(label, "soft", margin, y, name)
		name = ""
		x := c.badge(i+1, left, y) + 12
		c.text(body, "ink", x, y, body.shorten(picture.Clean(call.Command), commands))
		x += commands + 24
		c.text(strong, verdictClass(call.Verdict), x, y, string(call.Verdict))
		c.came(&call, x+verdicts+24)
	}
	if hidden > 0 {
		c.field(name, say.HiddenCalls(c.o.Lang, hidden, len(r.Calls)))
	}
}

// came says what came back from a call, from column x on.
func (c *canvas) came(call *lab.Call, x int) {
	if call.Err != nil {
		c.lines(body, "ink", x, say.Cause(call.Verdict, call.Err))
		return
	}
	text := say.Got(c.o.Lang, call)
	if call.Verdict != stage.OK && len(call.Got) > 0 {
		text += "  " + picture.Quote(call.Got, 40)
	}
	c.lines(body, "ink", x, text)
}

// key explains the signs that were used.
func (c *canvas) key(k picture.Key) {
	if signs := say.Key(c.o.Lang, k); len(signs) > 0 {
		c.down(16)
		c.path("rule", 2, "M%d %dH%d", margin, c.y, c.right())
		c.down(12)
		c.field(say.LabelKey, strings.Join(signs, c.o.Lang.Say("; ")))
	}
}

// narrate tells what happened, why, what the fix changed and what it costs. It
// returns what happened and why.
func (c *canvas) narrate(results []*lab.Result) string {
	c.down(12)
	var told []string
	for _, f := range say.Story(c.o.Lang, results) {
		c.field(f.Label, f.Text)
		if f.Label == say.LabelHappened || f.Label == say.LabelWhy {
			told = append(told, f.Text)
		}
	}
	return strings.Join(told, c.o.Lang.Say(" "))
}
