//go:build js && wasm

// Command wasm is the page's engine as WebAssembly: see worker.js.
package main

import (
	"context"
	"runtime/debug"
	"syscall/js"

	"stickydemo/demos/view/web"
)

func main() {
	debug.SetGCPercent(400) // the heap is small, and a page can spare the memory
	js.Global().Set("stickydemo", js.FuncOf(func(_ js.Value, args []js.Value) any {
		r := web.Do(context.Background(), args[0].String(), []byte(args[1].String()))
		body := js.Global().Get("Uint8Array").New(len(r.Body))
		js.CopyBytesToJS(body, r.Body)
		return map[string]any{"status": r.Status, "type": r.Type, "name": r.Name, "body": body}
	}))
	select {} // for as long as the worker lives
}
