package belief

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// length is a message's header in most experiments: its size in 4 bytes,
// big-endian.
func length(message string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(message))))
}

// framed writes each message with its header, in one Write.
func framed(messages []string) func(*sender) {
	return func(s *sender) {
		for i, m := range messages {
			s.frame(i+1, length(m), m)
		}
	}
}

// readFramed reads what framed writes, and no byte further.
func readFramed(r *receiver) error {
	header := make([]byte, 4)
	for {
		if _, err := io.ReadFull(r, header); err != nil {
			return unlessEOF(err)
		}
		size := binary.BigEndian.Uint32(header)
		if size > 1<<20 {
			return fmt.Errorf("%d bytes announced, limit %d", size, 1<<20)
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(r, body); err != nil {
			return fmt.Errorf("body: %w", err)
		}
		r.took(body)
	}
}

// fourBytes cuts a header of 4 bytes after its first.
func fourBytes() (Result, error) {
	messages := []string{"hello"}
	returned := 0
	bare := oneWay("up:cut=1", messages, framed(messages), func(r *receiver) error {
		header := make([]byte, 4)
		n, err := r.Read(header)
		returned = n
		if err == nil && n < len(header) {
			err = fmt.Errorf("a header of %s, want 4", words.Count(n, "byte"))
		}
		return err
	}).named("one receive of 4 bytes")
	full := oneWay("up:cut=1", messages, framed(messages), readFramed).named("io.ReadFull")
	return Result{
		Refuted: returned < 4 && full.Verdict == stage.OK,
		Parts:   []Part{bare, full},
		Measured: words.Sentencef("A receive that asked for 4 bytes returned %d; io.ReadFull read %s bytes of the same stream, and had its 4 and then the message.",
			returned, words.Numbers(full.reads(trace.Up))),
	}, nil
}

// shortRead stops at a read that did not fill its buffer.
func shortRead() (Result, error) {
	const size = 1024
	untilShort := func(r *receiver) error {
		var message []byte
		buf := make([]byte, size)
		for {
			n, err := r.Read(buf)
			message = append(message, buf[:n]...)
			if n < len(buf) || err != nil {
				r.took(message)
				return unlessEOF(err)
			}
		}
	}
	// The sender keeps the connection open and waits for its answer.
	ask := func(message string) func(*sender) {
		return func(s *sender) {
			s.payload(1, message)
			s.Read(make([]byte, size))
		}
	}
	long, full := []string{strings.Repeat("x", 1500)}, []string{strings.Repeat("x", size)}
	short := oneWay("up:cut=700", long, ask(long[0]), untilShort).named("a short segment in mid-message")
	exact := oneWay("glue", full, ask(full[0]), untilShort).named("a message of exactly the buffer's size")
	took := 0
	if h := short.heard(); len(h) > 0 {
		took = len(h[0])
	}
	var hang *netsim.HangError
	return Result{
		Refuted: took < len(long[0]) && errors.As(exact.Err, &hang),
		Parts:   []Part{short, exact},
		Measured: words.Sentencef("After a short segment %s of %s passed for the whole message, and a message of %s, exactly the buffer's size, ended in a %s: the reader waits for more, and the sender for an answer.",
			words.Group(took), words.Count(len(long[0]), "byte"), words.Count(len(full[0]), "byte"), exact.Verdict),
	}, nil
}

// untilSize reads until a size is reached, 1,024 bytes at a time, while the
// next answer is there already.
func untilSize() (Result, error) {
	messages := []string{"first!", "second"}
	greedy := oneWay("glue", messages, framed(messages), func(r *receiver) error {
		header, buf := make([]byte, 4), make([]byte, 1024)
		for {
			if _, err := io.ReadFull(r, header); err != nil {
				return unlessEOF(err)
			}
			size := int(binary.BigEndian.Uint32(header))
			var body []byte
			for len(body) < size {
				n, err := r.Read(buf)
				if err != nil {
					return err
				}
				body = append(body, buf[:n]...)
			}
			r.took(body)
		}
	}).named("1,024 bytes at a time")
	exact := oneWay("glue", messages, framed(messages), readFramed).named("no more than is missing")
	took := greedy.heard()
	swallowed := 0
	if len(took) > 0 {
		swallowed = len(took[0]) - len(messages[0])
	}
	return Result{
		Refuted: swallowed > 0 && len(took) < len(messages) && exact.Verdict == stage.OK,
		Parts:   []Part{greedy, exact},
		Measured: words.Sentencef("For a message of %s the reader took %d, the next header and the body behind it among them, and so it saw %d of %s.",
			words.Count(len(messages[0]), "byte"), len(messages[0])+swallowed, len(took), words.Count(len(messages), "message")),
	}, nil
}

// emptyReceive treats the end of the stream as a message, between messages and
// in the middle of one.
func emptyReceive() (Result, error) {
	messages := []string{"bye"}
	empty := 0
	endless := oneWay("glue", messages, each(messages), func(r *receiver) error {
		buf := make([]byte, 1024)
		for {
			n, _ := r.Read(buf)
			if n == 0 {
				empty++ // an empty message, it thinks, and goes on
				continue
			}
			r.took(buf[:n])
		}
	}).named("an empty receive taken for a message")
	// A frame of 5 bytes whose sender leaves after 2.
	torn := []string{"hello"}
	middle := oneWay("up:truncate=6", torn, framed(torn), readFramed).named("the end in the middle of a frame")
	var spin *netsim.SpinError
	return Result{
		Refuted: errors.As(endless.Err, &spin) && errors.Is(middle.Server.Err, io.ErrUnexpectedEOF),
		Parts:   []Part{endless, middle},
		Measured: words.Sentencef("Once the sender had left, the receive returned nothing %s in a row, until it was stopped; "+
			"in the middle of a frame the same end was an error: %q.",
			words.Count(empty, "time"), fmt.Sprint(middle.Server.Err)),
	}, nil
}
