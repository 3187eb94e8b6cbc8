package term_test

import (
	"strings"
	"testing"

	"stickydemo/demos/trial"
	view "stickydemo/demos/view/term"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// A class is a line for each, whatever stands in their names and their errors, and
// the line says where it was cut off.
func TestClass(t *testing.T) {
	class := []*trial.Submission{
		{Name: "ann", Verdict: trial.Survived},
		{Name: "张三\x1b[31m", Verdict: trial.Broke, Why: words.Sentencef("nothing moved any more"), Report: &trial.Report{
			Findings: []*trial.Finding{{Plan: netsim.MustParsePlan("down:cut=1"), Mistake: trial.ReadOnce}},
		}},
		{Name: "cid", Verdict: trial.Hung, Why: words.Sentencef("two\nlines")},
		{Name: "dan-with-a-name-that-has-no-end-at-all", Verdict: trial.NotTried},
	}
	for columns, want := range map[int]string{
		40: `submission            verdict
ann                   survived
张三\x1b[31m          broke
cid                   hung
dan-with-a-name-that  not tried

submission            smallest
ann
张三\x1b[31m          down:cut=1
cid
dan-with-a-name-that

submission            why
ann
张三\x1b[31m          The receiver re...
cid                   two\nlines
dan-with-a-name-that

4 submissions: 1 survived, 1 broke, 1
hung, 1 not tried.
`,
		100: `submission                              verdict    smallest    why
ann                                     survived
张三\x1b[31m                            broke      down:cut=1  The receiver reads once where it m...
cid                                     hung                   two\nlines
dan-with-a-name-that-has-no-end-at-all  not tried

4 submissions: 1 survived, 1 broke, 1 hung, 1 not tried.
`,
	} {
		var out strings.Builder
		if err := view.Class(&out, class, view.Options{Width: columns}); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != want {
			t.Errorf("%d columns: got\n%s\nwant\n%s", columns, got, want)
		}
	}
}
