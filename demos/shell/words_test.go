package shell

import (
	"reflect"
	"strings"
	"testing"
)

func TestWordsAreSplitAsShDoes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		command string
		want    [][]string
	}{
		{"nothing is no command", "", nil},
		{"blanks and empty lines are no command", " \t\n\n ", nil},
		{"blanks between words count once", " echo \t one  two ", [][]string{{"echo", "one", "two"}}},
		{"; and a newline end a command", "printf abc; echo\ntrue", [][]string{{"printf", "abc"}, {"echo"}, {"true"}}},
		{"; may come last and stand close", "true;false;", [][]string{{"true"}, {"false"}}},
		{"single quotes keep everything", `'a "b" \n $x;|'`, [][]string{{`a "b" \n $x;|`}}},
		{"double quotes keep all but four escapes", `"a;'b' \n \\ \" \$"`, [][]string{{`a;'b' \n \ " $`}}},
		{"quoted parts join to one word", `a'b'"c"\d`, [][]string{{"abcd"}}},
		{"an empty pair of quotes is a word", `'' "" x`, [][]string{{"", "", "x"}}},
		{"a backslash keeps the next byte", `a\ b \; \\`, [][]string{{"a b", ";", `\`}}},
		{"a backslash before a newline joins lines", "a\\\nb \"c\\\nd\" \\\n e", [][]string{{"ab", "cd", "e"}}},
		{"# and ~ are plain inside a word", "a#b a~ '#' \\~", [][]string{{"a#b", "a~", "#", "~"}}},
		{"text that is not ASCII is a word like any other", "echo 你好\xff", [][]string{{"echo", "你好\xff"}}},
		{"a carriage return is no line end to sh", "true\r\nfalse", [][]string{{"true\r"}, {"false"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := split(tt.command)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("split(%q): got %q, %v, want %q", tt.command, got, err, tt.want)
			}
		})
	}
}

func TestWhatIsNotUnderstoodIsRefusedAndNothingRuns(t *testing.T) {
	for _, tt := range []struct {
		name     string
		command  string
		contains string
	}{
		{"a pipe", "echo before; seq 3 | wc", "no |"},
		{"a redirection out", "echo a >file", "no >"},
		{"a redirection in", "echo <file", "no <"},
		{"a job in the background, and &&", "true && echo", "no &"},
		{"a variable", "echo $HOME", "no $"},
		{"a variable in double quotes", `echo "$HOME"`, "no $"},
		{"a command inside a command", "echo `date`", "no `"},
		{"the same in double quotes", "echo \"`date`\"", "no `"},
		{"a pattern *", "echo *", "no *"},
		{"a pattern ?", "echo a?", "no ?"},
		{"a pattern [", "echo [ab]", "no ["},
		{"a subshell", "(echo)", "no ("},
		{"its end", "echo )", "no )"},
		{"braces, about which shells differ", "echo {a,b}", "no {"},
		{"a comment", "echo a # b", "no #"},
		{"a home directory", "echo ~", "no ~"},
		{"a single quote without its end", "echo 'abc", `no closing ' for "'abc"`},
		{"a double quote without its end", `echo "abc\"`, `no closing " for`},
		{"a backslash at the end", `echo \`, `nothing follows the last \`},
		{"a backslash at the end of an open quote", `echo "\`, "no closing"},
		{"; alone", ";", "no command before ;"},
		{"; twice", "true;;true", "no command before ;"},
		{"a zero byte", "\x00\x00d", `"\x00\x00d"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Builtin(tt.command)
			if got.Status != 2 || len(got.Stdout) > 0 {
				t.Errorf("got status %d and %q, want status 2 and no output", got.Status, got.Stdout)
			}
			wantOneLine(t, got.Stderr)
			if !strings.Contains(string(got.Stderr), tt.contains) {
				t.Errorf("got %q, want a line with %q", got.Stderr, tt.contains)
			}
		})
	}
}
