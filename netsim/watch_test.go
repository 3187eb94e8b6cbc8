package netsim_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

func TestReadsThatCouldBeCut(t *testing.T) {
	for _, test := range []struct {
		name string
		plan string
		size int
		want string // From-To/Most of each
	}{
		{"one read of all", "glue", 64, "0-5/5"},
		{"a cut parts it", "cut=2", 64, "0-2/5 2-5/5"},
		{"what does not fit is not asked about", "glue", 3, "0-3/3 3-5/5"},
		{"a read of one byte asks about no place", "glue", 1, ""},
		{"a drip's last byte could not be cut", "drip", 64, "0-1/5 1-2/5 2-3/5 3-4/5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			sim.Watch = true
			for range 2 { // a run forgets what the last one read
				err := talk(sim, test.plan, func(conn net.Conn) {
					write(t, conn, "abcde")
					conn.Close()
				}, func(conn net.Conn) { chunks(conn, test.size) })
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, r := range sim.Reads() {
					if r.Conn != 1 || r.Dir != trace.Up {
						t.Errorf("got %+v, want reads of the first connection's up alone", r)
					}
					got = append(got, fmt.Sprintf("%d-%d/%d", r.From, r.To, r.Most))
				}
				if !slices.Equal(got, strings.Fields(test.want)) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestLongest(t *testing.T) {
	for _, test := range []struct {
		name string
		main func(sim *netsim.Sim, conn net.Conn)
		want time.Duration
	}{
		{"a run without pauses", func(sim *netsim.Sim, conn net.Conn) {}, 0},
		{"the longest of several pauses", func(sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(time.Second)
			sim.Sleep(3 * time.Second)
			sim.Sleep(2 * time.Second)
		}, 3 * time.Second},
		{"a deadline ahead", func(sim *netsim.Sim, conn net.Conn) {
			sim.Sleep(time.Second)
			conn.SetReadDeadline(sim.Now().Add(4 * time.Second))
			conn.SetReadDeadline(time.Time{})
		}, 4 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			sim := newSim(t)
			err := sim.Run(netsim.Plan{}, "main", func() {
				conn, _ := sim.Pipe()
				test.main(sim, conn)
			})
			if got := sim.Longest(); got != test.want || err != nil {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}
