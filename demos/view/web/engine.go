// Package web is the page's engine, and the page. One function answers every
// request, a JSON text, in the same bytes wherever it runs: behind HTTP, or as
// WebAssembly in the page itself. It keeps nothing from one request to the next,
// reads no file but those that are embedded, runs commands of the simulator
// alone, and is bounded in all that it does: whoever asks may be hostile.
package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// Limits of a request.
const (
	MaxRequest  = 64 << 10 // bytes of its JSON
	MaxCommands = 64
	MaxPlan     = 16 << 10 // bytes of its text

	// MaxBytes is the most bytes of all commands and their answers together, as
	// the programs are right to send them.
	MaxBytes = 32 << 10
)

// Statuses of HTTP, whose package would double the size of the WebAssembly.
const (
	OK          = 200
	badRequest  = 400
	notFound    = 404
	failed      = 500
	Unavailable = 503
)

// Response is an answer: JSON, or a file where it has a name.
type Response struct {
	Status int // of HTTP
	Type   string
	Name   string
	Body   []byte
}

// request is what any operation may be asked. What it has no use for it ignores.
type request struct {
	Lang  words.Lang `json:"lang"`
	Theme string     `json:"theme"` // of a file: light or dark
	Width int        `json:"width"` // of a picture, in pixels

	Stage    string   `json:"stage"`
	Variant  string   `json:"variant"`
	Side     string   `json:"side"` // naive, fixed or both
	Plan     *string  `json:"plan"` // none is the stage's own
	Commands []string `json:"commands"`
	At       *int     `json:"at"` // the moment: how many of them are shown; none, or -1, is all

	Name string `json:"name"` // of a belief
}

// operations by their names. Each returns what becomes JSON, or a *file.
var operations = map[string]func(ctx context.Context, q *request) (any, error){
	"catalogue":  catalogue,
	"run":        run,
	"fatal":      fatal,
	"difference": differ,
	"belief":     try,
	"cost":       price,
	"svg":        drawing,
	"pcap":       capture,
}

// file is an answer to be saved.
type file struct {
	name, kind string
	data       []byte
}

// refusal is a request that is not followed.
type refusal struct {
	status int
	err    error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// bad is a request that nobody can follow.
func bad(err error) error { return &refusal{badRequest, err} }

// Do answers a request to the operation of that name. What is wrong with it is
// said in one line: {"error": "…"}.
func Do(ctx context.Context, operation string, text []byte) Response {
	answer, err := do(ctx, operation, text)
	if err != nil {
		return failure(err)
	}
	if f, ok := answer.(*file); ok {
		return Response{OK, f.kind, f.name, f.data}
	}
	return encode(OK, answer)
}

func do(ctx context.Context, operation string, text []byte) (any, error) {
	f := operations[operation]
	if f == nil {
		return nil, &refusal{notFound, fmt.Errorf("there is no operation %s", short(operation))}
	}
	q, err := decode(text)
	if err != nil {
		return nil, bad(err)
	}
	answer, err := f(ctx, q)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return answer, err
}

func failure(err error) Response {
	status := failed
	var r *refusal
	switch {
	case errors.As(err, &r):
		status = r.status
	case errors.Is(err, context.DeadlineExceeded):
		status, err = Unavailable, fmt.Errorf("this takes too long here; try a shorter exchange")
	case errors.Is(err, context.Canceled):
		status = Unavailable
	}
	return Failure(status, err)
}

// Failure is an error in one line.
func Failure(status int, err error) Response {
	text := picture.Clean(strings.Join(strings.Fields(err.Error()), " "))
	return encode(status, struct {
		Error string `json:"error"`
	}{text})
}

func encode(status int, v any) Response {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("web: " + err.Error()) // a type of ours that has no JSON
	}
	return Response{Status: status, Type: "application/json", Body: out.Bytes()}
}

// decode reads a request. No text is the empty one.
func decode(text []byte) (*request, error) {
	q := &request{}
	if len(text) > MaxRequest {
		return nil, fmt.Errorf("the request has %d bytes, over the limit of %d", len(text), MaxRequest)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(q); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the request is no JSON that is known here: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the request has something behind its JSON")
	}
	q.Lang = cmp.Or(q.Lang, words.English)
	if !slices.Contains(words.Langs, q.Lang) {
		return nil, fmt.Errorf("there is no language %s; there is en, zh", short(string(q.Lang)))
	}
	if !slices.Contains([]string{"", "light", "dark"}, q.Theme) {
		return nil, fmt.Errorf("there is no theme %s; there is light, dark", short(q.Theme))
	}
	return q, nil
}

// short is what somebody sent, quoted, and not more of it than an error needs.
func short(text string) string { return picture.Quote([]byte(text), 60) }

// stage returns the stage and the variant of its naive side that are asked for.
func (q *request) stage() (*stage.Stage, error) {
	s := stage.Find(q.Stage)
	if s == nil {
		var known []string
		for _, s := range stage.All {
			known = append(known, s.ID)
		}
		return nil, bad(fmt.Errorf("there is no stage %s; there is %s", short(q.Stage), strings.Join(known, ", ")))
	}
	if !s.HasVariant(q.Variant) {
		return nil, bad(fmt.Errorf("%s has no variant %s", s.ID, short(q.Variant)))
	}
	return s, nil
}

func (q *request) sides() ([]stage.Side, error) {
	switch q.Side {
	case "", "both":
		return stage.Sides, nil
	case string(stage.Naive), string(stage.Fixed):
		return []stage.Side{stage.Side(q.Side)}, nil
	}
	return nil, bad(fmt.Errorf("there is no side %s; there is naive, fixed, both", short(q.Side)))
}

// plan returns the plan that is asked for, or else the given one.
func (q *request) plan(otherwise string) (netsim.Plan, error) {
	if q.Plan == nil {
		return netsim.MustParsePlan(otherwise), nil
	}
	if n := len(*q.Plan); n > MaxPlan {
		return netsim.Plan{}, bad(fmt.Errorf("the plan has %d bytes, over the limit of %d", n, MaxPlan))
	}
	plan, err := netsim.ParsePlan(*q.Plan)
	if err != nil {
		return plan, bad(err)
	}
	return plan, nil
}

// commands returns those that are asked for, or else the given ones, if all of
// them and their answers are small enough to be run and drawn while somebody
// waits.
func (q *request) commands(s *stage.Stage, otherwise []string) ([]string, error) {
	if len(q.Commands) == 0 {
		return otherwise, nil
	}
	if n := len(q.Commands); n > MaxCommands {
		return nil, bad(fmt.Errorf("%d commands are over the limit of %d", n, MaxCommands))
	}
	total := 0
	for _, c := range q.Commands {
		answer := 0
		if !(s.Streams && shell.Endless(c)) {
			answer = len(s.AnswerTo(c))
		}
		if total += len(c) + answer; total > MaxBytes {
			return nil, bad(fmt.Errorf("%s: the commands and their answers come to more than the limit of %d bytes", short(c), MaxBytes))
		}
	}
	return q.Commands, nil
}
