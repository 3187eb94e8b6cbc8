package shell

// escape reads the backslash escape that s begins with, of those which echo -e
// and printf share: the byte it stands for and the bytes of s it takes, which is
// 0 if it is none of them. With zero, as in echo and in %b, \0 may be followed by
// three octal digits; without, it is one of the three.
func escape(s string, zero bool) (b byte, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch c := s[1]; {
	case c == 'a':
		return '\a', 2
	case c == 'b':
		return '\b', 2
	case c == 'e':
		return 0x1b, 2
	case c == 'f':
		return '\f', 2
	case c == 'n':
		return '\n', 2
	case c == 'r':
		return '\r', 2
	case c == 't':
		return '\t', 2
	case c == 'v':
		return '\v', 2
	case c == '\\':
		return '\\', 2
	case c == 'x':
		value, n := digits(s[2:], 16, 2)
		if n == 0 {
			return 0, 0
		}
		return byte(value), 2 + n
	case c == '0' && zero:
		value, n := digits(s[2:], 8, 3)
		return byte(value), 2 + n
	case c >= '0' && c <= '7':
		value, n := digits(s[1:], 8, 3)
		return byte(value), 1 + n // \777 is 0x1ff, of which a byte keeps 0xff
	}
	return 0, 0
}

// digits reads at most limit digits of the base at the start of s. Values of 64
// bits and more wrap.
func digits(s string, base uint64, limit int) (value uint64, n int) {
	for n < len(s) && n < limit {
		d := digit(s[n])
		if d >= base {
			break
		}
		value = value*base + d
		n++
	}
	return value, n
}

// digit is the value of a hexadecimal digit, and 16 for any other byte.
func digit(c byte) uint64 {
	switch {
	case c >= '0' && c <= '9':
		return uint64(c - '0')
	case c >= 'a' && c <= 'f':
		return uint64(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return uint64(c-'A') + 10
	}
	return 16
}
