// Package naive holds the source of the naive programs, to be read beside that
// of the fixed ones. The programs themselves are in the packages below.
package naive

import "embed"

// Source is each program as NAME/NAME.go.
//
//go:embed */*.go
var Source embed.FS
