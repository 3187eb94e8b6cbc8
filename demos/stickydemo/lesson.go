package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/view/markdown"
	"stickydemo/demos/view/pager"
	"stickydemo/demos/view/screen"
	"stickydemo/demos/words"
	"stickydemo/lessons"
)

func lessonCommand() *cli.Command {
	return &cli.Command{
		Name:      "lesson",
		Usage:     "read a lesson, and run its commands as you go",
		ArgsUsage: "[N | NAME]",
		Description: example("Lists the lessons, or shows one: page by page in a terminal, where r runs its next command in a\n"+
			"folder of its own, and as plain text in a pipe.",
			"stickydemo lesson",
			"stickydemo lesson 4",
			"stickydemo lesson structheader --lang zh | head -40"),
		Action: showLesson,
	}
}

func showLesson(c *cli.Context) error {
	in := lang(c)
	names := c.Args().Slice()
	switch len(names) {
	case 0:
		return markdown.Write(c.App.Writer, lessonList(in), pageOptions(c))
	case 1:
	default:
		return usagef("lesson takes one lesson, and got %d: %q", len(names), names)
	}
	lesson, found := lessons.Find(strings.TrimPrefix(names[0], "stage")) // stage4's is lesson 4
	if !found {
		return unknownLesson(names[0])
	}
	if c.App.Writer == os.Stdout && screen.Possible(os.Stdin, os.Stdout) {
		return pageLesson(c, lesson)
	}
	return markdown.Write(c.App.Writer, lesson.Text(string(in)), pageOptions(c))
}

// lessonList is the table of contents, as Markdown.
func lessonList(in words.Lang) string {
	lines := []string{"| " + in.Say("lesson") + " | " + in.Say("title") + " | " + in.Say("in a sentence") + " |", "|---|---|---|"}
	for _, l := range lessons.All() {
		number := ""
		if l.Number != lessons.None {
			number = fmt.Sprintf("%d ", l.Number)
		}
		lines = append(lines, fmt.Sprintf("| %s%s | %s | %s |", number, l.Name, l.Title(string(in)), strings.Join(strings.Fields(l.Summary(string(in))), " ")))
	}
	return strings.Join(lines, "\n")
}

func unknownLesson(word string) error {
	known := []string{}
	last := 0
	for _, l := range lessons.All() {
		known = append(known, l.Name)
		last = max(last, l.Number)
	}
	if near := nearest(word, known); near != "" {
		return usagef("there is no lesson %q; did you mean %s?", word, near)
	}
	return usagef("there is no lesson %q; there is 0 to %d, or a name: %s", word, last, strings.Join(known, ", "))
}

// pageOptions are options for a text.
func pageOptions(c *cli.Context) markdown.Options {
	o := options(c)
	return markdown.Options{Width: o.Width, Color: o.Color, Lang: o.Lang}
}

// pageLesson shows a lesson on the whole terminal.
func pageLesson(c *cli.Context, lesson lessons.Lesson) error {
	o := pageOptions(c)
	desk, err := newDesk(o.Color)
	if err != nil {
		return err
	}
	defer os.RemoveAll(desk.dir)
	var failed error
	err = screen.Run(c.Context, os.Stdin, os.Stdout, pager.New(pager.Document{
		Name: lesson.Name,
		Lang: o.Lang,
		Set: func(width int) markdown.Page {
			o.Width = width
			page, err := markdown.Set(lesson.Text(string(o.Lang)), o)
			if err != nil {
				failed = err
			}
			return page
		},
		Run: desk.run,
	}, o.Color))
	if err == nil {
		err = failed
	}
	return err
}

// desk is where a lesson's commands are run, so that they find what the ones
// before them wrote, and so that none of it stays.
type desk struct {
	dir    string
	binary string // this program
	color  bool
}

func newDesk(color bool) (*desk, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stickydemo-lesson-")
	if err != nil {
		return nil, err
	}
	// Some commands name programs of this repository.
	if demos, err := filepath.Abs("demos"); err == nil {
		if _, err := os.Stat(demos); err == nil {
			os.Symlink(demos, filepath.Join(dir, "demos"))
		}
	}
	return &desk{dir, binary, color}, nil
}

// maxOutput bounds what is kept of a command's output, in bytes.
const maxOutput = 1 << 20

// run returns what a command prints in a terminal of that width, and its exit
// status where that is not 0, as the lessons show it.
func (d *desk) run(ctx context.Context, command string, width int) string {
	shell := exec.CommandContext(ctx, "sh", "-c", `stickydemo() { "$STICKYDEMO" "$@"; }`+"\n"+command)
	shell.Dir = d.dir
	shell.Env = append(os.Environ(), "STICKYDEMO="+d.binary, fmt.Sprint("COLUMNS=", width))
	if d.color && !strings.ContainsAny(command, "|>") { // what is searched must be plain
		shell.Env = append(shell.Env, "CLICOLOR_FORCE=1")
	}
	ownGroup(shell)
	shell.WaitDelay = grace
	output := &limited{left: maxOutput}
	shell.Stdout, shell.Stderr = output, output
	err := shell.Run()
	text := output.String()
	switch {
	case ctx.Err() != nil:
		text += "[stopped]\n"
	case err != nil:
		text += "[" + err.Error() + "]\n"
	}
	return text
}

// limited keeps the first bytes that are written to it.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), l.left)
	l.left -= keep
	l.Buffer.Write(p[:keep])
	return len(p), nil
}
