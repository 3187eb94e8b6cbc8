package trial_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The programs in testdata, directly and through a relay that is as rough as one
// can be without looking at the receiver. They are real, and so is the clock.

// A program is a server and its client: ROLE, HOST and PORT are filled in.
type program struct {
	command string
	want    string // what the client prints
	needs   string // besides the command's first word
}

var right = map[string]program{
	"noframing":    {"python3 python/fixed.py noframing ROLE HOST PORT", answers, ""},
	"nopause":      {"python3 python/fixed.py nopause ROLE HOST PORT", answers, ""},
	"sleep":        {"python3 python/fixed.py sleep ROLE HOST PORT", answers, ""},
	"size":         {"python3 python/fixed.py size ROLE HOST PORT", answers, ""},
	"ackhandshake": {"python3 python/fixed.py ackhandshake ROLE HOST PORT", answers, ""},
	"struct":       {"python3 python/struct_fixed.py ROLE HOST PORT", answers, ""},
	"json":         {"python3 python/fixed.py json ROLE HOST PORT", answers, ""},

	"peek":         {"go/peek fixed ROLE HOST PORT", answers, ""},
	"countedtwice": {"go/countedtwice fixed ROLE HOST PORT", answers, ""},
	"bareread":     {"go/bareread fixed ROLE HOST PORT", answers, ""},
	"freshreader":  {"go/freshreader fixed ROLE HOST PORT", answers, ""},
	"deadline":     {"go/deadline fixed ROLE HOST PORT", answers, ""},
	"linelimit":    {"go/linelimit fixed ROLE HOST PORT", answers, ""},

	"dataevent":  {"node shapes/node/dataevent.js fixed ROLE HOST PORT", nodeAnswers, ""},
	"chunktext":  {"node shapes/node/chunktext.js fixed ROLE HOST PORT", nodeAnswers, ""},
	"onemessage": {"node shapes/node/onemessage.js fixed ROLE HOST PORT", nodeAnswers, ""},
	"oversized":  {"node shapes/node/oversized.js fixed ROLE HOST PORT", oversizedAnswers, ""},

	"redis":     {"sh real/redis.sh ROLE HOST PORT", redisAnswers(), "redis-server redis-cli awk"},
	"memcached": {"python3 real/memcached.py ROLE HOST PORT", memcachedAnswers(), "memcached"},
	"nginx":     {"sh real/nginx.sh ROLE HOST PORT", nginxAnswers(), "nginx curl"},
}

// wrong are the programs that a network breaks; by is what is sure to.
var wrong = map[string]struct {
	program
	by network
}{
	"noframing":    {program{"python3 python/naive.py noframing ROLE HOST PORT", answers, ""}, drip},
	"nopause":      {program{"python3 python/naive.py nopause ROLE HOST PORT", answers, ""}, drip},
	"sleep":        {program{"python3 python/naive.py sleep ROLE HOST PORT", numbers + "two\n", ""}, drip},
	"size":         {program{"python3 python/naive.py size ROLE HOST PORT", answers + noOutput, ""}, drip},
	"ackhandshake": {program{"python3 python/naive.py ackhandshake ROLE HOST PORT", answers + "cmd err", ""}, drip},
	"struct":       {program{"python3 python/struct_naive.py ROLE HOST PORT", answers, ""}, drip},
	"json":         {program{"python3 python/naive.py json ROLE HOST PORT", answers, ""}, drip},

	"peek":         {program{"go/peek naive ROLE HOST PORT", answers, ""}, drip},
	"countedtwice": {program{"go/countedtwice naive ROLE HOST PORT", answers, ""}, drip},
	"bareread":     {program{"go/bareread naive ROLE HOST PORT", answers, ""}, drip},
	"freshreader":  {program{"go/freshreader naive ROLE HOST PORT", answers, ""}, stall(6)},
	"deadline":     {program{"go/deadline naive ROLE HOST PORT", answers, ""}, stall(2)},
	"linelimit":    {program{"go/linelimit naive ROLE HOST PORT", answers, ""}, drip},

	"dataevent":  {program{"node shapes/node/dataevent.js naive ROLE HOST PORT", nodeAnswers, ""}, drip},
	"chunktext":  {program{"node shapes/node/chunktext.js naive ROLE HOST PORT", nodeAnswers, ""}, drip},
	"onemessage": {program{"node shapes/node/onemessage.js naive ROLE HOST PORT", nodeAnswers, ""}, stall(6)},
	"oversized":  {program{"node shapes/node/oversized.js naive ROLE HOST PORT", oversizedAnswers, ""}, drip},
}

// byLuck names those that are wrong without any help, always, most of the time, or
// where a reader can be late by as much as the pause.
var byLuck = map[string]bool{"noframing": true, "nopause": true, "sleep": true}

const noOutput = "cmd exec success,has not output!"

var (
	numbers          = count(2000, "\n")
	answers          = numbers + "two\nabc\n"
	nodeAnswers      = "two\n你好\nabc\n" + numbers
	oversizedAnswers = "two\nrefused 3000 bytes, limit 1024\nabc\nrefused 2000 bytes, limit 1024\n" + numbers
)

func count(last int, end string) string {
	var text strings.Builder
	for n := 1; n <= last; n++ {
		fmt.Fprint(&text, n, end)
	}
	return text.String()
}

func redisAnswers() string {
	big := count(2000, "_")[:5000]
	return "OK\n5000\n" + big + "\nOK\n6\n你好\n" + big + "\n你好\n\n" +
		"OK\none\r\n$3\r\ntwo\r\n\nOK\n\nlast\n" +
		"All data transferred. Waiting for the last reply...\nLast reply received from server.\nerrors: 0, replies: 200\n" +
		fmt.Sprintf("%d\n%*d\n%*d\n", 1, 96, 96, 200%97, 200)
}

func memcachedAnswers() string {
	lines, big := "one\r\nEND\r\nVALUE lines 0 3\r\ntwo\r\n", count(1100, "\r\n")[:5000]
	return "small 3 two\nsmall 3 two\nnothing 0 \n" + fmt.Sprintf("lines %d %s\n", len(lines), lines) +
		"big 5000 " + big + "\nzh 6 你好\nmany: 97\n"
}

// nginxAnswers are the files, and after each its status and how many connections
// it took.
func nginxAnswers() string {
	first, later := "200 1\n", "200 0\n"
	return numbers + first + "你好\n" + later + later + numbers + later +
		numbers + first + "你好\n" + later + numbers + later
}

// A network carries one direction of a connection.
type network func(to io.Writer, from io.Reader)

func direct(to io.Writer, from io.Reader) { _, _ = io.Copy(to, from) }

// drip parts the first bytes from each other, and the rest into ever larger
// pieces, unless the receiver is later than a gap is long.
func drip(to io.Writer, from io.Reader) {
	const single = 60
	for n := range 84 {
		if _, err := io.CopyN(to, from, 1<<max(0, n-single)); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// stall holds all but the first n bytes, for longer than an answer takes.
func stall(n int64) network {
	return func(to io.Writer, from io.Reader) {
		if _, err := io.CopyN(to, from, n); err != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
		direct(to, from)
	}
}

func TestRightPrograms(t *testing.T) {
	networks := map[string]network{"direct": direct, "drip": drip, "stall": stall(6)}
	for name, p := range right {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := p.serve(t)
			var all sync.WaitGroup
			for name, n := range networks {
				address := relay(t, n, server)
				all.Go(func() {
					if got := p.call(t, address, enough); got != (outcome{p.want, "exit status 0"}) {
						t.Errorf("%s: got %s, want %.300q", name, got, p.want)
					}
				})
			}
			all.Wait()
		})
	}
}

func TestWrongPrograms(t *testing.T) {
	for name, p := range wrong {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := p.serve(t)
			ok := outcome{p.want, "exit status 0"}
			if !byLuck[name] {
				if got := p.call(t, server, enough); got != ok {
					t.Errorf("direct: got %s, want %.300q", got, p.want)
				}
			}
			const tries = 5 // a busy machine may undo what the relay does
			for range tries {
				if got := p.call(t, relay(t, p.by, server), 3*time.Second); got != ok {
					t.Log(got)
					return
				}
			}
			t.Errorf("right %d times, want a failure", tries)
		})
	}
}

// enough is for what ends sooner, unless there is a bug.
const enough = time.Minute

// An outcome is how a client ended.
type outcome struct{ stdout, end string }

func (o outcome) String() string { return fmt.Sprintf("%s, %.300q", o.end, o.stdout) }

func (p program) call(t *testing.T, address string, patience time.Duration) outcome {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := p.cmd(ctx, t, "client", address)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	end := "exit status 0"
	if ctx.Err() != nil {
		end = "hang"
	} else if err != nil {
		end = fmt.Sprintf("%v: %s", err, stderr.String())
	}
	return outcome{string(stdout), end}
}

// cmd is the program in one of its roles.
func (p program) cmd(ctx context.Context, t *testing.T, role, address string) *exec.Cmd {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(strings.NewReplacer("ROLE", role, "HOST", host, "PORT", port).Replace(p.command))
	if name, ok := strings.CutPrefix(words[0], "go/"); ok {
		words[0] = filepath.Join(built(t), name)
	}
	for _, name := range append(strings.Fields(p.needs), words[0]) {
		_, err := exec.LookPath(name)
		needs(t, err == nil, name)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = "testdata"
	// A shell is asked to end its children.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// serve starts a server and returns its address.
func (p program) serve(t *testing.T) (address string) {
	t.Helper()
	for range 5 { // the port is free, until somebody else takes it
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		listener.Close()
		ctx, stop := context.WithCancel(context.Background())
		cmd := p.cmd(ctx, t, "server", address)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait()
			close(ended)
		}()
		t.Cleanup(func() {
			stop()
			<-ended
		})
		for dead := false; !dead; {
			if conn, err := net.Dial("tcp", address); err == nil {
				conn.Close()
				return address
			}
			select {
			case <-ended:
				dead = true
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	t.Fatalf("%s: no server", p.command)
	return ""
}

// relay returns the address of a relay to another.
func relay(t *testing.T, n network, to string) (address string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	t.Cleanup(wait.Wait)
	t.Cleanup(func() { listener.Close() })
	wait.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				t.Error(err)
				client.Close()
				return
			}
			wait.Go(func() {
				defer client.Close()
				defer server.Close()
				var each sync.WaitGroup
				for _, way := range [][2]net.Conn{{server, client}, {client, server}} {
					each.Go(func() {
						n(way[0], way[1])
						_ = way[0].(*net.TCPConn).CloseWrite()
					})
				}
				each.Wait()
			})
		}
	})
	return listener.Addr().String()
}

// built is a folder with the programs in Go.
func built(t *testing.T) string {
	t.Helper()
	dir, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var build = sync.OnceValues(func() (string, error) {
	packages, err := filepath.Glob("testdata/shapes/go/*")
	if err != nil {
		return "", err
	}
	for i, name := range packages {
		packages[i] = "./" + filepath.ToSlash(name)
	}
	out, err := exec.Command("go", append([]string{"build", "-o", binaries + "/"}, packages...)...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binaries, err
})

var binaries string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	binaries = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// needs skips a test that wants more than Go, and fails it where CI has
// promised to have it.
func needs(t *testing.T, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("STICKYDEMO_CI") != "" {
		t.Fatalf("CI must have %s", what)
	}
	t.Skipf("needs %s", what)
}
