package say

import (
	"strings"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
)

// Field is a text behind its label.
type Field struct{ Label, Text string }

// Summary is what stands under a list of calls: what the server ran, in limit
// columns a command, if that is not what it was asked; how it ended; the cost;
// and what of the plan did nothing.
func Summary(in words.Lang, r *lab.Result, limit int) []Field {
	var list []Field
	if !picture.HeardRight(r) {
		list = append(list, Field{LabelServer, ServerRan(in, r.Server.Heard, limit)})
	}
	if err := r.Server.Err; err != nil && !picture.Told(r, err) {
		list = append(list, Field{LabelServer, string(r.Server.Verdict) + ": " + Cause(r.Server.Verdict, err)})
	}
	if r.Err != nil && !picture.Told(r, r.Err) && r.Server.Err != r.Err {
		list = append(list, Field{LabelEnd, picture.Clean(r.Err.Error())})
	}
	list = append(list, Field{LabelCost, Cost(in, r.Cost)})
	for _, n := range r.Notes {
		list = append(list, Field{LabelNote, n.In(in)})
	}
	return list
}

// Cause is an error without the verdict, which stands beside it.
func Cause(v stage.Verdict, err error) string {
	return strings.TrimPrefix(picture.Clean(err.Error()), string(v)+": ")
}
