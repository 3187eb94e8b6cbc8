package shell

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// theirs answers by the machine's own programs, called from a real shell so that
// the splitting of words is compared too. It skips where they are not the GNU
// ones.
func theirs(t *testing.T) func(command string) Answer {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skipf("compares with GNU/Linux programs, and this is %s", runtime.GOOS)
	}
	var functions strings.Builder // which hide the commands inside sh itself
	for _, name := range []string{"echo", "printf", "seq"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("compares with GNU programs: %v", err)
		}
		version, _ := exec.Command(path, "--version").Output()
		if !bytes.Contains(version, []byte("GNU coreutils")) {
			t.Skipf("compares with GNU programs, and %s is not one", path)
		}
		functions.WriteString(name + `() { ` + path + ` "$@"; }; `)
	}
	return func(command string) Answer {
		var stdout, stderr bytes.Buffer
		cmd := exec.Command("/bin/sh", "-c", functions.String()+"\n"+command)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return Answer{Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Status: cmd.ProcessState.ExitCode()}
	}
}

func TestAnswersAreThoseOfTheRealPrograms(t *testing.T) {
	gnu := theirs(t)
	for _, tt := range []struct {
		name     string
		commands []string
	}{
		{"echo joins its words by one blank", []string{"echo", "echo two", "echo  a   b", `echo 'a  b' "" c`, "echo -", "echo -- a", `echo 你好 a\ b`}},
		{"echo options are only those in front and known", []string{"echo -n a", "echo -nn a", "echo -n -E a", "echo -nx a", "echo a -n", "echo -neE a", "echo -e", "echo '-n '"}},
		{"echo escapes only after -e", []string{`echo 'a\tb'`, `echo -E 'a\tb'`, `echo -e 'a\tb\a\b\e\f\n\r\v\\'`, `echo -eE '\n'`, `echo -Ee '\n'`}},
		{"echo numbers bytes", []string{`echo -e '\0101\101\1\01011\0\08'`, `echo -e '\x41\x4\xg\x414'`, `echo -e '\0777\777\400'`}},
		{"echo leaves what is no escape", []string{`echo -e '\q\'`, `echo -e '\"\9\8' '\'`, `echo -e '\u4f60'`}},
		{"echo ends at \\c", []string{`echo -e 'a\cb' c`, `echo 'a\cb'`, `echo -ne 'a\cb'; echo d`}},

		{"printf prints a format without a newline", []string{"printf abc", "printf abc; echo", `printf '%%\n'`, `printf ''`, "printf -- -a", "printf -n", "printf -- -- x"}},
		{"printf uses the format again", []string{`printf '%s\n' a b c`, `printf '%s-%s\n' a b c`, `printf '%s %d\n' a`, `printf '%d %s|' 1 a 2`, `printf '\n%%' a`}},
		{"printf fills", []string{`printf '[%5s][%-5s][%.2s][%5.1s][%-5.9s]' abc abc abc abc abc`, `printf '[%3c][%-3c][%c]' abc x y`, `printf '%c'`, `printf '%3c' ''`}},
		{"printf fills numbers", []string{`printf '[%5d][%-5d][%05d][%+d][% d][%+ d][%-05d]' 42 42 42 42 42 42 42`, `printf '[%5d][%-5d][%05d][%+d][% d]' -42 -42 -42 -42 -42`}},
		{"printf with a precision", []string{`printf '[%.3d][%6.3d][%-6.3d][%06.3d][%+.3d]' 7 7 7 7 -7`, `printf '[%.0d][%.d][%5.0d][%.0u][%.0x]' 0 0 0 0 0`, `printf '[%.0o][%#.0o][%#.3o][%#o]' 0 0 8 0`}},
		{"printf in other bases", []string{`printf '%i %u %o %x %X\n' 255 255 255 255 255`, `printf '%#o %#x %#X %#x' 255 255 255 0`, `printf '[%#8x][%-#8x][%#08x][%#.8X]' 255 255 255 255`, `printf '[%#05o][%0#2o]' 8 511`, `printf '%u %x %o' -1 -1 -1`}},
		{"printf takes its sizes from arguments", []string{`printf '[%*d][%-*d][%.*d][%*.*s]' 5 1 5 2 3 3 6 2 abc`, `printf '[%*d]' -5 1`, `printf '[%.*s]' -1 abc`, `printf '[%*d][%.*s]'`}},
		{"printf ignores C's sizes", []string{`printf '%ld %lld %hd %hhx %zu %jd %td' 1 2 3 255 5 6 7`}},
		{"printf reads C's numbers", []string{`printf '%d ' 0x1F 010 -0x10 +7 ' 8' '' 0 00 -0`, `printf '%d ' "'A" '"A' "'a" "'"`, `printf '%u ' "'é"`, `printf '%x' 0XaB`}},
		{"printf goes on after a bad number", []string{`printf '%d|' abc 12x 08 0x 0xg - + '1 ' '  '; echo`, `printf '%s %d\n' a b c 4`}},
		{"printf stops at 64 bits", []string{`printf '%d ' 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809`, `printf '%u ' 18446744073709551615 18446744073709551616 -18446744073709551615 -18446744073709551616`}},
		{"printf escapes in the format", []string{`printf '\a\b\e\f\n\r\t\v\\\"'`, `printf '\101\1011\0101\7\08'`, `printf '\x41\x4g\x414'`, `printf '\q\'`, `printf "\'"`, `printf '\777'`, `printf '\%d\%%' 1`}},
		{"printf %b escapes in the argument", []string{`printf '%b|' 'a\tb' '\0101' '\101' '\01011' '\x41' 'q\q' '\' '%d'`, `printf '%s' 'a\tb'`, `printf '%b'`}},
		{"printf ends at \\c", []string{`printf 'a\cb'`, `printf '%s\c' a b`, `printf '%b%s' 'a\cb' c; echo d`, `printf '%d\c' x`}},
		{"printf stops at a directive that it has not, after what went before", []string{`printf 'a%zb'`, `printf 'ab%'`, `printf '%s%' a`, `printf '%5b' a`, `printf '%.1c' a`, `printf '%#d' 1`, `printf '%0s' a`, `printf '%5%'`, `printf '%b' 'a\xg' b`, `printf`}},

		{"seq counts", []string{"seq 3", "seq 1 2000", "seq 2 5", "seq 1 3 10", "seq 0", "seq 5 5", "seq 5 1", "seq 98 101"}},
		{"seq counts down and below zero", []string{"seq 5 -2 -5", "seq -3", "seq -3 3", "seq -3 -1", "seq 3 -1 1", "seq 1 -1 3", "seq -1 -1 -3"}},
		{"seq separates", []string{"seq -s , 5", "seq -s, 5", "seq -s '' 5", "seq -s ', ' -2 2", "seq -s x 1", "seq -s x 2 1", `seq -s '\n' 2`}},
		{"seq fills", []string{"seq -w 8 11", "seq -w 1 1 3", "seq -w -5 5 10", "seq -w 1 010", "seq -w 001 3", "seq -ws: 9 10", "seq -w -s : 9 10", "seq -w 5 -5 -10"}},
		{"seq reads numbers", []string{"seq 08 +10", "seq -- 2", "seq -- -2 0", "seq ' 3'", "seq -w +1 +10", "seq 0 -1"}},
		{"seq near 63 bits", []string{"seq 9223372036854775805 9223372036854775807", "seq 0 9223372036854775807 9223372036854775807"}},
		{"seq refuses", []string{"seq", "seq x", "seq 1 0 3", "seq 1 2 3 4", "seq -q 3", "seq 1 ''", "seq -s", "seq -"}},

		{"quotes, ; and lines", []string{`echo 'a'"b"\c`, `echo "a\nb\\c\"d"`, "echo a;echo b\necho c", "echo a\\\nb", `echo 'it'\''s'`, "true\n\n", "false;true", "true;false", "echo a#b a~b x=1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, command := range tt.commands {
				got, want := Builtin(command), gnu(command)
				if !bytes.Equal(got.Stdout, want.Stdout) || got.Status != want.Status {
					t.Errorf("%s\n got %q, status %d %s\nwant %q, status %d %s",
						command, got.Stdout, got.Status, got.Stderr, want.Stdout, want.Status, want.Stderr)
				}
				if (len(got.Stderr) == 0) != (len(want.Stderr) == 0) {
					t.Errorf("%s: got %q on standard error, want what says the same as %q", command, got.Stderr, want.Stderr)
				}
			}
		})
	}
}
