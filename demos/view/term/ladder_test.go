package term

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
)

// wires are runs whose links show what they do to bytes.
var wires = []struct {
	name, plan string
	lang       words.Lang
	width      int
	commands   []string
}{
	{"nagle", "link:rtt=40ms,nagle=on,delack=40ms", words.English, 80, []string{"echo ab", "echo abc"}},
	{"nagle-zh", "link:rtt=40ms,nagle=on,delack=40ms", words.Chinese, 40, []string{"echo ab", "echo abc"}},
	{"wan", "wan", words.English, 160, []string{"bytes 8893"}},
	{"loss", "link:rtt=40ms,mss=1460,loss=20%,seed=5", words.English, 40, []string{"bytes 8893"}},
	{"window", "link:rtt=10ms,mss=1460,window=1460", words.English, 80, []string{"bytes 8893"}},
}

func TestWireGolden(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	s := stage.Find("stage4")
	for _, c := range wires {
		naive, fixed := run(t, &l, s, stage.Naive, "", c.plan, c.commands...), run(t, &l, s, stage.Fixed, "", c.plan, c.commands...)
		var out bytes.Buffer
		if err := Run(&out, naive, fixed, Options{Width: c.width, Lang: c.lang}); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("wire-%s-%d.txt", c.name, c.width), out.Bytes())
	}
}

// What is drawn of any link fits, and the columns of a ladder stand still.
func TestWireFits(t *testing.T) {
	var l lab.Lab
	defer l.Close()
	for i, link := range []string{"rtt=40ms,nagle=on,delack=40ms", "mss=1,loss=30%,rtt=7ms", "mss=536,window=9", "mss=1460,window=2k,rate=64kbit,loss=10%", "mss=7,nagle=on,delack=500ms,rate=9kbit"} {
		for seed := range 6 {
			plan := fmt.Sprintf("link:%s,seed=%d", link, seed)
			s := &stage.All[(i+seed)%6]
			r := run(t, &l, s, stage.Sides[seed%2], "", plan, "bytes 900", "echo 你好", "true")
			for _, width := range []int{40, 80, 150} {
				in := words.Langs[(i+seed)%2]
				var out bytes.Buffer
				if err := Run(&out, r, r, Options{Width: width, Lang: in}); err != nil {
					t.Fatal(err)
				}
				checkWidth(t, fmt.Sprintf("%s in %s at %d", plan, in, width), out.String(), width)
				if width < twoColumns {
					checkArrows(t, plan, out.String())
				}
			}
		}
	}
}

// checkArrows checks that all arrows of one ladder stand in one column.
func checkArrows(t *testing.T, what, text string) {
	t.Helper()
	column, arrows := 0, 0
	for l := range strings.Lines(text) {
		fields := strings.Fields(l)
		if len(fields) == 0 {
			column = 0
		}
		if len(fields) < 3 || fields[1] != "->" && fields[1] != "<-" || !strings.ContainsAny(fields[0], "0123456789x") {
			continue
		}
		at := strings.Index(l, fields[1])
		if column > 0 && at != column {
			t.Errorf("%s: got an arrow in column %d, and one in %d above", what, at, column)
		}
		column = at
		arrows++
	}
	if arrows == 0 {
		t.Errorf("%s: got no arrow", what)
	}
}
