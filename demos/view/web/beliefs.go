package web

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"stickydemo/demos/belief"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/say"
	"stickydemo/demos/view/svg"
)

type believed struct {
	Name     string `json:"name"`
	Number   int    `json:"number"`
	Says     string `json:"says"`
	Tried    string `json:"tried"`
	Instead  string `json:"instead"`
	Sentence string `json:"sentence"` // what was measured
	Verdict  string `json:"verdict"`  // in words
	Refuted  bool   `json:"refuted"`
	Skipped  bool   `json:"skipped"` // it takes the kernel's sockets: nothing was tried
	SVG      string `json:"svg"`
	Text     string `json:"text"` // the picture in words
}

// try tries an experiment, if it runs on the simulator alone.
func try(ctx context.Context, q *request) (any, error) {
	b := belief.Find(q.Name)
	if b == nil {
		return nil, bad(fmt.Errorf("there is no belief %s", short(q.Name)))
	}
	in := q.Lang
	a := &believed{Name: b.Name, Number: b.Number(), Says: in.Say(b.Says), Tried: in.Say(b.Tried), Instead: in.Say(b.Instead)}
	if b.Kernel {
		a.Skipped = true
		a.Sentence = in.Sayf("This experiment takes the kernel's sockets, which a page has not. Try: %s", "stickydemo belief "+b.Name)
		a.Verdict, a.Text = a.Sentence, a.Sentence
		return a, nil
	}
	r, err := b.Try()
	if err != nil {
		return nil, fmt.Errorf("belief %s: %w", b.Name, err)
	}
	a.Sentence, a.Refuted, a.Verdict = picture.Clean(r.Measured.In(in)), r.Refuted, say.Refuted(in, &r)
	var out bytes.Buffer
	if err := svg.Belief(&out, &r, svg.Options{Lang: in, ID: "stickydemo-belief", Width: clamp(q.Width), Bare: true}); err != nil {
		return nil, err
	}
	a.SVG = out.String()
	lines := []string{a.Tried}
	for _, p := range r.Parts {
		lines = append(lines, say.Part(in, p))
	}
	a.Text = strings.Join(append(lines, a.Sentence, a.Verdict), "\n")
	return a, ctx.Err()
}
