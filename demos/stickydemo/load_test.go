package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"stickydemo/demos/stage"
)

// hosted is a server in the process of the test, so that what it holds can be
// counted.
type hosted struct {
	address string
	stop    func()
}

func host(t *testing.T, words ...string) *hosted {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, in := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int)
	go func() {
		ended <- run(ctx, append([]string{"stickydemo", "serve", "--listen", "127.0.0.1:0"}, words...), in, &stderr)
		in.Close()
	}()
	lines := bufio.NewReader(stdout)
	line, _ := lines.ReadString('\n')
	match := listens.FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("serve %q began with %q", words, line)
	}
	return &hosted{match[1], func() {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, lines) }()
		if status := <-ended; status != exitOK || stderr.Len() > 0 {
			t.Errorf("got status %d and %q on stderr", status, stderr.String())
		}
	}}
}

// held is what a process holds.
type held struct {
	goroutines, files int // files are 0 where they cannot be counted
	memory            int // bytes of the heap in use
}

func holding() held {
	runtime.GC()
	runtime.GC() // what the first one finalised
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return held{runtime.NumGoroutine(), openFiles(), int(m.HeapAlloc)}
}

func openFiles() int {
	files, _ := os.ReadDir("/proc/self/fd")
	return len(files)
}

// settled waits until no more is held than before, and returns what is.
func settled(before held) held {
	late := time.Now().Add(enough)
	for (runtime.NumGoroutine() > before.goroutines || openFiles() > before.files) && time.Now().Before(late) {
		runtime.Gosched()
	}
	return holding()
}

// visit lets so many clients, all connected before the first one speaks, call ten
// commands each, all at once.
func visit(t *testing.T, s *stage.Stage, address string, clients int) {
	t.Helper()
	var mu sync.Mutex // guards conns
	var conns []net.Conn
	dial := func() (net.Conn, error) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return nil, err
		}
		if err := conn.SetDeadline(time.Now().Add(enough)); err != nil {
			return nil, err
		}
		mu.Lock()
		conns = append(conns, conn)
		mu.Unlock()
		return conn, nil
	}
	defer func() {
		for _, conn := range conns {
			conn.Close()
		}
	}()
	var callers []stage.Caller
	for range clients {
		caller, err := s.Fixed.Client(dial)
		if errors.Is(err, syscall.EMFILE) {
			needs(t, false, fmt.Sprintf("%d open files", 2*clients+100))
		}
		if err != nil {
			t.Fatal(err)
		}
		callers = append(callers, caller)
	}
	var calls sync.WaitGroup
	for i, caller := range callers {
		calls.Go(func() {
			for n := range 10 {
				command := fmt.Sprintf("echo client-%d-call-%d", i, n)
				if got, err := caller.Call(command); err != nil || !bytes.Equal(got, s.AnswerTo(command)) {
					t.Errorf("%s: got %q, %v", command, got, err)
					return
				}
			}
		})
	}
	calls.Wait()
}

// A thousand clients at once are served without an error, two hundred outside CI,
// and nothing of them is left: no goroutine, no file, no memory.
func TestThousandClients(t *testing.T) {
	clients := 200
	if os.Getenv("STICKYDEMO_CI") != "" {
		clients = 1000
	}
	warm := host(t, "stage4") // the runtime keeps what a thousand goroutines took
	visit(t, stage.Find("stage4"), warm.address, clients)
	warm.stop()
	for i := range stage.All {
		s := &stage.All[i]
		t.Run(s.ID, func(t *testing.T) {
			if s.OnDatagrams() {
				t.Skip("not on TCP: TestFiftyClientsOverUDP")
			}
			outside := holding()
			server := host(t, s.ID, "--side", "fixed")
			idle := holding()
			visit(t, s, server.address, clients/10) // what is made once is made now
			before := settled(idle)
			visit(t, s, server.address, clients)
			after := settled(before)
			if after.goroutines > before.goroutines || after.files > before.files || after.memory > before.memory+clients<<10 {
				t.Errorf("got %+v, want no more than %+v and 1 KiB a client", after, before)
			}
			t.Logf("before %+v, after %+v", before, after)
			server.stop()
			if left := settled(outside); left.goroutines > outside.goroutines || left.files > outside.files {
				t.Errorf("after the server: got %+v, want %+v", left, outside)
			}
		})
	}
}
