package say

import (
	"strconv"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
)

// ByTrip heads what a message costs as its path gets longer.
func ByTrip(in words.Lang) string { return in.Say("Time a message, by the round-trip time") }

// ByLoss heads what a message costs as more gets lost.
func ByLoss(in words.Lang) string {
	return in.Say("Time a message, by the share of segments that is lost")
}

// Growth says under which conditions costs grow.
func Growth(in words.Lang) string {
	return in.Say("The link is otherwise the same. With loss, times are the mean over 50 seeds; " +
		"what is lost is sent again after a timeout of at least 200 ms.")
}

// ProgramShort is Program without the side where a variant says it.
func ProgramShort(s *lab.Spec) string {
	if s.Variant != "" && s.Side == stage.Naive {
		return s.Variant
	}
	return string(s.Side)
}

// Percent is a share of a million.
func Percent(millionths int) string {
	return strconv.FormatFloat(float64(millionths)/1e4, 'f', -1, 64) + "%"
}
