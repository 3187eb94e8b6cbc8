package main

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"stickydemo/netsim/trace"
)

var relays = regexp.MustCompile(`^relay listens on (\S+:\d+) and goes on to \S+:\d+; Ctrl-C ends it\n$`)

// relaying starts a relay and returns it with its address.
func relaying(t *testing.T, args ...string) (r *process, address string) {
	t.Helper()
	r = start(t, append([]string{"relay"}, args...)...)
	line := <-r.first
	match := relays.FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("relay %q began with %q", args, line)
	}
	return r, match[1]
}

// linux reports whether cuts can be verified here.
const linux = runtime.GOOS == "linux"

func TestCallThroughARelay(t *testing.T) {
	_, to := serving(t, "stage4") // it may hear of a reset when the relay ends
	r, address := relaying(t, "--to", to, "--plan", "drip;up:cut=3;down:cut=100000", "--trace", "events.jsonl")
	if got := command(t, "call", "stage4", "--to", address, "echo hello"); got.stdout != "hello\n" || got.stderr != "" {
		t.Errorf("got %+v", got)
	}
	r.stop()
	out := r.stdout.String()
	// 4 bytes of header before 10 bytes up and before 6 down.
	if linux && !strings.Contains(out, "\n1 connection, 0 open; 14 bytes up, 10 down\ncuts: 22 verified, 0 unverified, 0 timed out; 0 holds ended early\n") {
		t.Errorf("counters: %s", out)
	}
	if !strings.Contains(out, "\nnote: down:cut=100000 is past the end (10 bytes) and does nothing\n") {
		t.Errorf("notes: %s", out)
	}
	f, err := os.Open(filepath.Join(r.cmd.Dir, "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	log, err := trace.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	if log[0].Note != "relay under drip;up:cut=3;down:cut=100000" && !strings.HasPrefix(log[0].Note, "relay under ") {
		t.Errorf("the trace begins with %+v", log[0])
	}
	if got := string(log.Stream(1, trace.Up)); got != "\x00\x00\x00\x0aecho hello" {
		t.Errorf("the trace has %q", got)
	}
	if got := len(log.Spans(trace.Cut, 1, trace.Up)); got != 13 {
		t.Errorf("the trace has %d cuts", got)
	}
}

// A naive program breaks on a real network, too.
func TestARelayBreaksANaiveProgram(t *testing.T) {
	if !linux {
		t.Skip("elsewhere cuts are not sure")
	}
	// The client leaves with unread input, so the server may hear of a reset.
	_, to := serving(t, "stage4", "--side", "naive")
	r, address := relaying(t, "--to", to, "--plan", "down:cut=2")
	got := command(t, "call", "stage4", "--side", "naive", "--to", address, "echo hello")
	got.fails(t, exitUnexpected, "one read returned 2 of the header's 4 bytes")
	r.stop()
}

func TestRelayJSON(t *testing.T) {
	_, to := serving(t, "stage4") // it may hear of a reset when the relay ends
	r := start(t, "relay", "--to", to, "--json", "--plan", "up:cut=2,900")
	var begin struct{ Listen, To, Plan string }
	if err := json.Unmarshal([]byte(<-r.first), &begin); err != nil || begin.To != to || begin.Plan != "up:cut=2,900" {
		t.Fatalf("got %+v, %v", begin, err)
	}
	command(t, "call", "stage4", "--to", begin.Listen, "echo hello")
	r.interrupt()
	if status := r.wait(); status != exitOK {
		t.Errorf("exit status %d", status)
	}
	var end struct {
		Conns    int
		Up       int `json:"up_bytes"`
		Verified int
		Notes    []string
	}
	lines := strings.Split(strings.TrimSpace(r.stdout.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &end); err != nil {
		t.Fatal(err)
	}
	if end.Conns != 1 || end.Up != 14 || linux && end.Verified != 1 || len(end.Notes) == 0 || end.Notes[0] != "up:cut=900 is past the end (14 bytes) and does nothing" {
		t.Errorf("got %+v", end)
	}
}

func TestRelayPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := command(t, "relay", "--to", "127.0.0.1:1", "--listen", l.Addr().String())
	got.fails(t, exitUsage, regexp.QuoteMeta(l.Addr().String())+`: bind: .*; --listen 127.0.0.1:0 takes a free port\n$`)
}

// A server that does not answer is said once, however many connections fail.
func TestRelayToNobody(t *testing.T) {
	r, address := relaying(t, "--to", "127.0.0.1:1", "--plan", "drip")
	for range 3 {
		if conn, err := net.Dial("tcp", address); err == nil {
			if n, err := conn.Read(make([]byte, 1)); err == nil || err == io.EOF {
				t.Errorf("read %d, %v, want a reset", n, err)
			}
			conn.Close()
		}
	}
	if line := r.logged(); !regexp.MustCompile(`^connection \d: dial tcp 127\.0\.0\.1:1: connect: .*refused`).MatchString(line) {
		t.Errorf("the log has %q", line)
	}
	r.stop()
	if out := r.stdout.String(); !strings.Contains(out, "\nnote: 3 connections did not reach 127.0.0.1:1\n") {
		t.Errorf("got %s", out)
	}
}
