// Package shell says what a command answers.
//
// [Builtin] is for lessons, tests and the simulator: a handful of commands that
// print the same bytes on every machine and touch no file, process or clock.
// Words are split as sh splits simple ones, and ";" runs one command after
// another. What else a shell has (pipes, redirections, variables, patterns) is
// refused in one line rather than half understood.
//
// [System] hands the command to the system's own shell. Whoever can send the
// command can then do what the user can, so call it only when a person asked
// for it.
package shell

import (
	"fmt"
	"io"
	"time"
)

// MaxOutput is the most bytes that an answer of [Builtin] has, both streams
// together.
const MaxOutput = 16 << 20

// Answer is what a command printed.
type Answer struct {
	Stdout, Stderr []byte

	// Status is 0 for success, 1 for a command that failed, 2 for one that could
	// not be read, 127 for one that is not there and 128+n for one that signal n
	// ended.
	Status int
}

// Builtin answers from the commands that [Commands] lists. All of command is
// read before any of it runs, and Status is that of the last one that ran. An
// answer over [MaxOutput] bytes is not given in part: one line says that it
// would be too long.
func Builtin(command string) Answer {
	list, err := split(command)
	if err != nil {
		return refusal(2, "shell: %v", err)
	}
	var out output
	status := 0
	for _, words := range list {
		status = run(words, &out)
		if out.full {
			return refusal(1, "shell: the answer to %s is over the limit of %d bytes", quote(command), MaxOutput)
		}
	}
	return Answer{Stdout: out.stdout, Stderr: out.stderr, Status: status}
}

// Stream runs what Builtin answers, and hands over what each command prints when
// it has printed it, and top line by line, as long as the writers take it. It
// sleeps by sleep and returns the status, 141 where a writer returned an error.
func Stream(command string, stdout, stderr io.Writer, sleep func(time.Duration)) (status int) {
	out := output{live: &live{stdout: stdout, stderr: stderr, sleep: sleep}}
	list, err := split(command)
	if err != nil {
		status = out.failf(2, "shell: %v", err)
	}
	for _, words := range list {
		status = run(words, &out)
		if out.full {
			out = output{live: out.live}
			status = out.failf(1, "shell: the answer to %s is over the limit of %d bytes", quote(command), MaxOutput)
			break
		}
		if !out.flush() {
			return stoppedStatus
		}
	}
	if !out.flush() {
		return stoppedStatus
	}
	return status
}

// run runs one command; words is never empty.
func run(words []string, out *output) int {
	for _, b := range builtins {
		if b.Name == words[0] {
			return b.run(words[1:], out)
		}
	}
	return out.failf(127, "shell: unknown command %s; there are %s", quote(words[0]), names())
}

func refusal(status int, format string, args ...any) Answer {
	return Answer{Stderr: fmt.Appendf(nil, format+"\n", args...), Status: status}
}
