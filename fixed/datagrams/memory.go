package datagrams

import "slices"

const (
	// maxClients and maxBytes bound what is remembered for clients, who may have
	// left, or never existed: anybody can send from any address.
	maxClients = 4096
	maxBytes   = 16 << 20
)

// memory is the last answer to each client. A command that comes again, because
// its answer was lost or late, is answered from it.
type memory struct {
	clients map[string]*remembered
	order   []string // of clients, the oldest first
	bytes   int
}

type remembered struct {
	number  uint32
	answer  []byte
	refusal string
}

// remember keeps a client's last answer, and forgets whom it must for it.
func (m *memory) remember(client string, last *remembered) {
	if m.clients == nil {
		m.clients = map[string]*remembered{}
	}
	if old := m.clients[client]; old != nil {
		m.bytes -= len(old.answer)
		m.order = slices.DeleteFunc(m.order, func(c string) bool { return c == client })
	}
	m.order = append(m.order, client)
	m.clients[client] = last
	m.bytes += len(last.answer)
	for (len(m.order) > maxClients || m.bytes > maxBytes) && len(m.order) > 1 {
		m.bytes -= len(m.clients[m.order[0]].answer)
		delete(m.clients, m.order[0])
		m.order = m.order[1:]
	}
}
