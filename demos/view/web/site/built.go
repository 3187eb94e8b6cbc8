//go:build embedwasm

package site

import "embed"

// Released programs bring the engine along, so that they can export it without
// Go: see CONTRIBUTING.md.
//
//go:generate sh -c "mkdir -p built && GOOS=js GOARCH=wasm go build -trimpath -ldflags='-s -w' -o built/stickydemo.wasm ../wasm && cp $DOLLAR(go env GOROOT)/lib/wasm/wasm_exec.js built/ && cp $DOLLAR(go env GOROOT)/LICENSE built/wasm_exec.LICENSE.txt"
//go:embed built
var folder embed.FS

var built = &files{}

type files struct{}

func (*files) ReadFile(name string) ([]byte, error) { return folder.ReadFile("built/" + name) }
