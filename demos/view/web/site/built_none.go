//go:build !embedwasm

package site

import "embed"

var built *embed.FS // none
