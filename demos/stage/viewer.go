package stage

import (
	"io"
	"slices"
	"time"

	"stickydemo/demos/shell"
	"stickydemo/fixed/streaming"
)

// screens is how many chunks of a command without end a viewer looks at.
const screens = 3

// viewer is a client that stops a command without end.
type viewer struct{ *streaming.Client }

func (v viewer) Call(command string) (answer []byte, err error) {
	if !shell.Endless(command) {
		return v.Client.Call(command)
	}
	seen := 0
	_, err = v.Stream(command, func(stream int, chunk []byte) bool {
		if stream == streaming.Stdout {
			answer = append(answer, chunk...)
		}
		seen++
		return seen < screens
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// firstScreens is what a viewer sees of a command without end.
func firstScreens(command string) (answer []byte) {
	seen := 0
	see := func(p []byte, keep bool) error {
		for part := range slices.Chunk(p, streaming.MaxChunk) {
			if keep {
				answer = append(answer, part...)
			}
			if seen++; seen >= screens {
				return io.ErrClosedPipe
			}
		}
		return nil
	}
	shell.Stream(command,
		writer(func(p []byte) error { return see(p, true) }),
		writer(func(p []byte) error { return see(p, false) }),
		func(time.Duration) {})
	return answer
}

// writer is a function that takes all that is written, or returns why not.
type writer func(p []byte) error

func (w writer) Write(p []byte) (int, error) { return len(p), w(p) }
