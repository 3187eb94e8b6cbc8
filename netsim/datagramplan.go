package netsim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stickydemo/netsim/trace"
)

// datagramOps are what a plan does to datagrams, and to nothing else.
var datagramOps = []op{
	{"drop", "drop", "N,N…", func(s *Stream, arg string) (err error) {
		s.Drops, err = parseNumbers(arg, 1)
		return err
	}, func(s *Stream) (string, bool) { return join(s.Drops, strconv.Itoa), len(s.Drops) > 0 }},
	// A datagram cannot change places with two others.
	{"swap", "swap", "N,N…", func(s *Stream, arg string) (err error) {
		s.Swaps, err = parseNumbers(arg, 2)
		return err
	}, func(s *Stream) (string, bool) { return join(s.Swaps, strconv.Itoa), len(s.Swaps) > 0 }},
}

// parseNumbers reads the numbers of datagrams, each at least step more than the
// one before it.
func parseNumbers(arg string, step int) ([]int, error) {
	var numbers []int
	for text := range strings.SplitSeq(arg, ",") {
		n, err := strconv.Atoi(text)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return nil, fmt.Errorf("%q is not the number of a datagram, from 1 on", text)
		case err != nil || n < 1 || n > MaxOffset:
			return nil, fmt.Errorf("datagram %s: it takes 1 to %d", text, MaxOffset)
		}
		if k := len(numbers); k > 0 && n < numbers[k-1]+step {
			why := "numbers must rise, and %d stands after %d"
			if step > 1 && n == numbers[k-1]+1 {
				why = "%d cannot change places twice, and %d does with it already"
			}
			return nil, fmt.Errorf(why, n, numbers[k-1])
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// BeyondDatagrams is Beyond for a network of datagrams: it names a drop or a
// swap behind the last one, and what is for streams and left datagrams alone.
// count returns the datagrams that one direction of the n-th connection
// carried; asked for connection 0, the most that any carried.
func (p Plan) BeyondDatagrams(count func(conn int, dir trace.Direction) int) []string {
	said := p.Up.beyondDatagrams("up:", count(0, trace.Up))
	said = append(said, p.Down.beyondDatagrams("down:", count(0, trace.Down))...)
	for i := range p.Conns {
		c := &p.Conns[i]
		said = append(said, c.Up.beyondDatagrams(fmt.Sprintf("%d#up:", c.N), count(c.N, trace.Up))...)
		said = append(said, c.Down.beyondDatagrams(fmt.Sprintf("%d#down:", c.N), count(c.N, trace.Down))...)
	}
	return said
}

func (s *Stream) beyondDatagrams(where string, count int) []string {
	said := s.idle(where, ops[:len(ops)-len(datagramOps)], "is for streams and leaves datagrams alone")
	check := func(op string, n, last int) {
		if count < last {
			said = append(said, fmt.Sprintf("%s%s=%d is past the last of %d datagrams and does nothing", where, op, n, count))
		}
	}
	for _, n := range s.Drops {
		check("drop", n, n)
	}
	for _, n := range s.Swaps {
		check("swap", n, n+1)
	}
	return said
}

// idle says of each operation that s has what it does here: nothing.
func (s *Stream) idle(where string, ops []op, why string) []string {
	var said []string
	for _, op := range ops {
		arg, set := op.print(s)
		if !set || slices.Contains([]string{"glue", "as-written"}, op.name) { // as datagrams are anyway, or not meant for them
			continue
		}
		text := op.name
		if op.takes != "" {
			text += "=" + arg
		}
		said = append(said, fmt.Sprintf("%s%s %s", where, text, why))
	}
	return said
}

// LossesFromBytes makes a plan of any bytes, as PlanFromBytes does, of drops and
// swaps alone: for fuzz targets of programs on datagrams. Each byte is one loss in
// one direction: bit 7 chooses down, bit 6 a swap instead of a drop, and the other
// bits say how far behind the last loss there it stands.
func LossesFromBytes(data []byte) Plan {
	var p Plan
	var last [2]int
	for _, b := range data {
		dir := b >> 7
		s := [...]*Stream{&p.Up, &p.Down}[dir]
		n := last[dir] + 1 + int(b&0x3f)
		last[dir] = n
		if b&0x40 == 0 {
			s.Drops = append(s.Drops, n)
		} else {
			s.Swaps = append(s.Swaps, n)
			last[dir]++ // the next has changed places
		}
	}
	return p
}
