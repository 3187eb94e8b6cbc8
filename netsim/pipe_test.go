package netsim_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"stickydemo/netsim"
)

func TestPipeIsAConn(t *testing.T) {
	for _, text := range []string{"as-written", "glue", "drip", "every=7", "random=3", "window=4096", "down:stall=5ms@3", "link:rtt=1ms", "eof-with-data"} {
		plan, err := netsim.ParsePlan(text)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(text, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				c1, c2 = netsim.Pipe(plan)
				return c1, c2, func() { c1.Close(); c2.Close() }, nil
			})
		})
	}
}
