package shell

import (
	"math"
	"strconv"
	"strings"
)

// A spec is a printf directive taken apart.
type spec struct {
	minus, plus, space, sharp, zero bool

	width     int // bytes at least
	precision int // bytes or digits; -1 if there is none
	verb      byte
}

// maxDirective is how many bytes a directive may have. None needs as many; a very
// long one, gone through again for each argument, would keep us busy for minutes.
const maxDirective = 64

// directive prints by the directive that text begins with and says how many
// bytes of text that took: 0 after an error.
func (p *printer) directive(text string) int {
	s := spec{precision: -1}
	i := 1
flags:
	for ; i < len(text); i++ {
		switch text[i] {
		case '-':
			s.minus = true
		case '+':
			s.plus = true
		case ' ':
			s.space = true
		case '#':
			s.sharp = true
		case '0':
			s.zero = true
		default:
			break flags
		}
	}
	size, n, ok := p.size(text[i:], "width")
	if !ok {
		return 0
	}
	i += n
	if s.width = size; size < 0 {
		s.minus, s.width = true, -size
	}
	dot := i < len(text) && text[i] == '.'
	if dot {
		size, n, ok := p.size(text[i+1:], "precision")
		if !ok {
			return 0
		}
		i += 1 + n
		s.precision = max(size, -1)
	}
	for i < len(text) && strings.IndexByte("hlLjtz", text[i]) >= 0 {
		i++ // C's sizes of numbers mean nothing here
	}
	if i < len(text) {
		s.verb = text[i]
		i++
	}
	switch {
	case i > maxDirective:
		p.fail("a directive of %d bytes is over the limit of %d: %s", i, maxDirective, quote(text[:i]))
		return 0
	case strings.IndexByte("diu", s.verb) >= 0 && !s.sharp, strings.IndexByte("oxX", s.verb) >= 0:
		p.number(s)
	case s.verb == 's' && !s.sharp && !s.zero:
		word := p.next()
		if s.precision >= 0 && s.precision < len(word) {
			word = word[:s.precision]
		}
		p.padded(s, "", 0, word)
	case s.verb == 'c' && !s.sharp && !s.zero && !dot:
		word := p.next()
		if word == "" {
			word = "\x00" // as in C, where a string ends with one
		}
		p.padded(s, "", 0, word[:1])
	default:
		p.fail("unsupported directive %s", quote(text[:i]))
		return 0
	}
	return i
}

// size reads the width or the precision that text begins with: digits, or a *
// that takes the next argument, which may be negative. n is the bytes of text
// that it takes.
func (p *printer) size(text, what string) (size, n int, ok bool) {
	word, value := "", int64(0)
	if strings.HasPrefix(text, "*") {
		n, word = 1, p.next()
		value = p.signed(word)
	} else {
		n = len(text) - len(strings.TrimLeft(text, "0123456789"))
		if word = text[:n]; n > 0 {
			var err error
			if value, err = strconv.ParseInt(word, 10, 64); err != nil {
				value = math.MaxInt64
			}
		}
	}
	if value > MaxOutput || value < -MaxOutput && what == "width" {
		p.fail("a %s of %s is over the limit of %d bytes", what, quote(word), MaxOutput)
		return 0, 0, false
	}
	return int(max(value, -MaxOutput)), n, true
}

// number prints the next argument as the whole number that it is.
func (p *printer) number(s spec) {
	var sign, text string
	if s.verb == 'd' || s.verb == 'i' {
		sign, text = cutSign(strconv.FormatInt(p.signed(p.next()), 10))
		switch {
		case sign != "":
		case s.plus:
			sign = "+"
		case s.space:
			sign = " "
		}
	} else {
		base := map[byte]int{'u': 10, 'o': 8, 'x': 16, 'X': 16}[s.verb]
		text = strconv.FormatUint(p.unsigned(p.next()), base)
		if s.sharp && base == 16 && text != "0" {
			sign = "0x"
		}
		if s.verb == 'X' {
			sign, text = strings.ToUpper(sign), strings.ToUpper(text)
		}
	}
	if s.precision == 0 && text == "0" {
		text = ""
	}
	zeros := s.precision - len(text)
	if s.sharp && s.verb == 'o' && zeros <= 0 && !strings.HasPrefix(text, "0") {
		zeros = 1
	}
	if s.zero && !s.minus && s.precision < 0 {
		zeros = max(zeros, s.width-len(sign)-len(text))
	}
	p.padded(s, sign, max(zeros, 0), text)
}

// cutSign takes the minus off a number.
func cutSign(text string) (sign, digits string) {
	if text[0] == '-' {
		return text[:1], text[1:]
	}
	return "", text
}

// padded prints sign, zeros and text, filled with spaces to the width.
func (p *printer) padded(s spec, sign string, zeros int, text string) {
	spaces := s.width - len(sign) - zeros - len(text)
	if !s.minus {
		p.out.fill(' ', spaces)
	}
	p.out.print(sign)
	p.out.fill('0', zeros)
	p.out.print(text)
	if s.minus {
		p.out.fill(' ', spaces)
	}
}
