package shell

import (
	"errors"
	"fmt"
	"strings"
)

// split reads command as sh would as far as simple words, quotes and ";" go, and
// returns the words of each command in it, none of them empty of words.
//
// It is our own because the libraries for this either pass over what they do not
// know, such as a pipe, as plain text, or parse the whole language.
func split(command string) (list [][]string, err error) {
	return builtinWords.split(command)
}

// Words returns the words of one simple command, for a program that is started
// without a shell. They may hold what a shell would take for a pattern.
func Words(command string) ([]string, error) {
	list, err := programWords.split(command)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("%s is %d commands, not one", quote(command), len(list))
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// A dialect is what of the shell's language is refused, unless it is quoted.
type dialect struct {
	bytes string // anywhere
	first string // as the first of a word
	lacks func(c byte) error
}

var (
	builtinWords = dialect{"|&<>()$`*?[{", "#~", func(c byte) error {
		return fmt.Errorf("the built-in shell has no %c, only words, quotes and ;", c)
	}}
	programWords = dialect{"|&<>()$`", "#~", func(c byte) error {
		return fmt.Errorf("%c needs a shell: quote it, or write sh -c '...'", c)
	}}
)

func (d dialect) split(command string) (list [][]string, err error) {
	if strings.IndexByte(command, 0) >= 0 {
		return nil, fmt.Errorf("no word can hold the zero byte in %s", quote(command))
	}
	var (
		words []string
		word  []byte
		begun bool // a word may be begun and empty: ''
	)
	endWord := func() {
		if begun {
			words = append(words, string(word))
			word, begun = word[:0], false
		}
	}
	endCommand := func() {
		endWord()
		if len(words) > 0 {
			list = append(list, words)
			words = nil
		}
	}
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == ' ' || c == '\t':
			endWord()
		case c == '\n':
			endCommand()
		case c == ';':
			endWord()
			if len(words) == 0 {
				return nil, errors.New("there is no command before ;")
			}
			endCommand()
		case c == '\'':
			n := strings.IndexByte(command[i+1:], '\'')
			if n < 0 {
				return nil, fmt.Errorf("no closing ' for %s", quote(command[i:]))
			}
			word, begun = append(word, command[i+1:i+1+n]...), true
			i += n + 1
		case c == '"':
			inside, n, err := d.doubleQuoted(command[i:])
			if err != nil {
				return nil, err
			}
			word, begun = append(word, inside...), true
			i += n - 1
		case c == '\\':
			i++
			if i == len(command) {
				return nil, errors.New(`nothing follows the last \`)
			}
			if command[i] != '\n' { // otherwise the line goes on
				word, begun = append(word, command[i]), true
			}
		case strings.IndexByte(d.bytes, c) >= 0, !begun && strings.IndexByte(d.first, c) >= 0:
			return nil, d.lacks(c)
		default:
			word, begun = append(word, c), true
		}
	}
	endCommand()
	return list, nil
}

// doubleQuoted reads the "word" that text begins with, and says how many bytes
// of text it took.
func (d dialect) doubleQuoted(text string) (inside []byte, n int, err error) {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return inside, i + 1, nil
		case '$', '`':
			return nil, 0, d.lacks(c)
		case '\\':
			if i+1 < len(text) && strings.IndexByte("$`\"\\\n", text[i+1]) >= 0 {
				i++
				if text[i] == '\n' {
					continue
				}
			}
			inside = append(inside, text[i])
		default:
			inside = append(inside, c)
		}
	}
	return nil, 0, fmt.Errorf(`no closing " for %s`, quote(text))
}
