//go:build !race

package search_test

const scale = 1
