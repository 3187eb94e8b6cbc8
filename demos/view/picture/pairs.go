package picture

import "strings"

const tab = 4 // columns

// Pair is a line of either source, or the same line of both: -1 for none.
type Pair struct {
	Left, Right         int
	LeftText, RightText string
	Same                bool
}

// source splits a text into lines, without tabs.
func source(text string) []string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		var out strings.Builder
		for _, r := range strings.TrimSuffix(l, "\r") {
			if r == '\t' {
				out.WriteString(strings.Repeat(" ", tab-Columns(out.String())%tab))
			} else {
				out.WriteString(Clean(string(r)))
			}
		}
		lines = append(lines, out.String())
	}
	return lines
}

// Align pairs the lines of two sources, numbered from 0. Tabs are four columns.
func Align(left, right string) []Pair { return align(source(left), source(right)) }

// align pairs the lines of two sources along their longest common
// subsequence, which takes len(a)*len(b) steps: sources are some pages long.
func align(a, b []string) []Pair {
	// common[i][j] is the length of that of a[i:] and b[j:]. Blank lines count
	// for little, so that blocks pair by what they say.
	worth := func(s string) int {
		if len(strings.TrimSpace(s)) < 2 {
			return 1
		}
		return 4
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if a[i] == b[j] {
				common[i][j] = max(common[i][j], common[i+1][j+1]+worth(a[i]))
			}
		}
	}
	var rows []Pair
	var i, j, fromI, fromJ int
	changed := func() { // pairs a[fromI:i] with b[fromJ:j] as they come
		for fromI < i || fromJ < j {
			p := Pair{Left: -1, Right: -1}
			if fromI < i {
				p.Left, p.LeftText = fromI, a[fromI]
				fromI++
			}
			if fromJ < j {
				p.Right, p.RightText = fromJ, b[fromJ]
				fromJ++
			}
			rows = append(rows, p)
		}
	}
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j] && common[i][j] == common[i+1][j+1]+worth(a[i]):
			changed()
			rows = append(rows, Pair{i, j, a[i], b[j], true})
			i, j = i+1, j+1
			fromI, fromJ = i, j
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			i++
		default:
			j++
		}
	}
	changed()
	return rows
}
