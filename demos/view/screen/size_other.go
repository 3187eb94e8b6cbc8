//go:build !unix

package screen

import "os"

// sizes says nothing: here the next key finds out.
func sizes() (resized <-chan os.Signal, stop func()) { return nil, func() {} }
