// Package pager shows a document on a screen, to be leafed through and searched,
// and runs the commands that stand in it. It is a model: see screen.
package pager

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"stickydemo/demos/view/markdown"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/screen"
	"stickydemo/demos/words"
)

// Document is what is shown.
type Document struct {
	Name string
	Lang words.Lang
	Set  func(width int) markdown.Page

	// Run returns what a command prints in a terminal of that width.
	Run func(ctx context.Context, command string, width int) string
}

// Pager is a screen.Model.
type Pager struct {
	document      Document
	page          markdown.Page
	width, height int
	color         bool

	text   view
	output *view // of the command that was run, while it is looked at
	ran    int   // the index of that command, -1 for none
	busy   bool  // it is running

	note   string // said once
	prompt *string
	wanted string // what was searched for last
}

// view is lines and the first of them that is on the screen.
type view struct {
	lines []string
	top   int
}

// New returns a pager at the document's begin.
func New(document Document, color bool) *Pager {
	return &Pager{document: document, ran: -1, color: color}
}

// View implements screen.Model: the text, and a line that says what can be
// pressed.
func (p *Pager) View(width, height int) []string {
	if width != p.width {
		before := max(1, len(p.page.Lines))
		p.page = p.document.Set(width)
		p.text.lines = p.page.Lines
		p.text.top = p.text.top * len(p.page.Lines) / before
	}
	p.width, p.height = width, max(1, height-1)
	v := p.now()
	v.move(0, p.height)
	lines := append([]string{}, v.lines[v.top:min(len(v.lines), v.top+p.height)]...)
	for len(lines) < p.height {
		lines = append(lines, "")
	}
	status := picture.Clip(p.status(), width)
	if p.color {
		status = "\x1b[7m" + status + "\x1b[27m"
	}
	return append(lines, status)
}

// now is what is looked at.
func (p *Pager) now() *view {
	if p.output != nil {
		return p.output
	}
	return &p.text
}

// move scrolls, as far as there are lines to fill the screen with.
func (v *view) move(lines, height int) {
	v.top = max(0, min(v.top+lines, len(v.lines)-height))
}

// Press implements screen.Model.
func (p *Pager) Press(key screen.Key) screen.Action {
	p.note = ""
	if p.prompt != nil {
		p.ask(key)
		return screen.Action{}
	}
	v, before := p.now(), p.now().top
	switch key {
	case "q", screen.Escape:
		if p.output == nil {
			return screen.Action{Quit: true}
		}
		p.output = nil
		return screen.Action{}
	case screen.CtrlC:
		return screen.Action{Quit: true}
	case screen.Space, screen.PageDown, "f":
		if p.output != nil && v.top+p.height >= len(v.lines) {
			p.output = nil // read to its end
			return screen.Action{}
		}
		v.move(p.height-1, p.height)
	case screen.PageUp, "b":
		v.move(1-p.height, p.height)
	case screen.Down, screen.Enter, "j":
		v.move(1, p.height)
	case screen.Up, "k":
		v.move(-1, p.height)
	case screen.Home, "g":
		v.move(-len(v.lines), p.height)
	case screen.End, "G":
		v.move(len(v.lines), p.height)
	case "/":
		p.prompt = new(string)
	case "n":
		p.search(+1)
	case "N":
		p.search(-1)
	case "r":
		return p.runNext()
	}
	if v == &p.text && v.top < before {
		p.ran = -1 // what comes again may be run again
	}
	return screen.Action{}
}

// ask takes a key of what is searched for.
func (p *Pager) ask(key screen.Key) {
	switch {
	case key == screen.Enter:
		if *p.prompt != "" {
			p.wanted = *p.prompt
		}
		p.prompt = nil
		p.search(+1)
	case key == screen.Escape || key == screen.CtrlC || key == screen.Backspace && *p.prompt == "":
		p.prompt = nil
	case key == screen.Backspace:
		_, n := utf8.DecodeLastRuneInString(*p.prompt)
		*p.prompt = (*p.prompt)[:len(*p.prompt)-n]
	case utf8.RuneCountInString(string(key)) == 1:
		*p.prompt += string(key)
	}
}

// search goes to the next line with what is wanted, or to the one before.
func (p *Pager) search(step int) {
	if p.wanted == "" {
		return
	}
	v := p.now()
	for at := v.top + step; at >= 0 && at < len(v.lines); at += step {
		if strings.Contains(strings.ToLower(escapes.ReplaceAllString(v.lines[at], "")), strings.ToLower(p.wanted)) {
			if v.move(at-v.top, p.height); v.top != at {
				p.note = p.document.Lang.Sayf("on this screen: %s", p.wanted)
			}
			return
		}
	}
	p.note = p.document.Lang.Sayf("not found from here: %s", p.wanted)
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// next returns the index of the command to run: the first from the screen's top
// on that was not the last to run; -1 where there is none.
func (p *Pager) next() int {
	for i, c := range p.page.Commands {
		if i > p.ran && c.Line >= p.text.top {
			return i
		}
	}
	return -1
}

func (p *Pager) runNext() screen.Action {
	i := p.next()
	if i < 0 {
		p.note = p.document.Lang.Say("no command from here on")
		return screen.Action{}
	}
	command := p.page.Commands[i]
	p.ran = i
	p.output = nil
	p.text.move(command.Line-p.text.top, p.height)
	p.busy = true
	return screen.Action{Task: func(ctx context.Context) {
		defer func() { p.busy = false }()
		output := p.document.Run(ctx, command.Text, p.width)
		lines := append(strings.Split("$ "+command.Text, "\n"), strings.Split(strings.TrimRight(output, "\n"), "\n")...)
		p.output = &view{lines: lines}
	}}
}

// status is the line at the foot.
func (p *Pager) status() string {
	in := p.document.Lang
	switch {
	case p.prompt != nil:
		return "/" + *p.prompt
	case p.busy:
		return in.Say("running; Ctrl-C stops it")
	case p.note != "":
		return p.note
	}
	v := p.now()
	seen := 100
	if len(v.lines) > 0 {
		seen = min(100, (v.top+p.height)*100/len(v.lines))
	}
	keys := fmt.Sprintf("%s %d%%  %s", p.document.Name, seen, in.Say("space on, b back, / search, q quit"))
	switch next := p.next(); {
	case p.output != nil:
		return in.Sayf("output %d%%: space on, q back to the lesson, r next command", seen)
	case next >= 0:
		first, more, _ := strings.Cut(p.page.Commands[next].Text, "\n")
		if more != "" {
			first += " …"
		}
		return keys + in.Sayf(", r runs: %s", first)
	}
	return keys
}
