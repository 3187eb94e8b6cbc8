package lab_test

import (
	"context"
	"math/big"
	"runtime"
	"slices"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/netsim"
	"stickydemo/netsim/search"
	"stickydemo/netsim/trace"
)

// The figures of facts.md, and brute force beside the count for every program
// and direction where that takes well under a second.
func TestCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute under the race detector")
	}
	facts := []string{"echo ab", "echo abc"}
	known := map[string]int64{"stage4 naive down": 16_128, "stage4 naive up": 16_382, "stage4 fixed down": 0,
		"stage8 naive down": 16_382, "stage8 fixed down": 0}
	var l lab.Lab
	defer l.Close()
	check := func(t *testing.T, spec lab.Spec) {
		subject, shape := lab.Subject(spec), l.Shape(spec)
		for _, dir := range search.Directions {
			n := shape.Of(dir)
			if n > 16 || n > 10 && spec.Variant == "spin" { // whose runs take 10,000 calls each
				continue
			}
			got, err := search.CountWrong(context.Background(), subject, dir, n, runtime.GOMAXPROCS(0), search.Shard{}, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if want := bruteForce(subject, dir, n); got.Wrong.Cmp(want) != 0 {
				t.Errorf("%s: got %s wrong, brute force %s", dir, got.Wrong, want)
			}
			name := spec.Stage.ID + " " + string(spec.Side) + " " + string(dir)
			if want, ok := known[name]; ok && slices.Equal(spec.Commands, facts) && got.Wrong.Int64() != want {
				t.Errorf("%s: got %s wrong, want %d", name, got.Wrong, want)
			}
		}
	}
	for _, commands := range [][]string{facts, {"echo a", "true"}, {"echo"}} {
		naives(t, func(t *testing.T, spec lab.Spec, b *stage.Break) {
			spec.Commands = commands
			check(t, spec)
		})
		for i := range stage.All {
			check(t, lab.Spec{Stage: &stage.All[i], Side: stage.Fixed, Commands: commands})
		}
	}
}

// bruteForce runs every segmentation.
func bruteForce(subject search.Subject, dir trace.Direction, n int) *big.Int {
	r := subject()
	defer r.Close()
	wrong := int64(0)
	for ways := range 1 << max(n-1, 0) {
		var cuts []int
		for place := 1; place < n; place++ {
			if ways>>(place-1)&1 == 1 {
				cuts = append(cuts, place)
			}
		}
		var p netsim.Plan
		if dir == trace.Up {
			p.Up.Cuts = cuts
		} else {
			p.Down.Cuts = cuts
		}
		if o := r.Run(p); o.Broken() {
			wrong++
		}
	}
	return big.NewInt(wrong)
}
