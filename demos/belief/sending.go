package belief

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"time"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim/trace"
)

// sendsAll sends 50,000,000 bytes with a time limit to a peer that does not
// read, and without one to a peer that does.
func sendsAll() (Result, error) {
	if why := sockets(); !why.IsZero() {
		return Result{Skipped: why}, nil
	}
	const limit = 250 * time.Millisecond
	data := make([]byte, 50_000_000)

	client, server, err := loopback()
	if err != nil {
		return Result{}, err
	}
	defer client.Close()
	defer server.Close()
	client.SetWriteDeadline(time.Now().Add(limit))
	part, err := client.Write(data)
	if err != nil && !timedOut(err) {
		return Result{}, err
	}
	ended := words.Sentencef("without an error")
	if err != nil {
		ended = words.Sentencef("with an error")
	}

	patient, reader, err := loopback()
	if err != nil {
		return Result{}, err
	}
	defer patient.Close()
	defer reader.Close()
	go io.Copy(io.Discard, reader) // until the connection is closed, or its deadline
	whole, err := patient.Write(data)
	if err != nil {
		return Result{}, err
	}
	return Result{
		Refuted: part < len(data),
		Parts: []Part{bars(
			Bar{words.Sentencef("handed to one write"), len(data)},
			Bar{words.Sentencef("taken within %s, nobody reading", limit), part},
			Bar{words.Sentencef("in fairness: taken without a time limit, the peer reading"), whole},
		)},
		Measured: words.Sentencef("A write of %s that had %s took %s and returned that number %s; in fairness, one that could wait for its reader took %s.",
			words.Count(len(data), "byte"), limit, words.Group(part), ended, words.Group(whole)),
	}, nil
}

// writeArrived writes to a peer that does not read yet, and closes with input
// of its own unread.
func writeArrived() (Result, error) {
	if why := sockets(); !why.IsZero() {
		return Result{Skipped: why}, nil
	}
	if runtime.GOOS != "linux" {
		return Result{Skipped: words.Sentencef("whether a close with unread input resets the connection is each system's own choice, and this is known of Linux")}, nil
	}
	client, server, err := loopback()
	if err != nil {
		return Result{}, err
	}
	defer client.Close()
	defer server.Close()
	// A small receive buffer leaves the most at the sender.
	if err := server.SetReadBuffer(64 << 10); err != nil {
		return Result{}, err
	}
	if _, err := server.Write([]byte("?")); err != nil {
		return Result{}, err
	}
	if err := arrive(client, 1); err != nil {
		return Result{}, err
	}
	const piece = 50_000
	written := 0
	for written < 3_000_000 {
		client.SetWriteDeadline(time.Now().Add(2 * time.Second))
		n, err := client.Write(make([]byte, piece))
		if timedOut(err) {
			break // the buffers are full; what counts is what was written without an error
		}
		if err != nil {
			return Result{}, err
		}
		written += n
	}
	if err := client.Close(); err != nil {
		return Result{}, err
	}
	got, end := io.Copy(io.Discard, server)
	return Result{
		Refuted: int(got) < written && errors.Is(end, syscall.ECONNRESET),
		Parts: []Part{bars(
			Bar{words.Sentencef("written without an error"), written},
			Bar{words.Sentencef("read by the peer before the reset"), int(got)},
		)},
		Measured: words.Sentencef("%s of %s bytes each returned without an error, %s bytes, and so did the close, with one byte of input unread; the peer read %s and then %q.",
			words.Count(written/piece, "write"), words.Group(piece), words.Group(written), words.Group(int(got)), cause(end)),
	}, nil
}

// cause is what the system said, without the addresses, which are never the
// same.
func cause(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return fmt.Sprint(err)
}

// writeAtomic lets two writers share a connection.
func writeAtomic() (Result, error) {
	messages := []string{"first", "second"}
	share := func(write func(s *sender, number int)) func(*sender) {
		return func(s *sender) {
			done := 0
			for i := range messages {
				s.sim.Go(fmt.Sprintf("writer %d", i+1), func() {
					write(s, i+1)
					done++
				})
			}
			for done < len(messages) {
				s.sim.Sleep(time.Millisecond)
			}
		}
	}
	two := oneWay("glue", messages, share(func(s *sender, number int) {
		s.header(number, length(messages[number-1]))
		s.sim.Sleep(time.Millisecond) // it fetches the body
		s.payload(number, messages[number-1])
	}), readFramed).named("header and body in two writes")
	one := oneWay("glue", messages, share(func(s *sender, number int) {
		s.sim.Sleep(time.Millisecond)
		s.frame(number, length(messages[number-1]), messages[number-1])
	}), readFramed).named("header and body in one write")
	took := ""
	if h := two.heard(); len(h) > 0 {
		took = h[0]
	}
	return Result{
		Refuted: two.Verdict != stage.OK && one.Verdict == stage.OK,
		Parts:   []Part{two, one},
		Measured: words.Sentencef("All %s arrived whole, and in the order of %s bytes: two headers, then two bodies, so that the reader took %s for %q.",
			words.Count(len(two.writes(trace.Up)), "write"), words.Numbers(two.writes(trace.Up)), hex(took), messages[0]),
	}, nil
}
