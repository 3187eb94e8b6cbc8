package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/trial"
	view "stickydemo/demos/view/term"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

func trialCommand() *cli.Command {
	return &cli.Command{
		Name:  "trial",
		Usage: "your own client and server on the hostile network",
		Description: example("Runs a client against a server, in any language, through a relay that cuts their streams, and\n"+
			"finds the smallest cut with which they no longer do what they do without one: the same exit\n"+
			"status, the same output. {host} and {port} stand for where to listen and where to connect.\n"+
			"Exit status 0: survived. 1: broke, with --want also without any cut. 2: wrong usage, or programs\n"+
			"that fail without any cut. 3: inconclusive: flaky, interrupted, or no cut could be verified.\n"+
			"\n"+
			"A class: --each tries every file or folder that a pattern matches and lists them in a table.\n"+
			"{each} is its path, {name} the last part of that; a command with neither is the same for all,\n"+
			"one with either is started in the submission's folder. A class takes about the number of\n"+
			"submissions, divided by --jobs, times the budget and some seconds; none takes longer than 30s\n"+
			"and twice its budget, of which a run is a second. Exit status 0: all survived. 1: one broke, or\n"+
			"fails without any cut. 2: wrong usage, such as no match. 3: others inconclusive, or interrupted.",
			"stickydemo trial --server './server {port}' --client './client {host} {port}'",
			"stickydemo trial --to 127.0.0.1:9999 --client './client {host} {port}' --budget 5s",
			"stickydemo trial --server './server {port}' --listen 127.0.0.1:7000 --timeout 5s",
			"stickydemo trial --each 'class/*' --server '{each} {port}' --client './client {host} {port}'"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "server", Usage: "start a server by `CMD`, which names {port} and perhaps {host}"},
			&cli.StringFlag{Name: "to", Usage: "the server is at `ADDR`, where it runs already, or where --server will listen"},
			&cli.StringFlag{Name: "client", Usage: "start a client for each run by `CMD`, which names {host} and {port}"},
			&cli.StringFlag{Name: "listen", Usage: "instead of --client: a client will connect to `ADDR`, again and again"},
			&cli.StringFlag{Name: "each", Usage: "try every file or folder that `PATTERN` matches, in place of {each} in a command"},
			&cli.StringFlag{Name: "stdin", Usage: "the client reads `FILE` on standard input"},
			&cli.StringFlag{Name: "want", Usage: "the output must be that of `FILE`, not just the same as without cuts"},
			&cli.StringFlag{Name: "frame", Value: string(trial.None), Usage: "say what a cut falls into: messages are framed by `FRAME`, which is lines, len4le, len4be or none"},
			plansFlag("try this `PLAN` only"),
			&cli.StringFlag{Name: "budget", Value: trial.DefaultTime.String(), Usage: "try for `TIME`, or so many runs; each submission of a class"},
			&cli.DurationFlag{Name: "timeout", Usage: "nothing moved for `DURATION`: a hang", DefaultText: "by the runs without a cut"},
			&cli.DurationFlag{Name: "hold", Usage: "glue holds bytes back for at most `DURATION`", DefaultText: "20ms"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the random plans"},
			&cli.IntFlag{Name: "jobs", Usage: "run `N` clients, each with its own server, or submissions at once", DefaultText: "as the programs allow"},
			&cli.BoolFlag{Name: "fresh", Usage: "start a new server for each run", DisableDefaultText: true},
			&cli.StringFlag{Name: "save", Usage: "save what is found in `DIR`, for stickydemo replay; a class by names"},
			&cli.StringFlag{Name: "junit", Usage: "write a JUnit report to `FILE`"},
			&cli.StringFlag{Name: "csv", Usage: "write a class to `FILE`, a row for each submission"},
			jsonFlag(),
		},
		Action: tryPrograms,
	}
}

// Limits of what trial reads and runs.
const (
	maxStdin = 64 << 20
	maxJobs  = 64
)

func tryPrograms(c *cli.Context) error {
	class, err := submissions(c)
	if err != nil {
		return err
	}
	config, err := trialConfig(c, class)
	if err != nil {
		return err
	}
	for _, name := range []string{c.String("junit"), c.String("csv")} {
		if err := canWrite(name); err != nil {
			return err
		}
	}
	if err := oneFileEach(c, "junit", "csv"); err != nil {
		return err
	}
	if dir := c.String("save"); dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return usagef("--save %s: %w", dir, cause(err))
		}
	}
	if class != nil {
		return tryClass(c, config, class)
	}
	report, err := runTrial(c, config)
	if err != nil {
		return err
	}
	if dir := c.String("save"); dir != "" {
		if err := saveFindings(dir, report); err != nil {
			return err
		}
	}
	if name := c.String("junit"); name != "" {
		text, err := reportText(report)
		if err != nil {
			return err
		}
		if err := writeFile(name, func(w io.Writer) error { return report.WriteJUnit(w, text) }); err != nil {
			return err
		}
	}
	return showTrial(c, report)
}

// saveFindings writes what was found into a folder, a file each.
func saveFindings(dir string, report *trial.Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usagef("--save %s: %w", dir, cause(err))
	}
	for i, f := range report.Findings {
		f.Saved = filepath.Join(dir, savedName(i, f))
		if err := writeFile(f.Saved, func(w io.Writer) error { return report.Save(w, f) }); err != nil {
			return err
		}
	}
	return nil
}

// reportText is a report for people where there is no terminal.
func reportText(report *trial.Report) (string, error) {
	var text strings.Builder
	err := view.Trial(&text, report, view.Options{Width: 100})
	return text.String(), err
}

// runTrial runs a trial; whatever stands in its way is wrong usage.
func runTrial(c *cli.Context, config trial.Config) (*trial.Report, error) {
	config.Progress = trialProgress(c.App.ErrWriter, lang(c))
	report, err := trial.Run(c.Context, config)
	if err != nil && c.Context.Err() == nil {
		err = &usageError{err}
	}
	if c.Context.Err() != nil && report != nil {
		fmt.Fprintln(c.App.ErrWriter, "stickydemo: interrupted")
		err = nil // what is known by now is worth showing
	}
	return report, err
}

// showTrial prints a report and returns its exit status as an error.
func showTrial(c *cli.Context, report *trial.Report) error {
	var err error
	if c.Bool("json") {
		err = encodeJSON(c.App.Writer, report)
	} else {
		err = view.Trial(c.App.Writer, report, options(c))
	}
	if err != nil {
		return err
	}
	switch report.Verdict {
	case trial.Survived:
		return nil
	case trial.Inconclusive:
		return errInconclusive
	}
	return errUnexpected
}

// savedName is the file of the i-th finding: its plan, as far as file names go.
func savedName(i int, f *trial.Finding) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune("=:;,@#", r) {
			return '-'
		}
		return r
	}, f.Plan.String())
	if len(name) > 60 {
		name = name[:60] + "-" + strconv.Itoa(i+1)
	}
	return "trial-" + name + ".json"
}

// trialProgress tells on stderr how far a trial has come, at most once a second,
// but at once that it waits for somebody.
func trialProgress(w io.Writer, in words.Lang) func(string, int, int) {
	counted := progress(w, in)
	return func(what string, done, of int) {
		if of > 0 {
			counted(what, done, of)
			return
		}
		if strings.HasPrefix(what, "waiting") {
			fmt.Fprintln(w, words.Recognize(what, "waiting for a client to connect to %s").In(in))
		}
	}
}

func trialConfig(c *cli.Context, class []*trial.Submission) (config trial.Config, err error) {
	if c.NArg() > 0 {
		return config, usagef("trial takes no arguments, and got %q; quote a command with its words", c.Args().First())
	}
	config = trial.Config{
		To: c.String("to"), Listen: c.String("listen"), Seed: c.Uint64("seed"),
		Timeout: c.Duration("timeout"), Hold: c.Duration("hold"), Jobs: c.Int("jobs"), Fresh: c.Bool("fresh"),
		Frame: trial.Frame(c.String("frame")),
	}
	for name, to := range map[string]*trial.Command{"server": &config.Server, "client": &config.Client} {
		if !c.IsSet(name) {
			continue
		}
		if *to, err = trial.ParseCommand(c.String(name)); err != nil {
			return config, usagef("--%s: %w", name, err)
		}
	}
	if class != nil {
		config.Each = class[0].Path // any of them will do to see what is wrong with the rest
	}
	if config.Stdin, err = fileFlag(c, "stdin"); err != nil {
		return config, err
	}
	if config.Want, err = fileFlag(c, "want"); err != nil {
		return config, err
	}
	if !slices.Contains(trial.Frames, config.Frame) {
		var known []string
		for _, f := range trial.Frames {
			known = append(known, string(f))
		}
		return config, unknown("frame", string(config.Frame), known)
	}
	if err := trialLimits(c, &config); err != nil {
		return config, err
	}
	plan, given, err := planFlag(c)
	if err != nil {
		return config, err
	}
	if given {
		config.Plans = []netsim.Plan{plan}
	}
	if err := config.Check(); err != nil {
		return config, &usageError{err}
	}
	return config, nil
}

func trialLimits(c *cli.Context, config *trial.Config) error {
	const longest = 24 * time.Hour
	for _, name := range []string{"timeout", "hold"} {
		if d := c.Duration(name); c.IsSet(name) && (d <= 0 || d > longest) {
			return usagef("--%s %s: it takes more than 0s, up to %s", name, d, longest)
		}
	}
	if n := config.Jobs; c.IsSet("jobs") && (n < 1 || n > maxJobs) {
		return usagef("--jobs %d: it takes 1 to %d", n, maxJobs)
	}
	text := c.String("budget")
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > math.MaxInt32 {
			return usagef("--budget %d runs: it takes 1 to %d", n, math.MaxInt32)
		}
		config.Runs = n
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return usagef("--budget %q: it takes a time, such as 30s, or a number of runs", text)
	}
	if d <= 0 || d > longest {
		return usagef("--budget %s: it takes more than 0s, up to %s", d, longest)
	}
	config.Time = d
	return nil
}

// fileFlag returns what stands in the file that a flag names, nil for none.
func fileFlag(c *cli.Context, flag string) ([]byte, error) {
	name := c.String(flag)
	if name == "" {
		if c.IsSet(flag) {
			return nil, usagef("--%s takes the name of a file", flag)
		}
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("--%s %s: %w", flag, name, cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxStdin+1))
	if err != nil {
		return nil, usagef("--%s %s: %w", flag, name, cause(err))
	}
	if len(data) > maxStdin {
		return nil, usagef("--%s %s: more than the limit of %d bytes", flag, name, maxStdin)
	}
	if data == nil {
		data = []byte{}
	}
	return data, nil
}

// errInconclusive is a trial that can say neither yes nor no, and has said why.
var errInconclusive = errors.New("inconclusive")
