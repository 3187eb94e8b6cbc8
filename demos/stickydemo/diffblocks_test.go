package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A diff block of a document changes one of the stages' programs: what it takes
// away stands there, but for comments, and what all of them leave compiles.
func TestDiffBlocks(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	comment := regexp.MustCompile(`(?m) // .*$`)
	for _, side := range []string{"naive", "fixed"} {
		names, err := filepath.Glob(filepath.Join(root, side, "*/*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources[name] = comment.ReplaceAllString(string(text), "")
		}
	}
	for _, name := range documents(t, root) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		changed := map[string]string{}
		for _, block := range outlineOf(string(text)).diffs {
			old, new := sidesOf(block)
			var found []string
			for file, source := range sources {
				if strings.Count(source, old) == 1 {
					found = append(found, file)
				}
			}
			if len(found) != 1 {
				t.Errorf("%s: what this takes away stands in %q, want one file:\n%s", name, found, block)
				continue
			}
			file := found[0]
			if changed[file] == "" {
				changed[file] = sources[file]
			}
			changed[file] = strings.Replace(changed[file], old, new, 1)
		}
		if len(changed) > 0 {
			compiles(t, name, changed)
		}
	}
}

// sidesOf returns the lines of a diff before and after it.
func sidesOf(diff string) (before, after string) {
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			before += line[1:]
		}
		if line[0] != '-' {
			after += line[1:]
		}
	}
	return before, after
}

// compiles builds the packages of these files with what a document makes of them.
func compiles(t *testing.T, document string, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	overlay := filepath.Join(dir, "overlay.json")
	places := map[string]string{}
	build := []string{"build", "-overlay", overlay}
	for name, text := range files {
		folder := filepath.Dir(name)
		places[name] = filepath.Join(dir, filepath.Base(filepath.Dir(folder))+filepath.Base(name))
		if err := os.WriteFile(places[name], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		build = append(build, folder)
	}
	list, err := json.Marshal(map[string]any{"Replace": places})
	if err == nil {
		err = os.WriteFile(overlay, list, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", build...).CombinedOutput(); err != nil {
		t.Errorf("%s: what its diff blocks leave does not compile: %v\n%s", document, err, out)
	}
}
