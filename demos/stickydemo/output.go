package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/fatih/color"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"stickydemo/demos/lab"
	view "stickydemo/demos/view/term"
)

// options are how wide and how coloured the terminal is. COLUMNS goes before
// what the terminal says, and a pipe is 80 columns wide.
func options() view.Options {
	o := view.Options{Width: 80, Color: !color.NoColor}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		o.Width = n
	} else if n, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && n > 0 {
		o.Width = n
	}
	return o
}

// printJSON prints one result as an object and several as an array.
func printJSON(w io.Writer, results []*lab.Result) error {
	encode := json.NewEncoder(w)
	encode.SetIndent("", "  ")
	if len(results) == 1 {
		return encode.Encode(results[0])
	}
	return encode.Encode(results)
}

// writeFile writes a file whole or not at all: whoever interrupts it finds the
// old one.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return usagef("cannot write %s: %w", name, err)
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
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// Flags that several commands have.
func sideFlag(value string) cli.Flag {
	usage := "naive or fixed"
	if value == "both" {
		usage += " or both"
	}
	return &cli.StringFlag{Name: "side", Value: value, Usage: usage, DefaultText: value}
}

func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "print JSON"} }

func variantFlag() cli.Flag {
	return &cli.StringFlag{Name: "variant", Usage: "another naive `NAME` of the same idea (see stickydemo list)"}
}

func plansFlag(usage string) cli.Flag {
	return &cli.StringSliceFlag{Name: "plan", Usage: usage + "; may be repeated, the parts are joined; @FILE reads one"}
}
