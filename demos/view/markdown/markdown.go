// Package markdown sets the Markdown of a lesson for a terminal: headings,
// paragraphs, lists, tables, quotes, and code as it stands. It knows what a
// lesson is made of and refuses the rest, which a lesson's reader would miss.
package markdown

import (
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"stickydemo/demos/words"
)

// Options say what the terminal is like and what language the text is in.
type Options struct {
	Width int  // in columns; less than 20 is 20
	Color bool // it understands escape codes
	Lang  words.Lang
}

const (
	leastWidth = 20
	prose      = 80 // the eye loses longer lines
	codeIndent = 4  // of code, where there is room
)

// Page is a document, set.
type Page struct {
	Lines    []string
	Commands []Command // to be run while it is read, in the order in which they stand
}

// Command is one that a console block shows, or that draws a figure.
type Command struct {
	Line int    // at which it begins
	Text string // for a shell, perhaps of several lines
}

var parser = goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()

// Set sets a document. It returns an error for what no lesson is made of.
func Set(document string, o Options) (Page, error) {
	source := []byte(document)
	s := &setter{source: source, o: o, width: max(o.Width, leastWidth), draws: map[string]string{}}
	root := parser.Parse(text.NewReader(source))
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if block, ok := n.(*ast.FencedCodeBlock); ok {
			s.findFigures(block)
		}
	}
	s.blocks(root)
	return s.page, s.err
}

// setter sets one document, top down.
type setter struct {
	source []byte
	o      Options
	width  int
	draws  map[string]string // by a figure's file name: the command that writes it
	prefix string            // of every line, where blocks stand in others
	bullet string            // what the next line has in the place of the prefix's end
	page   Page
	err    error
}

// Commands returns the commands of a console block's lines, each with the number
// of the line at which it begins. One goes on behind a backslash.
func Commands(lines []string) []Command {
	var list []Command
	open := false
	for i, line := range lines {
		begin, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case open:
			list[len(list)-1].Text += "\n" + line
		case isCommand:
			list = append(list, Command{i, begin})
		default:
			continue
		}
		open = strings.HasSuffix(line, `\`)
	}
	return list
}

func (s *setter) findFigures(block *ast.FencedCodeBlock) {
	for _, c := range Commands(s.code(block)) {
		if _, file, found := strings.Cut(c.Text, "--svg "); found {
			name := strings.Fields(file)[0]
			s.draws[name] = inTerminal(strings.Replace(c.Text, " --svg "+name, "", 1))
		}
	}
}

// inTerminal returns a command without what its output goes through: what draws
// a figure into a file draws it on the screen as well.
func inTerminal(command string) string {
	for _, elsewhere := range []string{" | ", " >", " 2>"} {
		command, _, _ = strings.Cut(command, elsewhere)
	}
	return strings.ReplaceAll(command, "\\\n", "")
}

// line adds one line.
func (s *setter) line(line string) {
	prefix := s.prefix
	if s.bullet != "" {
		prefix = strings.TrimSuffix(prefix, strings.Repeat(" ", columns(s.bullet))) + s.bullet
		s.bullet = ""
	}
	s.page.Lines = append(s.page.Lines, strings.TrimRight(prefix+line, " "))
}

// blank adds an empty line, where the last one is not.
func (s *setter) blank() {
	if n := len(s.page.Lines); n > 0 && s.page.Lines[n-1] != strings.TrimRight(s.prefix, " ") && s.bullet == "" {
		s.line("")
	}
}

// room returns the columns behind the prefix.
func (s *setter) room(width int) int { return max(leastWidth/2, width-columns(s.prefix)) }

func (s *setter) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		s.block(n)
	}
}

func (s *setter) block(n ast.Node) {
	width := s.room(min(s.width, prose))
	switch n := n.(type) {
	case *ast.Heading:
		s.blank()
		s.heading(n, width)
	case *ast.Paragraph:
		s.blank()
		if image, ok := n.FirstChild().(*ast.Image); ok && n.ChildCount() == 1 {
			s.figure(image, width)
			return
		}
		s.lines(s.inline(n, look{}), width)
	case *ast.TextBlock: // the paragraph of a tight list
		s.lines(s.inline(n, look{}), width)
	case *ast.FencedCodeBlock:
		s.blank()
		lines := s.code(n)
		var commands []Command
		if string(n.Language(s.source)) == "console" {
			commands = Commands(lines)
		}
		s.verbatim(lines, commands)
	case *ast.CodeBlock:
		s.blank()
		s.verbatim(s.code(n), nil)
	case *ast.List:
		s.list(n)
	case *ast.Blockquote:
		s.blank()
		s.within("> ", func() { s.blocks(n) })
	case *ast.ThematicBreak:
		s.blank()
		s.line(strings.Repeat("-", width))
	case *extast.Table:
		s.blank()
		s.table(n, width)
	default:
		s.refuse(n)
	}
}

func (s *setter) refuse(n ast.Node) {
	if s.err == nil {
		s.err = fmt.Errorf("a lesson is not made of %s", n.Kind())
	}
}

// within sets what stands behind a further prefix.
func (s *setter) within(prefix string, set func()) {
	old := s.prefix
	s.prefix += prefix
	set()
	s.prefix = old
}

func (s *setter) heading(n *ast.Heading, width int) {
	widest := 0
	for _, line := range s.inline(n, look{bold: true}).wrap(width) {
		s.line(line.paint(s.o.Color))
		widest = max(widest, line.columns())
	}
	if rules := []string{1: "=", 2: "-"}; n.Level < len(rules) {
		s.line(strings.Repeat(rules[n.Level], widest))
	}
}

// lines adds a text, wrapped.
func (s *setter) lines(text inline, width int) {
	for _, line := range text.wrap(width) {
		s.line(line.paint(s.o.Color))
	}
}

func (s *setter) list(n *ast.List) {
	if _, nested := n.Parent().(*ast.ListItem); !nested {
		s.blank()
	}
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if item != n.FirstChild() && !n.IsTight {
			s.blank()
		}
		bullet := "- "
		if n.IsOrdered() {
			bullet = strconv.Itoa(number) + ". "
			number++
		}
		s.within(strings.Repeat(" ", len(bullet)), func() {
			s.bullet = bullet
			s.blocks(item)
			s.bullet = ""
		})
	}
}

func (s *setter) figure(n *ast.Image, width int) {
	in := s.o.Lang
	s.lines(append(inline{{text: in.Say("Figure: "), look: look{bold: true}}}, s.inline(n, look{})...), width)
	if command := s.draws[path.Base(string(n.Destination))]; command != "" {
		s.page.Commands = append(s.page.Commands, Command{len(s.page.Lines), command})
		s.lines(inline{{text: in.Say("In the terminal: ")}, {text: command, look: look{code: true}}}, width)
	}
}

// code returns the lines of a code block, tabs as blanks.
func (s *setter) code(n ast.Node) []string {
	var lines []string
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		line := strings.TrimRight(string(at.Value(s.source)), "\r\n")
		lines = append(lines, strings.ReplaceAll(line, "\t", "    "))
	}
	return lines
}

// verbatim adds code as it stands: as far to the right as there is room, and
// folded where there is none.
func (s *setter) verbatim(lines []string, commands []Command) {
	widest := 0
	for _, line := range lines {
		widest = max(widest, columns(line))
	}
	room := s.room(s.width)
	indent := min(codeIndent, max(0, room-widest))
	if widest > room {
		indent = 0
	}
	typed, folded := map[int]bool{}, false
	s.within(strings.Repeat(" ", indent), func() {
		for i, line := range lines {
			for len(commands) > 0 && commands[0].Line == i {
				c := commands[0]
				for k := range strings.Split(c.Text, "\n") {
					typed[i+k] = true
				}
				if !strings.Contains(c.Text, "--svg ") { // its figure has the one to run here
					s.page.Commands = append(s.page.Commands, Command{len(s.page.Lines), c.Text})
				}
				commands = commands[1:]
			}
			parts := fold(line, room)
			folded = folded || len(parts) > 1 && !typed[i]
			for _, part := range parts {
				s.line(inline{{text: part, look: look{bold: typed[i]}}}.paint(s.o.Color))
			}
		}
	})
	if folded && len(typed) > 0 {
		s.lines(inline{{text: s.o.Lang.Say("(Folded: it was printed in a wider terminal. Run in yours, it fits.)")}}, min(s.room(s.width), prose))
	}
}

// Write sets a document and writes it.
func Write(w io.Writer, document string, o Options) error {
	page, err := Set(document, o)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, strings.Join(page.Lines, "\n")+"\n")
	return err
}
