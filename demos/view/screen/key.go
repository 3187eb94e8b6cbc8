package screen

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Key is a key that was pressed: the character that it types, or its name.
type Key string

const (
	Up        Key = "up"
	Down      Key = "down"
	Left      Key = "left"
	Right     Key = "right"
	PageUp    Key = "pageup"
	PageDown  Key = "pagedown"
	Home      Key = "home"
	End       Key = "end"
	Enter     Key = "enter"
	Space     Key = " "
	Backspace Key = "backspace"
	Escape    Key = "escape"
	CtrlC     Key = "ctrl-c"
)

// controls are the keys of one byte that type nothing.
var controls = map[byte]Key{'\r': Enter, '\n': Enter, 0x7f: Backspace, 0x08: Backspace, 0x03: CtrlC}

// sequences are those behind ESC [, without its parameters, or with the one that
// tells keys apart.
var sequences = map[string]Key{
	"A": Up, "B": Down, "C": Right, "D": Left, "H": Home, "F": End,
	"1~": Home, "7~": Home, "4~": End, "8~": End, "5~": PageUp, "6~": PageDown,
}

// patience is how long the bytes of one key may be apart.
const patience = 50 * time.Millisecond

// longest bounds a sequence, in bytes.
const longest = 32

// decoder makes keys of what a terminal sends. It is a stream like any other: a
// read may end within a key, so what is incomplete waits for the next one. Only
// Escape has no end of its own, since every sequence begins like it: there time
// must tell, as it must not in a protocol that one may choose.
type decoder struct{ rest []byte }

// open reports whether a key has begun.
func (d *decoder) open() bool { return len(d.rest) > 0 }

func (d *decoder) feed(p []byte) []Key {
	d.rest = append(d.rest, p...)
	var keys []Key
	for len(d.rest) > 0 {
		key, n := next(d.rest)
		if n == 0 {
			break
		}
		d.rest = d.rest[n:]
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// end returns the key that was incomplete, now that no more of it has come.
func (d *decoder) end() []Key {
	rest := d.rest
	d.rest = nil
	if len(rest) > 0 && rest[0] == 0x1b {
		return []Key{Escape}
	}
	return nil
}

// next returns the first key of p, "" for one that nobody asks for, and its
// length; 0 where more must come.
func next(p []byte) (Key, int) {
	if p[0] == 0x1b {
		return sequence(p)
	}
	if key := controls[p[0]]; key != "" {
		return key, 1
	}
	if !utf8.FullRune(p) {
		return "", 0
	}
	r, n := utf8.DecodeRune(p)
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return "", n
	}
	return Key(p[:n]), n
}

// sequence is next for what begins with ESC (ECMA-48, 5.4).
func sequence(p []byte) (Key, int) {
	switch {
	case len(p) == 1:
		return "", 0
	case p[1] != '[' && p[1] != 'O':
		return Escape, 1
	}
	p = p[:min(len(p), longest)]
	final := slices.IndexFunc(p[2:], func(b byte) bool { return b < ' ' || b >= '@' })
	switch {
	case final < 0 && len(p) < longest:
		return "", 0
	case final < 0:
		return "", len(p)
	}
	n := 2 + final + 1
	if key := sequences[string(p[2:n])]; key != "" {
		return key, n
	}
	if last := string(p[n-1]); last != "~" {
		return sequences[last], n // Ctrl-Up is ESC [ 1 ; 5 A
	}
	return "", n
}
