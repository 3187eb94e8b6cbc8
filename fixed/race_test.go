//go:build race

package fixed_test

// raced says that the race detector makes everything ten to fifty times slower.
const raced = true
