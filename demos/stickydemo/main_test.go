package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files and the documents' outputs anew")

// The test binary is the command, too: scripts and documents run it from PATH.
func TestMain(m *testing.M) {
	// Under -race each process would wait a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	testscript.Main(inEnglish{m}, map[string]func(){"stickydemo": func() { os.Exit(Main()) }})
}

// inEnglish runs the tests as if nobody had set a language.
type inEnglish struct{ *testing.M }

func (m inEnglish) Run() int {
	os.Unsetenv("LC_ALL")
	os.Unsetenv("LC_MESSAGES")
	os.Setenv("LANG", "C.UTF-8")
	return m.M.Run()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Cmds:          scriptCommands,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			env.Setenv("COLUMNS", "80")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
	})
}

// needs skips a test that wants more than Go, and fails it where CI has
// promised to have it.
func needs(t *testing.T, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("STICKYDEMO_CI") != "" {
		t.Fatalf("CI must have %s", what)
	}
	t.Skipf("needs %s", what)
}
