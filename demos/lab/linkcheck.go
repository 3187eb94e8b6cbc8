package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// A LinkCase is an exchange on a connection that has been in use for a while:
// the client asks with one byte and reads the answer, all of it. The same program
// runs over a modelled link and over loopback, so that the model of a link can be
// held against a kernel.
type LinkCase struct {
	Writes []int         `json:"writes"`   // bytes of each write of the answer: a size and a body, say
	Pause  time.Duration `json:"pause_ns"` // between these
	Nagle  bool          `json:"nagle"`    // at both ends: no TCP_NODELAY
	Late   time.Duration `json:"late_ns"`  // how long after asking the client reads
	Race   bool          `json:"race"`     // on a kernel either may happen: the writes come apart or glued
}

// LinkCases are what the model says most about.
var LinkCases = []LinkCase{
	{Writes: sizeAndBody, Nagle: true},
	{Writes: sizeAndBody, Race: true},
	{Writes: []int{604}, Nagle: true},
	{Writes: sizeAndBody, Nagle: true, Late: 60 * time.Millisecond},
	{Writes: sizeAndBody, Late: time.Millisecond},
	{Writes: sizeAndBody, Pause: 20 * time.Millisecond, Late: 5 * time.Millisecond},
	{Writes: sizeAndBody, Pause: 20 * time.Millisecond, Late: 10 * time.Millisecond},
	{Writes: sizeAndBody, Pause: 20 * time.Millisecond, Late: 30 * time.Millisecond},
	{Writes: sizeAndBody, Pause: 20 * time.Millisecond, Late: 40 * time.Millisecond},
	{Writes: sizeAndBody, Pause: 20 * time.Millisecond, Nagle: true, Late: 30 * time.Millisecond},
	{Writes: []int{1560}, Nagle: true}, // Minshall's: a full segment on its way holds no small one back
	{Writes: []int{8893}, Nagle: true},
	{Writes: []int{4, 8893}, Nagle: true, Race: true},
}

var sizeAndBody = []int{4, 600}

const (
	// LinkTries is how often a case is measured at a time: an odd number.
	LinkTries = 7

	// LinkTolerance is by how much a measured time may be another than the
	// predicted one. A kernel's clock for acknowledgements ticks every 1 to 10 ms,
	// and a machine has other things to do.
	LinkTolerance = 15 * time.Millisecond

	// linkWarmUp is exchanges before those that count: a new connection
	// acknowledges at once for a while.
	linkWarmUp = 4

	// LinkRounds is how often a case is measured before it is said to differ.
	LinkRounds = 3

	// loopbackMSS is what both sides of the comparison limit segments to.
	// Loopback's own are as long as an IP packet may be.
	loopbackMSS = 1460

	// loopbackDelAck is Linux's TCP_DELACK_MIN, which holds where a round trip is
	// shorter.
	loopbackDelAck = 40 * time.Millisecond
)

// Link is loopback, as the model has it.
func (c *LinkCase) Link() netsim.Link {
	return netsim.Link{MSS: loopbackMSS, Nagle: c.Nagle, DelAck: loopbackDelAck}
}

func (c *LinkCase) bytes() (sum int) {
	for _, n := range c.Writes {
		sum += n
	}
	return sum
}

// Crossing is how an answer crossed.
type Crossing struct {
	Took     time.Duration `json:"took_ns"`  // from asking for it until its last byte was read
	Apart    bool          `json:"apart"`    // the first read returned the first write of several, and no more
	Segments int           `json:"segments"` // that it was in
}

// LinkCheck is what the model predicts of a case, beside what a machine did.
type LinkCheck struct {
	LinkCase
	Predicted Crossing
	Measured  []Crossing // of the last round; empty where nothing was measured
}

// Median is what the machine did on the whole: each of the three by itself.
func (c *LinkCheck) Median() Crossing {
	middle := func(compare func(a, b Crossing) int) Crossing {
		return slices.SortedFunc(slices.Values(c.Measured), compare)[len(c.Measured)/2]
	}
	return Crossing{
		Took:     middle(func(a, b Crossing) int { return cmp.Compare(a.Took, b.Took) }).Took,
		Apart:    2*c.Apart() > len(c.Measured),
		Segments: middle(func(a, b Crossing) int { return cmp.Compare(a.Segments, b.Segments) }).Segments,
	}
}

// Apart returns in how many of the tries the writes came apart.
func (c *LinkCheck) Apart() int {
	n := 0
	for _, m := range c.Measured {
		if m.Apart {
			n++
		}
	}
	return n
}

// Agrees reports that the machine did what the model predicts: it took as long,
// but for LinkTolerance, needed as many segments and, where that is no race,
// delivered the writes apart or glued alike.
func (c *LinkCheck) Agrees() bool {
	got, want := c.Median(), c.Predicted
	return (got.Took-want.Took).Abs() <= LinkTolerance && got.Segments == want.Segments &&
		(c.Race || got.Apart == want.Apart)
}

// PredictLinks says what becomes of each of LinkCases by the model.
func PredictLinks() ([]*LinkCheck, error) {
	var checks []*LinkCheck
	for _, c := range LinkCases {
		predicted, err := c.predict()
		if err != nil {
			return nil, err
		}
		checks = append(checks, &LinkCheck{LinkCase: c, Predicted: predicted})
	}
	return checks, nil
}

// CheckLinks is PredictLinks, with what this machine's loopback does beside it.
// The error is ErrNoSegments where its kernel does not tell.
func CheckLinks(ctx context.Context) ([]*LinkCheck, error) {
	checks, err := PredictLinks()
	if err != nil {
		return nil, err
	}
	for _, c := range checks {
		for round := 0; round == 0 || round < LinkRounds && !c.Agrees(); round++ {
			c.Measured, err = c.measure(ctx)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return checks, nil
}

// ErrNoSegments is the error on a system that does not tell how many segments
// have left a socket.
var ErrNoSegments = errors.New("it needs Linux, whose sockets tell how many segments have left")

// serve answers until the client leaves.
func (c *LinkCase) serve(conn net.Conn, sleep func(time.Duration)) error {
	ask, data := make([]byte, 1), make([]byte, c.bytes())
	for {
		if _, err := io.ReadFull(conn, ask); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		for i, n := range c.Writes {
			if i > 0 && c.Pause > 0 {
				sleep(c.Pause)
			}
			if _, err := conn.Write(data[:n]); err != nil {
				return fmt.Errorf("server: %w", err)
			}
		}
	}
}

// ask asks once, and leaves the counting of segments to others.
func (c *LinkCase) ask(conn net.Conn, sleep func(time.Duration), now func() time.Duration) (Crossing, error) {
	begin := now()
	if _, err := conn.Write([]byte{'?'}); err != nil {
		return Crossing{}, fmt.Errorf("client: %w", err)
	}
	if c.Late > 0 {
		sleep(c.Late)
	}
	answer, first := make([]byte, c.bytes()), 0
	for got := 0; got < len(answer); {
		n, err := conn.Read(answer[got:])
		if err != nil {
			return Crossing{}, fmt.Errorf("client: %w", err)
		}
		if got == 0 {
			first = n
		}
		got += n
	}
	return Crossing{Took: now() - begin, Apart: len(c.Writes) > 1 && first == c.Writes[0]}, nil
}

// predict runs the case on the simulator: one exchange, and the one that counts.
func (c *LinkCase) predict() (crossed Crossing, err error) {
	sim := netsim.Sim{Trace: true}
	defer sim.Close()
	var failed error
	err = sim.Run(netsim.Plan{Link: c.Link()}, "client", func() {
		client, server := sim.Pipe()
		defer client.Close()
		sim.Go("server", func() {
			defer server.Close()
			failed = cmp.Or(failed, c.serve(server, sim.Sleep))
		})
		for range 2 {
			var e error
			crossed, e = c.ask(client, sim.Sleep, sim.Elapsed)
			failed = cmp.Or(failed, e)
		}
	})
	for _, s := range sim.Log().Spans(trace.Segment, 1, trace.Down) {
		if s.Len() > 0 && s.From >= c.bytes() {
			crossed.Segments++
		}
	}
	return crossed, cmp.Or(err, failed)
}

// measure runs the case on loopback, on one connection.
func (c *LinkCase) measure(ctx context.Context) (crossed []Crossing, err error) {
	client, server, err := loopback(ctx)
	if err != nil {
		return nil, err
	}
	leave := context.AfterFunc(ctx, func() { client.Close() })
	defer leave()
	served := make(chan error, 1)
	go func() {
		defer server.Close()
		served <- c.serve(Bounded(server, 2*KernelLimit), time.Sleep)
	}()
	defer func() {
		client.Close()
		err = cmp.Or(err, <-served)
	}()
	for _, end := range []*net.TCPConn{client, server} {
		if err := end.SetNoDelay(!c.Nagle); err != nil {
			return nil, err
		}
	}
	bounded, start, left := Bounded(client, KernelLimit), time.Now(), 0
	for try := range linkWarmUp + LinkTries {
		one, err := c.ask(bounded, time.Sleep, func() time.Duration { return time.Since(start) })
		if err != nil {
			return nil, err
		}
		before := left
		if left, err = segmentsLeft(server); err != nil {
			return nil, err
		}
		one.Segments = left - before
		if try >= linkWarmUp {
			crossed = append(crossed, one)
		}
	}
	return crossed, nil
}

// loopback makes a connection whose segments are limited.
func loopback(ctx context.Context) (client, server *net.TCPConn, err error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	dialer := net.Dialer{Timeout: KernelLimit, Control: limitSegments}
	dialed, err := dialer.DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	if err = listener.SetDeadline(time.Now().Add(KernelLimit)); err == nil {
		server, err = listener.AcceptTCP()
	}
	if err != nil {
		dialed.Close()
		return nil, nil, err
	}
	return dialed.(*net.TCPConn), server, nil
}

// MarshalJSON returns the form that the command's --json prints.
func (c *LinkCheck) MarshalJSON() ([]byte, error) {
	j := struct {
		LinkCase
		Link      string     `json:"link"`
		Predicted Crossing   `json:"predicted"`
		Measured  *Crossing  `json:"measured,omitempty"` // the median
		Tries     []Crossing `json:"tries,omitempty"`
		Agrees    *bool      `json:"agrees,omitempty"`
	}{LinkCase: c.LinkCase, Link: c.Link().String(), Predicted: c.Predicted, Tries: c.Measured}
	if len(c.Measured) > 0 {
		median, agrees := c.Median(), c.Agrees()
		j.Measured, j.Agrees = &median, &agrees
	}
	return json.Marshal(j)
}
