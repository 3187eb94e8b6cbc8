package sockets

import "net"

// ServeSpin is Serve for the variant spin: once in a loop.
func ServeSpin(listener net.Listener, run func(line string) []byte) error {
	defer listener.Close()
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	buf := make([]byte, 1024)
	for {
		n, _ := conn.Read(buf) // BUG: once the client has left, this is 0 bytes, at once, for ever
		conn.Write(run(string(buf[:n])))
	}
}
