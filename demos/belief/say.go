package belief

import "fmt"

// hex says bytes as people write them in a dump.
func hex(data string) string { return fmt.Sprintf("% x", data) }

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
