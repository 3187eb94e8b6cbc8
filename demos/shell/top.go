package shell

import (
	"fmt"
	"strconv"
	"time"
)

// Interval is the time between two lines of the command top.
const Interval = time.Second

// maxTicks bounds N of top N.
const maxTicks = 1 << 20

// stoppedStatus is that of a command whose reader has left: 128 + SIGPIPE.
const stoppedStatus = 141

// Endless reports whether a command line has a command in it that does not end
// by itself.
func Endless(command string) bool {
	list, err := split(command)
	if err != nil {
		return false
	}
	for _, words := range list {
		if words[0] == "top" && len(words) == 1 {
			return true
		}
	}
	return false
}

// top prints a line at once and then one a second. Without a reader who takes
// each as it comes, there must be an end, and no time passes.
func top(args []string, out *output) int {
	ticks := 0 // for ever
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		if err != nil || n < 1 || n > maxTicks || len(args) > 1 {
			return out.failf(1, "top: takes one whole number from 1 to %d, or none, got %s", maxTicks, quote(args[len(args)-1]))
		}
		ticks = n
	} else if out.live == nil {
		return out.failf(1, "top: has no end, and all of its output is wanted at once; top N prints N lines")
	}
	for tick := 1; ; tick++ {
		out.print(fmt.Sprintf("%ds cpu %d%%\n", tick-1, (29*tick)%100))
		if out.full || !out.flush() {
			return stoppedStatus
		}
		if tick == ticks {
			return 0
		}
		if out.live != nil {
			out.live.sleep(Interval)
		}
	}
}
