package netsim

import (
	"net"
	"sync"
	"time"
)

// Listener hands out pipes: it is a net.Listener for a server and a dialler
// for its clients, so that a whole service can be tested under a plan. The
// N-th connection, counted from 1, goes through what the plan says of it.
type Listener struct {
	plan  Plan
	conns chan net.Conn
	done  chan struct{}
	close sync.Once

	mu     sync.Mutex
	dialed int // guarded by mu
}

// Listen makes a listener whose connections go through plan.
func Listen(plan Plan) *Listener {
	return &Listener{plan: plan, conns: make(chan net.Conn), done: make(chan struct{})}
}

// Dial connects: one round trip, if the plan has any, and then for as long as
// the server does not accept. It is refused once the listener is closed.
func (l *Listener) Dial() (net.Conn, error) {
	l.mu.Lock()
	l.dialed++
	n := l.dialed
	l.mu.Unlock()
	if rtt := l.plan.Link.RTT; rtt > 0 {
		timer := time.NewTimer(rtt)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-l.done:
			return nil, errRefused
		}
	}
	client, server := newPipe(l.plan, n)
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, errRefused
	}
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends the listener; connections that it has made live on.
func (l *Listener) Close() error {
	err := net.ErrClosed
	l.close.Do(func() {
		close(l.done)
		err = nil
	})
	return err
}

// Addr returns the server's address, which is no place in any network.
func (l *Listener) Addr() net.Addr { return addr("server") }
