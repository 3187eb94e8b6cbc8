package belief

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// patience bounds every wait for the kernel. Nothing here needs a tenth of it.
const patience = 10 * time.Second

// sockets reports why there are none to show anything on.
func sockets() (skipped words.Sentence) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		return words.Sentencef("it needs a kernel's sockets, and a browser has none")
	}
	return skipped
}

// loopback returns the two ends of a TCP connection on loopback.
func loopback() (client, server *net.TCPConn, err error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	client, err = net.DialTCP("tcp", nil, listener.Addr().(*net.TCPAddr))
	if err != nil {
		return nil, nil, err
	}
	listener.SetDeadline(time.Now().Add(patience))
	for {
		server, err = listener.AcceptTCP()
		if err != nil {
			client.Close()
			return nil, nil, err
		}
		if server.RemoteAddr().String() == client.LocalAddr().String() {
			break
		}
		server.Close() // somebody else's
	}
	limit := time.Now().Add(patience)
	client.SetDeadline(limit)
	server.SetDeadline(limit)
	return client, server, nil
}

// arrive waits until want bytes can be read from conn, or more. There is no
// event to wait for on every system, so it asks again and again.
func arrive(conn *net.TCPConn, want int) error {
	for until := time.Now().Add(patience); ; time.Sleep(100 * time.Microsecond) {
		n, err := unread(conn, want)
		switch {
		case err != nil:
			return fmt.Errorf("ask for unread bytes: %w", err)
		case n >= want:
			return nil
		case time.Now().After(until):
			return fmt.Errorf("%d of %d bytes arrived within %s", n, want, patience)
		}
	}
}

// kernelPart is a part that ran on the kernel's sockets: which of the messages
// were written, by their numbers and in this order, and what was read.
func kernelPart(messages []string, written []int, reads []trace.Span) Part {
	r := &lab.Result{Spec: lab.Spec{Commands: messages}, Net: lab.Kernel}
	r.Log = trace.Log{{Kind: trace.Open, Conn: 1}}
	at := 0
	for _, number := range written {
		m := messages[number-1]
		to := at + len(m)
		r.Log = append(r.Log, trace.Event{
			Kind: trace.Written, Conn: 1, Dir: trace.Up, From: at, To: to, Data: []byte(m), Messages: []int{number},
		})
		r.Payloads = append(r.Payloads, up(at, to))
		at = to
	}
	stream := r.Log.Stream(1, trace.Up)
	for _, read := range reads {
		r.Log = append(r.Log, trace.Event{Kind: trace.Read, Conn: 1, Dir: trace.Up, From: read.From, To: read.To})
		r.Server.Heard = append(r.Server.Heard, lab.Heard{
			Command: string(stream[read.From:read.To]), Source: up(read.From, read.To),
		})
	}
	r.Log.Own()
	r.Verdict = verdict(r)
	return Part{Result: r}
}

// inOrder is the numbers of all messages, from 1 on.
func inOrder(messages []string) []int {
	var numbers []int
	for i := range messages {
		numbers = append(numbers, i+1)
	}
	return numbers
}

// bars is a part whose bytes are too many to draw.
func bars(list ...Bar) Part { return Part{Result: &lab.Result{Net: lab.Kernel}, Bars: list} }

func timedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
