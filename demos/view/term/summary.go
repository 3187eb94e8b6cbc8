package term

import (
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/words"
)

// summary is what stands under the lanes: a line a call, then say.Summary.
func summary(in words.Lang, r *lab.Result, width int) []line {
	lines := calls(in, r, width)
	for _, f := range say.Summary(in, r, width-labelWidth-8) {
		lines = append(lines, field(in, f.Label, f.Text, width)...)
	}
	return lines
}

// calls lists the calls: letter, command, verdict, how much came of how much,
// and, where that was not right, what it began with or the error.
func calls(in words.Lang, r *lab.Result, width int) []line {
	keep, hidden := picture.Calls(r)
	commands, verdicts := 0, 0
	for _, i := range keep {
		commands = max(commands, widthOf(r.Calls[i]))
		verdicts = max(verdicts, len(r.Calls[i].Verdict))
	}
	commands = min(commands, max(12, (width-labelWidth)/3))
	indent := labelWidth + 2 + commands + 2 + verdicts + 2 // of what came

	var lines []line
	label := in.Say(say.LabelCalls)
	for _, i := range keep {
		c := r.Calls[i]
		command := picture.Clean(c.Command)
		if widthOf(c) > commands {
			command = picture.Clip(command, commands-3) + "..."
		}
		head := line{
			{pad(label, labelWidth), plain},
			{picture.Letter(i+1, false), callStyle(i + 1)},
			{" " + pad(command, commands) + "  ", plain},
			{string(c.Verdict), verdictStyle(c.Verdict)},
		}
		label = ""
		at := indent
		if width-indent < 24 { // too narrow: under it
			lines = append(lines, head)
			head, at = nil, labelWidth+2
		}
		for _, text := range came(in, &c, width-at) {
			lines = append(lines, append(head, piece{strings.Repeat(" ", at-head.width()) + text, plain}))
			head = nil
		}
	}
	if hidden > 0 {
		lines = append(lines, field(in, label, say.HiddenCalls(in, hidden, len(r.Calls)), width)...)
	}
	return lines
}

func widthOf(c lab.Call) int { return width(picture.Clean(c.Command)) }

// came says what came back from a call, on lines of at most limit columns.
func came(in words.Lang, c *lab.Call, limit int) []string {
	if c.Err != nil {
		return wrap(say.Cause(c.Verdict, c.Err), limit)
	}
	text := say.Got(in, c)
	if c.Verdict == stage.OK || len(c.Got) == 0 {
		return wrap(text, limit)
	}
	const most = 44
	if room := limit - width(text) - 2; room >= 16 {
		return []string{text + "  " + picture.Quote(c.Got, min(room, most))}
	}
	return append(wrap(text, limit), picture.Quote(c.Got, min(limit, most)))
}
