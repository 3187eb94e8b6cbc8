package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst moves a command's flags before its arguments, where the library
// wants them, so that people may type them anywhere. Behind "--" nothing is a
// flag.
func flagsFirst(app *cli.App, args []string) ([]string, error) {
	at := slices.IndexFunc(args[1:], func(arg string) bool { return !strings.HasPrefix(arg, "-") }) + 1
	if at == 0 {
		return args, nil
	}
	command := app.Command(args[at])
	if command == nil {
		return args, nil
	}
	flags, rest := slices.Clone(args[:at+1]), []string(nil)
	for i := at + 1; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		flags = append(flags, arg)
		name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		takes, known := takesValue(command, name)
		if !known {
			return nil, unknown("flag of "+command.Name, arg, flagNames(command))
		}
		if takes && !hasValue {
			if i+1 == len(args) {
				return nil, usagef("%s needs a value (see stickydemo %s --help)", arg, command.Name)
			}
			i++
			flags = append(flags, args[i])
		}
	}
	return slices.Concat(flags, []string{"--"}, rest), nil
}

func takesValue(command *cli.Command, name string) (takes, known bool) {
	if name == "help" || name == "h" {
		return false, true
	}
	for _, f := range command.Flags {
		if slices.Contains(f.Names(), name) {
			_, boolean := f.(*cli.BoolFlag)
			return !boolean, true
		}
	}
	return false, false
}

func flagNames(command *cli.Command) []string {
	names := []string{"--help"}
	for _, f := range command.Flags {
		names = append(names, "--"+f.Names()[0])
	}
	return names
}
