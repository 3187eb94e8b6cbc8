package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"stickydemo/demos/lab"
	view "stickydemo/demos/view/term"
)

// options are how wide and how coloured the terminal is, and the language. COLUMNS
// goes before what the terminal says, and a pipe is 80 columns wide. CLICOLOR_FORCE
// asks for colours in a pipe, as our pager does.
func options(c *cli.Context) view.Options {
	forced := os.Getenv("CLICOLOR_FORCE") != "" && os.Getenv("NO_COLOR") == ""
	o := view.Options{Width: 80, Color: !color.NoColor || forced, Lang: lang(c)}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		o.Width = n
	} else if n, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && n > 0 {
		o.Width = n
	}
	return o
}

// printJSON prints one result as an object and several as an array.
func printJSON(w io.Writer, results []*lab.Result) error {
	if len(results) == 1 {
		return encodeJSON(w, results[0])
	}
	return encodeJSON(w, results)
}

// encodeJSON prints v for people and programs.
func encodeJSON(w io.Writer, v any) error {
	encode := json.NewEncoder(w)
	encode.SetIndent("", "  ")
	return encode.Encode(v)
}

// canWrite returns why writeFile could not write a file, before there is
// anything to write: nobody wants to learn it after a long search. No name is
// no file.
func canWrite(name string) error {
	if name == "" {
		return nil
	}
	f, err := tempFor(name)
	if err != nil || f == nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// oneFileEach refuses one file for two of a command's flags: the second would
// replace what the first wrote. A pipe or a terminal may have both.
func oneFileEach(c *cli.Context, flags ...string) error {
	taken := map[string]string{} // by file: the flag
	for _, flag := range flags {
		name := c.String(flag)
		if name == "" {
			continue
		}
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
			continue
		}
		file, err := filepath.EvalSymlinks(name)
		if err != nil { // a new one
			file = name
		}
		if file, err = filepath.Abs(file); err != nil {
			return usagef("cannot write %s: %w", name, cause(err))
		}
		if other := taken[file]; other != "" {
			return usagef("--%s and --%s name one file, %s: each needs its own", other, flag, name)
		}
		taken[file] = flag
	}
	return nil
}

// tempFor creates the file that becomes the named one by being renamed; nil
// where that one is no file that could be replaced, but a pipe, say.
func tempFor(name string) (*os.File, error) {
	switch info, err := os.Stat(name); {
	case err != nil: // a new file
	case info.IsDir():
		return nil, usagef("cannot write %s: it is a folder", name)
	case !info.Mode().IsRegular():
		return nil, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, usagef("cannot write %s: %w", name, cause(err))
	}
	return f, nil
}

// writeFile writes a file whole or not at all: whoever interrupts it finds the
// old one. What is no file, such as a pipe, is written as it is.
func writeFile(name string, write func(io.Writer) error) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	f, err := tempFor(name)
	if err != nil {
		return err
	}
	if f == nil {
		return writeThrough(name, write)
	}
	defer os.Remove(f.Name()) // gone by then, if all went well
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	return nil
}

func writeThrough(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return usagef("cannot write %s: %w", name, cause(err))
	}
	err = write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// cause is what went wrong with a file, without the name that we gave it.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// whileWanted writes until ctx is done.
type whileWanted struct {
	ctx context.Context
	io.Writer
}

func (w whileWanted) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// maxError is the most bytes of an error that are shown.
const maxError = 500

// oneLine is an error as one line, without what a terminal would obey. Errors
// quote what people typed and what peers sent.
func oneLine(err error) string {
	text := err.Error()
	cut := ""
	if len(text) > maxError {
		text, cut = strings.ToValidUTF8(text[:maxError], ""), "…"
	}
	var line strings.Builder
	for _, r := range strings.TrimRight(text, "\n") {
		if unicode.IsPrint(r) {
			line.WriteRune(r)
		} else {
			line.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return line.String() + cut
}

// Flags that several commands have.
func sideFlag(value string) cli.Flag {
	usage := "`SIDE`: naive or fixed"
	if value == "both" {
		usage += " or both"
	}
	return &cli.StringFlag{Name: "side", Value: value, Usage: usage, DefaultText: value}
}

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true}
}

func variantFlag() cli.Flag {
	return &cli.StringFlag{Name: "variant", Usage: "another naive `NAME` of the same idea (see stickydemo list)"}
}

func plansFlag(usage string) cli.Flag {
	return &cli.StringSliceFlag{Name: "plan", Usage: usage + "; may be repeated, and the parts are joined; @FILE reads one"}
}
