package trial

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stickydemo/demos/shell"
)

// A Command starts a program: words, in which {host} and {port} stand for where
// to listen or where to connect, and in a class {each} for the path of the
// submission and {name} for the last element of it.
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

// Program returns the first of the words: what is started.
func (c Command) Program() string { return c.words[0] }

// NamesPort reports whether the program is told a port.
func (c Command) NamesPort() bool { return strings.Contains(c.text, "{port}") }

// NamesEach reports whether the program is another one for each submission.
func (c Command) NamesEach() bool {
	return strings.Contains(c.text, "{each}") || strings.Contains(c.text, "{name}")
}

// at returns the words for one address and, in a class, for one submission. What
// stands for a path stays one word, whatever there is in it.
func (c Command) at(host, port, each string) []string {
	pairs := []string{"{host}", host, "{port}", port}
	if each != "" {
		pairs = append(pairs, "{each}", each, "{name}", filepath.Base(each))
	}
	fill := strings.NewReplacer(pairs...)
	words := make([]string, len(c.words))
	for i, w := range c.words {
		words[i] = fill.Replace(w)
	}
	return words
}

// folder returns where the program is started: that of its submission, "" for
// where we are.
func (c Command) folder(each string) string {
	if each == "" || !c.NamesEach() {
		return ""
	}
	if info, err := os.Stat(each); err == nil && !info.IsDir() {
		return filepath.Dir(each)
	}
	return each
}

// shells read a word behind -c as a script.
var shells = []string{"sh", "bash", "dash", "ksh", "zsh"}

// check returns what is wrong with a command of one submission.
func (c Command) check(each string) error {
	if !c.Given() || !c.NamesEach() {
		return nil
	}
	if each == "" && strings.Contains(c.text, "{each}") {
		return fmt.Errorf("a command names {each}, and there is no class (--each): %s", c)
	}
	// A script would run what somebody has written into the name of a file.
	if each != "" && slices.Contains(shells, filepath.Base(c.words[0])) {
		for i, word := range c.words[1:] {
			if script := (Command{text: word}); c.words[i] == "-c" && script.NamesEach() {
				return errors.New(`a shell would run what a file's name says: {each} goes behind the script: sh -c 'cd "$1" && ./run "$2"' sh {each} {port}`)
			}
		}
	}
	return nil
}
