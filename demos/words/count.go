package words

import (
	"fmt"
	"strconv"
)

// Count is how many there are of what an English word names: 1 read, 1,024
// reads. The word's plural is regular. The catalogue has it as "%s read".
func Count(n int, word string) Phrase { return count{n, Group(n), word} }

// Ungrouped is Count without commas between the thousands.
func Ungrouped(n int, word string) Phrase { return count{n, strconv.Itoa(n), word} }

type count struct {
	n      int
	number string
	word   string
}

// In knows the plural of English. A catalogue has one form for all numbers: a
// language with more would choose among them here.
func (c count) In(l Lang) string {
	if own, ok := catalogues[l]["%s "+c.word]; ok {
		return fmt.Sprintf(own, c.number)
	}
	if c.n == 1 {
		return c.number + " " + c.word
	}
	return c.number + " " + c.word + "s"
}

func (c count) String() string { return c.In(English) }

// List is an enumeration of strings or phrases whose last part stands behind an
// "and": 2, 3 and 4.
func List[T any](parts []T) Phrase {
	var l list
	for _, part := range parts {
		l = append(l, part)
	}
	return l
}

// Numbers is a List of numbers.
func Numbers(numbers []int) Phrase {
	var l list
	for _, n := range numbers {
		l = append(l, Group(n))
	}
	return l
}

type list []any

func (parts list) In(l Lang) string {
	var texts []string
	for _, part := range parts {
		texts = append(texts, fmt.Sprint(l.own(part)))
	}
	last := len(texts) - 1
	if last < 1 {
		return l.Join(texts)
	}
	return l.Sayf("%s and %s", l.Join(texts[:last]), texts[last])
}

func (parts list) String() string { return parts.In(English) }

// Group writes a number with commas between the thousands, as English and
// Chinese both do.
func Group[N int | uint32](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
