package trial

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// WriteCSV writes a class for a spreadsheet, a row for each submission: what a
// marking scheme may count, and no mark.
//
// The groups of plans, without a plan ("uncut") and the two directions say passed
// or failed, and nothing where they were not tried: a search ends behind the first
// group that breaks the programs. A failure that could not be confirmed, or that
// is the program's own limit on slow peers, is "doubtful".
func WriteCSV(w io.Writer, class []*Submission) error {
	groups := []Group{Given, Drip, Glue, Cut, Stall, Random}
	head := []string{"submission", "verdict", "plan", "failure", "mistake", "uncut", "up", "down"}
	for _, g := range groups {
		head = append(head, string(g))
	}
	rows := [][]string{append(head, "verified", "seconds")}
	ascii := true
	for _, s := range class {
		row := []string{s.Name, string(s.Verdict), "", s.Why.String(), "", s.uncut()}
		if f := s.finding(); f != nil {
			row[2], row[4] = f.Plan.String(), string(f.Mistake)
		}
		for _, dir := range search.Directions {
			row = append(row, s.direction(dir))
		}
		for _, g := range groups {
			row = append(row, s.group(g))
		}
		verified := ""
		if s.Report != nil {
			verified = strconv.Itoa(s.Report.Cuts.Verified)
		}
		row = append(row, verified, strconv.FormatFloat(s.Took.Seconds(), 'f', 1, 64))
		for i, text := range row {
			row[i] = harmless(text)
			ascii = ascii && strings.IndexFunc(row[i], func(r rune) bool { return r > unicode.MaxASCII }) < 0
		}
		rows = append(rows, row)
	}
	if !ascii { // without the mark, spreadsheets take it for what the system writes
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// harmless returns a text that no spreadsheet takes for a formula. Names are
// chosen, and errors printed, by those who are marked.
func harmless(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if text = strings.TrimSpace(text); text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}

// finding is the first plan that breaks the programs, nil for none.
func (s *Submission) finding() *Finding {
	if s.Verdict != Broke || s.Report == nil {
		return nil
	}
	return s.Report.Findings[0]
}

const (
	passed   = "passed"
	failed   = "failed"
	doubtful = "doubtful"
)

func (s *Submission) uncut() string {
	switch s.Verdict {
	case NotTried:
		return ""
	case BrokenWithoutPlan, Hung, DidNotStart:
		return failed
	}
	if s.Report == nil || len(s.Report.Tried) == 0 {
		return doubtful
	}
	return passed
}

func (s *Submission) group(g Group) string {
	if s.Report == nil {
		return ""
	}
	for _, t := range s.Report.Tried {
		switch {
		case t.Group != g || t.Runs == 0:
		case t.Failed == 0:
			return passed
		case s.Verdict == Broke:
			return failed
		default:
			return doubtful
		}
	}
	return ""
}

// direction says whether the plans for one direction broke the programs.
func (s *Submission) direction(dir trace.Direction) string {
	if s.Report == nil {
		return ""
	}
	bytes := s.Report.Baseline.Up
	if dir == trace.Down {
		bytes = s.Report.Baseline.Down
	}
	switch {
	case s.Verdict == Broke && slices.ContainsFunc(s.Report.Findings, func(f *Finding) bool { return f.Dir == dir }):
		return failed
	case s.Verdict != Broke && s.Verdict != Survived, s.group(Drip) == "", bytes < 2:
		return ""
	}
	return passed
}
