// Command stickydemo shows, side by side and the same every time, how programs
// lose the boundaries of their messages on TCP and how each is repaired.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
)

// Exit statuses.
const (
	exitOK         = 0 // as expected
	exitUnexpected = 1 // not as expected, or failed on the way
	exitUsage      = 2 // wrong usage, or could not start

	exitInconclusive = 3 // a trial that can say neither
)

func main() { os.Exit(Main()) }

// Main runs the command and returns its exit status.
func Main() int {
	// Searches make much short-lived garbage on a heap of a few MiB: collecting
	// it rarely takes a third off their time.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends everything at once
	return run(ctx, os.Args, os.Stdout, os.Stderr)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	app := newApp(stdout, stderr)
	args, err := flagsFirst(app, args)
	if err == nil {
		err = patiently(ctx, func() error { return app.RunContext(ctx, args) })
	}
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUnexpected):
		return exitUnexpected // what was expected is on the screen already
	case errors.Is(err, errInconclusive):
		return exitInconclusive // and so is why
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "stickydemo: interrupted")
		return exitUnexpected
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "stickydemo: %s\n", oneLine(err))
		return exitUsage
	case errors.Is(err, syscall.EPIPE):
		return exitUnexpected // whoever read our output has left
	}
	fmt.Fprintf(stderr, "stickydemo: %s\n", oneLine(err))
	return exitUnexpected
}

// grace is how long a command may take to end once it was interrupted.
const grace = time.Second

// patiently runs a command. What has something to clear up sees that ctx is done
// and does so; what only computes is left alone, to end with the process.
func patiently(ctx context.Context, command func() error) error {
	done := make(chan error, 1)
	go func() { done <- command() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return ctx.Err()
	}
}

// usageError is a command line that cannot be followed, or something that it
// names and that cannot be opened: exit status 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// errUnexpected is a result that is not as it should be and has been shown.
var errUnexpected = errors.New("not as expected")

// helpWidth is where help wraps: no example is longer, so that each can be
// copied whole.
const helpWidth = 100

func newApp(stdout, stderr io.Writer) *cli.App {
	cli.HelpPrinter = func(w io.Writer, text string, data any) {
		cli.HelpPrinterCustom(w, text, data, map[string]any{"wrapAt": func() int { return helpWidth }})
	}
	app := &cli.App{
		Name:                      "stickydemo",
		Usage:                     "how message boundaries get lost on TCP, and how to keep them",
		HideVersion:               true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		Flags:                     []cli.Flag{langFlag()},
		Writer:                    stdout,
		ErrWriter:                 stderr,
		ExitErrHandler:            func(*cli.Context, error) {}, // run decides
		Commands: []*cli.Command{
			listCommand(), runCommand(), matrixCommand(), costCommand(), diffCommand(), searchCommand(), beliefCommand(),
			trialCommand(), replayCommand(), linkCommand(), relayCommand(), serveCommand(), callCommand(), lessonCommand(), webCommand(), versionCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknown("command", c.Args().First(), commandNames(c.App))
			}
			return cli.ShowAppHelp(c)
		},
	}
	asUsage := func(c *cli.Context, err error, _ bool) error {
		return usagef("%w (see %s --help)", err, c.App.Name)
	}
	app.OnUsageError = asUsage
	for _, command := range app.Commands {
		command.Flags = append(command.Flags, langFlag())
		command.HideHelpCommand = true
		command.OnUsageError = func(_ *cli.Context, err error, _ bool) error {
			return usagef("%w (see stickydemo %s --help)", err, command.Name)
		}
	}
	return app
}

func commandNames(app *cli.App) []string {
	var names []string
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	return names
}

// example is a command's description with commands to try.
func example(text string, commands ...string) string {
	text += "\n\nTry:"
	for _, c := range commands {
		text += "\n   " + c
	}
	return text
}
