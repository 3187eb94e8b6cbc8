package markdown

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/rivo/uniseg"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// look is how text looks where there is colour. Without, code stands in the
// backquotes that it was written with.
type look struct{ bold, slanted, code bool }

// piece is text of one look.
type piece struct {
	text string
	look look
	soft bool // a line's end in the source
}

// inline is text in pieces: a paragraph, or one line of it.
type inline []piece

// inline returns the text of a block.
func (s *setter) inline(block ast.Node, l look) inline {
	text := s.pieces(block, l)
	for i := range text {
		if text[i].soft && i > 0 && i+1 < len(text) && joins(text[i-1].text, text[i+1].text) {
			text[i].text = ""
		}
	}
	return text
}

// joins reports whether no blank stands between two lines that become one: none
// does between Chinese characters, nor beside their punctuation.
func joins(before, after string) bool {
	a, _ := utf8.DecodeLastRuneInString(before)
	b, _ := utf8.DecodeRuneInString(after)
	wide := func(r rune) bool { return columns(string(r)) == 2 }
	return wide(a) && wide(b) || wide(a) && unicode.IsPunct(a) || wide(b) && unicode.IsPunct(b)
}

func (s *setter) pieces(parent ast.Node, l look) inline {
	var out inline
	add := func(text string, l look) { out = append(out, piece{text: text, look: l}) }
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			add(s.plain(n), l)
			if n.HardLineBreak() {
				add("\n", l)
			} else if n.SoftLineBreak() {
				out = append(out, piece{text: " ", look: l, soft: true})
			}
		case *ast.CodeSpan:
			code := l
			code.code = true
			text := ""
			for _, p := range s.pieces(n, code) {
				text += p.text
			}
			if !s.o.Color {
				text = "`" + text + "`"
			}
			add(text, code)
		case *ast.Emphasis:
			inner := l
			inner.bold = l.bold || n.Level == 2
			inner.slanted = l.slanted || n.Level == 1
			out = append(out, s.pieces(n, inner)...)
		case *ast.Link:
			out = append(out, s.pieces(n, l)...)
			if to := string(n.Destination); strings.HasPrefix(to, "http") {
				add(" ("+to+")", l)
			}
		case *ast.AutoLink:
			add(string(n.URL(s.source)), l)
		default:
			s.refuse(n)
		}
	}
	return out
}

// plain returns a text as it is meant: the parser leaves escapes and entities to
// whoever writes HTML.
func (s *setter) plain(n *ast.Text) string {
	value := n.Segment.Value(s.source)
	if n.Parent().Kind() == ast.KindCodeSpan {
		return strings.ReplaceAll(string(value), "\n", " ")
	}
	value = util.UnescapePunctuations(value)
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
}

// wrap breaks text into lines of at most so many columns, where Unicode's UAX 14
// allows it: no line begins with a comma, Chinese ones included. Code is broken
// at blanks alone, and what is longer than a line anywhere.
func (text inline) wrap(limit int) []inline {
	var whole strings.Builder
	var looks []look // of each byte
	for _, p := range text {
		whole.WriteString(p.text)
		looks = append(looks, slices.Repeat([]look{p.look}, len(p.text))...)
	}
	all := whole.String()

	var lines []inline
	from, to := 0, 0 // the line that grows
	flush := func() {
		lines = append(lines, cut(all, looks, from, from+len(strings.TrimRight(all[from:to], " \n"))))
		from = to
	}
	limit = max(limit, 2) // one wide character
	for _, end := range breaks(all, looks) {
		if to > from && columns(strings.TrimRight(all[from:end], " \n")) > limit {
			flush()
		}
		for columns(strings.TrimRight(all[from:end], " \n")) > limit {
			to = from + fit(all[from:end], limit)
			flush()
		}
		to = end
		if strings.HasSuffix(all[from:to], "\n") {
			flush()
		}
	}
	if to > from || len(lines) == 0 {
		flush()
	}
	return lines
}

// Wrap breaks plain text into lines of at most so many columns, as a paragraph is.
func Wrap(text string, limit int) []string {
	var lines []string
	for _, line := range (inline{{text: text}}).wrap(limit) {
		lines = append(lines, line.paint(false))
	}
	return lines
}

// breaks returns the places behind which a line may end, the end of the text
// among them.
func breaks(text string, looks []look) []int {
	var places []int
	at, state := 0, -1
	for rest := text; rest != ""; {
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		at += len(segment)
		inCode := at < len(text) && looks[at-1].code && looks[at].code
		if !inCode || text[at-1] == ' ' {
			places = append(places, at)
		}
	}
	return places
}

// fit returns the length of the longest beginning of text that fits into so many
// columns; at least one character does.
func fit(text string, limit int) int {
	n, used, state := 0, 0, -1
	for rest := text; rest != ""; {
		var cluster string
		var width int
		cluster, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += width; n > 0 && used > limit {
			break
		}
		n += len(cluster)
	}
	return n
}

// cut returns the pieces of text[from:to].
func cut(text string, looks []look, from, to int) inline {
	var line inline
	for from < to {
		end := from + 1
		for end < to && looks[end] == looks[from] {
			end++
		}
		line = append(line, piece{text: text[from:end], look: looks[from]})
		from = end
	}
	return line
}

// columns returns how wide text is in a terminal.
func columns(text string) int { return uniseg.StringWidth(text) }

func (line inline) columns() int {
	n := 0
	for _, p := range line {
		n += columns(p.text)
	}
	return n
}

// hueOfCode is the middle blue of the 256-colour palette, which stands out from
// a dark background and from a light one.
const hueOfCode = 33

// paint returns the line with escape codes for its looks, without them where
// there is no colour.
func (line inline) paint(colors bool) string {
	var out strings.Builder
	for _, p := range line {
		if !colors || p.look == (look{}) {
			out.WriteString(p.text)
			continue
		}
		c := color.New()
		if p.look.bold {
			c.Add(color.Bold)
		}
		if p.look.slanted {
			c.Add(color.Italic)
		}
		if p.look.code {
			c.Add(38, 5, hueOfCode)
		}
		c.EnableColor()
		out.WriteString(c.Sprint(p.text))
	}
	return out.String()
}

// fold breaks one line of code: behind a blank, or where its first third has none
// it is full. What follows is indented.
func fold(line string, limit int) []string {
	const indent = "    "
	var parts []string
	for columns(line) > limit {
		n := fit(line, limit)
		if blank := strings.LastIndexByte(line[:n], ' ') + 1; blank > n/3 && strings.TrimSpace(line[:blank]) != "" {
			n = blank
		}
		parts = append(parts, line[:n])
		line = indent + line[n:]
	}
	return append(parts, line)
}
