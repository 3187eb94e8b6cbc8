package lab

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage wait: these tests make much of it and keep little, and
// collecting it is a fifth of their time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
