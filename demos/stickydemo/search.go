package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	view "stickydemo/demos/view/term"
	"stickydemo/demos/words"
	"stickydemo/netsim/search"
)

const (
	defaultExact  = 20       // bytes of a direction that are counted exactly
	cheapRuns     = 5000     // and longer ones, where that takes no more
	defaultRandom = 1000     // seeds
	maxRandom     = 1 << 24  // seeds
	maxExact      = 4096     // bytes
	maxWork       = 1e8      // bytes of all runs that are counted unasked, about half a minute on two cores
	maxPart       = 16 << 20 // bytes of a file to merge
)

func searchCommand() *cli.Command {
	return &cli.Command{
		Name:      "search",
		Usage:     "which cuts are fatal to a program, in how many ways, and the smallest",
		ArgsUsage: "STAGE | --merge FILE…",
		Description: example("Tries every cut, every two cuts, stalls, windows and seeds, and counts exactly in how many of all\n"+
			"ways to cut a stream the program goes wrong: ways, not chances.\n"+
			"On datagrams there is nothing to cut: it drops each, every two, and swaps each with the next.\n"+
			"Exit status 1: a fixed program broke, or a naive one did not.",
			"stickydemo search stage4 --side naive",
			"stickydemo search stage4 --side fixed --json",
			"stickydemo search stage4 --side naive --save smallest.json && stickydemo replay smallest.json",
			"stickydemo search stage4 --side fixed --shard 1/2 --json > 1.json\n"+
				"   stickydemo search stage4 --side fixed --shard 2/2 --json > 2.json\n"+
				"   stickydemo search --merge 1.json 2.json"),
		Flags: []cli.Flag{
			sideFlag("naive"),
			variantFlag(),
			&cli.StringSliceFlag{Name: "command", Usage: "send `COMMAND` instead of two short ones; may be repeated"},
			&cli.IntFlag{Name: "exact-limit", Value: defaultExact, Usage: "count directions of up to `BYTES` exactly", DefaultText: strconv.Itoa(defaultExact)},
			&cli.IntFlag{Name: "random", Value: defaultRandom, Usage: "try `N` seeds", DefaultText: strconv.Itoa(defaultRandom)},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "the first of them, `S`", DefaultText: "1"},
			&cli.StringFlag{Name: "shard", Usage: "do part I of N alone, `I/N`, to be merged"},
			&cli.BoolFlag{Name: "merge", Usage: "add up the JSON of all shards", DisableDefaultText: true},
			&cli.StringFlag{Name: "save", Usage: "write the smallest plan to `FILE`, for replay"},
			&cli.BoolFlag{Name: "yes", Usage: "count even where it takes long", DisableDefaultText: true},
			jsonFlag(),
		},
		Action: searchStage,
	}
}

// searchCommands are short, so that exact counts are quick, and two, so that
// what is left of one answer has another to damage.
var searchCommands = []string{"echo ab", "echo abc"}

func searchStage(c *cli.Context) error {
	if c.Bool("merge") {
		return mergeParts(c)
	}
	spec, o, err := searchOptions(c)
	if err != nil {
		return err
	}
	if spec.Stage.OnDatagrams() {
		return searchLosses(c, spec)
	}
	if err := canWrite(c.String("save")); err != nil {
		return err
	}
	if err := affordable(c, spec, o); err != nil {
		return err
	}
	begin := time.Now()
	found, err := lab.Search(c.Context, spec, o)
	if err != nil && !errors.Is(err, c.Context.Err()) {
		return err
	}
	part := newPart(found, c, time.Since(begin))
	part.Interrupted = err != nil
	if err != nil {
		fmt.Fprintln(c.App.ErrWriter, "stickydemo: interrupted; this is what is known so far")
	}
	if e := showPart(c, part, found); e != nil {
		return e
	}
	if name := c.String("save"); name != "" && found.Smallest != nil && err == nil {
		if err := saveSmallest(name, found); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return part.asExpected()
}

func searchOptions(c *cli.Context) (spec lab.Spec, o search.Options, err error) {
	s, err := oneStage(c)
	if err != nil {
		return spec, o, err
	}
	if c.NArg() > 1 {
		return spec, o, usagef("search takes one stage, and got %q too", c.Args().Get(1))
	}
	side, err := oneSide(c)
	if err != nil {
		return spec, o, err
	}
	if err := checkVariant(s, c.String("variant")); err != nil {
		return spec, o, err
	}
	spec = lab.Spec{Stage: s, Side: side, Variant: c.String("variant"), Commands: c.StringSlice("command")}
	switch b := s.BreakOf(spec.Variant); {
	case len(spec.Commands) > 0:
	case side == stage.Naive && b.Sound:
		spec.Commands = b.Commands // no cut breaks it on others
	case side == stage.Naive && b.Short != nil:
		spec.Commands = b.Short
	default:
		spec.Commands = searchCommands
	}
	if n := c.Int("exact-limit"); n < 0 || n > maxExact {
		return spec, o, usagef("--exact-limit %d: it takes 0 to %d", n, maxExact)
	}
	if n := c.Int("random"); n < 0 || n > maxRandom {
		return spec, o, usagef("--random %d: it takes 0 to %d", n, maxRandom)
	}
	o = search.Options{
		ExactBytes: c.Int("exact-limit"), ExactRuns: cheapRuns,
		Random: c.Int("random"), Seed: c.Uint64("seed"), Workers: runtime.GOMAXPROCS(0),
		Progress: progress(c.App.ErrWriter, lang(c)),
	}
	if o.Shard, err = parseShard(c.String("shard")); err == nil && o.Shard.N > 1 && !c.Bool("json") && !s.OnDatagrams() {
		err = usagef("--shard %s says nothing by itself: add --json, and then --merge all parts", c.String("shard"))
	}
	return spec, o, err
}

// progress tells on stderr how far long work has come, at most once a second.
func progress(w io.Writer, in words.Lang) func(string, int, int) {
	last := time.Now()
	return func(what string, done, of int) {
		if time.Since(last) > time.Second {
			last = time.Now()
			fmt.Fprintln(w, in.Sayf("%s: %d of %d", what, done, of))
		}
	}
}

const maxShards = 1 << 16

func parseShard(text string) (search.Shard, error) {
	if text == "" {
		return search.Shard{}, nil
	}
	first, second, ok := strings.Cut(text, "/")
	i, err := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if !ok || err != nil || err2 != nil || n < 1 || n > maxShards || i < 1 || i > n {
		return search.Shard{}, usagef("--shard %q: it takes I/N with 1 <= I <= N <= %d, such as 1/4", text, maxShards)
	}
	return search.Shard{I: i, N: n}, nil
}

// affordable refuses an exact count that would take longer than one waits,
// unless --yes says that one does. What it refuses is the same on every machine;
// only the time that it names is this one's.
func affordable(c *cli.Context, spec lab.Spec, o search.Options) error {
	if c.Bool("yes") {
		return nil
	}
	var l lab.Lab
	defer l.Close()
	shape := l.Shape(spec)
	for _, dir := range search.Directions {
		bytes := shape.Of(dir)
		if bytes > o.ExactBytes {
			continue
		}
		r := lab.Subject(spec)()
		begin := time.Now()
		runs := search.Estimate(r, dir, bytes, 1) / float64(max(o.Shard.N, 1))
		each := time.Since(begin) / search.Probes
		r.Close()
		if runs*float64(shape.Up+shape.Down) > maxWork {
			seconds := runs * each.Seconds() / float64(o.Workers)
			return usagef("counting the %d bytes %s exactly takes about %.2g runs, about %s here: add --yes, or an --exact-limit below %d",
				bytes, dir, runs, sayLong(seconds), bytes)
		}
	}
	return nil
}

// sayLong is a rough time for people.
func sayLong(seconds float64) string {
	switch {
	case math.IsInf(seconds, 1):
		return "for ever"
	case seconds <= 60:
		return "a minute"
	case seconds < 3*60*60:
		return fmt.Sprintf("%.0f minutes", math.Ceil(seconds/60))
	case seconds < 3*24*60*60:
		return fmt.Sprintf("%.0f hours", seconds/60/60)
	case seconds < 3*365*24*60*60:
		return fmt.Sprintf("%.0f days", seconds/60/60/24)
	}
	return fmt.Sprintf("%.2g years", seconds/60/60/24/365)
}

func showPart(c *cli.Context, part *searchPart, found *lab.Searched) error {
	if c.Bool("json") {
		return encodeJSON(c.App.Writer, part)
	}
	return view.Search(c.App.Writer, found, options(c))
}

// saveSmallest writes the smallest plan in the form that replay reads.
func saveSmallest(name string, found *lab.Searched) error {
	spec := found.Spec
	spec.Plan = found.Smallest.Plan
	r := lab.Run(spec)
	return writeFile(name, func(w io.Writer) error { return printJSON(w, []*lab.Result{r}) })
}

func mergeParts(c *cli.Context) error {
	if c.NArg() == 0 {
		return usagef("--merge takes the JSON files of all shards")
	}
	var parts []*searchPart
	for _, name := range c.Args().Slice() {
		part, err := readPart(name)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	whole, err := merge(parts)
	if err != nil {
		return usagef("--merge: %w", err)
	}
	if c.Bool("json") {
		if err := encodeJSON(c.App.Writer, whole); err != nil {
			return err
		}
	} else {
		found, err := whole.searched()
		if err != nil {
			return usagef("--merge: %w", err)
		}
		if err := view.Search(c.App.Writer, found, options(c)); err != nil {
			return err
		}
	}
	return whole.asExpected()
}

func readPart(name string) (*searchPart, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &usageError{err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPart+1))
	if err != nil {
		return nil, &usageError{err}
	}
	if len(data) > maxPart {
		return nil, usagef("%s has more than %d bytes", name, maxPart)
	}
	part := &searchPart{file: name}
	if err := json.Unmarshal(data, part); err != nil {
		return nil, usagef("%s is no search: %w", name, err)
	}
	if err := part.check(); err != nil {
		return nil, usagef("%s: %w", name, err)
	}
	return part, nil
}
