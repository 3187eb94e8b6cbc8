package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// MaxLine bounds one line of the JSON Lines form, in bytes.
const MaxLine = 64 << 20

// Write writes the log as JSON Lines: one event a line, the same bytes for the
// same run on every machine.
func (l Log) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	encode := json.NewEncoder(out)
	for _, e := range l {
		if err := encode.Encode(e); err != nil {
			return fmt.Errorf("write trace: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	return nil
}

// Parse reads what Write wrote. It refuses, naming the line, what is no event
// as this package describes one, so that who draws a log may trust it.
func Parse(r io.Reader) (Log, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLine)
	var log Log
	for n := 1; lines.Scan(); n++ {
		decode := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decode.DisallowUnknownFields()
		var e Event
		if err := decode.Decode(&e); err != nil {
			return nil, fmt.Errorf("trace line %d: %w", n, err)
		}
		if _, err := decode.Token(); err != io.EOF {
			return nil, fmt.Errorf("trace line %d: more than one event", n)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("trace line %d: %w", n, err)
		}
		log = append(log, e)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("trace line %d: longer than %d bytes", len(log)+1, MaxLine)
	case err != nil:
		return nil, fmt.Errorf("read trace: %w", err)
	}
	return log, nil
}

// check reports what makes e no event of a run.
func (e *Event) check() error {
	switch {
	case !slices.Contains(kinds, e.Kind):
		return fmt.Errorf("there is no kind %q", e.Kind)
	case e.Dir != "" && e.Dir != Up && e.Dir != Down:
		return fmt.Errorf("there is no direction %q", e.Dir)
	case e.From < 0 || e.To < e.From:
		return fmt.Errorf("span [%d, %d) runs backwards", e.From, e.To)
	case e.Kind == Written && len(e.Data) != e.To-e.From:
		return fmt.Errorf("span [%d, %d) with %d bytes of data", e.From, e.To, len(e.Data))
	case e.Kind != Written && len(e.Data) > 0:
		return fmt.Errorf("data in an event of the kind %q", e.Kind)
	case (e.Kind == Segment || e.Kind == Ack) != (e.Wire != nil):
		return fmt.Errorf("kind %q, and wire: %t", e.Kind, e.Wire != nil)
	case e.Wire != nil && (e.Wire.Until < e.Time || e.Wire.Ack < 0 || e.Wire.Window < 0):
		return fmt.Errorf("wire until %d from %d, ack %d, window %d: none may be less than 0, or than its time",
			e.Wire.Until, e.Time, e.Wire.Ack, e.Wire.Window)
	}
	return nil
}
