package shell

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// wantOneLine checks that stderr is one printable line of bounded length.
func wantOneLine(t *testing.T, stderr []byte) {
	t.Helper()
	line, ok := bytes.CutSuffix(stderr, []byte("\n"))
	if !ok || len(line) == 0 || len(line) > 500 {
		t.Errorf("got %q on standard error, want one line of at most 500 bytes", stderr)
	}
	wantPrintable(t, line)
}

func wantPrintable(t *testing.T, text []byte) {
	t.Helper()
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.Valid(text) || bytes.ContainsFunc(text, unprintable) {
		t.Errorf("got %q, want printable text", text)
	}
}

func TestBuiltinAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		command string
		stdout  string
		status  int
	}{
		{"no command prints nothing, as in sh", "", "", 0},
		{"two commands answer one after the other", "printf abc; echo", "abc\n", 0},
		{"the last command gives the status", "false; true", "", 0},
		{"a failure does not stop the next", "false; echo on; false", "on\n", 1},
		{"the smallest answer is none", "true", "", 0},
		{"2 characters in 6 bytes", "hello-zh", "\xe4\xbd\xa0\xe5\xa5\xbd\n", 0},
		{"numbered rows, the last one cut", "bytes 40", "00000000 AAAAAA\n00000016 BBBBBB\n00000032", 0},
		{"no bytes at all", "bytes 0", "", 0},
		{"the headline command", "seq 1 3", "1\n2\n3\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Builtin(tt.command)
			if string(got.Stdout) != tt.stdout || len(got.Stderr) > 0 || got.Status != tt.status {
				t.Errorf("Builtin(%q): got %q, %q, status %d, want %q, nothing, status %d",
					tt.command, got.Stdout, got.Stderr, got.Status, tt.stdout, tt.status)
			}
		})
	}
}

// TestHeadlineAnswer pins the size that the measurements of the seeds quote.
func TestHeadlineAnswer(t *testing.T) {
	if got := len(Builtin("seq 1 2000").Stdout); got != 8893 {
		t.Errorf("seq 1 2000: got %d bytes, want 8893", got)
	}
}

func TestBuiltinErrorsAreOneLine(t *testing.T) {
	for _, tt := range []struct {
		name     string
		command  string
		status   int
		contains string
	}{
		{"half a command names itself and what there is", "ec", 127, `unknown command "ec"; there are echo, printf, seq,`},
		{"an empty name", "''", 127, `unknown command ""`},
		{"bytes that are not text", "\xff\x01\x1b[2J", 2, "no ["},
		{"bytes that are not text, as a name", "\xff\x01\x1b", 127, `"\xff\x01\x1b"`},
		{"a long name is cut, between characters", strings.Repeat("你", 1e5), 127, "你\"..."},
		{"standard error only", "fail", 1, "standard error"},
		{"a text that takes no arguments", "ipconfig /all", 1, `"/all"`},
		{"a failure that takes none either", "fail x", 1, `"x"`},
		{"seq without numbers", "seq", 1, "got 0"},
		{"seq with too many", "seq 1 2 3 4", 1, "got 4"},
		{"seq of fractions", "seq 0.5", 1, `"0.5" is not a whole number`},
		{"seq over 63 bits", "seq 9223372036854775808", 1, "9223372036854775807"},
		{"seq in no steps", "seq 1 0 2", 1, `a step of "0"`},
		{"seq with an option that it has not", "seq -f %g 3", 1, `"-f"`},
		{"seq -s without its text", "seq -s", 1, "-s wants"},
		{"bytes without a number", "bytes", 1, "got 0"},
		{"bytes of a word", "bytes ten", 1, `"ten"`},
		{"fewer than no bytes", "bytes -1", 1, `"-1"`},
		{"printf without a format", "printf --", 1, "takes a format"},
		{"printf of a fraction", "printf %5.2f 1", 1, `"%5.2f"`},
		{"printf of half a directive", "printf %-", 1, `"%-"`},
		{"printf with a flag that the directive has not", "printf %010s x", 1, `"%010s"`},
		{"printf \\x without digits", `printf '\xg'`, 1, `\x`},
		{"printf \\u", `printf '\u4f60'`, 1, `\u`},
		{"printf of an endless directive", "printf '%" + strings.Repeat("-", 1e5) + "d' 1 2 3", 1, "the limit of 64"},
		{"an argument without a place is pointed out", "printf '' x", 0, `no place for "x"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Builtin(tt.command)
			if got.Status != tt.status || len(got.Stdout) > 0 {
				t.Errorf("got status %d and %q, want status %d and no output", got.Status, got.Stdout, tt.status)
			}
			wantOneLine(t, got.Stderr)
			if !strings.Contains(string(got.Stderr), tt.contains) {
				t.Errorf("got %q, want a line with %q", got.Stderr, tt.contains)
			}
		})
	}
}

// TestHostileOrdersTakeNoMemory asks for what would fill a disk; each must be
// refused in a line that names the value and the limit, before it is made.
func TestHostileOrdersTakeNoMemory(t *testing.T) {
	for _, tt := range []struct {
		name     string
		command  string
		contains []string
	}{
		{"a long count", "seq 1 999999999999", []string{"999999999999", "16777216"}},
		{"the longest count", "seq -9223372036854775808 9223372036854775807", []string{"9223372036854775807", "16777216"}},
		{"the longest count down", "seq 9223372036854775807 -1 -9223372036854775808", []string{"-9223372036854775808", "16777216"}},
		{"a wide count", "seq -w 1 " + strings.Repeat("0", 9000) + "2000", []string{"2000", "16777216"}},
		{"many bytes", "bytes 99999999999", []string{"99999999999", "16777216"}},
		{"one byte too many", "bytes 16777217", []string{"16777217", "16777216"}},
		{"more bytes than 64 bits count", "bytes 99999999999999999999", []string{"99999999999999999999", "16777216"}},
		{"a wide number", "printf '%999999999d'", []string{"999999999", "16777216"}},
		{"a width over 64 bits", "printf '%99999999999999999999d'", []string{"99999999999999999999", "16777216"}},
		{"a width as an argument", "printf '%*d' 999999999 1", []string{"999999999", "16777216"}},
		{"the same to the left", "printf '%*d' -999999999 1", []string{"-999999999", "16777216"}},
		{"a long precision", "printf '%.999999999d' 1", []string{"999999999", "16777216"}},
		{"a fill beyond what is left", "printf 'a%16777216s'", []string{"a%16777216s", "16777216"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := Builtin(tt.command)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 1<<16 {
				t.Errorf("got %d bytes of memory taken, want at most 64 KiB", took)
			}
			if got.Status != 1 || len(got.Stdout) > 0 {
				t.Errorf("got status %d and %d bytes, want status 1 and none", got.Status, len(got.Stdout))
			}
			wantOneLine(t, got.Stderr)
			for _, want := range tt.contains {
				if !strings.Contains(string(got.Stderr), want) {
					t.Errorf("got %q, want a line with %q", got.Stderr, want)
				}
			}
		})
	}
}

func TestAnAnswerIsWholeOrALine(t *testing.T) {
	if got := len(Builtin("bytes 16777216").Stdout); got != MaxOutput {
		t.Errorf("got %d bytes, want exactly the limit of %d", got, MaxOutput)
	}
	for _, tt := range []struct{ name, command string }{
		{"one byte over, by a second command", "bytes 16777216; echo"},
		{"one byte over, on standard error", "bytes 16777216; fail"},
		{"a count that runs into the limit", "seq 8000000"},
		{"a format used too often", "printf '%9000000s' a b"},
		{"commands after it do not run", "bytes 16777216; bytes 16777216; echo"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Builtin(tt.command)
			if got.Status != 1 || len(got.Stdout) > 0 {
				t.Errorf("got status %d and %d bytes, want status 1 and none", got.Status, len(got.Stdout))
			}
			wantOneLine(t, got.Stderr)
			if want := "over the limit of 16777216 bytes"; !strings.Contains(string(got.Stderr), want) {
				t.Errorf("got %q, want a line with %q", got.Stderr, want)
			}
		})
	}
}

func TestFixedTextsHaveTheSizesThatLessonsNeed(t *testing.T) {
	for _, tt := range []struct {
		command  string
		min, max int // bytes
		reason   string
	}{
		{"tasklist", 2500, 3072, "three reads of 1024 bytes"},
		{"ipconfig", 400, 600, "one read"},
		{"dir", 350, 450, "one read"},
	} {
		got := Builtin(tt.command)
		if n := len(got.Stdout); n < tt.min || n > tt.max || got.Status != 0 {
			t.Errorf("%s: got %d bytes and status %d, want %d to %d (%s) and 0", tt.command, n, got.Status, tt.min, tt.max, tt.reason)
		}
		for line := range strings.Lines(string(got.Stdout)) {
			wantPrintable(t, []byte(strings.TrimSuffix(line, "\n")))
			if tt.command == "tasklist" && line != "\n" && len(line) != 77 {
				t.Errorf("tasklist: got a row of %d bytes, want 76 and a newline: %q", len(line), line)
			}
		}
	}
}

func TestRowsOfBytesSayWhereTheyStand(t *testing.T) {
	got := Builtin("bytes 100000").Stdout
	if len(got) != 100000 {
		t.Fatalf("got %d bytes, want 100000", len(got))
	}
	if want := "\n00099984 JJJJJJ\n"; !bytes.HasSuffix(got, []byte(want)) {
		t.Errorf("got the end %q, want %q", got[len(got)-len(want):], want)
	}
}

func TestCommandsListsWhatRuns(t *testing.T) {
	for _, c := range Commands() {
		if c.Name == "" || c.Help == "" || strings.ContainsAny(c.Args+c.Help, "\n") {
			t.Errorf("got %+v, want a name and one line of help", c)
		}
		if got := Builtin(c.Name); got.Status == 127 {
			t.Errorf("%s: got %q, want a command", c.Name, got.Stderr)
		}
	}
	Commands()[0].Name = "changed"
	if got := Commands()[0].Name; got != "echo" {
		t.Errorf("got %q, want a list of the caller's own", got)
	}
}

func BenchmarkBuiltin(b *testing.B) {
	for _, command := range []string{"echo two", "tasklist", "seq 1 2000", "bytes 65536"} {
		b.Run(command, func(b *testing.B) {
			b.SetBytes(int64(len(Builtin(command).Stdout)))
			b.ReportAllocs()
			for b.Loop() {
				Builtin(command)
			}
		})
	}
}
