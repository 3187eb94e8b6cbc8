package cuttest_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/cuttest"
)

// The endpoints of this file are wrong. As a *testing.T cannot be stood in for,
// they run in a process of their own; what it prints stands in
// testdata/conn.txt.

var wrongEndpoints = []struct {
	name  string
	f     func(t *testing.T, client, server net.Conn)
	plans []netsim.Plan
}{
	{"TheHeaderIsOneBareRead", bareHeader, nil},
	{"ADeadlineThenContinueForgetsWhatWasRead", forgets, nil},
	{"EachMessageHasANewBuffer", newBuffers, nil},
	{"WhatWasReceivedIsCountedTwice", receivesTwice, nil},
	{"OneWriteIsTakenForOneRead", wholeRead, nil},
	{"ItFailsWhateverTheCut", func(t *testing.T, client, server net.Conn) { t.Error("no") }, nil},
	{"OneHeaderOfManyIsABareRead", func(t *testing.T, client, server net.Conn) {
		go send(t, client, slices.Repeat([]string{strings.Repeat("x", 500)}, 20)...)
		for i := range 20 {
			header := make([]byte, 2)
			if i != 13 {
				io.ReadFull(server, header)
			} else if n, _ := server.Read(header); n < 2 {
				t.Fatal("header 13 came short")
			}
			io.ReadFull(server, make([]byte, lengthOf(header)))
		}
	}, nil},
	{"BothWaitForABrokenHeader", waits, nil},
	{"ItWaitsWhileATickerTicks", ticks, nil},
	{"ItWaitsAndLooksAtNoError", func(t *testing.T, client, server net.Conn) { client.Read(make([]byte, 1)) }, nil},
	{"ItWaitsForSomethingElse", func(t *testing.T, client, server net.Conn) { <-make(chan int) }, nil},
	{"ItWaitsForAServerThatGaveUp", func(t *testing.T, client, server net.Conn) {
		served := make(chan bool)
		go func() {
			if _, err := server.Read(make([]byte, 1)); err == nil {
				served <- true
			}
		}()
		<-served
	}, nil},
	{"AGoroutineStays", func(t *testing.T, client, server net.Conn) { go func() { <-make(chan int) }() }, nil},
	{"TheServerReadsOnAtTheEnd", readsOnForEver, nil},
	{"TheTestReadsOnAtTheEnd", func(t *testing.T, client, server net.Conn) {
		client.Close()
		for {
			server.Read(make([]byte, 1))
		}
	}, nil},
	{"ItPanics", func(t *testing.T, client, server net.Conn) {
		go client.Write([]byte{0, 2})
		header := make([]byte, 2)
		n, _ := server.Read(header)
		lengthOf(header[:n])
	}, nil},
	{"PlansOfItsOwn", wholeRead, []netsim.Plan{{}, netsim.MustParsePlan("window=3")}},
	{"SavedPlansComeFirst", wholeRead, nil},
}

func TestWrongEndpoints(t *testing.T) {
	if os.Getenv("CUTTEST_WRONG") == "" {
		t.Skip("it fails, and is run by TestWrongEndpointsAreCaught")
	}
	for _, e := range wrongEndpoints {
		t.Run(e.name, func(t *testing.T) { cuttest.Conn(t, e.f, e.plans...) })
	}
}

func TestWrongEndpointsAreCaught(t *testing.T) {
	golden(t, "conn.txt", runWrong(t, "-test.run=^TestWrongEndpoints$"))
}

// TestConnUnderGoTestFlags: a kind alone, and what is only for the log.
func TestConnUnderGoTestFlags(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"single cuts go by a glued run even where -run has left glue out",
			[]string{"-test.run=^TestWrongEndpoints$/^TheHeaderIsOneBareRead$/^cut$"}, "fails under up:cut=1; "},
		{"-short", []string{"-test.run=^TestWrongEndpoints$/^TheHeaderIsOneBareRead$", "-test.short"}, "fails under up:cut=1; "},
		{"a saved plan that is out of date", []string{"-test.run=^TestWrongEndpoints$/^SavedPlansComeFirst$", "-test.v"},
			"testdata/cuts/TestWrongEndpoints_SavedPlansComeFirst:2: down:cut=9 is past the end (0 bytes) and does nothing\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := runWrong(t, test.args...); !strings.Contains(got, test.want) {
				t.Errorf("got\n%s\nwant a line %s", got, test.want)
			}
		})
	}
}

// runWrong runs tests of this package that fail, and returns what they print.
func runWrong(t *testing.T, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	command := exec.Command(self, append(args, "-test.timeout=1m")...)
	command.Env = append(os.Environ(), "CUTTEST_WRONG=1")
	out, err := command.CombinedOutput()
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		t.Fatalf("got %v, want tests that fail\n%s", err, out)
	}
	return string(out)
}

// send writes messages behind a length of two bytes.
func send(t *testing.T, conn net.Conn, messages ...string) {
	for _, m := range messages {
		frame := append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...)
		if _, err := conn.Write(frame); err != nil {
			t.Error(err)
		}
	}
}

func bareHeader(t *testing.T, client, server net.Conn) {
	go send(t, client, "ab", "cde")
	for _, want := range []string{"ab", "cde"} {
		header := make([]byte, 2)
		if n, err := server.Read(header); n < 2 {
			t.Fatalf("header of %d bytes (%v)", n, err)
		}
		body := make([]byte, lengthOf(header))
		if _, err := io.ReadFull(server, body); err != nil || string(body) != want {
			t.Fatalf("got %q, %v; want %q", body, err, want)
		}
	}
}

func forgets(t *testing.T, client, server net.Conn) {
	go send(t, client, "ab", "cde")
	for _, want := range []string{"ab", "cde"} {
		header := make([]byte, 2)
		for {
			server.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			_, err := io.ReadFull(server, header)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		server.SetReadDeadline(time.Time{})
		length := lengthOf(header)
		if length > 64 {
			t.Fatalf("length %d is %q", length, header)
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(server, body); err != nil || string(body) != want {
			t.Fatalf("got %q, %v; want %q", body, err, want)
		}
	}
}

func newBuffers(t *testing.T, client, server net.Conn) {
	go func() {
		fmt.Fprint(client, "ab\n")
		fmt.Fprint(client, "cd\n")
		client.Close()
	}()
	for _, want := range []string{"ab\n", "cd\n"} {
		if got, err := bufio.NewReader(server).ReadString('\n'); got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func receivesTwice(t *testing.T, client, server net.Conn) {
	go fmt.Fprint(client, "\x08abcdefgh")
	if got, err := countsTwice(server); got != "abcdefgh" {
		t.Errorf("got %q, %v", got, err)
	}
}

func wholeRead(t *testing.T, client, server net.Conn) {
	go client.Write([]byte("hello"))
	got := make([]byte, 8)
	n, _ := server.Read(got)
	if string(got[:n]) != "hello" {
		t.Errorf("got %q", got[:n])
	}
}

func waits(t *testing.T, client, server net.Conn) {
	go func() {
		if header := make([]byte, 2); readHeader(server, header) {
			server.Write([]byte("ok"))
		} else {
			io.ReadFull(server, header)
		}
	}()
	client.Write([]byte{0, 0})
	if _, err := io.ReadFull(client, make([]byte, 2)); err != nil {
		t.Error(err)
	}
}

func readHeader(conn net.Conn, header []byte) bool {
	n, _ := conn.Read(header)
	return n == len(header)
}

func ticks(t *testing.T, client, server net.Conn) {
	done := make(chan struct{})
	defer close(done)
	go func() {
		for ticker := time.NewTicker(time.Second); ; {
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	if _, err := client.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}

func readsOnForEver(t *testing.T, client, server net.Conn) {
	go func() {
		for buf := make([]byte, 16); ; {
			n, _ := server.Read(buf)
			server.Write(buf[:n])
		}
	}()
	fmt.Fprint(client, "hi")
	if _, err := io.ReadFull(client, make([]byte, 2)); err != nil {
		t.Error(err)
	}
	client.Close()
}
