package lab

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"
)

const ms = time.Millisecond

// What the model predicts of loopback, case by case.
func TestLinksPredicted(t *testing.T) {
	want := []struct {
		why string
		Crossing
	}{
		{"the body waits for the acknowledgement of the size, which is delayed", Crossing{40 * ms, true, 2}},
		{"nothing waits, and the reader is late", Crossing{0, false, 2}},
		{"nothing small is on its way", Crossing{0, false, 1}},
		{"the client is slower than that", Crossing{60 * ms, false, 2}},
		{"the client is slower than loopback", Crossing{1 * ms, false, 2}},
		{"the client is quicker than the pause", Crossing{20 * ms, true, 2}},
		{"the client is quicker than the pause", Crossing{20 * ms, true, 2}},
		{"the client is slower than the pause", Crossing{30 * ms, false, 2}},
		{"the client is slower than the pause", Crossing{40 * ms, false, 2}},
		{"the acknowledgement takes longer than the pause", Crossing{40 * ms, true, 2}},
		{"a full segment holds no small one back", Crossing{0, false, 2}},
		{"six full ones and the rest", Crossing{0, false, 7}},
		{"two full segments are acknowledged at once", Crossing{0, false, 8}},
	}
	checks, err := PredictLinks()
	if err != nil {
		t.Fatal(err)
	}
	if len(checks) != len(want) {
		t.Fatalf("got %d cases, want %d", len(checks), len(want))
	}
	for i, c := range checks {
		if c.Predicted != want[i].Crossing {
			t.Errorf("case %d, %+v: got %+v, want %+v: %s", i+1, c.LinkCase, c.Predicted, want[i].Crossing, want[i].why)
		}
	}
}

func TestLinkAgrees(t *testing.T) {
	tries := func(list ...Crossing) []Crossing { return list }
	predicted := Crossing{40 * ms, true, 2}
	tests := []struct {
		name     string
		race     bool
		measured []Crossing
		want     bool
	}{
		{"all as predicted", false, tries(predicted, predicted, predicted), true},
		{"one of three as slow as a busy machine", false, tries(Crossing{44 * ms, true, 2}, Crossing{300 * ms, false, 3}, Crossing{48 * ms, true, 2}), true},
		{"just within the tolerance", false, tries(Crossing{40*ms + LinkTolerance, true, 2}), true},
		{"too slow", false, tries(Crossing{41*ms + LinkTolerance, true, 2}), false},
		{"too fast", false, tries(Crossing{39*ms - LinkTolerance, true, 2}), false},
		{"glued, not apart", false, tries(Crossing{40 * ms, false, 2}), false},
		{"glued, where that is a race", true, tries(Crossing{40 * ms, false, 2}), true},
		{"one segment, not two", true, tries(Crossing{40 * ms, true, 1}), false},
	}
	for _, test := range tests {
		c := LinkCheck{LinkCase: LinkCase{Writes: sizeAndBody, Race: test.race}, Predicted: predicted, Measured: test.measured}
		if got := c.Agrees(); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// The model against this machine. Its limits are wider than the command's: a
// machine that runs tests has other things to do.
func TestLinksMeasured(t *testing.T) {
	switch {
	case runtime.GOOS != "linux":
		t.Skip("only Linux tells how many segments have left a socket")
	case os.Getenv("STICKYDEMO_CI") == "":
		t.Skip("a busy machine measures nothing: STICKYDEMO_CI=1 has it measure")
	case testing.Short():
		t.Skip("once is enough: measured without -short")
	}
	checks, err := CheckLinks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		least, most := c.Predicted.Took-10*ms, c.Predicted.Took+15*ms
		if c.Predicted.Took >= 40*ms {
			most = 120 * ms
		}
		got := c.Median()
		if got.Took < least || got.Took > most || got.Segments != c.Predicted.Segments || !c.Race && got.Apart != c.Predicted.Apart {
			t.Errorf("%+v: got %+v, want %+v in %s to %s; measured %+v", c.LinkCase, got, c.Predicted, least, most, c.Measured)
		}
	}
}

// A check that is interrupted ends at once, and says why.
func TestCheckLinksInterrupted(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux gets as far as that")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if checks, err := CheckLinks(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %d checks, %v, want context.Canceled", len(checks), err)
	}
}
