package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/pcap"
	"stickydemo/netsim/trace"
)

// What Wireshark, here as tshark, makes of every program under every plan of a
// kind, in one capture: nothing is malformed, every sum is right, it complains of
// nothing but what the log says, and what it puts together is what was written.
func TestTshark(t *testing.T) {
	t.Parallel()
	var matrix []string
	for _, p := range stage.Plans {
		matrix = append(matrix, p.Plan)
	}
	for _, test := range []struct {
		name  string
		plans []string
		own   bool // each program's own plan, too
		logs  string
	}{
		{name: "plans of the matrix", plans: matrix, own: true},
		{name: "streams that end early, small windows on long ways", plans: []string{
			"up:truncate=5", "down:truncate=5", "truncate=0", "up:reset=5", "down:reset=5", "link:rtt=40ms;down:reset=3",
			"window=100;link:rtt=40ms", "window=1;link:rtt=10ms", "drop=1;swap=2;link:rtt=40ms", "down:eof-with-data;stall=1s@3",
		}},
		{name: "modelled links", logs: "../../netsim/pcap/testdata/*.jsonl", plans: []string{
			"link:lan", "link:wan", "link:wan,nagle=off;drip", "link:rtt=20ms,delack=40ms",
			"link:rtt=40ms,mss=536,nagle=on,delack=40ms,rate=1mbit", "link:rtt=40ms,mss=100,window=1k",
			"link:rtt=40ms,mss=1460,loss=10%", "link:rtt=40ms,mss=50,nagle=on,delack=40ms,loss=20%,seed=4",
			"link:wan;reset=7", "link:wan;truncate=7", "link:wan;stall=1s@3", "link:rtt=40ms,mss=536;window=100",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tshark, err := exec.LookPath("tshark")
			needs(t, err == nil, "tshark")
			if testing.Short() || test.own && os.Getenv("STICKYDEMO_CI") == "" {
				t.Skip("takes its time: STICKYDEMO_CI=1 tries it, without -short")
			}
			log, plans := runsUnder(test.plans, test.own)
			names, err := filepath.Glob(test.logs)
			if err != nil || len(names) == 0 && test.logs != "" {
				t.Fatalf("no logs like %s: %v", test.logs, err)
			}
			for _, name := range names {
				log = append(log, parsedLog(t, name)...)
				plans = append(plans, netsim.MustParsePlan("link:rtt=40ms"))
			}
			conns := expected(log, plans)
			packets, streams := opened(t, tshark, log, plans, conns)
			lookAtPackets(t, packets, conns)
			lookAtStreams(t, streams, conns)
		})
	}
}

// runsUnder runs every program under every plan, and perhaps its own.
func runsUnder(texts []string, own bool) (log trace.Log, plans []netsim.Plan) {
	var l lab.Lab
	defer l.Close()
	lab.Programs(func(spec lab.Spec) {
		texts := texts
		if own {
			texts = append(slices.Clone(texts), spec.Stage.BreakOf(spec.Variant).Plan)
		}
		for _, text := range texts {
			spec.Plan = netsim.MustParsePlan(text)
			log = append(log, lab.Log([]*lab.Result{l.Run(spec)})...)
			plans = append(plans, spec.Plan)
		}
	})
	return log, plans
}

func parsedLog(t *testing.T, name string) trace.Log {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	log, err := trace.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// opened returns what tshark says of each packet of a log's capture, and of each
// stream that it follows.
func opened(t *testing.T, tshark string, log trace.Log, plans []netsim.Plan, conns []*capturedConn) (packets, streams string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "all.pcapng")
	if err := writeFile(name, func(w io.Writer) error {
		return pcap.Write(w, log, pcap.Options{Application: "stickydemo", Plans: plans})
	}); err != nil {
		t.Fatal(err)
	}
	args := []string{"-r", name, "-n", "-T", "fields", "-E", "separator=/t",
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"}
	for _, field := range append(slices.Clone(fields), complaints...) {
		args = append(args, "-e", field)
	}
	count := map[string]int{}
	for _, c := range conns {
		args = append(args, "-z", fmt.Sprintf("follow,%s,raw,%d", c.protocol(), count[c.protocol()]))
		count[c.protocol()]++
	}
	cmd := exec.Command(tshark, args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, said.String())
	}
	packets, streams, _ = strings.Cut(string(out), "\n==========")
	return packets, streams
}

// A capturedConn is what a capture must show of one connection.
type capturedConn struct {
	where     string
	datagrams bool
	written   map[trace.Direction][]byte
	up, down  []byte       // that left the client, and came to it
	early     []trace.Span // modelled segments to the client
	windowed  bool         // one window at least is so small that it may be full
	again     int          // segments that the client sent again
	late      int          // segments that came to the client because the first was lost, or its acknowledgement
	unseen    bool         // a segment was lost on its way to the client
	broke     bool         // a reset may have overtaken modelled segments
}

func (c *capturedConn) protocol() string {
	if c.datagrams {
		return "udp"
	}
	return "tcp"
}

// expected returns the connections of a log in the order of their ports.
func expected(log trace.Log, plans []netsim.Plan) []*capturedConn {
	var all []*capturedConn
	var open map[int]*capturedConn
	run, name := -1, ""
	for _, e := range log {
		c := open[e.Conn]
		switch e.Kind {
		case trace.Begin:
			run++
			open, name = map[int]*capturedConn{}, e.Note
		case trace.Open:
			up, down := plans[run].Stream(e.Conn, trace.Up), plans[run].Stream(e.Conn, trace.Down)
			c = &capturedConn{where: fmt.Sprintf("%s, connection %d", name, e.Conn), datagrams: e.Note == trace.Datagrams,
				written:  map[trace.Direction][]byte{},
				windowed: up.Window > 0 || down.Window > 0 || plans[run].Link.Window > 0}
			open[e.Conn] = c
			all = append(all, c)
		case trace.Written:
			c.written[e.Dir] = append(c.written[e.Dir][:e.From], e.Data...)
		case trace.Sent, trace.Arrived:
			// The datagrams of a flow may come in another order.
			data := c.written[e.Dir][e.From:e.To]
			if e.Kind == trace.Sent && e.Dir == trace.Up {
				c.up = append(c.up, data...)
			} else if e.Kind == trace.Arrived && e.Dir == trace.Down && c.early == nil {
				c.down = append(c.down, data...)
			}
		case trace.Reset:
			c.broke = c.early != nil
		case trace.Segment, trace.Ack:
			// What comes behind a segment that never came is not put together.
			data := c.written[e.Dir]
			if e.Dir == trace.Up {
				c.up = data[:max(len(c.up), e.To)]
			} else if !e.Wire.Lost {
				c.early = append(c.early, trace.Span{From: e.From, To: e.To})
				slices.SortFunc(c.early, func(a, b trace.Span) int { return a.From - b.From })
				for _, s := range c.early {
					if s.From <= len(c.down) {
						c.down = data[:max(len(c.down), s.To)]
					}
				}
			}
			if e.Note == trace.Resent && e.Dir == trace.Up {
				c.again++
			} else if e.Note == trace.Resent && !e.Wire.Lost {
				c.late++
			}
			c.unseen = c.unseen || e.Wire.Lost && e.Dir == trace.Down
			c.windowed = c.windowed || e.Wire.Window < 1<<16
		}
	}
	return all
}

var fields = []string{"frame.number", "frame.protocols", "frame.comment", "tcp.port", "udp.port",
	"ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "tcp.len", "tcp.analysis.flags", "ip.src"}

// complaints of tshark's on what a segment does there.
var complaints = []string{
	"tcp.analysis.retransmission", "tcp.analysis.spurious_retransmission", "tcp.analysis.out_of_order", "tcp.analysis.lost_segment", "tcp.analysis.duplicate_ack",
	"tcp.analysis.keep_alive", "tcp.analysis.keep_alive_ack", "tcp.analysis.window_full", "tcp.analysis.zero_window", "tcp.analysis.window_update",
}

func lookAtPackets(t *testing.T, text string, conns []*capturedConn) {
	again, late := make([]int, len(conns)), make([]int, len(conns))
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != len(fields)+len(complaints) {
			t.Fatalf("%d fields, want %d: %s", len(f), len(fields)+len(complaints), line)
		}
		ports := strings.Split(f[3]+f[4], ",") // of which the server's is the lowest
		n, err := strconv.Atoi(slices.Max(ports))
		if n -= 50_001; err != nil || n < 0 || n >= len(conns) {
			t.Fatalf("packet %s of ports %q", f[0], ports)
		}
		c := conns[n]
		complain := func(format string, args ...any) {
			t.Errorf("packet %s of %s: %s", f[0], c.where, fmt.Sprintf(format, args...))
		}
		if p := strings.TrimSuffix(f[1], ":data"); p != "raw:ip:"+c.protocol() {
			complain("got protocols %s", f[1])
		}
		if f[5] != "1" || f[6]+f[7] != "1" { // good
			complain("got sums of the status %s and %s", f[5], f[6]+f[7])
		}
		if f[2] == "" && f[8] != "0" {
			complain("%s bytes, and no comment", f[8])
		}
		known, resent := false, false
		for i, name := range complaints {
			if f[len(fields)+i] == "" {
				continue
			}
			known = true
			switch name {
			case "tcp.analysis.window_full", "tcp.analysis.zero_window", "tcp.analysis.window_update":
				known = c.windowed
			case "tcp.analysis.lost_segment":
				known = c.unseen
			case "tcp.analysis.duplicate_ack", "tcp.analysis.keep_alive_ack":
				known = c.unseen || c.again+c.late > 0
			default: // one byte that is sent again cannot be told from a sign of life
				resent = true
			}
			if !known {
				complain("%s", name)
				known = true
			}
		}
		if resent && f[10] == "192.0.2.1" {
			again[n]++
		} else if resent {
			late[n]++
		}
		if f[9] != "" && !known {
			complain("tcp.analysis.flags, and none of %s", complaints)
		}
	}
	for i, c := range conns {
		if again[i] != c.again || late[i] > c.late { // what comes late behind nothing is not seen to be
			t.Errorf("%s: got %d segments again and %d late, want %d and at most %d", c.where, again[i], late[i], c.again, c.late)
		}
	}
}

func lookAtStreams(t *testing.T, text string, conns []*capturedConn) {
	seen := 0
	for part := range strings.SplitSeq(text, "Follow: ") {
		_, part, ok := strings.Cut(part, "Node 0: 192.0.2.1:")
		if !ok {
			continue
		}
		var up, down []byte
		n := -1
		for line := range strings.Lines(part) {
			line, isDown := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t")
			data, err := hex.DecodeString(line)
			switch {
			case n < 0:
				fmt.Sscanf(line, "%d", &n)
				n -= 50_001
			case err != nil: // Node 1, or the line below
			case isDown:
				down = append(down, data...)
			default:
				up = append(up, data...)
			}
		}
		if n < 0 || n >= len(conns) {
			t.Fatalf("a stream of connection %d", n)
		}
		c := conns[n]
		if c.broke && bytes.HasPrefix(c.down, down) {
			down = c.down
		}
		if seen++; string(up) != string(c.up) || string(down) != string(c.down) {
			t.Errorf("%s: got %.100q up, %.100q down\nwant %.100q up, %.100q down", c.where, up, down, c.up, c.down)
		}
	}
	if seen != len(conns) {
		t.Errorf("followed %d streams of %d", seen, len(conns))
	}
}
