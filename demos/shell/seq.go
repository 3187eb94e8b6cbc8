package shell

import (
	"math"
	"strconv"
	"strings"
)

// seq is the GNU program for whole numbers, with its -s and -w.
func seq(args []string, out *output) int {
	separator, equalWidth := "\n", false
	for len(args) > 0 && isSeqOption(args[0]) {
		word := args[0]
		args = args[1:]
		if word == "--" {
			break
		}
	letters:
		for i := 1; i < len(word); i++ {
			switch word[i] {
			case 'w':
				equalWidth = true
			case 's':
				separator = word[i+1:] // -s, and -s , are the same
				if separator == "" {
					if len(args) == 0 {
						return out.failf(1, "seq: -s wants a text after it")
					}
					separator, args = args[0], args[1:]
				}
				break letters
			default:
				return out.failf(1, "seq: unknown option %s; there are -s and -w", quote(word))
			}
		}
	}
	if len(args) < 1 || len(args) > 3 {
		return out.failf(1, "seq: takes 1 to 3 numbers, got %d", len(args))
	}
	numbers := make([]number, len(args))
	for i, arg := range args {
		n, ok := parseNumber(arg)
		if !ok {
			return out.failf(1, "seq: %s is not a whole number from %d to %d", quote(arg), int64(math.MinInt64), int64(math.MaxInt64))
		}
		numbers[i] = n
	}
	first, step, last := number{1, 1}, int64(1), numbers[len(numbers)-1]
	if len(numbers) > 1 {
		first = numbers[0]
	}
	if len(numbers) > 2 {
		step = numbers[1].value
	}
	if step == 0 {
		return out.failf(1, "seq: a step of %s leads nowhere", quote(args[1]))
	}
	width := 0
	if equalWidth {
		width = max(first.width, last.width)
	}
	return count(first.value, step, last.value, separator, width, out)
}

// isSeqOption tells an option from a negative number.
func isSeqOption(word string) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '.' && (word[1] < '0' || word[1] > '9')
}

// A number's width is that of the text it was given as, which -w goes by: 007
// asks for three digits.
type number struct {
	value int64
	width int // bytes
}

func parseNumber(text string) (number, bool) {
	text = strings.TrimLeft(text, " \t\n\v\f\r+")
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value == 0 && text[0] == '-' { // the real one counts from a floating "-0"
		return number{}, false
	}
	return number{value, len(text)}, true
}

// count prints the numbers from first to last, step apart, each filled with
// zeros to width.
func count(first, step, last int64, separator string, width int, out *output) int {
	if step > 0 && first > last || step < 0 && first < last {
		return 0
	}
	// Unsigned arithmetic, which wraps, keeps differences over 63 bits right.
	span, stride := uint64(last)-uint64(first), uint64(step)
	if step < 0 {
		span, stride = -span, -stride
	}
	steps := span / stride
	// Each step takes a number and a separator, so that a hopeless order is
	// refused before any of it is made.
	if shortest := max(width, 1) + len(separator); steps > uint64(MaxOutput/shortest) {
		return out.failf(1, "seq: from %d to %d is over the limit of %d bytes", first, last, MaxOutput)
	}
	scratch := make([]byte, 0, 20) // as long as the longest number
	for value := first; ; value += step {
		text := strconv.AppendInt(scratch, value, 10)
		if zeros := width - len(text); zeros > 0 {
			if value < 0 {
				out.printByte('-')
				text = text[1:]
			}
			out.fill('0', zeros)
		}
		out.write(text)
		if steps == 0 || out.full {
			break
		}
		out.print(separator)
		steps--
	}
	out.printByte('\n')
	return 0
}
