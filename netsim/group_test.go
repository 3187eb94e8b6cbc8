package netsim

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestGroupWaitsForItsTasks(t *testing.T) {
	var s Sim
	defer s.Close()
	for range 2 { // a Sim runs again
		var order []string
		err := s.Run(Plan{}, "main", func() {
			g := s.Group("worker")
			g.Wait() // for nobody
			for i := range 3 {
				g.Go(func() {
					s.Sleep(time.Duration(3-i) * time.Second)
					order = append(order, string(rune('a'+i)))
				})
			}
			g.Wait()
			order = append(order, "main")
		})
		if got := strings.Join(order, " "); err != nil || got != "c b a main" || s.Elapsed() != 3*time.Second {
			t.Errorf("got %q after %s, %v, want c b a main after 3s", got, s.Elapsed(), err)
		}
	}
}

// A group whose task never ends is a hang, and the report says who waits.
func TestGroupOfATaskThatHangs(t *testing.T) {
	var s Sim
	defer s.Close()
	err := s.Run(Plan{}, "main", func() {
		client, server := s.Pipe()
		defer client.Close()
		g := s.Group("worker")
		g.Go(func() { _, _ = io.ReadAll(server) })
		g.Wait()
	})
	var hang *HangError
	if !errors.As(err, &hang) || !strings.Contains(err.Error(), "main waits for its tasks; worker waits to read up") {
		t.Errorf("got %v, want a hang of main and worker", err)
	}
}

func TestGroupOutsideOfARun(t *testing.T) {
	var s Sim
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "Wait called outside of a run") {
			t.Errorf("got %v, want a clear panic", r)
		}
	}()
	s.Group("worker").Wait()
}
