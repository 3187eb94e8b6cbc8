package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors is the house from the roof down: a package imports from lower floors
// alone.
var floors = []string{
	"demos/stickydemo",
	"demos/view/web/site",
	"demos/view/web/page",
	"demos/view/web/wasm",
	"demos/view/web",
	"demos/view/svg",
	"demos/view/pager",
	"demos/view/step",
	"demos/view/screen",
	"demos/view/markdown",
	"demos/view/term",
	"demos/view/say",
	"demos/view/picture",
	"demos/trial",
	"demos/belief",
	"demos/lab",
	"demos/stage",
	"demos/shell",
	"demos/words",
	"lessons",
	"naive", "fixed",
	"netsim/cuttest",
	"netsim/search",
	"netsim/relay",
	"netsim/pcap",
	"netsim",
	"netsim/trace",
}

// standardOnly are the packages that anybody may copy or use without a thought.
var standardOnly = []string{"netsim", "netsim/trace", "naive", "fixed", "lessons"}

func TestArrowsRunDown(t *testing.T) {
	floor := func(path string) int {
		at := slices.Index(floors, path)
		if at < 0 { // naive/structheader lives on the floor of naive
			at = slices.Index(floors, strings.Split(path, "/")[0])
		}
		return at
	}
	for _, p := range listPackages(t) {
		path := strings.TrimPrefix(p.ImportPath, "stickydemo/")
		at := floor(path)
		if at < 0 {
			t.Errorf("%s stands on no floor: add it to the list and to CONTRIBUTING.md", path)
			continue
		}
		for _, imported := range p.Imports {
			own, isOwn := strings.CutPrefix(imported, "stickydemo/")
			switch {
			case isOwn && floor(own) <= at:
				t.Errorf("%s imports %s, which does not stand below it", path, own)
			case !isOwn && strings.Contains(strings.Split(imported, "/")[0], ".") && slices.Contains(standardOnly, floors[at]):
				t.Errorf("%s imports %s, and may import the standard library alone", path, imported)
			}
		}
	}
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "stickydemo/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	for decode := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := decode.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// A stage file is read on a projector: it fits. The one named for its package
// is the lesson, and says where it is wrong or repaired; beside it stands what
// would distract from that.
func TestStageFilesAreShort(t *testing.T) {
	marks := map[string]string{"naive": "// BUG:", "fixed": "// FIX:"}
	for side, mark := range marks {
		files, err := filepath.Glob("../../" + side + "/*/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(string(text), "\n"); lines >= 80 {
				t.Errorf("%s has %d lines, want under 80", name, lines)
			}
			lesson := filepath.Base(name) == filepath.Base(filepath.Dir(name))+".go"
			if lesson && !strings.Contains(string(text), mark) {
				t.Errorf("%s has no %q", name, mark)
			}
		}
	}
}

// TestNetsimFromAnotherModule runs README's require and replace lines.
func TestNetsimFromAnotherModule(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(readme)) {
		if strings.HasPrefix(line, "require stickydemo ") || strings.HasPrefix(line, "replace stickydemo ") {
			lines = append(lines, strings.Replace(line, "../stickydemo", root, 1))
		}
	}
	if len(lines) != 2 {
		t.Fatalf("README has %d require and replace lines, want 2", len(lines))
	}
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module example.org/other\n\ngo 1.25.0\n\n" + strings.Join(lines, ""),
		"pipe_test.go": `package other

import (
	"testing"

	"stickydemo/netsim"
)

func TestDrip(t *testing.T) {
	client, server := netsim.Pipe(netsim.MustParsePlan("drip"))
	go client.Write([]byte("ab"))
	if n, err := server.Read(make([]byte, 2)); n != 1 || err != nil {
		t.Fatalf("got %d bytes, %v, want 1", n, err)
	}
}
`,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	test := exec.Command("go", "test", "./...")
	test.Dir = dir
	test.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off")
	if out, err := test.CombinedOutput(); err != nil {
		t.Errorf("go test: %v\n%s", err, out)
	}
}
