package svg

import (
	stdbytes "bytes"
	"fmt"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
	"stickydemo/demos/words"
)

func TestLadderGolden(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	s := stage.Find("stage4")
	for _, c := range []struct {
		name, plan, command string
		side                stage.Side
		options             Options
	}{
		{"wire-nagle.svg", "link:rtt=40ms,nagle=on,delack=40ms", "echo ab", stage.Naive, Options{}},
		{"wire-wan.svg", "wan", "bytes 8893", stage.Fixed, Options{Theme: Light}},
		{"wire-loss-zh.svg", "link:rtt=40ms,mss=1460,loss=20%,seed=5", "bytes 8893", stage.Fixed, Options{Theme: Dark, Lang: words.Chinese}},
		{"wire-window.svg", "link:rtt=10ms,mss=1460,window=1460", "bytes 8893", stage.Fixed, Options{}},
	} {
		r := run(t, &l, s, c.side, "", c.plan, c.command)
		var out stdbytes.Buffer
		if err := Run(&out, r, nil, c.options); err != nil {
			t.Fatal(err)
		}
		golden(t, c.name, out.Bytes())
		check(t, c.name, out.Bytes())
	}
}

// Over many links, no text of a ladder stands over another or beyond the picture.
func TestLadderFits(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	pick := func(n int, list ...string) string { return list[n%len(list)] }
	for n := range 80 {
		plan := fmt.Sprintf("link:rtt=%s,mss=%s,nagle=%s,delack=%s%s%s%s,seed=%d", pick(n, "0s", "1ms", "40ms"), pick(n/3, "1", "7", "536", "1460"),
			pick(n, "on", "off"), pick(n/2, "0s", "40ms", "500ms"), pick(n/4, "", ",rate=64kbit", ",rate=1mbit"), pick(n/5, "", ",window=9", ",window=2k"),
			pick(n/7, "", ",loss=1%", ",loss=40%"), n)
		s := &stage.All[n%6]
		r := run(t, &l, s, stage.Sides[n/2%2], "", plan, pick(n, "echo a", "bytes 3000"), "echo 你好")
		in := words.Langs[n/3%2]
		var out stdbytes.Buffer
		if err := Run(&out, r, nil, Options{Lang: in}); err != nil {
			t.Fatal(err)
		}
		check(t, fmt.Sprintf("%s %s in %s under %s", s.ID, r.Side, in, plan), out.Bytes())
	}
}

// Each segment leaves above where it comes, or beside it; what comes at one end
// stands in the order of its coming, and each end has a row for itself.
func TestLandings(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	for seed := range 60 {
		for _, link := range []string{"rtt=0s,mss=9", "rtt=40ms,mss=1460,nagle=on,delack=40ms", "rtt=7ms,mss=536,rate=1mbit"} {
			r := run(t, &l, stage.Find("stage4"), stage.Naive, "", fmt.Sprintf("link:%s,loss=20%%,seed=%d", link, seed), "bytes 3000", "echo ab")
			rungs := picture.Ladder(picture.Rungs(r, 1), new(picture.Key))
			rows, ends := landings(rungs)
			for i := range rows {
				if i > 0 && rows[i].at < rows[i-1].at {
					t.Errorf("%s: row %d is earlier than the one above", r.Plan, i)
				}
			}
			left, came := map[string]bool{}, map[string]bool{}
			for i, e := range ends {
				if e.came < e.left || rows[e.left].at != rungs[i].Time || rows[e.came].at != rungs[i].Wire.Until {
					t.Errorf("%s: got %+v for %+v", r.Plan, e, rungs[i])
				}
				from, to := fmt.Sprint(rungs[i].Dir, e.left), fmt.Sprint(rungs[i].Dir, e.came)
				if left[from] || came[to] {
					t.Errorf("%s: got two segments in row %d or %d", r.Plan, e.left, e.came)
				}
				left[from], came[to] = true, true
			}
		}
	}
}
