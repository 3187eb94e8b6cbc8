package netsim

import (
	"errors"
	"testing"
)

// Two tasks that answer each other for ever move bytes and no time: that ends
// too, though not soon, so that the test begins near the end.
func TestEndlessExchangeInOneInstant(t *testing.T) {
	var sim Sim
	defer sim.Close()
	err := sim.Run(Plan{}, "client", func() {
		sim.turns = TurnLimit - 100
		client, server := sim.Pipe()
		echo := func(c interface {
			Read([]byte) (int, error)
			Write([]byte) (int, error)
		}) {
			for buf := make([]byte, 1); ; {
				c.Read(buf)
				c.Write(buf)
			}
		}
		sim.Go("server", func() { echo(server) })
		client.Write([]byte("x"))
		echo(client)
	})
	var spin *SpinError
	if !errors.As(err, &spin) || !spin.Moved {
		t.Fatalf("got %v, want a *SpinError in which bytes moved", err)
	}
}
