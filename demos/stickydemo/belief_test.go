package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"stickydemo/demos/belief"
	"stickydemo/demos/words"
)

// Beliefs that stand are shown as such, and the exit status says so; an
// experiment that a system cannot run refutes nothing and fails nothing.
func TestBeliefStatus(t *testing.T) {
	all := belief.All
	defer func() { belief.All = all }()
	add := func(name string, r belief.Result, err error) {
		belief.All = append(slices.Clip(belief.All), belief.Belief{
			Name: name, Says: "It is so.", Tried: "Look.", Instead: "Believe it.",
			Experiment: func() (belief.Result, error) { return r, err },
		})
	}
	add("true", belief.Result{Measured: words.Sentencef("It was so.")}, nil)
	add("elsewhere", belief.Result{Skipped: words.Sentencef("it needs another system")}, nil)
	add("broken", belief.Result{}, errors.New("no sockets left"))

	for _, c := range []struct {
		words  string
		status int
		stdout string
		stderr string
	}{
		{"true", exitUnexpected, "verdict  not refuted by this run\n", "stickydemo: belief true was not refuted by this run\n"},
		{"true --json", exitUnexpected, `"refuted": false`, "stickydemo: belief true was not refuted by this run\n"},
		{"sticky true", exitUnexpected, "Refuted: 1 of 2 beliefs.\n", "stickydemo: belief true was not refuted by this run\n"},
		{"elsewhere", exitOK, "verdict  not shown on this system: it needs another system\n", ""},
		{"elsewhere --json", exitOK, `"skipped": "it needs another system"`, ""},
		{"sticky elsewhere", exitOK, "Refuted: 1 of 2 beliefs. Not shown on this system: 1.\n", ""},
		{"broken", exitUnexpected, "", "stickydemo: belief broken: no sockets left\n"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(context.Background(), append([]string{"stickydemo", "belief"}, strings.Fields(c.words)...), &stdout, &stderr)
		if status != c.status || !strings.Contains(stdout.String(), c.stdout) || stderr.String() != c.stderr {
			t.Errorf("belief %s: got status %d, stderr %q, stdout\n%s\nwant status %d, stderr %q and %q",
				c.words, status, stderr.String(), stdout.String(), c.status, c.stderr, c.stdout)
		}
	}
}
