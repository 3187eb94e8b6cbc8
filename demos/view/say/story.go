package say

import (
	"slices"
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
)

// Story tells of the results of one stage what happened, why, what the fix changed
// and what it costs.
func Story(in words.Lang, results []*lab.Result) []Field {
	var happened []string
	for _, r := range results {
		happened = append(happened, Happened(in, r))
	}
	first := results[0]
	list := []Field{{LabelHappened, strings.Join(happened, in.Say(" "))}}
	if why := Reason(in, first); why != "" {
		list = append(list, Field{LabelWhy, why})
	}
	if slices.ContainsFunc(results, func(r *lab.Result) bool { return r.Side == stage.Fixed }) {
		list = append(list, Field{LabelRepair, in.Say(first.Stage.Repair)}, Field{LabelPrice, in.Say(first.Stage.Price)})
	}
	return list
}
