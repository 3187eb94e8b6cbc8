package markdown

import (
	"strings"

	extast "github.com/yuin/goldmark/extension/ast"
)

const (
	gutter    = 2 // blank columns between two of a table
	leastCell = 8 // columns in which a text can still be read
)

// table sets a table with its columns side by side, their cells wrapped; where
// there is no room for that, a row's cells one under the other.
func (s *setter) table(n *extast.Table, width int) {
	var rows [][]inline
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		l := look{bold: row == n.FirstChild()}
		var cells []inline
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, s.inline(cell, l))
		}
		rows = append(rows, cells)
	}
	widths := shares(rows, width)
	if widths == nil {
		s.records(rows, width)
		return
	}
	for i, row := range rows {
		s.row(row, widths)
		if i > 0 {
			continue
		}
		var rules []string
		for _, w := range widths {
			rules = append(rules, strings.Repeat("-", w))
		}
		s.line(strings.Join(rules, strings.Repeat(" ", gutter)))
	}
}

// shares returns how wide each column of a table is, nil where one would be too
// narrow: the widest give way first.
func shares(rows [][]inline, width int) []int {
	widths := make([]int, len(rows[0]))
	total := gutter * (len(widths) - 1)
	for k := range widths {
		for _, row := range rows {
			widths[k] = max(widths[k], row[k].columns())
		}
		total += widths[k]
	}
	for ; total > width; total-- {
		widest := 0
		for k := range widths {
			if widths[k] > widths[widest] {
				widest = k
			}
		}
		if widths[widest] <= leastCell {
			return nil
		}
		widths[widest]--
	}
	return widths
}

// row sets the cells of one row side by side.
func (s *setter) row(cells []inline, widths []int) {
	var wrapped [][]inline
	height := 0
	for k, cell := range cells {
		wrapped = append(wrapped, cell.wrap(widths[k]))
		height = max(height, len(wrapped[k]))
	}
	for i := range height {
		line := ""
		for k, lines := range wrapped {
			used := 0
			if i < len(lines) {
				line += lines[i].paint(s.o.Color)
				used = lines[i].columns()
			}
			line += strings.Repeat(" ", max(0, widths[k]-used)+gutter)
		}
		s.line(line)
	}
}

// records sets each row as a list of what its cells are and say.
func (s *setter) records(rows [][]inline, width int) {
	for i, row := range rows[1:] {
		if i > 0 {
			s.blank()
		}
		for k, cell := range row {
			text := cell
			if len(rows[0][k]) > 0 {
				text = append(append(inline{}, rows[0][k]...), append(inline{{text: ": "}}, cell...)...)
			}
			s.lines(text, width)
		}
	}
}
