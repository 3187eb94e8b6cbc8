package cuttest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	"stickydemo/netsim"
)

// savedDir is where plans to replay are, below the folder of the test's
// package, which is where go test runs it.
const savedDir = "testdata/cuts"

// saved is a plan to try before all others.
type saved struct {
	plan  netsim.Plan
	where string // file and line, "" if it is not saved
	swept bool   // it is one of those that are tried by themselves
}

// loadSaved reads the plans of a test's file. A test without one has none.
func loadSaved(dir, test string) ([]saved, error) {
	file := savedFile(dir, test)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []saved
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(comment.ReplaceAllString(line, "")); line == "" {
			continue
		}
		where := fmt.Sprintf("%s:%d", file, i+1)
		plan, err := netsim.ParsePlan(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		list = append(list, saved{plan: plan, where: where})
	}
	return list, nil
}

// comment is not the # of a plan's 2#up:cut=1.
var comment = regexp.MustCompile(`(^|\s)#.*`)

var unsafeInFile = regexp.MustCompile(`[^\pL\pN._=,+@#-]`)

func savedFile(dir, test string) string {
	return path.Join(dir, unsafeInFile.ReplaceAllString(test, "_"))
}

// replay is what to type to run the test again under a plan first. where is
// the plan's place if it is saved.
func replay(test, plan, where string) string {
	names := strings.Split(test, "/")
	for i := range names {
		names[i] = "^" + regexp.QuoteMeta(names[i]) + "$"
	}
	again := "go test -run " + quote(strings.Join(names, "/"))
	if where != "" {
		return again
	}
	return fmt.Sprintf("mkdir -p %s && echo %s >>%s && %s", savedDir, quote(plan), quoteIfNeeded(savedFile(savedDir, test)), again)
}

// quote quotes for a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

var plainWord = regexp.MustCompile(`^[\w./=,+@-]+$`)

func quoteIfNeeded(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return quote(text)
}
