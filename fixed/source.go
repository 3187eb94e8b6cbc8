// Package fixed holds the source of the fixed programs, to be read beside that
// of the naive ones. The programs themselves are in the packages below.
package fixed

import "embed"

// Source is each program as NAME/NAME.go.
//
//go:embed */*.go
var Source embed.FS
