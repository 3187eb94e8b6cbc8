package sockets

import "net"

// ServeFirst is Serve for the variant first: spin with a check for the end.
func ServeFirst(listener net.Listener, run func(line string) []byte) error {
	defer listener.Close()
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	serve(conn, run)
	return nil // BUG: one client has left, and the server leaves with it
}
