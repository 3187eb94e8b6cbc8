package svg

import (
	stdbytes "bytes"
	"regexp"
	"strings"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
)

// Whatever came last, a moment is described by something that somebody could
// notice, or by nothing having been written.
func TestMomentsAreDescribed(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	description := regexp.MustCompile(`(?s)<desc[^>]*>(.*?)</desc>`)
	for id, plan := range map[string]string{"stage4": "wan", "stage5": "drip", "stage9": "drop=1"} {
		r := run(t, &l, stage.Find(id), stage.Fixed, "", plan)
		last := ""
		for events := range len(r.Log) + 1 {
			var out stdbytes.Buffer
			if err := Moment(&out, r, events, Options{Lang: words.English}, &picture.Key{}); err != nil {
				t.Fatal(err)
			}
			found := description.FindStringSubmatch(out.String())
			if found == nil {
				t.Fatalf("%s, %d events: no description", id, events)
			}
			if last = found[1]; strings.Trim(last, " ") != last || !strings.ContainsAny(last[:1], "NTAL") || strings.Contains(last, `\u{`) {
				t.Fatalf("%s, %d events: got %q, want a sentence", id, events, last)
			}
			if none := last == "No byte was written."; none != (events <= picture.Moves(r)[0]) {
				t.Errorf("%s, %d events: got %q", id, events, last)
			}
		}
	}
}
