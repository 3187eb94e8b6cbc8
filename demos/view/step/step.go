// Package step shows a run write by write and read by read, forward and back,
// and asks before each read what it will return. It is a model: see screen.
package step

import (
	"fmt"
	"slices"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/markdown"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/view/screen"
	"stickydemo/demos/view/term"
	"stickydemo/netsim/trace"
)

// Stepper is a screen.Model.
type Stepper struct {
	moves   []move
	options term.Options

	at       int         // moves that were shown
	answers  map[int]int // by the move that was asked about: the digit
	scrolled int         // lines of the picture above the screen
	over     int         // lines of it that have no room
}

// move is what one key shows: an event of a run, or at its end the whole of it.
type move struct {
	run   *lab.Result
	event int // len(run.Log) at the end
	ask   *question
}

func (m *move) last() bool { return m.event == len(m.run.Log) }

// New returns a stepper before the first move. Runs are stepped through one after
// the other.
func New(runs []*lab.Result, o term.Options) *Stepper {
	s := &Stepper{options: o, answers: map[int]int{}}
	for _, r := range runs {
		for _, i := range picture.Moves(r) {
			s.moves = append(s.moves, move{r, i, ask(r, i)})
		}
		s.moves = append(s.moves, move{r, len(r.Log), nil})
	}
	return s
}

// Press implements screen.Model.
func (s *Stepper) Press(key screen.Key) screen.Action {
	before := s.at
	switch key {
	case screen.Space, screen.Right, screen.Enter, screen.PageDown, "n", "l":
		s.at++
	case screen.Left, screen.Backspace, screen.PageUp, "b", "p", "h":
		s.at--
	case screen.Home, "g":
		s.at = 0
	case screen.End, "G":
		s.at = len(s.moves)
	case screen.Up, "k":
		s.scrolled = max(0, s.scrolled-1)
	case screen.Down, "j":
		s.scrolled = min(s.over, s.scrolled+1)
	case "q", screen.Escape, screen.CtrlC:
		return screen.Action{Quit: true}
	default:
		if q := s.question(); q != nil && len(key) == 1 && key >= "1" && int(key[0]-'0') <= q.choices() {
			s.answers[s.at] = int(key[0] - '0')
			s.at++
		}
	}
	if s.at = min(max(s.at, 0), len(s.moves)); s.at != before {
		s.scrolled = 0
	}
	return screen.Action{}
}

// question is what is asked about the next move, nil where nothing is.
func (s *Stepper) question() *question {
	if s.at == len(s.moves) {
		return nil
	}
	return s.moves[s.at].ask
}

// View implements screen.Model: the lanes as they stand, what happened last, what
// is asked, and the keys.
func (s *Stepper) View(width, height int) []string {
	s.options.Width = width
	in := s.options.Lang
	text := s.told()
	if q := s.question(); q != nil {
		text = append(text, "")
		text = append(text, q.text(in)...)
	}
	var wrapped []string
	for _, t := range text {
		wrapped = append(wrapped, markdown.Wrap(t, width)...)
	}
	text = wrapped
	foot := in.Say("space on, b back, home, end, up and down scroll, q quit")
	if right, asked := s.score(); asked > 0 {
		foot += in.Sayf(", %d of %d right", right, asked)
	}
	foot = picture.Clip(foot, width)
	if s.options.Color {
		foot = "\x1b[7m" + foot + "\x1b[27m"
	}
	head := picture.Clip(s.head(), width)
	room := max(1, height-len(text)-3) // a head, a blank line, a foot
	drawn := s.picture(room)
	s.over = max(0, len(drawn)-room)
	s.scrolled = min(s.scrolled, s.over)
	drawn = drawn[s.scrolled:min(len(drawn), s.scrolled+room)]

	lines := append([]string{head}, drawn...)
	lines = append(lines, "")
	lines = append(lines, text...)
	lines = lines[:min(len(lines), max(0, height-1))]
	for len(lines) < height-1 {
		lines = append(lines, "")
	}
	return append(lines, foot)
}

// now is the move that was shown last; before the first, the first.
func (s *Stepper) now() move { return s.moves[max(0, s.at-1)] }

func (s *Stepper) head() string {
	r := s.now().run
	name := r.Stage.ID + " " + r.Stage.Name + ", " + string(r.Side)
	if r.Planned() {
		name += ", " + r.Plan.String()
	}
	return fmt.Sprintf("%s  %d/%d", name, s.at, len(s.moves))
}

// picture draws the stream of the last move, with the other direction where both
// have room; at the end of a run, all of it.
func (s *Stepper) picture(room int) []string {
	m := s.now()
	if s.at > 0 && m.last() {
		var out strings.Builder
		if err := term.Picture(&out, m.run, s.options); err != nil {
			panic("step: " + err.Error()) // a strings.Builder takes everything
		}
		return strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	}
	if s.at == 0 {
		return nil
	}
	e := m.run.Log[m.event]
	both := slices.Concat(moment(m, e.Conn, trace.Up, s.options), moment(m, e.Conn, trace.Down, s.options))
	if len(both) <= room {
		return both
	}
	return moment(m, e.Conn, e.Dir, s.options)
}

// moment draws one direction after a move, behind a blank line.
func moment(m move, conn int, dir trace.Direction, o term.Options) []string {
	var out strings.Builder
	if err := term.Moment(&out, m.run, m.event+1, conn, dir, o); err != nil {
		panic("step: " + err.Error())
	}
	if out.Len() == 0 {
		return nil
	}
	return append([]string{""}, strings.Split(strings.TrimRight(out.String(), "\n"), "\n")...)
}

// told says what the last move was, and whether the answer was right.
func (s *Stepper) told() []string {
	if s.at == 0 {
		return []string{s.options.Lang.Say("Nothing has been written. Space shows the first write; a digit answers a question.")}
	}
	m := s.now()
	if m.last() {
		return nil
	}
	e := m.run.Log[m.event]
	lines := []string{say.Move(s.options.Lang, e, m.run.Log.Stream(e.Conn, e.Dir)[e.From:e.To])}
	if m.ask == nil {
		return lines
	}
	said, answered := s.answers[s.at-1]
	return append(lines, m.ask.reply(s.options.Lang, said, answered)...)
}

// score counts the answers that were given to the moves that are shown.
func (s *Stepper) score() (right, asked int) {
	for i, said := range s.answers {
		if i >= s.at {
			continue
		}
		asked++
		if s.moves[i].ask.right(said) {
			right++
		}
	}
	return right, asked
}
