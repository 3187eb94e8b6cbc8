package trial

import (
	"fmt"
	"strings"

	"stickydemo/demos/shell"
)

// A Command starts a program: words, in which {host} and {port} stand for where
// to listen or where to connect.
type Command struct {
	text  string
	words []string
}

// ParseCommand reads a command as a shell would, as far as words and quotes go.
func ParseCommand(text string) (Command, error) {
	if strings.TrimSpace(text) == "" {
		return Command{}, fmt.Errorf("an empty command")
	}
	words, err := shell.Words(text)
	if err != nil {
		return Command{}, err
	}
	return Command{text, words}, nil
}

// String returns the command as it was typed.
func (c Command) String() string { return c.text }

// Given reports whether there is a command at all.
func (c Command) Given() bool { return len(c.words) > 0 }

// NamesPort reports whether the program is told a port.
func (c Command) NamesPort() bool { return strings.Contains(c.text, "{port}") }

// at returns the words for one address.
func (c Command) at(host, port string) []string {
	fill := strings.NewReplacer("{host}", host, "{port}", port)
	words := make([]string, len(c.words))
	for i, w := range c.words {
		words[i] = fill.Replace(w)
	}
	return words
}
