package screen

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		name string
		sent string
		want []Key
	}{
		{"characters, Chinese ones too", "a粘 ", []Key{"a", "粘", Space}},
		{"keys of one byte", "\r\n\x7f\x08\x03", []Key{Enter, Enter, Backspace, Backspace, CtrlC}},
		{"arrows of both modes", "\x1b[A\x1bOB\x1b[C\x1bOD", []Key{Up, Down, Right, Left}},
		{"keys with a number", "\x1b[5~\x1b[6~\x1b[1~\x1b[4~\x1b[H\x1b[F", []Key{PageUp, PageDown, Home, End, Home, End}},
		{"one held down with another", "\x1b[1;5A", []Key{Up}},
		{"those that nobody asks for", "\x1b[3~\x1b[24~\x01\xffa", []Key{"a"}},
		{"Escape and a key", "\x1bq", []Key{Escape, "q"}},
		{"Escape twice", "\x1b\x1b", []Key{Escape, Escape}},
		{"a sequence that a key breaks off", "\x1b[5\x1b[A", []Key{"[", "A"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := decoded([]byte(test.sent), len(test.sent)); !slices.Equal(got, test.want) {
				t.Errorf("in one read: got %q, want %q", got, test.want)
			}
		})
	}
}

// decoded returns the keys of what comes in reads of n bytes.
func decoded(sent []byte, n int) []Key {
	var d decoder
	var keys []Key
	for p := range slices.Chunk(sent, max(1, n)) {
		keys = append(keys, d.feed(p)...)
	}
	return append(keys, d.end()...)
}

// However a terminal's bytes come, the keys are the same.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("a\x1b[A\x1b\x1b[5~粘\x1bOH\x1b[1;5Bq"), 1)
	f.Add([]byte("\x1b[00000000000000000000000000000000000000000A"), 3)
	f.Fuzz(func(t *testing.T, sent []byte, n int) {
		whole, parts := decoded(sent, len(sent)), decoded(sent, n)
		if !slices.Equal(whole, parts) {
			t.Errorf("got %q in reads of %d bytes, want %q", parts, n, whole)
		}
	})
}

// echo shows the keys that it was given. r works until it is stopped.
type echo struct {
	keys    []string
	stopped bool
}

func (e *echo) View(width, height int) []string { return append(e.keys, "end") }

func (e *echo) Press(key Key) Action {
	e.keys = append(e.keys, string(key))
	switch key {
	case "q":
		return Action{Quit: true}
	case "r":
		return Action{Task: func(ctx context.Context) { <-ctx.Done(); e.stopped = true }}
	case "p":
		panic("on purpose")
	}
	return Action{}
}

// looped runs a loop whose terminal sends these one after the other, each when
// nothing else is left to do.
func looped(t *testing.T, sent ...string) (shown string, model *echo, err error) {
	synctest.Test(t, func(t *testing.T) {
		keys := make(chan []byte)
		var out strings.Builder
		model = &echo{}
		l := &loop{model: model, out: &out, keys: keys, size: func() (int, int) { return 80, 3 }}
		done := make(chan struct{})
		go func() {
			defer close(done)
			err = l.run(t.Context())
		}()
		for _, s := range sent {
			keys <- []byte(s)
			synctest.Wait()
		}
		close(keys)
		<-done
		shown = out.String()
	})
	return shown, model, err
}

func TestLoop(t *testing.T) {
	shown, _, err := looped(t, "a", "\x1b[", "A", "q")
	const last = "\x1b[Ha\x1b[K\r\nup\x1b[K\r\nend\x1b[K\x1b[J"
	if err != nil || !strings.HasSuffix(shown, last) {
		t.Errorf("got %q, %v, want %q at its end", shown, err, last)
	}
}

func TestATaskIsStopped(t *testing.T) {
	if _, model, err := looped(t, "r", "x", "\x03", "q"); err != nil || !model.stopped {
		t.Errorf("got %v, stopped: %t, want it stopped by Ctrl-C", err, model.stopped)
	}
	if _, model, err := looped(t, "r"); !errors.Is(err, io.EOF) || !model.stopped {
		t.Errorf("got %v, stopped: %t, want it stopped by the terminal's end", err, model.stopped)
	}
}

func TestEscapeTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := make(chan []byte, 1)
		model := &echo{}
		l := &loop{model: model, out: io.Discard, keys: keys, size: func() (int, int) { return 80, 3 }}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.run(ctx) }()
		keys <- []byte("\x1b")
		time.Sleep(2 * patience) // of the bubble's clock
		synctest.Wait()
		if !slices.Equal(model.keys, []string{string(Escape)}) {
			t.Errorf("got %q, want Escape", model.keys)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that it was cancelled", err)
		}
	})
}
