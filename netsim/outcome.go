package netsim

import (
	"fmt"
	"strings"
	"time"

	"stickydemo/netsim/trace"
)

// Wait says what one task was blocked on when a run ended badly.
type Wait struct {
	Task   string          `json:"task"`
	On     string          `json:"on"` // read, write, sleep, accept, tasks, receive
	Conn   int             `json:"conn,omitempty"`
	Dir    trace.Direction `json:"dir,omitempty"`
	Offset int             `json:"offset"` // where the read or write would go on
}

func (w Wait) String() string {
	switch w.On {
	case "read", "write":
		return fmt.Sprintf("%s waits to %s %s at offset %d of connection %d", w.Task, w.On, w.Dir, w.Offset, w.Conn)
	case "sleep":
		return w.Task + " sleeps"
	case "tasks":
		return w.Task + " waits for its tasks"
	}
	return w.Task + " waits to " + w.On
}

type waits []Wait

func (ws waits) String() string {
	var parts []string
	for _, w := range ws {
		parts = append(parts, w.String())
	}
	return strings.Join(parts, "; ")
}

// HangError ends a run in which every task is blocked and nothing can ever
// arrive.
type HangError struct {
	Waits []Wait // in the order in which the tasks were started
}

func (e *HangError) Error() string {
	return "hang: " + waits(e.Waits).String() + "; nothing is on its way"
}

// LateError ends a run that is not over at the limit of virtual time.
type LateError struct {
	Limit time.Duration
	Waits []Wait
}

func (e *LateError) Error() string {
	return fmt.Sprintf("late: not over after %s of virtual time: %s", e.Limit, waits(e.Waits))
}

// SpinError ends a run in which one task after the other called without a byte
// or any time having moved, or tasks went on sending to each other for ever
// without any time having moved.
type SpinError struct {
	Task  string // that made the last call
	Calls int    // in a row that moved nothing, or, if Moved, turns in one instant
	Moved bool   // bytes did move
}

func (e *SpinError) Error() string {
	if e.Moved {
		return fmt.Sprintf("spin: %s and others took %d turns in one instant: bytes move, and time does not", e.Task, e.Calls)
	}
	return fmt.Sprintf("spin: %s and nothing else: %d calls in a row moved no byte and no time", e.Task, e.Calls)
}

// PanicError ends a run in which a task panicked.
type PanicError struct {
	Task  string
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic in %s: %v", e.Task, e.Value) }
