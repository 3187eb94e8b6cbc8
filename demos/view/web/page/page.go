// Package page is the files that a browser loads.
package page

import "embed"

// Files are all of them, but those that are made: see package site.
//
//go:embed *.html *.css *.js
var Files embed.FS
