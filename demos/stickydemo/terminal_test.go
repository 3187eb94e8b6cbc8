//go:build linux

package main

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// typist is a command in a terminal, and somebody at its keys.
type typist struct {
	t        *testing.T
	terminal *os.File // the keys' end of it
	screen   *os.File // the command's
	before   *term.State
	command  *exec.Cmd
	shown    chan string
	all      string
}

// sit starts a command in a terminal of 80 columns and 24 lines.
func sit(t *testing.T, env string, args ...string) *typist {
	t.Helper()
	terminal, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close(); screen.Close() })
	if err := pty.Setsize(screen, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(screen.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	y := &typist{t: t, terminal: terminal, screen: screen, before: before, shown: make(chan string, 1024)}
	y.command = exec.Command("stickydemo", args...)
	y.command.Env = append(os.Environ(), "TERM=xterm", "COLUMNS=", "LC_ALL=C.UTF-8", env)
	y.command.Stdin, y.command.Stdout, y.command.Stderr = screen, screen, screen
	y.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := y.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { y.command.Process.Kill() })
	go func() {
		for {
			p := make([]byte, 4096)
			n, err := terminal.Read(p)
			if err != nil {
				return
			}
			y.shown <- string(p[:n])
		}
	}()
	return y
}

// longestWait bounds every wait for a terminal.
const longestWait = 20 * time.Second

// sees waits until a text is shown, and forgets what was before.
func (y *typist) sees(text string) {
	y.t.Helper()
	late := time.After(longestWait)
	for {
		if _, after, found := strings.Cut(y.all, text); found {
			y.all = after
			return
		}
		select {
		case more := <-y.shown:
			y.all += more
		case <-late:
			y.t.Fatalf("waited %s for %q, got %q", longestWait, text, y.all)
		}
	}
}

func (y *typist) press(keys string) {
	y.t.Helper()
	if _, err := y.terminal.WriteString(keys); err != nil {
		y.t.Fatal(err)
	}
}

// ends waits for the command's end, with that status and the terminal as it was.
func (y *typist) ends(status int) {
	y.t.Helper()
	y.sees("\x1b[?1049l")
	done := make(chan error, 1)
	go func() { done <- y.command.Wait() }()
	select {
	case <-done:
	case <-time.After(longestWait):
		y.t.Fatalf("it has not ended after %s", longestWait)
	}
	if got := y.command.ProcessState.ExitCode(); got != status {
		y.t.Errorf("exit status %d, want %d", got, status)
	}
	after, err := term.GetState(int(y.screen.Fd()))
	if err != nil {
		y.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, y.before) {
		y.t.Errorf("the terminal is left as %+v, want %+v", after, y.before)
	}
}

func TestALessonIsPaged(t *testing.T) {
	t.Parallel()
	y := sit(t, "NO_COLOR=", "lesson", "4")
	y.sees("\x1b[?1049h")
	y.sees("q quit")
	y.press("r")
	y.sees("$ stickydemo ")
	y.sees("q back to the lesson")
	y.press("q")
	y.sees("structheader ")
	y.press("/lived\r")
	y.sees("this bug lived")
	if err := pty.Setsize(y.screen, &pty.Winsize{Rows: 10, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	y.sees("\x1b[H")   // drawn anew
	y.press("\x1b[5~") // page up
	y.sees("structheader ")
	y.press("q")
	y.ends(exitOK)
}

func TestARunIsSteppedThrough(t *testing.T) {
	t.Parallel()
	y := sit(t, "NO_COLOR=1", "run", "stage4", "--step")
	y.sees("Nothing has been written.")
	y.press(" ")
	y.sees("How many reads")
	y.press("1")
	y.sees("Right.")
	y.press("G")
	y.sees("fixed: ok")
	y.press("\x1b") // Escape alone
	y.ends(exitOK)
}

// Whoever ends it, and however, has a terminal again.
func TestATerminalIsGivenBack(t *testing.T) {
	t.Parallel()
	y := sit(t, "NO_COLOR=", "lesson", "4")
	y.sees("q quit")
	y.press("\x03")
	y.ends(exitOK)

	y = sit(t, "NO_COLOR=", "lesson", "4")
	y.sees("q quit")
	if err := y.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	y.ends(exitUnexpected)
}

func TestADumbTerminalGetsPlainText(t *testing.T) {
	t.Parallel()
	y := sit(t, "TERM=dumb", "lesson", "4")
	y.sees("Answers")
	if strings.Contains(y.all, "\x1b") {
		t.Errorf("got escape codes in %q", y.all)
	}
	y = sit(t, "TERM=dumb", "run", "stage4", "--step")
	y.sees("stickydemo: --step needs a terminal that it can draw on")
}
