package belief

import (
	"fmt"
	"strconv"
	"strings"
)

// count says how many there are of what a word names: 1 read, 3 reads.
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return group(n) + " " + word + "s"
}

// group writes a number with commas between the thousands.
func group(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// list says numbers one after the other: 2, 3 and 4.
func list(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, group(n))
	}
	return join(words)
}

func join(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// hex says bytes as people write them in a dump.
func hex(data string) string { return fmt.Sprintf("% x", data) }

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
