package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// requests are answered alike behind HTTP and as WebAssembly.
var requests = []struct{ operation, request string }{
	{"catalogue", `{}`},
	{"catalogue", `{"lang":"zh"}`},
	{"run", `{"stage":"stage0"}`},
	{"run", `{"stage":"stage1","lang":"zh","width":640}`},
	{"run", `{"stage":"stage2","variant":"nopause","at":5}`},
	{"run", `{"stage":"stage4","plan":"wan;down:cut=2"}`},
	{"run", `{"stage":"stage5","plan":"random=3","commands":["bytes 8893"]}`},
	{"run", `{"stage":"stage6"}`},
	{"run", `{"stage":"stage9"}`},
	{"run", `{"stage":"stage4","plan":"cut=x"}`},
	{"run", `{"stage":"\ud800"}`},
	{"fatal", `{"stage":"stage4","side":"naive"}`},
	{"difference", `{"stage":"stage4"}`},
	{"belief", `{"name":"sleep","lang":"zh"}`},
	{"belief", `{"name":"udp"}`},
	{"svg", `{"stage":"stage4","theme":"dark"}`},
	{"pcap", `{"stage":"stage4"}`},
	{"nothing", `{}`},
}

// ask.js asks the engine in Node, as worker.js does in a browser.
const askJS = `
const fs = require("fs"), path = require("path");
const dir = process.argv[2];
globalThis.require = require; globalThis.fs = fs; globalThis.path = path;
require(path.join(dir, "wasm_exec.js"));
const go = new Go();
WebAssembly.instantiate(fs.readFileSync(path.join(dir, "stickydemo.wasm")), go.importObject).then(({ instance }) => {
	go.run(instance);
	const answers = JSON.parse(fs.readFileSync(0, "utf8")).map(({ operation, request }) => {
		const a = stickydemo(operation, request);
		return { status: a.status, type: a.type, name: a.name, body: Buffer.from(a.body).toString("base64") };
	});
	process.stdout.write(JSON.stringify(answers), () => process.exit(0));
});
`

// The exported page has all of its files, an engine that is small enough, and the
// very same answers.
func TestExport(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the engine")
	}
	dir := filepath.Join(t.TempDir(), "page")
	if err := Export(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil || !bytes.Contains(index, []byte(`<meta name="engine" content="wasm">`)) || !bytes.Contains(index, []byte(`http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;`)) {
		t.Errorf("index.html: %v, %.400s", err, index)
	}
	engine, err := os.ReadFile(filepath.Join(dir, engineFile))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	w, _ := gzip.NewWriterLevel(&small, gzip.BestCompression)
	w.Write(engine)
	w.Close()
	if n := len(engine); n > 8<<20 {
		t.Errorf("the engine has %d bytes, over 8 MiB", n)
	}
	if n := small.Len(); n > 5<<19 {
		t.Errorf("the engine has %d bytes, gzipped, over 2.5 MiB", n)
	}
	for _, name := range []string{"worker.js", "page.css", Stylesheet, loaderFile, licence, "lesson/4.zh.json", "lesson/figures/04-structheader.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	var refused *DirError
	if err := Export(t.Context(), dir); !errors.As(err, &refused) {
		t.Errorf("to a folder that is not empty: got %v", err)
	}

	t.Run("answers", func(t *testing.T) {
		if _, err := exec.LookPath("node"); err != nil {
			if os.Getenv("STICKYDEMO_CI") != "" {
				t.Fatal(err)
			}
			t.Skip("needs node")
		}
		script := filepath.Join(t.TempDir(), "ask.js")
		if err := os.WriteFile(script, []byte(askJS), 0o644); err != nil {
			t.Fatal(err)
		}
		type question struct {
			Operation string `json:"operation"`
			Request   string `json:"request"`
		}
		var list []question
		for _, r := range requests {
			list = append(list, question{r.operation, r.request})
		}
		text, _ := json.Marshal(list)
		node := exec.CommandContext(t.Context(), "node", "--stack-size=8192", script, dir)
		node.Stdin = bytes.NewReader(text)
		var stderr strings.Builder
		node.Stderr = &stderr
		out, err := node.Output()
		var answers []struct {
			Status     int
			Type, Name string
			Body       []byte
		}
		if err == nil {
			err = json.Unmarshal(out, &answers)
		}
		if err != nil || len(answers) != len(requests) {
			t.Fatalf("%d answers, %v: %s", len(answers), err, stderr.String())
		}
		version := []byte(`"version":"`)
		for i, got := range answers {
			want := do(t.Context(), requests[i].operation, []byte(requests[i].request))
			if requests[i].operation == "catalogue" { // two programs may be of two versions
				got.Body, want.Body = got.Body[:bytes.LastIndex(got.Body, version)], want.Body[:bytes.LastIndex(want.Body, version)]
			}
			if got.Status != want.Status || got.Type != want.Type || got.Name != want.Name || !bytes.Equal(got.Body, want.Body) {
				t.Errorf("%s %s: got %d, %.200s, want %d, %.200s", requests[i].operation, requests[i].request, got.Status, got.Body, want.Status, want.Body)
			}
		}
	})
}

// Who is interrupted leaves nothing.
func TestInterruptedExport(t *testing.T) {
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Export(ctx, filepath.Join(parent, "page")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("%v, %v are left", left, err)
	}
}
