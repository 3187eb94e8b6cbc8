package shell

import (
	"slices"
	"strconv"
)

// blocks prints N bytes in rows of 16, so that a piece of them shows where it
// was cut out: a row is the decimal offset of its first byte, a letter that
// moves on with each row, and a newline. The last row is cut at N.
//
//	00000000 AAAAAA
//	00000016 BBBBBB
func blocks(args []string, out *output) int {
	if len(args) != 1 {
		return out.failf(1, "bytes: takes one number of bytes, got %d arguments", len(args))
	}
	n, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil || n > MaxOutput {
		return out.failf(1, "bytes: %s is not a number of bytes from 0 to the limit of %d", quote(args[0]), MaxOutput)
	}
	size := int(n)
	if !out.fits(size) {
		return 1
	}
	out.stdout = slices.Grow(out.stdout, size)
	row := []byte("00000000 ......\n")
	for at := 0; at < size; at += len(row) {
		for i, rest := 7, at; i >= 0; i, rest = i-1, rest/10 {
			row[i] = byte('0' + rest%10)
		}
		for i := 9; i < 15; i++ {
			row[i] = byte('A' + at/len(row)%26)
		}
		out.stdout = append(out.stdout, row[:min(len(row), size-at)]...)
	}
	return 0
}
