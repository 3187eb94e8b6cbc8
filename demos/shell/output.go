package shell

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// output collects what the commands of one answer print, [MaxOutput] bytes of
// both streams together. Its error is sticky, as a bufio.Writer's is: from the
// first thing that does not fit, everything is dropped.
type output struct {
	stdout, stderr []byte
	full           bool
	live           *live // nil where all is wanted at once
}

// live is where output goes as it comes.
type live struct {
	stdout, stderr io.Writer
	sleep          func(time.Duration)
	gone           bool // nobody takes it any more
}

// flush hands over what there is, and reports whether anybody still takes it.
func (o *output) flush() bool {
	if o.live == nil {
		return true
	}
	for _, s := range []struct {
		to   io.Writer
		text []byte
	}{{o.live.stdout, o.stdout}, {o.live.stderr, o.stderr}} {
		if len(s.text) == 0 || o.live.gone {
			continue
		}
		_, err := s.to.Write(s.text)
		o.live.gone = err != nil
	}
	o.stdout, o.stderr = o.stdout[:0], o.stderr[:0]
	return !o.live.gone
}

// fits says whether n more bytes may be printed.
func (o *output) fits(n int) bool {
	if n > MaxOutput-len(o.stdout)-len(o.stderr) {
		o.full = true
	}
	return !o.full
}

func (o *output) print(text string) {
	if o.fits(len(text)) {
		o.stdout = append(o.stdout, text...)
	}
}

func (o *output) write(text []byte) {
	if o.fits(len(text)) {
		o.stdout = append(o.stdout, text...)
	}
}

func (o *output) printByte(b byte) {
	if o.fits(1) {
		o.stdout = append(o.stdout, b)
	}
}

// fill prints b n times; a negative n counts as none. It takes no memory for
// what does not fit.
func (o *output) fill(b byte, n int) {
	if n <= 0 || !o.fits(n) {
		return
	}
	o.stdout = slices.Grow(o.stdout, n)
	for range n {
		o.stdout = append(o.stdout, b)
	}
}

// failf prints a line on standard error and returns status.
func (o *output) failf(status int, format string, args ...any) int {
	if line := fmt.Sprintf(format+"\n", args...); o.fits(len(line)) {
		o.stderr = append(o.stderr, line...)
	}
	return status
}

// maxQuoted is how many bytes of a word an error line repeats.
const maxQuoted = 64

// quote makes any word printable on one line of bounded length: what arrives
// here may be the garbled half of a command.
func quote(word string) string {
	if len(word) <= maxQuoted {
		return strconv.Quote(word)
	}
	cut := maxQuoted
	for cut > maxQuoted-utf8.UTFMax && !utf8.RuneStart(word[cut]) {
		cut--
	}
	return strconv.Quote(word[:cut]) + "..."
}
