package netsim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PlanError is a plan text that cannot be read. It names the item and what is
// wrong with it.
type PlanError struct {
	Item   string
	Reason string

	// Word and Known are set where a word was not known: the word, and those
	// that could stand in its place.
	Word  string
	Known []string
}

func (e *PlanError) Error() string {
	return fmt.Sprintf("plan item %q: %s", e.Item, e.Reason)
}

// An op is one kind of item. Items of the same slot exclude each other.
type op struct {
	name  string
	slot  string
	takes string // what stands after the =, "" for nothing
	parse func(s *Stream, arg string) error
	print func(s *Stream) (arg string, set bool)
}

// ops is in the order in which a plan prints.
var ops = append([]op{
	mode("as-written", AsWritten),
	mode("glue", Glue),
	mode("drip", Drip),
	modeN("every", Every, "BYTES", 1, MaxOffset),
	modeN("random", Random, "SEED", 0, math.MaxUint64),
	{"cut", "cut", "OFFSET,OFFSET…", parseCuts, func(s *Stream) (string, bool) {
		return join(s.Cuts, strconv.Itoa), len(s.Cuts) > 0
	}},
	{"stall", "stall", "DURATION@OFFSET,…", parseStalls, func(s *Stream) (string, bool) {
		return join(s.Stalls, Stall.String), len(s.Stalls) > 0
	}},
	{"window", "window", "BYTES", parseWindow, func(s *Stream) (string, bool) {
		return strconv.Itoa(s.Window), s.Window > 0
	}},
	end("truncate", func(s *Stream) **int { return &s.Truncate }),
	end("reset", func(s *Stream) **int { return &s.Reset }),
	{"eof-with-data", "eof-with-data", "", func(s *Stream, _ string) error {
		s.EOFWithData = true
		return nil
	}, func(s *Stream) (string, bool) { return "", s.EOFWithData }},
}, datagramOps...)

func mode(name string, kind ModeKind) op {
	return op{name, "mode", "", func(s *Stream, _ string) error {
		s.Mode = Mode{Kind: kind}
		return nil
	}, func(s *Stream) (string, bool) { return "", s.Mode.Kind == kind }}
}

func modeN(name string, kind ModeKind, takes string, least, most uint64) op {
	return op{name, "mode", takes, func(s *Stream, arg string) error {
		n, err := strconv.ParseUint(arg, 10, 64)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return fmt.Errorf("%q is not a whole number from %d on", arg, least)
		case err != nil || n < least || n > most:
			return fmt.Errorf("%s: it takes %d to %d", arg, least, most)
		}
		s.Mode = Mode{kind, n}
		return nil
	}, func(s *Stream) (string, bool) {
		return strconv.FormatUint(s.Mode.N, 10), s.Mode.Kind == kind
	}}
}

func end(name string, field func(*Stream) **int) op {
	return op{name, name, "OFFSET", func(s *Stream, arg string) error {
		at, err := parseOffset(arg, 0)
		*field(s) = &at
		return err
	}, func(s *Stream) (string, bool) {
		if at := *field(s); at != nil {
			return strconv.Itoa(*at), true
		}
		return "", false
	}}
}

// Ops returns how each operation of a plan is written, in the order in which
// a plan prints.
func Ops() []string {
	var forms []string
	for _, op := range ops {
		form := op.name
		if op.takes != "" {
			form += "=" + op.takes
		}
		forms = append(forms, form)
	}
	for _, l := range Links {
		forms = append(forms, l.Name)
	}
	return append(forms, LinkForm)
}

// ParsePlan reads the text form of a plan:
//
//	plan := item { ";" item }
//	item := [ N "#" ] [ "up:" | "down:" ] op | link
//	link := "lan" | "wan" | "link:" [ "lan," | "wan," ] key=value { "," key=value }
//
// where op is one of Ops and the keys of a link are rtt, mss, nagle, delack, rate,
// window, loss and seed, each at most once. N# limits an item to the N-th connection, whose own
// items replace the plan's of the same kind; without a direction an item holds
// for both. Empty items are passed over. An error is a *PlanError.
func ParsePlan(text string) (Plan, error) {
	var p Plan
	taken := map[string]bool{} // connection, direction and slot that an item has set
	place := map[int]int{}     // of each exception in p.Conns
	for item := range strings.SplitSeq(text, ";") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if err := p.parseItem(item, taken, place); err != nil {
			return Plan{}, err
		}
	}
	slices.SortFunc(p.Conns, func(a, b ConnPlan) int { return a.N - b.N })
	return p, nil
}

func (p *Plan) parseItem(item string, taken map[string]bool, place map[int]int) error {
	fail := func(format string, args ...any) error {
		return &PlanError{Item: item, Reason: fmt.Sprintf(format, args...)}
	}
	rest, isLink := strings.CutPrefix(item, "link:")
	if _, named := linkNamed(item); named || isLink {
		if taken["link"] {
			return fail("the plan has a link already")
		}
		taken["link"] = true
		var err error
		p.Link, err = parseLink(rest)
		var unknown *wordError
		switch {
		case errors.As(err, &unknown):
			return &PlanError{item, unknown.reason, unknown.word, unknown.known}
		case err != nil:
			return fail("%v", err)
		}
		return nil
	}

	n := 0
	if number, after, ok := strings.Cut(item, "#"); ok {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 1 || n > MaxConn {
			return fail("%q is not the number of a connection, 1 to %d", number, MaxConn)
		}
		rest = after
	}
	up, down := true, true
	if after, ok := strings.CutPrefix(rest, "up:"); ok {
		rest, down = after, false
	} else if after, ok := strings.CutPrefix(rest, "down:"); ok {
		rest, up = after, false
	}

	name, arg, hasArg := strings.Cut(rest, "=")
	if key, _, _ := strings.Cut(name, ":"); key == "link" {
		return fail("a link is the whole plan's and stands alone: link:rtt=40ms")
	}
	i := slices.IndexFunc(ops, func(op op) bool { return op.name == name })
	if i < 0 {
		known := []string{"link"}
		for _, l := range Links {
			known = append(known, l.Name)
		}
		for _, op := range ops {
			known = append(known, op.name)
		}
		return &PlanError{item, fmt.Sprintf("there is no operation %q", name), name, known}
	}
	op := ops[i]
	if hasArg != (op.takes != "") {
		if op.takes == "" {
			return fail("%s takes no value", name)
		}
		return fail("%s needs a value: %s=%s", name, name, op.takes)
	}

	target := [2]*Stream{&p.Up, &p.Down}
	if n > 0 {
		i, ok := place[n]
		if !ok {
			i = len(p.Conns)
			place[n] = i
			p.Conns = append(p.Conns, ConnPlan{N: n})
		}
		target = [2]*Stream{&p.Conns[i].Up, &p.Conns[i].Down}
	}
	for dir, in := range []bool{up, down} {
		if !in {
			continue
		}
		key := fmt.Sprint(n, dir, op.slot)
		if taken[key] {
			return fail("its direction has a %s already", op.slot)
		}
		taken[key] = true
		if err := op.parse(target[dir], arg); err != nil {
			return fail("%v", err)
		}
	}
	return nil
}

func parseOffset(arg string, least int) (int, error) {
	at, err := strconv.Atoi(arg)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, fmt.Errorf("%q is not an offset, a whole number of bytes", arg)
	case err != nil || at < least || at > MaxOffset:
		return 0, fmt.Errorf("offset %s: it takes %d to %d", arg, least, MaxOffset)
	}
	return at, nil
}

func parseCuts(s *Stream, arg string) error {
	for text := range strings.SplitSeq(arg, ",") {
		at, err := parseOffset(text, 1)
		if err != nil {
			return err
		}
		if n := len(s.Cuts); n > 0 && at <= s.Cuts[n-1] {
			return fmt.Errorf("offsets must rise, and %d stands after %d", at, s.Cuts[n-1])
		}
		s.Cuts = append(s.Cuts, at)
	}
	return nil
}

func parseStalls(s *Stream, arg string) error {
	for text := range strings.SplitSeq(arg, ",") {
		delay, offset, ok := strings.Cut(text, "@")
		if !ok {
			return fmt.Errorf("%q is not DURATION@OFFSET, such as 600ms@0", text)
		}
		at, err := parseOffset(offset, 0)
		if err != nil {
			return err
		}
		if n := len(s.Stalls); n > 0 && at <= s.Stalls[n-1].At {
			return fmt.Errorf("offsets must rise, and %d stands after %d", at, s.Stalls[n-1].At)
		}
		d, err := parseDelay(delay)
		if err != nil {
			return err
		}
		s.Stalls = append(s.Stalls, Stall{d, at})
	}
	return nil
}

func parseDelay(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration, such as 40ms", text)
	}
	if d < 0 || d > MaxDelay {
		return 0, fmt.Errorf("%s: it takes 0s to %s", text, MaxDelay)
	}
	return d, nil
}

func parseWindow(s *Stream, arg string) error {
	n, err := strconv.Atoi(arg)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return fmt.Errorf("%q is not a whole number of bytes", arg)
	case err != nil || n < 1 || n > MaxWindow:
		return fmt.Errorf("window of %s bytes: it takes 1 to %d", arg, MaxWindow)
	}
	s.Window = n
	return nil
}

// String returns the text that ParsePlan reads as p, "glue" for the zero Plan.
func (p Plan) String() string {
	items := printStreams(nil, "", &p.Up, &p.Down)
	for i := range p.Conns {
		c := &p.Conns[i]
		items = printStreams(items, strconv.Itoa(c.N)+"#", &c.Up, &c.Down)
	}
	if link := p.Link.String(); link != "" {
		items = append(items, link)
	}
	if len(items) == 0 {
		return "glue"
	}
	return strings.Join(items, ";")
}

// printStreams appends the items of both directions, once where they agree.
func printStreams(items []string, prefix string, up, down *Stream) []string {
	for _, op := range ops {
		text := func(arg string) string {
			if op.takes == "" {
				return op.name
			}
			return op.name + "=" + arg
		}
		u, inUp := op.print(up)
		d, inDown := op.print(down)
		if inUp && inDown && u == d {
			items = append(items, prefix+text(u))
			continue
		}
		if inUp {
			items = append(items, prefix+"up:"+text(u))
		}
		if inDown {
			items = append(items, prefix+"down:"+text(d))
		}
	}
	return items
}

// String returns the stall as a plan writes it.
func (s Stall) String() string {
	return printDelay(s.Delay) + "@" + strconv.Itoa(s.At)
}

// printDelay is Duration's own text without the parts that are zero: 1m, not
// 1m0s.
func printDelay(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func join[T any](list []T, text func(T) string) string {
	var parts []string
	for _, t := range list {
		parts = append(parts, text(t))
	}
	return strings.Join(parts, ",")
}

// MarshalText returns the text form, which makes it the JSON form too.
func (p Plan) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the text form.
func (p *Plan) UnmarshalText(text []byte) error {
	parsed, err := ParsePlan(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}

// MustParsePlan is ParsePlan for a text that stands in a program: it panics
// where that is no plan.
func MustParsePlan(text string) Plan {
	p, err := ParsePlan(text)
	if err != nil {
		panic("netsim: " + err.Error())
	}
	return p
}
