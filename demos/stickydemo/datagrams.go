package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
)

// serveDatagrams serves any number of clients from one UDP socket until ctx is
// done. An answer is longer than its request, and goes to whatever address that
// names: one more reason to listen on loopback.
func serveDatagrams(c *cli.Context, name string, address *net.TCPAddr, program *stage.Datagrams, env stage.Env) error {
	if c.IsSet("timeout") {
		return usagef("--timeout: %s has no connections that could be left", name)
	}
	conn, err := net.ListenPacket("udp", address.String())
	if err != nil {
		return usagef("%w; --listen 127.0.0.1:0 takes a free port", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(c.Context, func() { conn.Close() })
	defer stop()
	say(c, "%s listens on %s (UDP); Ctrl-C ends it", name, conn.LocalAddr())

	if udp, ok := conn.(*net.UDPConn); ok {
		_ = udp.SetReadBuffer(socketRoom) // as far as the system allows
	}
	var commands atomic.Int64
	run := env.Run
	env.Run = func(command string) []byte {
		commands.Add(1)
		return run(command)
	}
	var served sync.WaitGroup
	ahead := &readAhead{PacketConn: conn, queue: make(chan received, 4096)}
	served.Go(ahead.fill)
	served.Go(func() { // run may end its goroutine
		defer conn.Close() // or nobody would end filling
		err = program.Serve(ahead, env)
	})
	served.Wait()
	if err != nil && c.Context.Err() == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	say(c, "stopped after %s", words.Ungrouped(int(commands.Load()), "command"))
	return nil
}

// socketRoom bounds what waits for a server, in bytes.
const socketRoom = 16 << 20

// readAhead takes datagrams out of the kernel, which keeps some hundred, while the
// server runs a command. What finds no room here is lost, as there.
type readAhead struct {
	net.PacketConn
	queue   chan received
	waiting atomic.Int64 // bytes in it
}

type received struct {
	data []byte
	from net.Addr
	err  error
}

// fill runs until the socket is closed.
func (r *readAhead) fill() {
	defer close(r.queue)
	buf := make([]byte, 1<<16)
	for {
		n, from, err := r.PacketConn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if r.waiting.Load()+int64(n) > socketRoom {
			continue
		}
		select {
		case r.queue <- received{bytes.Clone(buf[:n]), from, err}:
			r.waiting.Add(int64(n))
		default:
		}
	}
}

func (r *readAhead) ReadFrom(p []byte) (int, net.Addr, error) {
	d, ok := <-r.queue
	if !ok {
		return 0, nil, net.ErrClosed
	}
	r.waiting.Add(-int64(len(d.data)))
	return copy(p, d.data), d.from, d.err
}

// newCaller makes a program's client. On datagrams nobody refuses a connection:
// that there is no server turns out, at best, in a call.
func newCaller(program stage.Program, dial func() (net.Conn, error)) (stage.Caller, error) {
	if program.Datagrams == nil {
		return program.Client(dial)
	}
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	first := uint32(time.Now().UnixMilli()) // an earlier client here made no call a millisecond
	return refusing{program.Datagrams.Client(conn, stage.Clock{Now: time.Now, First: first})}, nil
}

// refusing is a client whose calls say that nobody listens as a dial would.
type refusing struct{ stage.Caller }

func (r refusing) Call(command string) ([]byte, error) {
	answer, err := r.Caller.Call(command)
	if errors.Is(err, syscall.ECONNREFUSED) {
		err = usagef("%w; is there a server?", err)
	}
	return answer, err
}
