package term

import (
	"io"

	"stickydemo/demos/trial"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
)

// Class lists what became of a class of submissions, one line each, and counts
// them. How a line ends is cut off where the terminal does.
func Class(w io.Writer, class []*trial.Submission, o Options) error {
	in, limit := o.Lang, o.width()
	t := table{rows: [][]entry{{
		{text: in.Say(phraseSubmission), style: strong}, {text: in.Say(say.LabelVerdict), style: strong}, {text: in.Say(wordSmallest), style: strong}, {text: in.Say(say.LabelWhy), style: strong},
	}}}
	counts := map[trial.Verdict]int{}
	used := make([]int, 3)
	for _, s := range class {
		counts[s.Verdict]++
		row := []entry{{text: picture.Clean(s.Name)}, {text: sayGrade(s.Verdict), style: trialStyle(s.Verdict)}, {text: sayPlanOf(s)}, {text: picture.Clean(sayWhy(in, s))}}
		row[2].text = picture.Clip(row[2].text, limit/2)
		t.rows = append(t.rows, row)
	}
	for _, row := range t.rows {
		for i := range used {
			used[i] = max(used[i], width(row[i].text))
		}
	}
	left := limit
	used[0] = min(used[0], limit/2)
	for _, n := range used {
		left -= n + 2
	}
	if left < leastWhy { // it comes below, beside the names
		left = limit - used[0] - 2
	}
	for _, row := range t.rows {
		if why := &row[3].text; width(*why) > left {
			*why = picture.Clip(*why, left-3) + "..."
		}
	}
	return write(w, append(t.lines(limit), remark(sayClass(in, counts, len(class)), limit)...), o)
}

// leastWhy is the columns in which a reason begins to say something.
const leastWhy = 20
