package shell

import "strings"

// printf is the GNU program in the C locale, for text and whole numbers: %s %b
// %c %d %i %u %o %x %X %%, the flags "-+ #0", width and precision, of which
// either may be a *. Floating point and the shell-quoting %q are left out.
func printf(args []string, out *output) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return out.failf(1, "printf: takes a format, got nothing")
	}
	p := printer{out: out, format: args[0], args: args[1:]}
	for {
		before := len(p.args)
		if !p.once() || out.full {
			break
		}
		if len(p.args) == 0 {
			break
		}
		if len(p.args) == before { // a format without directives would go on for ever
			out.failf(0, "printf: the format has no place for %s", quote(p.args[0]))
			break
		}
	}
	return p.status
}

// printer is one run of printf.
type printer struct {
	out    *output
	format string
	args   []string // not yet printed
	status int
}

// once goes through the format one time. It reports false when nothing may
// follow: after \c, or an error in the format.
func (p *printer) once() bool {
	for i := 0; i < len(p.format); {
		rest, n := p.format[i:], 1
		switch {
		case strings.HasPrefix(rest, "%%"):
			p.out.printByte('%')
			n = 2
		case strings.HasPrefix(rest, "%b"):
			if !p.escaped(p.next()) {
				return false
			}
			n = 2
		case rest[0] == '%':
			n = p.directive(rest)
		case rest[0] == '\\':
			n = p.escape(rest, false)
		default:
			p.out.printByte(rest[0])
		}
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

// next takes the next argument; when there are none left it is empty, which is
// 0 to a directive for numbers.
func (p *printer) next() string {
	if len(p.args) == 0 {
		return ""
	}
	arg := p.args[0]
	p.args = p.args[1:]
	return arg
}

// fail prints an error line, after which printf goes on but fails in the end.
func (p *printer) fail(format string, args ...any) {
	p.status = p.out.failf(1, "printf: "+format, args...)
}

// escaped prints an argument with its backslash escapes. It reports false when
// nothing may follow.
func (p *printer) escaped(text string) bool {
	for i := 0; i < len(text); {
		n := 1
		if text[i] == '\\' {
			n = p.escape(text[i:], true)
		} else {
			p.out.printByte(text[i])
		}
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

// escape prints what the escape that text begins with stands for, and says how
// many bytes of text that took: 0 after \c and after an error.
func (p *printer) escape(text string, zero bool) int {
	if b, n := escape(text, zero); n > 0 {
		p.out.printByte(b)
		return n
	}
	switch {
	case strings.HasPrefix(text, `\c`):
		p.status = 0 // the real one forgets its errors here
		return 0
	case strings.HasPrefix(text, `\"`):
		p.out.printByte('"')
		return 2
	case strings.HasPrefix(text, `\x`):
		p.fail(`\x wants a hexadecimal digit after it: %s`, quote(text))
		return 0
	case strings.HasPrefix(text, `\u`), strings.HasPrefix(text, `\U`):
		p.fail(`%s is not supported, write the character itself: %s`, text[:2], quote(text))
		return 0
	}
	n := min(2, len(text)) // not an escape, and no start of a directive either: \%d
	p.out.print(text[:n])
	return n
}
