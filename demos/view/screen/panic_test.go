//go:build linux

package screen

import (
	"context"
	"reflect"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// A panic, in a key or in a task, leaves the terminal as it was.
func TestAPanicGivesTheTerminalBack(t *testing.T) {
	keys, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	defer screen.Close()
	before, err := term.GetState(int(screen.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.WriteString("p\n"); err != nil { // a line: it is sent before the terminal is raw
		t.Fatal(err)
	}
	func() {
		defer func() {
			if got := recover(); got != "on purpose" {
				t.Errorf("got panic %v, want the model's", got)
			}
		}()
		Run(context.Background(), screen, screen, &echo{})
	}()
	after, err := term.GetState(int(screen.Fd()))
	if err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("the terminal is left as %+v, %v, want %+v", after, err, before)
	}
}
