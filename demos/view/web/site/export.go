package site

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stickydemo/demos/view/web/page"
	"stickydemo/lessons"
)

// Names of an exported page's engine.
const (
	engineFile = "stickydemo.wasm"
	loaderFile = "wasm_exec.js"
	licence    = "wasm_exec.LICENSE.txt"
)

// ErrNoEngine says that there is nothing that could be exported as the engine.
var ErrNoEngine = fmt.Errorf("there is no engine to export: run this in stickydemo's own checkout, where go can build it")

// DirError says why a folder cannot be written.
type DirError struct {
	Dir    string
	Reason error
}

func (e *DirError) Error() string { return fmt.Sprintf("cannot export to %s: %v", e.Dir, e.Reason) }
func (e *DirError) Unwrap() error { return e.Reason }

// Export writes the page as files that any file server can serve, under any
// path, into a folder that is new or empty. It is there whole or not at all.
func Export(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return &DirError{dir, err}
	}
	if err := free(dir); err != nil {
		return &DirError{dir, err}
	}
	half, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".*")
	if err != nil {
		return &DirError{dir, err}
	}
	defer os.RemoveAll(half) // gone by then, if all went well
	engine, err := engineFiles(ctx)
	if err != nil {
		return err
	}
	files, err := pageFiles()
	if err != nil {
		return err
	}
	for name, data := range engine {
		files[name] = data
	}
	for name, data := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(half, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return &DirError{dir, err}
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return &DirError{dir, err}
		}
	}
	if err := os.Chmod(half, 0o755); err != nil {
		return &DirError{dir, err}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty
		return &DirError{dir, err}
	}
	if err := os.Rename(half, dir); err != nil {
		return &DirError{dir, err}
	}
	return nil
}

// free returns why a folder cannot become the page.
func free(dir string) error {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(list) > 0:
		return fmt.Errorf("it is not empty")
	}
	return nil
}

// pageFiles are the exported page's files but the engine, by their names.
func pageFiles() (map[string][]byte, error) {
	names := []string{Stylesheet}
	err := fs.WalkDir(page.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	figures, err := fs.Glob(lessons.Files, "figures/*")
	if err != nil {
		return nil, err
	}
	for _, figure := range figures {
		names = append(names, "lesson/"+figure)
	}
	for _, l := range lessons.All() {
		for _, in := range lessons.Languages {
			names = append(names, LessonFile(l, in))
		}
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = readFile(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	files["index.html"], err = local(files["index.html"])
	return files, err
}

// local is the page's index for a server that knows nothing of the page: it says
// where the engine is, and brings the policy along.
func local(index []byte) ([]byte, error) {
	const head = "<head>\n"
	policy, _, _ := strings.Cut(Policy, "; frame-ancestors") // which a page cannot say of itself
	said := fmt.Sprintf("%s<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n<meta name=\"engine\" content=\"wasm\">\n", head, html.EscapeString(policy))
	if bytes.Count(index, []byte(head)) != 1 {
		return nil, fmt.Errorf("index.html has not one %q", head)
	}
	return bytes.Replace(index, []byte(head), []byte(said), 1), nil
}

// wasmPackage is the engine's.
const wasmPackage = "stickydemo/demos/view/web/wasm"

// engineFiles returns the engine and what loads it: those that this program was
// built with, or else such as go builds from the checkout that it is run in.
func engineFiles(ctx context.Context) (map[string][]byte, error) {
	if built != nil {
		return together(built.ReadFile)
	}
	dir, err := os.MkdirTemp("", "stickydemo-wasm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	root, err := goCommand(ctx, dir, "env", "GOROOT")
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	if _, err := goCommand(ctx, dir, "list", wasmPackage); err != nil {
		return nil, cmp.Or(ctx.Err(), fmt.Errorf("%w (%w)", ErrNoEngine, err))
	}
	if _, err := goCommand(ctx, dir, "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, engineFile), wasmPackage); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return together(func(name string) ([]byte, error) {
		switch name {
		case loaderFile:
			return os.ReadFile(filepath.Join(root, "lib", "wasm", name))
		case licence:
			data, err := os.ReadFile(filepath.Join(root, "LICENSE"))
			if errors.Is(err, fs.ErrNotExist) { // some distributions keep it elsewhere
				return fmt.Appendf(nil, "wasm_exec.js is a part of Go, under the licence at https://go.dev/LICENSE\n"), nil
			}
			return data, err
		}
		return os.ReadFile(filepath.Join(dir, name))
	})
}

func together(from func(name string) ([]byte, error)) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{engineFile, loaderFile, licence} {
		data, err := from(name)
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrNoEngine, err)
		}
		files[name] = data
	}
	return files, nil
}

// goCommand runs go for the engine's platform and returns what it prints. Its own
// files are in dir: where it is interrupted it waits for its compilers, is killed
// for that, and leaves them.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOTMPDIR="+dir)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // what it can, it ends
	command.WaitDelay = 500 * time.Millisecond
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%w (%w)", ErrNoEngine, err)
	}
	if err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, first)
	}
	return strings.TrimSpace(string(out)), nil
}
