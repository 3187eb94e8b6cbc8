package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestDocuments runs every console block of the documents, and compares what it
// prints with what stands there, and the figures that it draws with those of
// lessons/figures. A block is one command or more, each behind "$ " and perhaps
// on several lines, followed by its output.
func TestDocuments(t *testing.T) {
	t.Parallel()
	needsShell(t)
	if testing.Short() {
		t.Skip("what documents show is shown without -short")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	drawn := map[string]string{} // by figure: the document that draws it
	all := documents(t, root)
	whole := 0 // documents of which every command was run
	t.Run("run", func(t *testing.T) {
		for _, name := range all {
			t.Run(filepath.Base(name), func(t *testing.T) {
				t.Parallel()
				old, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				got, files, ran := runBlocks(t, string(old))
				shows(t, name, old, []byte(got))
				mu.Lock()
				defer mu.Unlock()
				if ran {
					whole++
				}
				for file, f := range files {
					if filepath.Ext(file) != ".svg" {
						continue
					}
					if other := drawn[file]; other != "" {
						t.Errorf("%s: %s draws it, too", file, other)
					}
					drawn[file] = filepath.Base(name)
					figure := filepath.Join(root, "lessons/figures", file)
					old, err := os.ReadFile(figure)
					if err != nil && !*update {
						t.Error(err)
						continue
					}
					shows(t, figure, old, f.content)
				}
			})
		}
	})
	figures, err := filepath.Glob(filepath.Join(root, "lessons/figures/*.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range figures {
		if whole == len(all) && drawn[filepath.Base(name)] == "" {
			t.Errorf("%s: no document draws it", name)
		}
	}
}

// documents returns the files whose blocks are run.
func documents(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "lessons/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, names...)
	}
	return all
}

// shows fails a test unless a file has what a run gives, which -update writes.
func shows(t *testing.T, name string, old, got []byte) {
	t.Helper()
	if bytes.Equal(old, got) {
		return
	}
	if !*update {
		t.Errorf("%s does not show what its commands print; go test ./demos/stickydemo -update rewrites it.\ngot:\n%s", name, got)
	} else if err := os.WriteFile(name, got, 0o644); err != nil {
		t.Fatal(err)
	}
}

// needsShell skips where there is no POSIX shell to type commands into.
func needsShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell: documents are typed into one")
	}
}

// runBlocks returns the document with the output of its console blocks anew, the
// files that they leave, and whether all of them could be run. The blocks of one
// document share a folder, so that one may use what another wrote; it has the
// repository's demos in it.
func runBlocks(t *testing.T, document string) (string, map[string]file, bool) {
	files, ran := map[string]file{}, true
	var out, command strings.Builder
	inside, keep := false, false
	var missing []string // files that a command would have left which was not run
	for line := range strings.Lines(document) {
		begin, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside, keep = line == "```console\n", false
		case inside && (isCommand || command.Len() > 0):
			if !isCommand {
				begin = line
			}
			command.WriteString(begin)
			out.WriteString(line)
			if strings.HasSuffix(begin, "\\\n") {
				continue // it goes on
			}
			reads := func(name string) bool { return strings.Contains(command.String(), name) }
			if keep = slices.ContainsFunc(missing, reads) || !canBeTyped(t, command.String()); keep {
				ran = false
				for _, m := range writes.FindAllStringSubmatch(command.String(), -1) {
					missing = append(missing, m[1])
				}
			} else {
				output, after := typed(t, strings.TrimSpace(command.String()), files)
				out.WriteString(output)
				files = after
			}
			command.Reset()
			continue
		case inside && !keep:
			continue // old output
		}
		out.WriteString(line)
	}
	return out.String(), files, ran
}

// writes finds the files that a command is told to write.
var writes = regexp.MustCompile(`(?: --(?:csv|junit|pcap|save|svg|trace) |>)(\w\S*)`)

// canBeTyped reports whether this machine has what a command needs besides us.
// CI has it all.
func canBeTyped(t *testing.T, command string) bool {
	var lacks string
	if _, err := exec.LookPath("python3"); err != nil && strings.Contains(command, "python3") {
		lacks = "python3"
	}
	if _, err := exec.LookPath("tshark"); err != nil && strings.Contains(command, "tshark") {
		lacks = "tshark"
	}
	if runtime.GOOS != "linux" && strings.Contains(command, "stickydemo trial") {
		lacks = "Linux, to verify cuts"
	}
	if lacks != "" && os.Getenv("STICKYDEMO_CI") != "" {
		t.Fatalf("CI must have %s", lacks)
	} else if lacks != "" {
		t.Logf("not run, for want of %s: %s", lacks, command)
	}
	return lacks == ""
}

// file is one that a command left.
type file struct {
	content []byte
	mode    fs.FileMode
}

// done are the commands that were typed. Documents have many in common: the
// README's are in lessons, a lesson's in its translation.
var done sync.Map // of *deed by the command and the files that it found

type deed struct {
	once   sync.Once
	output string
	files  map[string]file
	err    error
}

// typed returns what a command prints when typed into a shell in a folder with
// these files, with its exit status where that is not 0, and the files that are
// there then. The same command is run once for the same files.
func typed(t *testing.T, command string, files map[string]file) (string, map[string]file) {
	t.Helper()
	entry, _ := done.LoadOrStore(keyOf(command, files), new(deed))
	d := entry.(*deed)
	d.once.Do(func() { d.output, d.files, d.err = typeAnew(t.TempDir(), command, files) })
	if d.err != nil {
		t.Fatal(d.err)
	}
	return d.output, d.files
}

// keyOf tells apart what is typed where.
func keyOf(command string, files map[string]file) string {
	key := sha256.New()
	fmt.Fprintf(key, "%q", command)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(key, "%q %q %v", name, files[name].content, files[name].mode)
	}
	return string(key.Sum(nil))
}

// filtered is a pipe's first command, which prints and does nothing else, whatever
// files there are: documents show many parts of the same output.
type filtered struct {
	once           sync.Once
	stdout, stderr bytes.Buffer
}

var (
	piped  sync.Map // *filtered by the command
	prints = regexp.MustCompile(`^(COLUMNS=\d+ )?stickydemo (belief|cost|diff|lesson|list|matrix|run|search)\b`)
	more   = regexp.MustCompile(`[<>;&]|--merge\b`) // than printing, besides writes
)

func typeAnew(dir, command string, files map[string]file) (string, map[string]file, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", nil, err
	}
	for name, f := range files {
		name = filepath.Join(dir, name)
		folder := filepath.Dir(name)
		if f.mode.IsDir() {
			folder = name
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return "", nil, err
		}
		if f.mode.IsDir() {
			continue
		}
		if err := os.WriteFile(name, f.content, f.mode); err != nil {
			return "", nil, err
		}
	}
	if err := os.Symlink(filepath.Join(root, "demos"), filepath.Join(dir, "demos")); err != nil {
		return "", nil, err
	}
	inShell := func(command string) *exec.Cmd {
		shell := exec.Command("sh", "-c", command)
		shell.Dir = dir
		shell.Env = append(os.Environ(), "NO_COLOR=1", "COLUMNS=80", "LC_ALL=C.UTF-8")
		return shell
	}
	shell, text := inShell(command), ""
	if first, filter, isPipe := strings.Cut(command, " | "); isPipe && prints.MatchString(first) && !more.MatchString(first) && !writes.MatchString(first) {
		entry, _ := piped.LoadOrStore(first, new(filtered))
		from := entry.(*filtered)
		from.once.Do(func() {
			first := inShell(first)
			first.Stdout, first.Stderr = &from.stdout, &from.stderr
			first.Run() // a pipe's status is its last command's
		})
		shell, text = inShell(filter), from.stderr.String()
		shell.Stdin = bytes.NewReader(from.stdout.Bytes())
	}
	output, err := shell.CombinedOutput()
	text += string(output)
	if err != nil {
		text += "[" + err.Error() + "]\n"
	}
	after := map[string]file{}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir || !entry.Type().IsRegular() && !entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		var content []byte
		if !entry.IsDir() {
			content, err = os.ReadFile(path)
		}
		after[filepath.ToSlash(name)] = file{content, info.Mode()}
		return err
	})
	return text, after, err
}

// The blocks of README's part on cuttest stand in that package's example, where
// the compiler and go test hold them to their word.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../netsim/cuttest/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(readme), "\n## Your own tests\n")
	part, _, end := strings.Cut(part, "\n`netsim` stands on the standard library alone.")
	if !found || !end {
		t.Fatal("README has no such part")
	}
	inside := false
	for line := range strings.Lines(part) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside
		case inside && !strings.Contains(string(example), line):
			t.Errorf("%q does not stand in the example", line)
		}
	}
}
