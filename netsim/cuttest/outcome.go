package cuttest

import (
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"stickydemo/netsim"
)

// parser is a parse function on one stream.
type parser struct {
	stream []byte
	parse  func(io.Reader) (any, error)

	uncut outcome // that every other must be the same as
	text  string  // uncut's value when it was new, where later calls may write over it; else ""

	calling bool // a call is under way, under the plan of
	cuts    []int
	eof     bool
}

// outcome is what one call of parse came to.
type outcome struct {
	value any
	err   error
	fault string // why it did not return; "" if it did
}

// call calls parse on the stream, cut. reads is what search wants to know of
// it, kept where watch is set.
func (p *parser) call(cuts []int, eofWithData, watch bool) (o outcome, reads []netsim.Read) {
	p.calling, p.cuts, p.eof = true, cuts, eofWithData
	r := &pieces{stream: p.stream, cuts: cuts, eofWithData: eofWithData, watch: watch}
	o = p.guarded(r)
	p.calling = false // not so where parse ended the goroutine
	return o, r.reads
}

func (p *parser) guarded(r io.Reader) (o outcome) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case idleReads:
			o.fault = "does not return: " + string(v)
		default:
			o.fault = panicText(v)
		}
	}()
	o.value, o.err = p.parse(r)
	return o
}

// panicText is what a panic said, and where. A deferred function calls it.
func panicText(v any) string {
	text := fmt.Sprintf("panic: %v", v)
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	sep := ", at "
	for more, shown := true, 0; more && shown < 3; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.Contains(f.Function, "netsim/cuttest.") || strings.HasPrefix(f.Function, "testing.") {
			break
		}
		if !strings.HasPrefix(f.Function, "runtime.") {
			text += fmt.Sprintf("%s%s:%d", sep, filepath.Base(f.File), f.Line)
			sep, shown = ", called from ", shown+1
		}
	}
	return text
}

// oracle calls parse on the uncut stream, twice, as whatever differs then is
// not for the cuts to answer for. It returns what is wrong with parse.
func (p *parser) oracle() (problem string) {
	p.uncut, _ = p.call(nil, false, false)
	p.text = ""
	if p.uncut.fault != "" {
		return "parse fails on the uncut stream: " + p.uncut.fault
	}
	first := show(p.uncut.value)
	again, _ := p.call(nil, false, false)
	if !p.same(again) {
		a, b := difference(p.uncut, again)
		return "parse does not return the same for the uncut stream twice\n" + row("first", a) + row("then", b)
	}
	if first == show(again.value) && aliased(reflect.ValueOf(p.uncut.value), reflect.ValueOf(again.value), 0) {
		p.text = first
	}
	return ""
}

// same reports whether an outcome is that of the uncut stream.
func (p *parser) same(o outcome) bool {
	switch {
	case o.fault != "" || (o.err == nil) != (p.uncut.err == nil):
		return false
	case o.err != nil && o.err.Error() != p.uncut.err.Error():
		return false
	case p.text != "" && show(o.value) != p.text:
		return false
	}
	return reflect.DeepEqual(o.value, p.uncut.value)
}

// aliased reports whether two values that are deeply equal share memory, as
// those do that a parser returns from one buffer. They would be equal whatever
// became of that buffer.
func aliased(a, b reflect.Value, depth int) bool {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() || depth > 16 {
		return false
	}
	within := func(n int, a, b func(int) reflect.Value) bool {
		for i := range n {
			if aliased(a(i), b(i), depth+1) {
				return true
			}
		}
		return false
	}
	switch a.Kind() {
	case reflect.Pointer:
		return !a.IsNil() && a.Pointer() == b.Pointer() || aliased(a.Elem(), b.Elem(), depth+1)
	case reflect.Interface:
		return aliased(a.Elem(), b.Elem(), depth+1)
	case reflect.Map:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			return true
		}
		for _, key := range a.MapKeys() {
			if aliased(a.MapIndex(key), b.MapIndex(key), depth+1) {
				return true
			}
		}
	case reflect.Slice:
		n := min(a.Len(), b.Len())
		if n > 0 && a.Type().Elem().Size() > 0 && a.Pointer() == b.Pointer() {
			return true
		}
		if k := a.Type().Elem().Kind(); k <= reflect.Complex128 || k == reflect.String {
			return false
		}
		return within(n, a.Index, b.Index)
	case reflect.Array:
		return within(a.Len(), a.Index, b.Index)
	case reflect.Struct:
		return within(a.NumField(), a.Field, b.Field)
	}
	return false
}
