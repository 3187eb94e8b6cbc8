package picture

import (
	"slices"
	"testing"
)

func TestAlign(t *testing.T) {
	for _, c := range []struct {
		name, left, right string
		want              []Pair
	}{
		{"equal sources pair all through", "a\nb", "a\nb", []Pair{
			{0, 0, "a", "a", true}, {1, 1, "b", "b", true}}},
		{"a changed line stands beside its partner", "aa\nbb\ncc", "aa\nxx\ncc", []Pair{
			{0, 0, "aa", "aa", true}, {1, 1, "bb", "xx", false}, {2, 2, "cc", "cc", true}}},
		{"a new line has no partner", "aa\ncc", "aa\nbb\ncc", []Pair{
			{0, 0, "aa", "aa", true}, {-1, 1, "", "bb", false}, {1, 2, "cc", "cc", true}}},
		{"a line that is gone neither", "aa\nbb", "bb", []Pair{
			{0, -1, "aa", "", false}, {1, 0, "bb", "bb", true}}},
		{"one line of words is worth more than two braces", "return\n}\n}", "}\n}\nreturn", []Pair{
			{-1, 0, "", "}", false}, {-1, 1, "", "}", false}, {0, 2, "return", "return", true}, {1, -1, "}", "", false}, {2, -1, "}", "", false}}},
	} {
		if got := Align(c.left, c.right); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSourceHasNoTabs(t *testing.T) {
	got := source("\tx := 1\t// y\r\nab\tc\x1b\n")
	want := []string{"    x := 1  // y", `ab  c\x1b`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
