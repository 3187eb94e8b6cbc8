package main

import (
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

// harsh are plans besides those of the matrix: streams that end early, small
// windows on long ways.
var harsh = []string{
	"up:truncate=5", "down:truncate=5", "truncate=0", "up:reset=5", "down:reset=5", "link:rtt=40ms;down:reset=3",
	"window=100;link:rtt=40ms", "window=1;link:rtt=10ms", "drop=1;swap=2;link:rtt=40ms", "down:eof-with-data;stall=1s@3",
}

// Wireshark, here as tshark, opens the capture of every program under every plan,
// and of logs that have segments. Nothing is malformed, every sum is right, it
// complains of nothing but what the log says, and what it puts together is what
// was written. One process looks at all.
func TestTshark(t *testing.T) {
	t.Parallel()
	tshark, err := exec.LookPath("tshark")
	needs(t, err == nil, "tshark")
	log, plans := captured(t)
	name := filepath.Join(t.TempDir(), "all.pcapng")
	if err := writeFile(name, func(w io.Writer) error {
		return pcap.Write(w, log, pcap.Options{Application: "stickydemo", Plans: plans})
	}); err != nil {
		t.Fatal(err)
	}

	conns := expected(log, plans)
	args := []string{"-r", name, "-n", "-T", "fields", "-E", "separator=/t",
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"}
	for _, field := range append(slices.Clone(fields), complaints...) {
		args = append(args, "-e", field)
	}
	streams := map[string]int{}
	for _, c := range conns {
		protocol := c.protocol()
		args = append(args, "-z", fmt.Sprintf("follow,%s,raw,%d", protocol, streams[protocol]))
		streams[protocol]++
	}
	cmd := exec.Command(tshark, args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, said.String())
	}
	packets, followed, _ := strings.Cut(string(out), "\n==========")
	lookAtPackets(t, packets, conns)
	lookAtStreams(t, followed, conns)
}

// captured is what to look at: every program under every plan, and logs with
// segments.
func captured(t *testing.T) (log trace.Log, plans []netsim.Plan) {
	var l lab.Lab
	defer l.Close()
	programs(func(spec lab.Spec) {
		texts := append([]string{spec.Stage.BreakOf(spec.Variant).Plan}, harsh...)
		for _, p := range stage.Plans {
			texts = append(texts, p.Plan)
		}
		for _, text := range texts {
			spec.Plan = netsim.MustParsePlan(text)
			log = append(log, traceOf([]*lab.Result{l.Run(spec)})...)
			plans = append(plans, spec.Plan)
		}
	})
	names, err := filepath.Glob("../../netsim/pcap/testdata/*.jsonl")
	if err != nil || len(names) == 0 {
		t.Fatalf("no logs with segments: %v", err)
	}
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		modelled, err := trace.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, modelled...)
		plans = append(plans, netsim.MustParsePlan("link:rtt=40ms"))
	}
	return log, plans
}

// A capturedConn is what a capture must show of one connection.
type capturedConn struct {
	where     string
	datagrams bool
	up, down  []byte // that left the client, and came to it
	windowed  bool   // one window at least is so small that it may be full
	resent    int    // segments that are seen twice, or late
	unseen    bool   // a segment was lost on its way to the client
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
	for from, e := range log {
		c := open[e.Conn]
		switch e.Kind {
		case trace.Begin:
			run++
			open, name = map[int]*capturedConn{}, e.Note
		case trace.Open:
			up, down := plans[run].Stream(e.Conn, trace.Up), plans[run].Stream(e.Conn, trace.Down)
			c = &capturedConn{where: fmt.Sprintf("%s, connection %d", name, e.Conn), datagrams: e.Note == trace.Datagrams,
				windowed: up.Window > 0 || down.Window > 0}
			open[e.Conn] = c
			all = append(all, c)
		case trace.Sent, trace.Arrived:
			// The datagrams of a flow may come in another order.
			data := thisRun(log[:from]).Stream(e.Conn, e.Dir)[e.From:e.To]
			if e.Kind == trace.Sent && e.Dir == trace.Up {
				c.up = append(c.up, data...)
			} else if e.Kind == trace.Arrived && e.Dir == trace.Down {
				c.down = append(c.down, data...)
			}
		case trace.Segment, trace.Ack:
			if e.Note == trace.Resent && !(e.Wire.Lost && e.Dir == trace.Down) {
				c.resent++
			}
			c.unseen = c.unseen || e.Wire.Lost && e.Dir == trace.Down
			c.windowed = c.windowed || e.Wire.Window < 1<<16
		}
	}
	return all
}

// thisRun returns the events of a log's last run.
func thisRun(log trace.Log) trace.Log {
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].Kind == trace.Begin {
			return log[i:]
		}
	}
	return log
}

var fields = []string{"frame.number", "frame.protocols", "frame.comment", "tcp.port", "udp.port",
	"ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "tcp.len", "tcp.analysis.flags"}

// complaints of tshark's on what a segment does there.
var complaints = []string{
	"tcp.analysis.retransmission", "tcp.analysis.out_of_order", "tcp.analysis.lost_segment", "tcp.analysis.duplicate_ack",
	"tcp.analysis.window_full", "tcp.analysis.zero_window", "tcp.analysis.window_update",
}

func lookAtPackets(t *testing.T, text string, conns []*capturedConn) {
	resent := make([]int, len(conns))
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
		known := false
		for i, name := range complaints {
			if f[len(fields)+i] == "" {
				continue
			}
			known = true
			switch name {
			case "tcp.analysis.window_full", "tcp.analysis.zero_window", "tcp.analysis.window_update":
				known = c.windowed
			case "tcp.analysis.lost_segment", "tcp.analysis.duplicate_ack":
				known = c.unseen
			default:
				resent[n]++
			}
			if !known {
				complain("%s", name)
				known = true
			}
		}
		if f[9] != "" && !known {
			complain("tcp.analysis.flags, and none of %s", complaints)
		}
	}
	for i, c := range conns {
		if resent[i] != c.resent {
			t.Errorf("%s: got %d segments again or late, want %d", c.where, resent[i], c.resent)
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
		if seen++; string(up) != string(c.up) || string(down) != string(c.down) {
			t.Errorf("%s: got %.100q up, %.100q down\nwant %.100q up, %.100q down", c.where, up, down, c.up, c.down)
		}
	}
	if seen != len(conns) {
		t.Errorf("followed %d streams of %d", seen, len(conns))
	}
}
