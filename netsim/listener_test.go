package netsim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"stickydemo/netsim"
)

func TestTheNthConnectionGoesUnderItsException(t *testing.T) {
	l := netsim.Listen(netsim.MustParsePlan("every=4;2#drip;3#truncate=2"))
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			write(t, conn, "abcdef")
			conn.Close()
		}
	}()
	for i, want := range []string{"abcd ef", "a b c d e f", "ab", "abcd ef"} {
		conn, err := l.Dial()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := chunks(conn, 64); strings.Join(got, " ") != want || err != io.EOF {
			t.Errorf("connection %d: got %q, %v, want %q, EOF", i+1, got, err, want)
		}
		conn.Close()
	}
}

func TestAListenerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := netsim.Listen(netsim.Plan{})
		var live net.Conn
		accepted := make(chan net.Conn)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				t.Error(err)
			}
			accepted <- conn
		}()
		live, err := l.Dial()
		if err != nil {
			t.Fatal(err)
		}
		peer := <-accepted

		var blocked sync.WaitGroup
		blocked.Go(func() {
			if _, err := l.Accept(); err != net.ErrClosed {
				t.Errorf("a blocked Accept: got %v, want net.ErrClosed", err)
			}
		})
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Errorf("Close: got %v, want nil", err)
		}
		blocked.Wait()
		if err := l.Close(); err != net.ErrClosed {
			t.Errorf("a second Close: got %v, want net.ErrClosed", err)
		}
		if _, err := l.Accept(); err != net.ErrClosed {
			t.Errorf("Accept behind Close: got %v, want net.ErrClosed", err)
		}
		if conn, err := l.Dial(); conn != nil || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("Dial behind Close: got %v, %v, want nil, ECONNREFUSED", conn, err)
		}
		write(t, live, "still there")
		wantRead(t, peer, "still there", nil)
		if got, want := l.Addr().String(), "server"; got != want {
			t.Errorf("got the address %s, want %s", got, want)
		}
	})
}

func TestABlockedDialIsRefusedWhenItsListenerCloses(t *testing.T) {
	for _, plan := range []string{"glue", "link:rtt=1h"} {
		synctest.Test(t, func(t *testing.T) {
			l := netsim.Listen(netsim.MustParsePlan(plan))
			elapsed(t, plan, time.Second, func() {
				time.AfterFunc(time.Second, func() { l.Close() })
				if conn, err := l.Dial(); conn != nil || !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("%s: got %v, %v, want nil, ECONNREFUSED", plan, conn, err)
				}
			})
		})
	}
}

func TestDialTakesOneRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := netsim.Listen(netsim.MustParsePlan("link:rtt=40ms"))
		go func() {
			conn, _ := l.Accept()
			echo(conn)
			conn.Close()
		}()
		var conn net.Conn
		elapsed(t, "Dial", 40*time.Millisecond, func() { conn, _ = l.Dial() })
		elapsed(t, "a question and its answer", 40*time.Millisecond, func() {
			write(t, conn, "a")
			wantRead(t, conn, "a", nil)
		})
		conn.Close()
		time.Sleep(time.Second) // until the server has seen the end
		l.Close()
	})
}

// TestHTTP runs net/http's own client and server, which frame well, under
// plans that keep the stream whole.
func TestHTTP(t *testing.T) {
	for _, text := range []string{"glue", "drip", "random=5", "window=1", "eof-with-data;every=3", "link:rtt=30ms;down:stall=1s@20"} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := netsim.Listen(netsim.MustParsePlan(text))
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, strings.ToUpper(string(body)))
				})}
				served := make(chan error)
				go func() { served <- server.Serve(l) }()
				transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return l.Dial() }}
				client := &http.Client{Transport: transport}

				var calls sync.WaitGroup
				for i := range 3 {
					calls.Go(func() {
						for j := range 2 {
							body := strings.Repeat(fmt.Sprintf("call %d of %d;", j, i), 50)
							answer, err := client.Post("http://server/path", "text/plain", strings.NewReader(body))
							if err != nil {
								t.Error(err)
								return
							}
							got, err := io.ReadAll(answer.Body)
							answer.Body.Close()
							if want := "POST /path " + strings.ToUpper(body); string(got) != want || err != nil {
								t.Errorf("got %q, %v, want %q", got, err, want)
							}
						}
					})
				}
				calls.Wait()
				transport.CloseIdleConnections()
				if err := server.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				if err := <-served; err != http.ErrServerClosed {
					t.Errorf("got %v, want http.ErrServerClosed", err)
				}
			})
		})
	}
}
