package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"stickydemo/demos/lab"
	"stickydemo/netsim"
)

// door is the listener of a server that runs until ctx is done. It lets in so
// many clients at once, and whoever is here then is left.
type door struct {
	net.Listener
	ctx     context.Context
	timeout time.Duration
	log     func(error)
	places  chan struct{} // as many as there may be clients
	served  int           // for the goroutine that accepts, and after it
}

func (d *door) Accept() (net.Conn, error) {
	for {
		select {
		case <-d.ctx.Done():
			return nil, net.ErrClosed
		case d.places <- struct{}{}:
		}
		conn, err := d.Listener.Accept()
		if err == nil {
			d.served++
			g := &guest{Conn: lab.Bounded(conn, d.timeout), door: d}
			g.stop = context.AfterFunc(d.ctx, func() { conn.Close() })
			return g, nil
		}
		<-d.places
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		sleep(d.ctx, 10*time.Millisecond) // too many open files, say, which pass
	}
}

// guest is a connection that keeps a place until it is closed.
type guest struct {
	net.Conn
	door   *door
	stop   func() bool
	closed sync.Once
	empty  int // reads in a row that returned no byte
}

// Read ends its goroutine where the server was told to end: some programs would
// not notice.
func (g *guest) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if g.door.ctx.Err() != nil {
		runtime.Goexit()
	}
	if n > 0 {
		g.empty = 0
	} else if g.empty++; g.empty == netsim.SpinLimit {
		g.door.log(fmt.Errorf("%s: spin: %d reads in a row returned nothing, and on it goes until Ctrl-C", g.RemoteAddr(), g.empty))
	}
	return n, g.silent(err)
}

func (g *guest) Write(p []byte) (int, error) {
	n, err := g.Conn.Write(p)
	return n, g.silent(err)
}

func (g *guest) silent(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("silent for %s", g.door.timeout)
	}
	return err
}

// CloseWrite ends the stream to a client that may go on with its own.
func (g *guest) CloseWrite() error {
	return g.Conn.(interface{ CloseWrite() error }).CloseWrite()
}

func (g *guest) Close() error {
	err := net.ErrClosed
	g.closed.Do(func() {
		g.stop()
		err = g.Conn.Close()
		<-g.door.places
	})
	return err
}

// handlers are goroutines whose errors are logged.
type handlers struct {
	*sync.WaitGroup
	log func(error)
}

func (h handlers) Go(handle func() error) { h.WaitGroup.Go(func() { h.log(handle()) }) }
