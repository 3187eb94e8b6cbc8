package cuttest

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// row is a line of a report.
func row(label, text string) string { return fmt.Sprintf("%-7s %s\n", label, text) }

// show is a value on one line.
func show(v any) string {
	switch v := v.(type) {
	case string, []byte, []string, [][]byte:
		return oneLine(fmt.Sprintf("%q", v))
	}
	return oneLine(fmt.Sprintf("%+v", v))
}

func oneLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(text)
}

// difference is two outcomes, each on a line.
func difference(a, b outcome) (string, string) {
	ta, tb := a.String(), b.String()
	if ta == tb { // types differ, or what pointers point to
		ta += fmt.Sprintf(" (%#v)", a.value)
		tb += fmt.Sprintf(" (%#v)", b.value)
	}
	return part(ta, tb)
}

// part shortens two texts to what surrounds the place where they part.
func part(a, b string) (string, string) {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	return shorten(a, same), shorten(b, same)
}

func (o outcome) String() string { return o.with(show(o.value)) }

// with is the outcome's text with that of its value given.
func (o outcome) with(value string) string {
	switch {
	case o.fault != "":
		return o.fault
	case o.err != nil && o.value == nil:
		return fmt.Sprintf("error %q", o.err)
	case o.err != nil:
		return fmt.Sprintf("%s, error %q", value, o.err)
	}
	return value
}

// shorten leaves of a text what surrounds an offset.
func shorten(text string, at int) string {
	const before, most = 40, 160
	if len(text) <= most {
		return text
	}
	start := max(at-before, 0)
	end := min(start+most, len(text))
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	short := text[start:end]
	if start > 0 {
		short = "…" + short
	}
	if end < len(text) {
		short += "…"
	}
	return short
}

// around shows the bytes on both sides of an offset, in hex and as text.
func around(stream []byte, at int) string {
	const most = 8 // bytes on each side
	at = min(at, len(stream))
	left, right := stream[max(at-most, 0):at], stream[at:min(at+most, len(stream))]
	return strings.TrimSpace(fmt.Sprintf("% x | % x", left, right)) + "   " +
		strconv.QuoteToASCII(string(left)) + " | " + strconv.QuoteToASCII(string(right))
}

// cutRows shows the bytes around the first of some cuts.
func cutRows(label string, stream []byte, cuts []int) string {
	const most = 4
	rows := ""
	for i, at := range cuts {
		if i == most {
			return rows + row("", fmt.Sprintf("and %s cuts more", grouped(big.NewInt(int64(len(cuts)-most)))))
		}
		rows += row(fmt.Sprintf("%s %d", label, at), around(stream, at))
	}
	return rows
}

// ranges writes ascending numbers with 3-5 for 3, 4, 5.
func ranges(numbers []int) string {
	const most = 12
	var parts []string
	for i := 0; i < len(numbers); {
		if len(parts) == most {
			parts = append(parts, "…")
			break
		}
		last := i
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		part := strconv.Itoa(numbers[i])
		if last > i {
			part += "-" + strconv.Itoa(numbers[last])
		}
		parts = append(parts, part)
		i = last + 1
	}
	return strings.Join(parts, ", ")
}

// grouped writes a number with a comma between each three digits.
func grouped(n *big.Int) string {
	digits := []byte(n.String())
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = slices.Insert(digits, i, ',')
	}
	return string(digits)
}
