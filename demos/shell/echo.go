package shell

import "strings"

// echo is the GNU program, not a shell's own: those disagree about -e. Like
// theirs, it has no --help.
func echo(args []string, out *output) int {
	newline, escapes := true, false
	for len(args) > 0 && isEchoOption(args[0]) {
		for _, c := range args[0][1:] {
			switch c {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	for i, word := range args {
		if i > 0 {
			out.printByte(' ')
		}
		if !escapes {
			out.print(word)
		} else if !echoEscaped(word, out) {
			return 0
		}
	}
	if newline {
		out.printByte('\n')
	}
	return 0
}

// isEchoOption reports whether word is a dash and then only letters that are
// options; anything else is text, and so is all that follows it.
func isEchoOption(word string) bool {
	return len(word) > 1 && word[0] == '-' && strings.Trim(word[1:], "neE") == ""
}

// echoEscaped reports false if \c ended the output.
func echoEscaped(word string, out *output) bool {
	for i := 0; i < len(word); i++ {
		if word[i] != '\\' {
			out.printByte(word[i])
			continue
		}
		if strings.HasPrefix(word[i:], `\c`) {
			return false
		}
		b, n := escape(word[i:], true)
		if n == 0 {
			b, n = '\\', 1
		}
		out.printByte(b)
		i += n - 1
	}
	return true
}
