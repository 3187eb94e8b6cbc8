package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"stickydemo/demos/stage"
)

// forPrograms calls f for each side and variant of each stage that has streams,
// with the words that name it on a command line; not for naive servers that accept
// by themselves, which serve nobody for long: see sockets_test.go.
func forPrograms(t *testing.T, f func(t *testing.T, s *stage.Stage, side stage.Side, variant string, words []string)) {
	for i := range stage.All {
		s := &stage.All[i]
		if s.OnDatagrams() {
			continue
		}
		variants := []string{""}
		for _, v := range s.Variants {
			variants = append(variants, v.Name)
		}
		for _, v := range variants {
			if s.Naive.ServeAll != nil {
				break
			}
			t.Run(strings.TrimSpace(s.ID+" naive "+v), func(t *testing.T) {
				t.Parallel()
				f(t, s, stage.Naive, v, []string{s.ID, "--side", "naive", "--variant", v})
			})
		}
		t.Run(s.ID+" fixed", func(t *testing.T) {
			t.Parallel()
			f(t, s, stage.Fixed, "", []string{s.ID, "--side", "fixed"})
		})
	}
}

func forFixed(t *testing.T, f func(t *testing.T, s *stage.Stage)) {
	for i := range stage.All {
		if stage.All[i].OnDatagrams() {
			continue
		}
		t.Run(stage.All[i].ID, func(t *testing.T) {
			t.Parallel()
			f(t, &stage.All[i])
		})
	}
}

// answersTo is what a server that is right answers, one command after the other.
func answersTo(s *stage.Stage, commands []string) string {
	var all bytes.Buffer
	for _, c := range commands {
		all.Write(s.AnswerTo(c))
	}
	return all.String()
}

// printed is what call prints of them.
func printed(s *stage.Stage, commands ...string) string {
	text := ""
	for _, c := range commands {
		text += answersTo(s, []string{c})
		if s.Reply != nil {
			text += "\n"
		}
	}
	return text
}

// Naive programs are given what they get right wherever a write that nothing
// follows is one read, as on an idle loopback: request and answer take turns.
// Only the race between size and body has two ends.
func TestCallsOverTCP(t *testing.T) {
	forPrograms(t, func(t *testing.T, s *stage.Stage, side stage.Side, variant string, words []string) {
		server, address := serving(t, words...)
		defer server.stop()
		call := func(commands ...string) outcome {
			return command(t, append(append([]string{"call", "--to", address}, words...), commands...)...)
		}
		commands := []string{"echo hello", "hello-zh", "seq 1 2000", "printf abc; echo"}
		switch {
		case side == stage.Fixed:
			commands = append(commands, "true", "bytes 1048576", "echo")
			if !s.Streams { // whose answers have a status
				commands = append(commands, "fail")
			}
		case s.ID == "stage1":
			commands = []string{"echo hello", "hello-zh", "ipconfig"} // each fits one read
		case s.ID == "stage2":
			commands = []string{"echo hello"}
		case variant == "ends":
			commands = []string{"echo hello", "hello-zh", "seq 1 9", "printf abc; echo"} // each fits one read
		case s.ID == "stage7":
			commands = []string{"printf hello", "printf 你好", "printf '1 2'"} // each is one line
		case s.ID == "stage8":
			commands = []string{"echo hello", "hello-zh", "ipconfig", "true"} // each fits one read
		}
		want := printed(s, commands...)
		var got outcome
		for range 10 {
			if got = call(commands...); got.status == exitOK || s.ID != "stage2" || side == stage.Fixed {
				break
			}
			// The reader was later than the pause, or there was none.
			got.fails(t, exitUnexpected, "6hello")
			if variant == "nopause" {
				return
			}
		}
		if got.status != exitOK || got.stderr != "" || got.stdout != want {
			t.Errorf("got status %d, %q and %.200q, want %.200q", got.status, got.stderr, got.stdout, want)
		}
	})
}

// All connections stand before the first call is made; stage1, which makes one
// for each call, makes its calls at once.
func TestFiftyClients(t *testing.T) {
	const clients, calls = 50, 3
	forPrograms(t, func(t *testing.T, s *stage.Stage, side stage.Side, variant string, words []string) {
		if side == stage.Naive && s.ID == "stage2" {
			t.Skip("a race between size and body")
		}
		server, address := serving(t, words...)
		defer server.stop()
		var callers []stage.Caller
		dial := func() (net.Conn, error) {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				t.Cleanup(func() { conn.Close() })
			}
			return conn, err
		}
		for range clients {
			caller, err := s.Program(side, variant).Client(dial)
			if err != nil {
				t.Fatal(err)
			}
			callers = append(callers, caller)
		}
		say := "echo "
		if side == stage.Naive && s.ID == "stage7" {
			say = "printf " // on one line
		}
		var open sync.WaitGroup
		for i, caller := range callers {
			open.Go(func() {
				for n := range calls {
					command := fmt.Sprintf("%sclient-%d-call-%d", say, i, n)
					if got, err := caller.Call(command); err != nil || string(got) != answersTo(s, []string{command}) {
						t.Errorf("%s: got %q, %v", command, got, err)
					}
				}
			})
		}
		open.Wait()
	})
}

func TestInterruptedServer(t *testing.T) {
	for _, words := range [][]string{{"stage0", "--side", "fixed"}, {"stage4", "--side", "fixed"}, {"stage4", "--side", "naive"}, {"stage2", "--side", "naive"}} {
		t.Run(strings.Join(words, " "), func(t *testing.T) {
			t.Parallel()
			server, address := serving(t, words...)
			var conns []net.Conn
			s := stage.Find(words[0])
			for range 3 {
				caller, err := s.Program(stage.Side(words[2]), "").Client(func() (net.Conn, error) {
					conn, err := net.Dial("tcp", address)
					conns = append(conns, conn)
					return conn, err
				})
				if err != nil {
					t.Fatal(err)
				}
				if words[0] != "stage2" { // it answers, so it has accepted
					if _, err := caller.Call("echo a"); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, err := conns[0].Write([]byte{0, 0}); err != nil { // half a header, or a command
				t.Fatal(err)
			}
			server.stop()
			if out := server.stdout.String(); words[0] != "stage2" && !strings.HasSuffix(out, "\nstopped after 3 connections\n") {
				t.Errorf("stdout is %q", out)
			}
			for _, conn := range conns {
				conn.Close()
			}
			if conn, err := net.Dial("tcp", address); err == nil {
				conn.Close()
				t.Error("somebody still listens")
			}
		})
	}
}

// hostile is what a peer sends in place of a message, and what of it the server
// must say, to the peer and in its log.
type hostile struct{ sends, says string }

func announcements() map[string][]hostile {
	return map[string][]hostile{
		"stage0": {
			{strings.Repeat("\xff", 1<<20+1), `"\\xff\\xff.* limit of 1048576 bytes`},
		},
		"stage2": {
			{"2147483648\n", `"2147483648\\n" .*1048576`},
			{"-1\n", `"-?1`},
			{"GET / HTTP/1.1\r\n\r\n", `"GET / HTTP/1.1\\r\\n" .*1048576`},
			{strings.Repeat("\xff", 4096), `"\\xff\\xff.* 512 bytes`},
		},
		"stage3": {
			{"Run|2147483648\n", `"Run\|2147483648\\n" .*1048576`},
			{"Run|-1\n", `"Run\|-1\\n" .*1048576`},
			{"GET / HTTP/1.1\r\n\r\n", `"GET / HTTP/1.1\\r\\n" .*1048576`},
			{strings.Repeat("\xff", 4096), `"\\xff\\xff.* 512 bytes`},
		},
		"stage4": {
			{"\x7f\xff\xff\xff", `2147483647 bytes \(0x7fffffff, "\\x7f\\xff\\xff\\xff"\), limit 1048576`},
			{"\xff\xff\xff\xff", `4294967295 bytes \(0xffffffff, "\\xff\\xff\\xff\\xff"\), limit 1048576`},
			{"GET / HTTP/1.1\r\n\r\n", `1195725856 bytes \(0x47455420, "GET "\), limit 1048576`},
		},
		"stage6": {
			{"\x7f\xff\xff\xff", `2147483647 bytes \(0x7fffffff, .*, limit 1048576`},
			{"\xff\xff\xff\xff", `4294967295 bytes \(0xffffffff, .*, limit 1048576`},
			{"GET / HTTP/1.1\r\n\r\n", `1195725856 bytes \(0x47455420, "GET "\), limit 1048576`},
			{"\x00\x00\x00\x06echo ax", `reply "x", want \+ or \.`},
		},
		"stage5": {
			{"\x80\x00\x00\x00", `2147483648 bytes \(0x80000000, "\\x80\\x00\\x00\\x00"\), limit 4096`},
			{"\xff\xff\xff\xff", `4294967295 bytes \(0xffffffff, "\\xff\\xff\\xff\\xff"\), limit 4096`},
			{"GET / HTTP/1.1\r\n\r\n", `1195725856 bytes \(0x47455420, "GET "\), limit 4096`},
		},
		"stage7": { // whose lines announce nothing
			{strings.Repeat("a", 1<<20+1), "at least 1048577 bytes, limit 1048576"},
			{"a\\qb\n", `escape "\\+q", want`},
			{"a\rb\n", `carriage return before "b"`},
		},
		"stage8": {
			{"\x7f\xff\xff\xff", `2147483647 bytes \(0x7fffffff, "\\x7f\\xff\\xff\\xff"\), limit 1048576`},
			{"\xff\xff\xff\xff", `4294967295 bytes \(0xffffffff, "\\xff\\xff\\xff\\xff"\), limit 1048576`},
			{"GET / HTTP/1.1\r\n\r\n", `1195725856 bytes \(0x47455420, "GET "\), limit 1048576`},
		},
	}
}

// Each hostile peer is told why before its end of stream, though it goes on
// sending; the log has one line for it, and the next client is served.
func TestHostilePeers(t *testing.T) {
	forFixed(t, func(t *testing.T, s *stage.Stage) {
		peers := announcements()[s.ID]
		if s.ID == "stage1" { // announces nothing; so too much of it
			peers = []hostile{{strings.Repeat("a", 1<<20+1), "104857[67] bytes, limit 1048576"}}
		}
		server, address := serving(t, s.ID)
		defer server.stop()
		for _, peer := range peers {
			says := regexp.MustCompile(peer.says)
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, peer.sends+strings.Repeat("more", 50_000)); err != nil {
				t.Errorf("%.40q: %v", peer.sends, err)
			}
			heard, err := io.ReadAll(conn)
			if err != nil {
				t.Errorf("%.40q: the peer read %q, then %v", peer.sends, heard, err)
			}
			words := strings.ReplaceAll(string(heard), `\\`, `\`) // as JSON has it
			words = strings.ReplaceAll(words, `\"`, `"`)
			if !says.MatchString(words) {
				t.Errorf("%.40q: the peer read %q, want %s", peer.sends, heard, says)
			}
			conn.Close()
			if line := server.logged(); !strings.HasPrefix(line, conn.LocalAddr().String()+": ") || !says.MatchString(line) {
				t.Errorf("%.40q: the log has %q, want %s", peer.sends, line, says)
			}
			if got := command(t, "call", s.ID, "--to", address, "echo fine"); got.stdout != printed(s, "echo fine") {
				t.Errorf("the next client got %q, %s", got.stdout, got.stderr)
			}
		}
	})
}

func TestPeersThatLeaveInMidFrame(t *testing.T) {
	frames := map[string][]string{
		"stage0": {"h", "hello\nhel"},
		"stage2": {"1", "10\n", "10\nabc"},
		"stage3": {"Ru", "Run|10", "Run|10\nabc", "Run|6\necho aSta"},
		"stage4": {"\x00", "\x00\x00\x00\x0a", "\x00\x00\x00\x0aabc"},
		"stage6": {"\x00", "\x00\x00\x00\x0a", "\x00\x00\x00\x0aabc", "\x00\x00\x00\x06echo a", "\x00\x00\x00\x0becho a; top+"},
		"stage5": {"\x00", "\x00\x00\x00\x10", "\x00\x00\x00\x10{\"tot", "\x00\x00\x00\x11{\"total_size\": 9}abc"},
		"stage7": {"a", "a\\", "a\r", "\\!a"},
		"stage8": {"\x00", "\x00\x00\x00\x0a", "\x00\x00\x00\x0aabc"},
	}
	forFixed(t, func(t *testing.T, s *stage.Stage) {
		server, address := serving(t, s.ID)
		defer server.stop()
		for _, frame := range frames[s.ID] {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, frame); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if line := server.logged(); !strings.HasSuffix(line, io.ErrUnexpectedEOF.Error()) {
				t.Errorf("%q: the log has %q", frame, line)
			}
			if _, err := io.ReadAll(conn); err != nil {
				t.Errorf("%q: %v", frame, err)
			}
			conn.Close()
		}
		// Between two messages is no mid-frame, and nothing to log.
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if got := command(t, "call", s.ID, "--to", address, "echo fine"); got.stdout != printed(s, "echo fine") {
			t.Errorf("the next client got %q, %s", got.stdout, got.stderr)
		}
	})
}

func TestSilentPeerIsLeft(t *testing.T) {
	forPrograms(t, func(t *testing.T, s *stage.Stage, side stage.Side, variant string, words []string) {
		server, address := serving(t, append(words, "--timeout", "50ms")...)
		defer server.stop()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if got, err := io.ReadAll(conn); len(got) > 0 || err != nil {
			t.Errorf("the peer read %q, %v", got, err)
		}
		if line := server.logged(); !strings.HasSuffix(line, ": silent for 50ms") {
			t.Errorf("the log has %q", line)
		}
	})
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := command(t, "serve", "stage4", "--listen", l.Addr().String())
	got.fails(t, exitUsage, regexp.QuoteMeta(l.Addr().String())+`: bind: .*; --listen 127.0.0.1:0 takes a free port\n$`)
}

func TestAnswerOverTheLimit(t *testing.T) {
	forFixed(t, func(t *testing.T, s *stage.Stage) {
		if s.Reply != nil || s.Streams {
			t.Skip("an echo is as long as what it answers, and chunks have no limit together")
		}
		server, address := serving(t, s.ID)
		defer server.stop()
		got := command(t, "call", s.ID, "--to", address, "bytes 2000000")
		if s.ID == "stage1" {
			// Its limit: a refusal looks like an answer.
			if got.status != exitOK || !strings.Contains(got.stdout, "2000000 bytes, limit 1048576") {
				t.Errorf("got %d, %q", got.status, got.stdout)
			}
		} else {
			got.fails(t, exitUnexpected, `^stickydemo: "bytes 2000000": refused by the peer: ".*2000000 bytes, limit 1048576"\n$`)
		}
		if line := server.logged(); !strings.HasSuffix(line, "2000000 bytes, limit 1048576") {
			t.Errorf("the log has %q", line)
		}
	})
}

func TestShell(t *testing.T) {
	needsShell(t)
	for _, id := range []string{"stage2", "stage4"} { // standard output alone, and both streams
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			server, address := serving(t, id, "--shell")
			if got := command(t, "call", id, "--to", address, "echo $((6*7))", "printf abc | wc -c"); got.stdout != "42\n3\n" && got.stdout != "42\n       3\n" {
				t.Errorf("got %q, %s", got.stdout, got.stderr)
			}
			// What was cut off at the limit must not pass for the whole.
			got := command(t, "call", id, "--to", address, "head -c 3000000 /dev/zero")
			got.fails(t, exitUnexpected, `refused by the peer: .*limit 1048576`)
			server.logged()

			// Ctrl-C ends what runs, too.
			pipe := makePipe(t)
			caller := start(t, "call", id, "--to", address, "echo $$ >"+pipe+"; exec sleep 1000")
			pid := readPipe(t, pipe)
			server.stop()
			if err := exec.Command("kill", "-0", pid).Run(); err == nil {
				t.Errorf("process %s is still there", pid)
			}
			if caller.wait() != exitUnexpected {
				t.Errorf("call ended with status %d", caller.cmd.ProcessState.ExitCode())
			}
		})
	}
}
