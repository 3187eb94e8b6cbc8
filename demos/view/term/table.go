package term

import (
	"io"
	"slices"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// List lists the stages, with what breaks each, the plans and the commands.
func List(w io.Writer, o Options) error {
	in := o.Lang
	width := o.width()
	lines := title(in.Say(phraseStages), width)
	id, name := 0, 0
	for _, s := range stage.All {
		id, name = max(id, len(s.ID)), max(name, len(s.Name))
	}
	indent := id + name + 4
	for _, s := range stage.All {
		head := pad(s.ID, id+2) + pad(s.Name, name+2)
		lines = append(lines, hang(line{{head, strong}}, indent, in.Say(s.Idea), width)...)
		lines = append(lines, hang(nil, indent, sayBreak(in, &s.Break, ""), width)...)
		for _, v := range s.Variants {
			lines = append(lines, hang(nil, indent, sayBreak(in, &v.Break, v.Name), width)...)
		}
	}
	var plans, commands [][2]string
	for _, p := range stage.Plans {
		plans = append(plans, [2]string{p.Plan, in.Say(p.What)})
	}
	for _, c := range shell.Commands() {
		commands = append(commands, [2]string{strings.TrimSpace(c.Name + " " + c.Args), in.Say(c.Help)})
	}
	lines = append(lines, glossary(in, in.Say(phrasePlans), plans, width)...)
	lines = append(lines, nil)
	lines = append(lines, hang(nil, 0, in.Say(phraseOps)+strings.Join(netsim.Ops(), " "), width)...)
	lines = append(lines, glossary(in, in.Say(phraseCommands), commands, width)...)
	return write(w, lines, o)
}

// glossary is a title and entries, each a word and what it means.
func glossary(in words.Lang, heading string, entries [][2]string, width int) []line {
	lines := append([]line{nil}, title(heading, width)...)
	indent := 0
	for _, e := range entries {
		indent = max(indent, len(e[0])+2)
	}
	for _, e := range entries {
		lines = append(lines, hang(line{{e[0], strong}}, indent, e[1], width)...)
	}
	return lines
}

// Matrix shows the verdict of every program under every plan that results
// have, in the order in which they first come.
func Matrix(w io.Writer, results []*lab.Result, o Options) error {
	in := o.Lang
	type place struct{ program, plan string }
	var programs, plans []string
	heads := map[string][]string{}
	verdicts := map[place]stage.Verdict{}
	for _, r := range results {
		head := []string{r.Stage.ID, say.ProgramShort(&r.Spec)}
		p := place{strings.Join(head, " "), r.Plan.String()}
		if heads[p.program] == nil {
			heads[p.program] = head
			programs = append(programs, p.program)
		}
		if !slices.Contains(plans, p.plan) {
			plans = append(plans, p.plan)
		}
		verdicts[p] = r.Verdict
	}
	t := table{grouped: true, rows: [][]entry{{{}}, {{text: in.Say(say.LabelPlan), style: strong}}}}
	for _, p := range programs {
		for i, text := range heads[p] {
			t.rows[i] = append(t.rows[i], entry{text: text, style: strong})
		}
	}
	for _, plan := range plans {
		row := []entry{{text: plan}}
		for _, program := range programs {
			v := verdicts[place{program, plan}]
			row = append(row, entry{text: string(v), style: verdictStyle(v)})
		}
		t.rows = append(t.rows, row)
	}
	return write(w, append(t.lines(o.width()), remark(in.Say(phraseMatrix), o.width())...), o)
}

func title(text string, width int) []line {
	var lines []line
	for _, t := range wrap(text, width) {
		lines = append(lines, line{{t, strong}})
	}
	return append(lines, nil)
}

// remark is a paragraph under a table.
func remark(text string, width int) []line { return append([]line{nil}, wrapped(text, width)...) }

func wrapped(text string, width int) []line {
	var lines []line
	for _, t := range wrap(text, min(width, prose)) {
		lines = append(lines, line{{t, plain}})
	}
	return lines
}

// hang writes text beside a head, all its lines indented alike, or under the
// head where too little room is left.
func hang(head line, indent int, text string, width int) []line {
	var lines []line
	if indent > width/2 {
		indent = 4
		if len(head) > 0 {
			lines = append(lines, head.trim())
			head = nil
		}
	}
	for _, t := range wrap(text, width-indent) {
		lines = append(lines, append(head, piece{strings.Repeat(" ", indent-head.width()) + t, plain}))
		head = nil
	}
	return lines
}

func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-width(text)))
}

// table is rows of cells in aligned columns. One that is too wide for its
// terminal continues below with the columns that are left, the first repeated.
type table struct {
	grouped bool // columns under the same word in the first row stay together
	rows    [][]entry
}

type entry struct {
	text  string
	right bool // aligned so
	style style
}

func (t *table) lines(limit int) []line {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, e := range row {
			widths[i] = max(widths[i], width(e.text))
		}
	}
	widths[0] = min(widths[0], limit/2)
	var lines []line
	for from := 1; from < len(widths); {
		to, used := from, widths[0]
		for to < len(widths) && (used+2+widths[to] <= limit || to == from) {
			used += 2 + widths[to]
			to++
		}
		if t.grouped {
			to = t.group(from, to)
		}
		if from > 1 {
			lines = append(lines, nil)
		}
		for _, row := range t.rows {
			l := line{{pad(picture.Clip(row[0].text, widths[0]), widths[0]), row[0].style}}
			for i := from; i < to; i++ {
				e := row[i]
				blank := strings.Repeat(" ", widths[i]-width(e.text))
				if e.right {
					l = append(l, piece{"  " + blank, plain}, piece{e.text, e.style})
				} else {
					l = append(l, piece{"  ", plain}, piece{e.text, e.style}, piece{blank, plain})
				}
			}
			lines = append(lines, l.trim())
		}
		from = to
	}
	return lines
}

// group returns the end of the last group that is whole within columns
// [from, to), or to where none is.
func (t *table) group(from, to int) int {
	head := t.rows[0]
	for end := to; end > from; end-- {
		if end == len(head) || head[end].text != head[end-1].text {
			return end
		}
	}
	return to
}
