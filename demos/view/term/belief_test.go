package term

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	beliefs "stickydemo/demos/belief"
	"stickydemo/demos/lab"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
)

// tried runs the experiments, those on kernel sockets only where asked.
func tried(t *testing.T, kernel bool) []*beliefs.Result {
	t.Helper()
	var list []*beliefs.Result
	for i := range beliefs.All {
		if b := &beliefs.All[i]; kernel || !b.Kernel {
			r, err := b.Try()
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, &r)
		}
	}
	return list
}

func TestBeliefGolden(t *testing.T) {
	list := tried(t, false)
	for _, width := range []int{40, 80} {
		var out bytes.Buffer
		o := Options{Width: width}
		if err := Beliefs(&out, beliefs.All, o); err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			out.WriteByte('\n')
			if err := Belief(&out, r, o); err != nil {
				t.Fatal(err)
			}
		}
		if err := Refuted(&out, list, o); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("belief-%d.txt", width), out.Bytes())
	}
}

// Results that no system here gives.
func TestBeliefGoldenElsewhere(t *testing.T) {
	b := beliefs.Find("send-sends-all")
	amounts := []beliefs.Bar{{What: words.Sentencef("much"), Bytes: 50_000_000}, {What: words.Sentencef("a byte"), Bytes: 1}, {What: words.Sentencef("none")}}
	list := []*beliefs.Result{
		{Belief: b, Skipped: words.Sentencef("it needs a kernel's sockets, and a browser has none")},
		{
			Belief: b, Measured: words.Sentencef("The write took all of it.\x1b[2J"),
			Parts: []beliefs.Part{{Name: words.Sentencef("to scale"), Result: &lab.Result{Net: lab.Kernel}, Bars: amounts}},
		},
		{Belief: b, Refuted: true},
	}
	var out bytes.Buffer
	for _, r := range list {
		if err := Belief(&out, r, Options{Width: 60}); err != nil {
			t.Fatal(err)
		}
		out.WriteByte('\n')
	}
	if err := Refuted(&out, list, Options{Width: 60}); err != nil {
		t.Fatal(err)
	}
	golden(t, "belief-elsewhere-60.txt", out.Bytes())
}

// All experiments fit every terminal, and colour adds nothing but colour.
func TestBeliefLines(t *testing.T) {
	for _, r := range tried(t, true) {
		for _, w := range []int{0, 1, 47, 150, 400} {
			o := Options{Width: w}
			what := fmt.Sprintf("%s at %d", r.Name, w)
			var text, colored bytes.Buffer
			if err := Belief(&text, r, o); err != nil {
				t.Fatal(err)
			}
			checkWidth(t, what, text.String(), o.width())
			for _, c := range text.String() {
				if c != '\n' && !picture.Glyph(c) {
					t.Fatalf("%s: got %q in the text", what, c)
				}
			}
			o.Color = true
			if err := Belief(&colored, r, o); err != nil {
				t.Fatal(err)
			}
			var stripped []string
			for _, l := range strings.Split(escapes.ReplaceAllString(colored.String(), ""), "\n") {
				stripped = append(stripped, strings.TrimRight(l, " "))
			}
			if got := strings.Join(stripped, "\n"); got != text.String() {
				t.Errorf("%s: got, colours taken off,\n%s\nwant\n%s", what, got, text.String())
			}
		}
		for name, err := range map[string]error{
			"Belief":  Belief(brokenWriter{}, r, Options{}),
			"Beliefs": Beliefs(brokenWriter{}, beliefs.All, Options{}),
			"Refuted": Refuted(brokenWriter{}, []*beliefs.Result{r}, Options{}),
		} {
			if !errors.Is(err, errBroken) {
				t.Errorf("%s: got %v, want %v", name, err, errBroken)
			}
		}
	}
}
