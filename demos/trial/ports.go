package trial

import (
	"fmt"
	"net"
	"sync"
)

// ports are those that servers were given and that nothing else of ours takes,
// before the server listens or between two of its runs.
type ports struct {
	mu    sync.Mutex // guards what follows
	given map[int]bool
}

// take returns a port on which nobody listens. Somebody else may take it before
// the server does; then the server says so.
func (p *ports) take() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, err := p.free()
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	port := portOf(l)
	if p.given == nil {
		p.given = map[int]bool{}
	}
	p.given[port] = true
	return port, nil
}

func (p *ports) release(port int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.given, port)
}

// listen listens on a port that no server was given.
func (p *ports) listen() (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.free()
}

func (p *ports) free() (net.Listener, error) {
	for {
		l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
		if err != nil || !p.given[portOf(l)] {
			return l, err
		}
		defer l.Close() // not sooner, or it might come again
	}
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }
