package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/words"
)

// langFlag is a flag of every command; typed before the command it is the same.
func langFlag() cli.Flag {
	return &cli.StringFlag{Name: "lang", Usage: "explain in `LANG`: " + langNames(), DefaultText: "by LC_ALL, LC_MESSAGES or LANG"}
}

// lang is the language to explain in. What cannot be one was refused by then.
func lang(c *cli.Context) words.Lang {
	own, _ := words.Find(cmp.Or(c.String("lang"), os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")))
	return own
}

// say prints a line of a format in that language.
func say(c *cli.Context, format string, args ...any) {
	fmt.Fprintln(c.App.Writer, lang(c).Sayf(format, args...))
}

func langNames() string {
	var names []string
	for _, l := range words.Langs {
		names = append(names, string(l))
	}
	return strings.Join(names, " or ")
}
