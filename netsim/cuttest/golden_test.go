package cuttest_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a text with a file, which -update writes. Numbers of lines
// and durations are left out.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = regexp.MustCompile(`_test\.go:\d+`).ReplaceAllString(got, "_test.go:N")
	got = regexp.MustCompile(`\(\d+\.\d+s\)`).ReplaceAllString(got, "(N s)")
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range g {
		if i == len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d: got\n%s\nwant\n%s\n(-update writes it)", file, i+1, g[i], strings.Join(w[i:min(i+1, len(w))], ""))
		}
	}
	t.Fatalf("%s: %d lines are missing", file, len(w)-len(g))
}
