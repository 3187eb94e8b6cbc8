package term

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/netsim"
)

func TestLinksGolden(t *testing.T) {
	checks, err := lab.PredictLinks()
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{40, 80} {
		var out bytes.Buffer
		if err := Links(&out, checks, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("links-%d.txt", width), out.Bytes())
	}
}

// What was measured is made by hand: as predicted but 3.3ms later, once not.
func TestLinkCheckGolden(t *testing.T) {
	checks, err := lab.PredictLinks()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range checks {
		got := c.Predicted
		got.Took += 3300 * time.Microsecond
		if i == 2 {
			got.Took = 211 * time.Millisecond
		}
		c.Measured = slices.Repeat([]lab.Crossing{got}, lab.LinkTries)
	}
	for _, width := range []int{40, 80} {
		var out bytes.Buffer
		if err := LinkCheck(&out, checks, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("linkcheck-%d.txt", width), out.Bytes())
	}
	checks[2].Measured = []lab.Crossing{checks[2].Predicted}
	var out bytes.Buffer
	if err := LinkCheck(&out, checks, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\n13 of 13 agree. ") {
		t.Errorf("got\n%s\nwant none that differs", out.String())
	}
}

// Each setting of a link is explained.
func TestLinkWords(t *testing.T) {
	settings := netsim.MustParsePlan(netsim.LinkForm).Link.Settings()
	for _, setting := range settings {
		key, _, _ := strings.Cut(setting, "=")
		if linkWords[key] == "" {
			t.Errorf("nothing says what %s means", key)
		}
	}
	if len(linkWords) != len(settings) {
		t.Errorf("%d settings are explained, want %d", len(linkWords), len(settings))
	}
}
