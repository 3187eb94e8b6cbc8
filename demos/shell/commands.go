package shell

import "strings"

// Command describes one built-in command.
type Command struct {
	Name string
	Args string // what may follow the name; empty for none
	Help string // one line, without a full stop
}

// Commands lists what [Builtin] knows, in the order to show it in.
func Commands() []Command {
	list := make([]Command, len(builtins))
	for i, b := range builtins {
		list[i] = b.Command
	}
	return list
}

// builtins is ordered for reading: the commands that everybody knows, then the
// seeds' own, then those made for a particular lesson.
var builtins = []struct {
	Command
	run func(args []string, out *output) (status int)
}{
	{Command{"echo", "[-neE] [WORD...]", "print the words and a newline"}, echo},
	{Command{"printf", "FORMAT [WORD...]", "print the words as the format says"}, printf},
	{Command{"seq", "[-w] [-s TEXT] [FIRST [STEP]] LAST", "count, one whole number a line"}, seq},
	{Command{"true", "", "print nothing and succeed"}, succeed},
	{Command{"false", "", "print nothing and fail"}, fail},
	{Command{"tasklist", "", "a list of processes, nearly 3 KB"}, text("tasklist", tasklist)},
	{Command{"ipconfig", "", "network addresses, about half a KB"}, text("ipconfig", ipconfig)},
	{Command{"dir", "", "a folder's files, less than half a KB"}, text("dir", dir)},
	{Command{"bytes", "N", "N bytes in numbered rows of 16"}, blocks},
	{Command{"hello-zh", "", "你好, 2 characters in 6 bytes, and a newline"}, text("hello-zh", "你好\n")},
	{Command{"top", "[N]", "how busy this is: a line at once and then one a second, N of them or for ever"}, top},
	{Command{"fail", "", "complain on standard error only, and fail"}, complain},
}

func names() string {
	var list []string
	for _, b := range builtins {
		list = append(list, b.Name)
	}
	return strings.Join(list, ", ")
}

func succeed([]string, *output) int { return 0 }

func fail([]string, *output) int { return 1 }

func complain(args []string, out *output) int {
	if len(args) > 0 {
		return noArguments("fail", args, out)
	}
	return out.failf(1, "fail: this line is on standard error, and standard output is empty")
}

// text is a command that always prints the same.
func text(name, text string) func([]string, *output) int {
	return func(args []string, out *output) int {
		if len(args) > 0 {
			return noArguments(name, args, out)
		}
		out.print(text)
		return 0
	}
}

func noArguments(name string, args []string, out *output) int {
	return out.failf(1, "%s: takes no arguments here, got %s", name, quote(args[0]))
}
