package lab

import "stickydemo/demos/stage"

// Pair tells the results of one stage, of which there are one or two, by their
// sides.
func Pair(results []*Result) (naive, fixed *Result) {
	naive, fixed = results[0], results[len(results)-1]
	switch {
	case naive.Side == stage.Fixed:
		naive = nil
	case fixed.Side == stage.Naive:
		fixed = nil
	}
	return naive, fixed
}
