//go:build race

package search_test

// scale divides what the slowest tests do: the race detector makes them ten to
// fifty times slower.
const scale = 8
