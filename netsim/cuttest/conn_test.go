package cuttest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/rpc"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/cuttest"
)

// rightEndpoints are right, and Conn is to say nothing of them.
var rightEndpoints = []struct {
	name string
	f    func(t *testing.T, client, server net.Conn)
}{
	{"a server of lines with an idle deadline", func(t *testing.T, client, server net.Conn) {
		go func() {
			defer server.Close()
			for lines := bufio.NewScanner(server); lines.Scan(); {
				fmt.Fprintln(server, strings.ToUpper(lines.Text()))
				server.SetDeadline(time.Now().Add(5 * time.Second))
			}
		}()
		defer client.Close()
		answers := bufio.NewReader(client)
		for _, command := range []string{"ab", "", "cde"} {
			fmt.Fprintln(client, command)
			if got, err := answers.ReadString('\n'); got != strings.ToUpper(command)+"\n" || err != nil {
				t.Errorf("%q: got %q, %v", command, got, err)
			}
		}
	}},
	{"one goroutine, and nothing closed", func(t *testing.T, client, server net.Conn) {
		fmt.Fprint(client, "question")
		got := make([]byte, 8)
		if _, err := io.ReadFull(server, got); string(got) != "question" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}},
	{"a server that nobody waits for", func(t *testing.T, client, server net.Conn) {
		go func() {
			if _, err := io.Copy(server, server); err != nil {
				t.Errorf("the server got %v, want the end of the stream", err)
			}
		}()
		fmt.Fprint(client, "ab")
		if _, err := io.ReadFull(client, make([]byte, 2)); err != nil {
			t.Error(err)
		}
	}},
	{"the end of the stream is the end of the message", func(t *testing.T, client, server net.Conn) {
		go func() {
			question, _ := io.ReadAll(server)
			server.Write(question)
			server.(interface{ CloseWrite() error }).CloseWrite()
		}()
		fmt.Fprint(client, "question")
		client.(interface{ CloseWrite() error }).CloseWrite()
		if got, err := io.ReadAll(client); string(got) != "question" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}},
	{"polling with a deadline, without loss", func(t *testing.T, client, server net.Conn) {
		go func() {
			time.Sleep(time.Second)
			fmt.Fprint(client, "ab")
		}()
		var got []byte
		for len(got) < 2 {
			server.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
			chunk := make([]byte, 2)
			n, err := server.Read(chunk)
			if got = append(got, chunk[:n]...); err != nil && !errors.As(err, new(net.Error)) {
				t.Fatal(err)
			}
		}
	}},
	{"a wait of two hours, until a deadline", func(t *testing.T, client, server net.Conn) {
		start := time.Now()
		server.SetReadDeadline(start.Add(2 * time.Hour))
		if _, err := server.Read(make([]byte, 1)); time.Since(start) != 2*time.Hour {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	}},
	{"a long exchange", func(t *testing.T, client, server net.Conn) {
		go func() {
			io.Copy(server, server)
			server.Close()
		}()
		go func() {
			for range 20 {
				client.Write(make([]byte, 500))
			}
			client.(interface{ CloseWrite() error }).CloseWrite()
		}()
		if got, err := io.ReadAll(client); len(got) != 10_000 || err != nil {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	}},
	{"cleanup and context", func(t *testing.T, client, server net.Conn) {
		t.Cleanup(func() { client.Close() })
		go func() {
			<-t.Context().Done()
			server.Close()
		}()
	}},
	{"a test that is skipped", func(t *testing.T, client, server net.Conn) { t.Skip("not here") }},
	{"net/rpc", func(t *testing.T, client, server net.Conn) {
		s := rpc.NewServer()
		if err := s.RegisterName("Echo", echo{}); err != nil {
			t.Fatal(err)
		}
		go s.ServeConn(server)
		c := rpc.NewClient(client)
		defer c.Close()
		for _, text := range []string{"ab", "cde"} {
			var got string
			if err := c.Call("Echo.Upper", text, &got); got != strings.ToUpper(text) || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		}
	}},
	{"net/http", func(t *testing.T, client, server net.Conn) {
		s := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(w, r.Body)
		})}
		go s.Serve(&listener{conn: server})
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
		defer transport.CloseIdleConnections()
		for range 2 {
			answer, err := (&http.Client{Transport: transport}).Post("http://test/", "text/plain", strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(answer.Body); string(got) != "hello" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			answer.Body.Close()
		}
	}},
}

// echo is a service of net/rpc.
type echo struct{}

func (echo) Upper(text string, answer *string) error {
	*answer = strings.ToUpper(text)
	return nil
}

// listener accepts one connection.
type listener struct {
	net.Listener
	conn net.Conn
}

func (l *listener) Accept() (net.Conn, error) {
	conn := l.conn
	if l.conn = nil; conn == nil {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return nil }

func TestRightEndpointsPass(t *testing.T) {
	for _, e := range rightEndpoints {
		t.Run(e.name, func(t *testing.T) {
			start := time.Now()
			runs := 0
			cuttest.Conn(t, func(t *testing.T, client, server net.Conn) {
				runs++
				e.f(t, client, server)
			})
			t.Logf("%d runs: %s", runs, time.Since(start).Round(time.Millisecond))
		})
	}
}

// TestConnIsTheSameEachTime: what is read does not depend on the scheduler.
// Each read gets all that was written by then.
func TestConnIsTheSameEachTime(t *testing.T) {
	for range 200 {
		cuttest.Conn(t, func(t *testing.T, client, server net.Conn) {
			go func() {
				for range 5 {
					fmt.Fprint(client, "ab")
				}
			}()
			got := make([]byte, 64)
			n, err := server.Read(got)
			if n != 10 || err != nil {
				t.Errorf("got %d bytes, %v; want all 10", n, err)
			}
		}, netsim.Plan{})
	}
}
