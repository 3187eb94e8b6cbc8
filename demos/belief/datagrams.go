package belief

import (
	"net"
	"slices"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// udp sends datagrams over the kernel's UDP: one that is too long for its
// receive, then three over a path that loses the second and swaps the others.
func udp() (Result, error) {
	if why := sockets(); !why.IsZero() {
		return Result{Skipped: why}, nil
	}
	long := []string{"hello, this is datagram", "next"}
	first, err := receive(long, 4, func(sent []string) []string { return sent })
	if err != nil {
		return Result{}, err
	}
	three, passed := []string{"one", "two", "three"}, []int{3, 1}
	came, err := receive(three, 1024, func(sent []string) []string {
		return []string{sent[passed[0]-1], sent[passed[1]-1]}
	})
	if err != nil {
		return Result{}, err
	}
	// What a short receive takes stands at the begin of its datagram.
	short := spans(long)
	for i := range short {
		short[i].To = short[i].From + len(first[i])
	}
	return Result{
		Refuted: len(first[0]) < len(long[0]) && first[1] == long[1] && !slices.Equal(came, three),
		Parts: []Part{
			kernelPart(long, inOrder(long), short).named("receives of 4 bytes"),
			kernelPart(three, inOrder(three), spans(three)).named("three datagrams leave"),
			kernelPart(three, passed, spans(came)).named("and these arrive, in this order"),
		},
		Measured: words.Sentencef("A receive of 4 bytes took %q of a datagram of %d and the other %d were gone, for the next receive returned %q; "+
			"and of %s over a path of ours that loses one and swaps two, %s came.",
			first[0], len(long[0]), len(long[0])-len(first[0]), first[1], words.Count(len(three), "datagram"), words.Sentencef("%s and then %s", came[0], came[1])),
	}, nil
}

// spans are where messages stand, one behind the other.
func spans(messages []string) []trace.Span {
	var list []trace.Span
	at := 0
	for _, m := range messages {
		list = append(list, trace.Span{From: at, To: at + len(m)})
		at += len(m)
	}
	return list
}

// receive sends datagrams to a path of its own, which decides what to pass on
// and in which order, and returns what receives of up to size bytes took.
func receive(datagrams []string, size int, path func([]string) []string) ([]string, error) {
	listen := func() (*net.UDPConn, error) {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err == nil {
			conn.SetDeadline(time.Now().Add(patience))
		}
		return conn, err
	}
	middle, err := listen()
	if err != nil {
		return nil, err
	}
	defer middle.Close()
	end, err := listen()
	if err != nil {
		return nil, err
	}
	defer end.Close()
	send := func(to net.Addr, list []string) error {
		conn, err := net.Dial("udp", to.String())
		if err != nil {
			return err
		}
		defer conn.Close()
		for _, d := range list {
			if _, err := conn.Write([]byte(d)); err != nil {
				return err
			}
		}
		return nil
	}
	take := func(conn *net.UDPConn, n, size int) ([]string, error) {
		var list []string
		for range n {
			buf := make([]byte, size)
			n, _, err := conn.ReadFrom(buf)
			if err != nil && n == 0 { // Windows also says that the buffer was short
				return nil, err
			}
			list = append(list, string(buf[:n]))
		}
		return list, nil
	}
	if err := send(middle.LocalAddr(), datagrams); err != nil {
		return nil, err
	}
	came, err := take(middle, len(datagrams), 64<<10)
	if err != nil {
		return nil, err
	}
	passed := path(came)
	if err := send(end.LocalAddr(), passed); err != nil {
		return nil, err
	}
	return take(end, len(passed), size)
}
