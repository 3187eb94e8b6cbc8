package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/view/svg"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

const (
	maxMoments = 500      // of a run; where there are more, each of these is several
	maxRuler   = 16 << 10 // bytes of a direction that the ruler is given
)

// ran is the answer to run.
type ran struct {
	Stage     string   `json:"stage"`
	Variant   string   `json:"variant"`
	Plan      string   `json:"plan"` // as it prints
	Rest      string   `json:"rest"` // the plan without its cuts: rest + ";up:cut=3" is another plan
	Cuts      cuts     `json:"cuts"` // of all connections
	Own       string   `json:"own"`  // the stage's own plan
	Commands  []string `json:"commands"`
	Lengths   lengths  `json:"lengths"` // of the longer of the sides
	Sides     []side   `json:"sides"`
	Moments   []moment `json:"moments"`
	At        int      `json:"at"`      // how many of them the pictures show
	Command   string   `json:"command"` // that does the same, quoted for a shell
	Narration []said   `json:"narration"`
	Key       []string `json:"key"` // the pictures' signs
}

type cuts struct {
	Up   []int `json:"up"`
	Down []int `json:"down"`
}

// lengths are those of the longest connection of the run where nothing is cut, in
// bytes.
type lengths struct {
	Up   int `json:"up"`
	Down int `json:"down"`
}

// side is what became of one program.
type side struct {
	Side     stage.Side    `json:"side"`
	Program  string        `json:"program"` // with its variant
	Verdict  stage.Verdict `json:"verdict"`
	Expected stage.Verdict `json:"expected"` // "" where the stage lists none
	Headline string        `json:"headline"`
	Happened string        `json:"happened"`
	Why      string        `json:"why"`
	Error    string        `json:"error"` // with which the run as a whole ended
	Cost     cost          `json:"cost"`
	Summary  []said        `json:"summary"`
	Calls    []call        `json:"calls"`
	Hidden   string        `json:"hidden"` // which calls are not listed
	Lengths  lengths       `json:"lengths"`
	Bytes    ruler         `json:"bytes"`
	SVG      string        `json:"svg"`
	Text     string        `json:"text"` // the same moment in words
}

type cost struct {
	Text       string `json:"text"`
	ElapsedNS  int64  `json:"elapsed_ns"`
	RoundTrips int    `json:"round_trips"`
	Wire       int    `json:"wire_bytes"`
	Payload    int    `json:"payload_bytes"`
	Reads      int    `json:"reads"`
	Writes     int    `json:"writes"`
	Segments   int    `json:"segments"`
	Headers    int    `json:"header_bytes"`
}

type call struct {
	Letter  string        `json:"letter"`
	Command string        `json:"command"`
	Verdict stage.Verdict `json:"verdict"`
	Want    int           `json:"want_bytes"`
	Got     int           `json:"got_bytes"`
	Text    string        `json:"text"`  // how much came of how much
	Shown   string        `json:"shown"` // what came, where that was not right
	Error   string        `json:"error"`
	Known   bool          `json:"known"` // by the moment
}

// ruler is what stands at the offsets of each direction of the longest connection
// where nothing is cut.
type ruler struct {
	Up   stretch `json:"up"`
	Down stretch `json:"down"`
}

type stretch struct {
	Data  []byte `json:"data"` // in base64, and at most maxRuler of them
	Parts []part `json:"parts"`
}

// part is neighbouring bytes of one message that are its header or its payload.
type part struct {
	From    int  `json:"from"`
	To      int  `json:"to"`
	Message int  `json:"message"` // 0 where that is not known
	Header  bool `json:"header"`
}

// moment is a position of the cursor of time: what came last.
type moment struct {
	TimeNS int64      `json:"time_ns"`
	Label  string     `json:"label"` // the time, in few characters
	Text   string     `json:"text"`
	Side   stage.Side `json:"side"`

	events [2]int // of both sides' logs that are shown
}

// said is a text behind its label.
type said struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// run runs both sides of a stage, or one, and draws them at a moment.
func run(ctx context.Context, q *request) (any, error) {
	var l lab.Lab
	defer l.Close()
	results, err := q.results(ctx, &l)
	if err != nil {
		return nil, err
	}
	first := results[0]
	a := &ran{
		Stage: first.Stage.ID, Variant: q.Variant, Plan: first.Plan.String(), Rest: rest(first.Plan),
		Own:      first.Stage.BreakOf(q.Variant).Plan,
		Cuts:     cuts{append([]int{}, first.Plan.Up.Cuts...), append([]int{}, first.Plan.Down.Cuts...)},
		Commands: first.Commands, Moments: moments(q.Lang, results), Command: q.typed(results),
		Narration: fields(q.Lang, say.Story(q.Lang, results)), Key: []string{},
	}
	a.At = len(a.Moments)
	if q.At != nil && *q.At != -1 {
		if *q.At < 0 || *q.At > len(a.Moments) {
			return nil, bad(fmt.Errorf("there is no moment %d; they are numbered 0 to %d, and -1 is the last", *q.At, len(a.Moments)))
		}
		a.At = *q.At
	}
	var events [2]int
	if a.At > 0 {
		events = a.Moments[a.At-1].events
	}
	key := picture.Key{}
	for i, r := range results {
		if a.At == len(a.Moments) {
			events[i] = len(r.Log)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := q.side(&l, r, events[i], &key)
		if err != nil {
			return nil, err
		}
		a.Sides = append(a.Sides, s)
		a.Lengths = lengths{max(a.Lengths.Up, s.Lengths.Up), max(a.Lengths.Down, s.Lengths.Down)}
	}
	a.Key = append(a.Key, say.Key(q.Lang, key)...)
	return a, nil
}

// results runs what is asked for.
func (q *request) results(ctx context.Context, l *lab.Lab) ([]*lab.Result, error) {
	s, err := q.stage()
	if err != nil {
		return nil, err
	}
	sides, err := q.sides()
	if err != nil {
		return nil, err
	}
	b := s.BreakOf(q.Variant)
	plan, err := q.plan(b.Plan)
	if err != nil {
		return nil, err
	}
	commands, err := q.commands(s, b.Commands)
	if err != nil {
		return nil, err
	}
	var results []*lab.Result
	for _, side := range sides {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		results = append(results, l.Run(lab.Spec{Stage: s, Side: side, Variant: q.Variant, Plan: plan, Commands: commands, Clients: b.Clients}))
	}
	return results, nil
}

// rest is a plan without the cuts of all its connections, "" for none.
func rest(p netsim.Plan) string {
	p.Up.Cuts, p.Down.Cuts = nil, nil
	return strings.TrimPrefix(p.String(), "glue")
}

func (q *request) side(l *lab.Lab, r *lab.Result, events int, key *picture.Key) (side, error) {
	in := q.Lang
	expected, _ := r.Expected()
	c := r.Cost
	s := side{
		Side: r.Side, Program: say.Program(r), Verdict: r.Verdict, Expected: expected,
		Headline: say.Headline(in, r), Happened: say.Happened(in, r), Why: say.Reason(in, r),
		Cost:    cost{say.Cost(in, c), int64(c.Elapsed), c.RoundTrips, c.Wire, c.Payload, c.Reads, c.Writes, c.Segments, c.Headers},
		Summary: fields(in, say.Summary(in, r, 60)), Calls: []call{},
	}
	if r.Err != nil {
		s.Error = picture.Clean(r.Err.Error())
	}
	keep, hidden := picture.Calls(r)
	if hidden > 0 {
		s.Hidden = say.HiddenCalls(in, hidden, len(r.Calls))
	}
	known := len(picture.Until(r, events).Calls)
	for _, i := range keep {
		s.Calls = append(s.Calls, oneCall(in, i, &r.Calls[i], i < known))
	}
	s.Lengths, s.Bytes = uncut(l, r)

	o := svg.Options{Lang: in, ID: "stickydemo-" + string(r.Side), Width: clamp(q.Width), Bare: true}
	var out bytes.Buffer
	if err := svg.Moment(&out, r, events, o, key); err != nil {
		return s, err
	}
	s.SVG, s.Text = out.String(), text(in, r, events)
	return s, nil
}

// clamp rounds a width, so that panes of almost the same have the same picture.
func clamp(width int) int {
	if width <= 0 {
		return 0
	}
	return min(max(width/8*8, svg.MinWidth), svg.MaxWidth)
}

func oneCall(in words.Lang, i int, c *lab.Call, known bool) call {
	one := call{
		Letter: picture.Letter(i+1, false), Command: picture.Clean(c.Command), Verdict: c.Verdict,
		Want: len(c.Want), Got: len(c.Got), Text: say.Got(in, c), Known: known,
	}
	if c.Err != nil {
		one.Error = say.Cause(c.Verdict, c.Err)
	} else if c.Verdict != stage.OK && len(c.Got) > 0 {
		one.Shown = picture.Quote(c.Got, 40)
	}
	return one
}

// uncut runs a result's programs where nothing is cut, for the ruler: it stays as
// it is while cuts move.
func uncut(l *lab.Lab, r *lab.Result) (lengths, ruler) {
	if r.Stage.OnDatagrams() {
		return lengths{}, ruler{stretch{[]byte{}, []part{}}, stretch{[]byte{}, []part{}}}
	}
	spec := r.Spec
	spec.Plan = netsim.Plan{}
	var n lengths
	up, down := stretch{[]byte{}, []part{}}, stretch{[]byte{}, []part{}}
	for _, s := range picture.Streams(l.Run(spec)) {
		if s.Dir == trace.Up && len(s.Data) > n.Up {
			n.Up, up = len(s.Data), parts(s)
		}
		if s.Dir == trace.Down && len(s.Data) > n.Down {
			n.Down, down = len(s.Data), parts(s)
		}
	}
	return n, ruler{up, down}
}

// parts is the beginning of a stream, and whose bytes those are.
func parts(s *picture.Stream) stretch {
	n := min(len(s.Data), maxRuler)
	list := []part{}
	for i := range n {
		p := part{i, i + 1, s.Owner[i], s.Header[i]}
		if k := len(list) - 1; k >= 0 && list[k].Message == p.Message && list[k].Header == p.Header {
			list[k].To = p.To
		} else {
			list = append(list, p)
		}
	}
	return stretch{s.Data[:n], list}
}

// moments puts the moves of all results into one order: by time, and where that is
// the same, as they came in their runs, side by side.
func moments(in words.Lang, results []*lab.Result) []moment {
	type move struct{ result, event, number int }
	var moves []move
	for i, r := range results {
		for n, event := range picture.Moves(r) {
			moves = append(moves, move{i, event, n})
		}
	}
	at := func(m move) trace.Event { return results[m.result].Log[m.event] }
	slices.SortStableFunc(moves, func(a, b move) int {
		return cmp.Or(cmp.Compare(at(a).Time, at(b).Time), cmp.Compare(a.number, b.number), cmp.Compare(a.result, b.result))
	})
	last := [2]int{} // of each result's moves
	for _, m := range moves {
		last[m.result] = max(last[m.result], m.event)
	}
	stride := max(1, (len(moves)+maxMoments-1)/maxMoments)
	list := []moment{}
	var events [2]int
	tell := teller(in)
	for n, m := range moves {
		events[m.result] = m.event + 1
		if m.event == last[m.result] {
			events[m.result] = len(results[m.result].Log)
		}
		if (n+1)%stride != 0 && n+1 < len(moves) {
			continue
		}
		r := results[m.result]
		e := at(m)
		list = append(list, moment{int64(e.Time), say.Time(e.Time), tell(r, m.event), r.Side, events})
	}
	return list
}

// teller says what an event did. It keeps the streams, since reads have no bytes
// of their own.
func teller(in words.Lang) func(r *lab.Result, event int) string {
	type place struct {
		r    *lab.Result
		conn int
		dir  trace.Direction
	}
	streams := map[place][]byte{}
	return func(r *lab.Result, event int) string {
		e := r.Log[event]
		p := place{r, e.Conn, e.Dir}
		data, ok := streams[p]
		if !ok {
			data = r.Log.Stream(e.Conn, e.Dir)
			streams[p] = data
		}
		return say.Move(in, e, data[e.From:e.To])
	}
}

// text is a moment in words: what happened last, what each reader had read by
// then and, at the end, what became of it.
func text(in words.Lang, r *lab.Result, events int) string {
	var list []string
	if events == 0 {
		return say.Empty(in)
	}
	moves := picture.Moves(r)
	tell := teller(in)
	const most = 8
	shown := 0
	for _, event := range moves {
		if event < events {
			shown++
		}
	}
	for _, event := range moves[max(0, shown-most):shown] {
		list = append(list, tell(r, event))
	}
	if events == len(r.Log) {
		list = append(list, say.Happened(in, r))
	}
	return strings.Join(list, "\n")
}

// fields are what stands behind labels, as JSON has it.
func fields(in words.Lang, list []say.Field) []said {
	all := []said{}
	for _, f := range list {
		all = append(all, said{in.Say(f.Label), f.Text})
	}
	return all
}

// typed is the command line that does the same.
func (q *request) typed(results []*lab.Result) string {
	r := results[0]
	args := []string{"stickydemo", "run", r.Stage.ID}
	if len(results) == 1 {
		args = append(args, "--side", string(r.Side))
	}
	if q.Variant != "" {
		args = append(args, "--variant", q.Variant)
	}
	args = append(args, "--plan", r.Plan.String())
	for _, c := range q.Commands {
		args = append(args, "--command", c)
	}
	for i := range args {
		args[i] = quoted(args[i])
	}
	return strings.Join(args, " ")
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=,:+@-"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
