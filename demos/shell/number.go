package shell

import (
	"math"
	"strings"
)

// signed reads word as C's strtoimax does, saturating, and complains of what it
// cannot read; the number is then what could be read of it.
func (p *printer) signed(word string) int64 {
	negative, size, big := p.magnitude(word)
	switch {
	case negative && (big || size > 1<<63):
		p.tooFar(word)
		return math.MinInt64
	case !negative && (big || size > math.MaxInt64):
		p.tooFar(word)
		return math.MaxInt64
	case negative:
		return -int64(size)
	}
	return int64(size)
}

// unsigned is the same for strtoumax, to which -1 is the largest number.
func (p *printer) unsigned(word string) uint64 {
	negative, size, big := p.magnitude(word)
	switch {
	case big:
		p.tooFar(word)
		return math.MaxUint64
	case negative:
		return -size
	}
	return size
}

func (p *printer) tooFar(word string) {
	p.fail("%s is over the limit of 64 bits", quote(word))
}

// magnitude reads a number in C's notation (10, 0x10, 010), or after a quote the
// value of a byte: 'A is 65. An empty word is 0. big says that the size is over
// 64 bits.
func (p *printer) magnitude(word string) (negative bool, size uint64, big bool) {
	if len(word) > 1 && (word[0] == '\'' || word[0] == '"') {
		if len(word) > 2 {
			p.out.failf(0, "printf: only the first byte after the quote counts in %s", quote(word))
		}
		return false, uint64(word[1]), false
	}
	text := strings.TrimLeft(word, " \t\n\v\f\r")
	if text != "" && (text[0] == '-' || text[0] == '+') {
		negative = text[0] == '-'
		text = text[1:]
	}
	base := uint64(10)
	switch {
	case len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X") && digit(text[2]) < 16:
		base, text = 16, text[2:]
	case strings.HasPrefix(text, "0"):
		base = 8
	}
	n := 0
	for ; n < len(text) && digit(text[n]) < base; n++ {
		d := digit(text[n])
		big = big || size > (math.MaxUint64-d)/base
		size = size*base + d
	}
	switch {
	case n == 0 && word != "":
		p.fail("%s is not a number", quote(word))
	case n < len(text) && !big:
		p.fail("%s is a number only as far as %s", quote(word), quote(word[:len(word)-len(text)+n]))
	}
	return negative, size, big
}
