// Package screen shows a model on the whole of a terminal and gives it the keys
// that are pressed, until it has enough; the terminal is then as it was. Models
// know nothing of terminals: keys go in, lines come out.
package screen

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// Model is what is shown.
type Model interface {
	// View returns the lines of a screen of that size, of at most height. What
	// stands beyond width is not shown.
	View(width, height int) []string

	// Press takes a key. View has been called before.
	Press(Key) Action
}

// Action is what a key leads to besides another View.
type Action struct {
	Quit bool
	Task func(context.Context) // runs until it returns; Ctrl-C, Escape and q end ctx
}

// Possible reports whether two files are a terminal that can be drawn on.
func Possible(in, out *os.File) bool {
	return term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb"
}

// The other screen, without a cursor and without wrapping what is too wide; and
// back again.
const (
	enter = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	leave = "\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// Run shows a model until it quits, in ends or ctx does: then its error is
// returned. A panic finds the terminal as it was, too.
func Run(ctx context.Context, in, out *os.File, m Model) error {
	old, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return err
	}
	defer term.Restore(int(in.Fd()), old)
	defer io.WriteString(out, leave)
	if _, err := io.WriteString(out, enter); err != nil {
		return err
	}
	resized, stop := sizes()
	defer stop()
	l := &loop{model: m, out: out, keys: read(in), resized: resized, size: func() (int, int) {
		width, height, err := term.GetSize(int(out.Fd()))
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24
		}
		return width, height
	}}
	return l.run(ctx)
}

// read passes on what is read, until there is no more. Its goroutine outlives
// the screen: a read from a terminal cannot be called off.
func read(in io.Reader) <-chan []byte {
	keys := make(chan []byte)
	go func() {
		defer close(keys)
		for {
			p := make([]byte, 256)
			n, err := in.Read(p)
			if n > 0 {
				keys <- p[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	return keys
}

type loop struct {
	model   Model
	out     io.Writer
	keys    <-chan []byte
	resized <-chan os.Signal
	size    func() (width, height int)
	decoder decoder
}

func (l *loop) run(ctx context.Context) error {
	for {
		if err := l.draw(); err != nil {
			return err
		}
		var alone <-chan time.Time
		if l.decoder.open() {
			alone = time.After(patience)
		}
		var keys []Key
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.resized:
		case p, ok := <-l.keys:
			if !ok {
				return fmt.Errorf("the terminal is gone: %w", io.EOF)
			}
			keys = l.decoder.feed(p)
		case <-alone:
			keys = l.decoder.end()
		}
		for _, key := range keys {
			action := l.model.Press(key)
			if action.Quit {
				return nil
			}
			if action.Task != nil {
				if err := l.draw(); err != nil {
					return err
				}
				l.work(ctx, action.Task)
			}
		}
	}
}

func (l *loop) draw() error {
	width, height := l.size()
	lines := l.model.View(width, height)
	var out strings.Builder
	out.WriteString("\x1b[H")
	for i, line := range lines[:min(height, len(lines))] {
		if i > 0 {
			out.WriteString("\r\n")
		}
		out.WriteString(line)
		out.WriteString("\x1b[K")
	}
	out.WriteString("\x1b[J")
	_, err := io.WriteString(l.out, out.String())
	return err
}

// work runs a task here, where a panic finds its way to Run, and watches the
// keyboard meanwhile.
func (l *loop) work(ctx context.Context, task func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		var d decoder
		for {
			select {
			case <-done:
				return
			case p, ok := <-l.keys:
				for _, key := range append(d.feed(p), d.end()...) {
					ok = ok && key != CtrlC && key != Escape && key != "q"
				}
				if !ok {
					cancel()
				}
				if p == nil {
					return
				}
			}
		}
	}()
	defer func() {
		close(done)
		<-watched
		cancel()
	}()
	task(ctx)
}
