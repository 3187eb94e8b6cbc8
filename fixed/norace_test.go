//go:build !race

package fixed_test

const raced = false
