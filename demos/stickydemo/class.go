package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/trial"
	view "stickydemo/demos/view/term"
)

// submissions returns what --each names, nil without it.
func submissions(c *cli.Context) (class []*trial.Submission, err error) {
	pattern := c.String("each")
	switch {
	case !c.IsSet("each") && c.IsSet("csv"):
		return nil, usagef("--csv %s: a row is a submission, and so it takes a class (--each)", c.String("csv"))
	case !c.IsSet("each"):
		return nil, nil
	case c.NArg() > 0:
		return nil, usagef("trial takes no arguments, and got %q; quote the pattern of --each, and a command with its words", c.Args().First())
	}
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, usagef("--each %q: no pattern: %w", pattern, err)
	}
	for _, name := range matches {
		if hidden(pattern, name) {
			continue
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		class = append(class, &trial.Submission{Path: path})
	}
	if len(class) == 0 {
		return nil, usagef("--each %q: no file and no folder matches", pattern)
	}
	nameApart(class)
	return class, nil
}

// hidden reports whether a pattern matches a name as no shell would: a star is
// never the dot at its beginning.
func hidden(pattern, name string) bool {
	elements := strings.Split(filepath.ToSlash(pattern), "/")
	for i, element := range strings.Split(filepath.ToSlash(name), "/") {
		if strings.HasPrefix(element, ".") && i < len(elements) && !strings.HasPrefix(elements[i], ".") {
			return true
		}
	}
	return false
}

// nameApart names submissions by the last element of their paths, or by as much
// of them as it takes to tell them apart.
func nameApart(class []*trial.Submission) {
	for n := 1; ; n++ {
		seen := map[string]bool{}
		whole := true
		for _, s := range class {
			elements := strings.Split(filepath.ToSlash(s.Path), "/")
			whole = whole && n >= len(elements)
			s.Name = strings.Join(elements[max(0, len(elements)-n):], "/")
			seen[s.Name] = true
		}
		if len(seen) == len(class) || whole {
			return
		}
	}
}

// tryClass tries the programs of each submission.
func tryClass(c *cli.Context, config trial.Config, class []*trial.Submission) error {
	var first error // what could not be written, which must not cost the others their verdicts
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	known := 0
	trial.Each(c.Context, config, class, c.Int("jobs"), func(s *trial.Submission) {
		known++
		fmt.Fprintln(c.App.ErrWriter, lang(c).Sayf("%d of %d: %s", known, len(class), oneLine(fmt.Errorf("%s: %s", s.Name, s.Verdict))))
		if dir := c.String("save"); dir != "" && s.Report != nil && len(s.Report.Findings) > 0 {
			keep(saveFindings(filepath.Join(dir, filepath.FromSlash(s.Name)), s.Report))
		}
	})
	if c.Context.Err() != nil {
		fmt.Fprintln(c.App.ErrWriter, "stickydemo: interrupted")
	}
	if name := c.String("csv"); name != "" {
		keep(writeFile(name, func(w io.Writer) error { return trial.WriteCSV(w, class) }))
	}
	if name := c.String("junit"); name != "" {
		keep(writeFile(name, func(w io.Writer) error { return trial.WriteClassJUnit(w, class, reportText) }))
	}
	if c.Bool("json") {
		keep(encodeJSON(c.App.Writer, class))
	} else {
		keep(view.Class(c.App.Writer, class, options(c)))
	}
	if first != nil {
		return first
	}
	return classStatus(c, class)
}

// classStatus returns the exit status of a class as an error: of all of it, the
// worst that is sure.
func classStatus(c *cli.Context, class []*trial.Submission) error {
	if c.Context.Err() != nil {
		return errInconclusive
	}
	var err error
	for _, s := range class {
		switch s.Verdict {
		case trial.Survived:
		case trial.Inconclusive, trial.NotTried:
			if err == nil {
				err = errInconclusive
			}
		default:
			err = errUnexpected
		}
	}
	return err
}
