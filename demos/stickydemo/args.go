package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/words"
)

// flagsFirst moves a command's flags before its arguments, where the library
// wants them, so that people may type them anywhere. Behind "--" nothing is a
// flag.
func flagsFirst(app *cli.App, args []string) ([]string, error) {
	before, spoken := args[:1:1], []string(nil)
	rest := args[1:]
	for ; len(rest) > 0 && strings.HasPrefix(rest[0], "-"); rest = rest[1:] {
		switch arg := rest[0]; {
		case isLang(arg):
			flag, after, err := langBefore(rest)
			if err != nil {
				return nil, err
			}
			spoken, rest = append(spoken, flag), after
		case arg == "--help" || arg == "-h" || arg == "--":
			before = append(before, arg)
		case arg == "--version" || arg == "-v":
			return []string{args[0], "version"}, nil
		default:
			if i := slices.IndexFunc(rest, func(arg string) bool { return !strings.HasPrefix(arg, "-") }); i > 0 {
				return nil, usagef("%s belongs behind the command: stickydemo %s %[1]s", arg, rest[i])
			}
			return nil, unknown("flag", arg, []string{"--help", "--lang", "--version"})
		}
	}
	if len(rest) == 0 {
		return before, nil
	}
	if rest[0] == "help" {
		return append([]string{args[0]}, append(rest[1:], "--help")...), nil
	}
	command := app.Command(rest[0])
	if command == nil {
		return append(before, rest...), nil
	}
	flags, others, err := partFlags(command, rest[1:])
	if errors.Is(err, errHelp) {
		return []string{args[0], command.Name, "--help"}, nil
	}
	return slices.Concat(before, rest[:1], spoken, flags, []string{"--"}, others), err
}

func isLang(arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name == "lang"
}

// langBefore takes the language off the front of args, as one word. What is left
// begins with its last word, which the caller steps over.
func langBefore(args []string) (flag string, rest []string, err error) {
	_, value, ok := strings.Cut(args[0], "=")
	if !ok {
		if args = args[1:]; len(args) == 0 {
			return "", nil, usagef("--lang needs a value: %s", langNames())
		}
		value = args[0]
	}
	if takes := wants(langFlag(), value); takes != "" {
		return "", nil, usagef("--lang %q: it takes %s", value, takes)
	}
	return "--lang=" + value, args, nil
}

// errHelp is a call for help among a command's flags, whatever stands behind it.
var errHelp = errors.New("help")

// partFlags parts a command's flags, with their values, from its other words.
func partFlags(command *cli.Command, args []string) (flags, others []string, err error) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return flags, append(others, args[i+1:]...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			others = append(others, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name == "help" || name == "h" {
			return nil, nil, errHelp
		}
		flags = append(flags, arg)
		f := findFlag(command, name)
		if f == nil {
			return nil, nil, unknown("flag of "+command.Name, arg, flagNames(command))
		}
		if _, boolean := f.(*cli.BoolFlag); !boolean && !hasValue {
			if i++; i == len(args) {
				return nil, nil, usagef("%s needs a value (see stickydemo %s --help)", arg, command.Name)
			}
			value, hasValue = args[i], true
			flags = append(flags, value)
		}
		if takes := wants(f, value); hasValue && takes != "" {
			return nil, nil, usagef("--%s %q: it takes %s", name, value, takes)
		}
	}
	return flags, others, nil
}

func findFlag(command *cli.Command, name string) cli.Flag {
	for _, f := range command.Flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// wants says what a flag takes, where value is nothing like it.
func wants(f cli.Flag, value string) string {
	var err error
	takes := ""
	switch f.(type) {
	case *cli.StringFlag:
		if _, ok := words.Find(value); f.Names()[0] == "lang" && !ok {
			return langNames()
		}
	case *cli.DurationFlag:
		takes = "a duration, such as 10s"
		_, err = time.ParseDuration(value)
	case *cli.IntFlag:
		takes = "a whole number"
		_, err = strconv.Atoi(value)
	case *cli.Uint64Flag:
		takes = "a whole number from 0 on"
		_, err = strconv.ParseUint(value, 10, 64)
	case *cli.BoolFlag:
		takes = "no value, or true or false"
		_, err = strconv.ParseBool(value)
	}
	if err == nil {
		return ""
	}
	return takes
}

func flagNames(command *cli.Command) []string {
	names := []string{"--help"}
	for _, f := range command.Flags {
		names = append(names, "--"+f.Names()[0])
	}
	return names
}
