package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files and the documents' outputs anew")

// The test binary is the command, too: scripts and documents run it from PATH.
func TestMain(m *testing.M) {
	if address := os.Getenv(buildsAt); address != "" && filepath.Base(os.Args[0]) == "go" {
		os.Exit(endlessBuild(address))
	}
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
	straightToPython()
	// What runs at once mostly waits, for peers and for time.
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	return m.M.Run()
}

// straightToPython puts Python itself before a script in PATH that looks for it at
// each start, as that of pyenv does: longer than most of what we run takes.
func straightToPython() {
	name, err := exec.LookPath("python3")
	if err != nil {
		return
	}
	if file, err := os.ReadFile(name); err != nil || !bytes.HasPrefix(file, []byte("#!")) {
		return
	}
	python, err := exec.Command(name, "-c", "import sys; print(sys.executable, end='')").Output()
	if err == nil && filepath.IsAbs(string(python)) {
		os.Setenv("PATH", filepath.Dir(string(python))+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
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
