package trial

import "crypto/rand"

// newMark returns what stands in the environment of all that a trial starts, and
// so of what that starts, so that a program which leaves its process group is
// found in the end, too.
func newMark() string { return "STICKYDEMO_TRIAL=" + rand.Text() }
