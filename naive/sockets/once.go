package sockets

import "net"

// ServeOnce is Serve for the variant once: the first server of all.
func ServeOnce(listener net.Listener, run func(line string) []byte) error {
	defer listener.Close()
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	buf := make([]byte, 1024)
	n, _ := conn.Read(buf)
	conn.Write(run(string(buf[:n])))
	return nil // BUG: a conversation has more than one message
}
