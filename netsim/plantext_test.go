package netsim_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

func at(offset int) *int { return &offset }

// planTexts are plans as a person writes them and as they print.
var planTexts = []struct {
	name string
	text string
	want string // "" where it prints as it was written
}{
	{"no item glues", "", "glue"},
	{"empty items are passed over", " ; ;drip;; ", "drip"},
	{"glue", "glue", ""},
	{"as-written", "as-written", ""},
	{"drip", "drip", ""},
	{"every", "every=7", ""},
	{"the largest every", "every=2147483647", ""},
	{"random", "random=3", ""},
	{"the largest seed", "random=18446744073709551615", ""},
	{"one cut", "cut=2", ""},
	{"several cuts", "cut=1,2,300", ""},
	{"the last place that a cut may name", "cut=2147483647", ""},
	{"a stall", "stall=600ms@0", ""},
	{"several stalls", "stall=1s@0,2s@5", ""},
	{"a stall prints without the parts that are zero", "stall=60s@1,3600s@2,1h30m@3,90s@4,0ms@5", "stall=1m@1,1h@2,1h30m@3,1m30s@4,0s@5"},
	{"the longest stall", "stall=24h@7", ""},
	{"a window", "window=1", ""},
	{"truncate before the first byte", "truncate=0", ""},
	{"reset", "reset=12", ""},
	{"eof-with-data", "eof-with-data", ""},
	{"a dropped datagram", "drop=1", ""},
	{"several", "up:drop=1,2,300;down:drop=4", ""},
	{"swapped datagrams", "swap=1,3,9", ""},
	{"an exception's datagrams", "2#down:drop=1;2#down:swap=3", ""},
	{"a link", "link:rtt=40ms", ""},
	{"a link of no length is none", "link:rtt=0s", "glue"},
	{"a link with all its settings", "link:rtt=40ms,mss=1460,nagle=on,delack=40ms,rate=20mbit,window=64k,loss=1%,seed=3", ""},
	{"settings in any order", "link:seed=3,loss=0.50%,window=65536,rate=20000kbit,rtt=0.04s", "link:rtt=40ms,rate=20mbit,window=64k,loss=0.5%,seed=3"},
	{"a setting that is off is none", "link:nagle=off,delack=0s,loss=0%,seed=0,rtt=1ms", "link:rtt=1ms"},
	{"a named link", "wan", ""},
	{"a named link behind link:", "link:lan", "lan"},
	{"a named link with a setting of one's own", "link:wan,nagle=off", "link:rtt=40ms,mss=1460,delack=40ms,rate=20mbit,window=64k"},
	{"a named link spelt out", "link:rtt=40ms,mss=1460,nagle=on,delack=40ms,rate=20mbit,window=64k", "wan"},
	{"units only where they are even", "link:rate=1500kbit,window=1000", ""},
	{"one direction", "up:drip", ""},
	{"directions that agree print as one item", "up:drip;down:drip", "drip"},
	{"directions that differ print apart", "up:every=2;down:every=3", ""},
	{"an item for both beside an item for one", "cut=3;down:every=2", "down:every=2;cut=3"},
	{"cuts that differ", "up:cut=1;down:cut=2", ""},
	{"a mode and cuts together", "drip;cut=5", ""},
	{"an exception", "2#up:drip", ""},
	{"exceptions print ascending", "3#drip;glue;1#cut=4", "glue;1#cut=4;3#drip"},
	{"items of one exception that stand apart", "2#up:cut=1;drip;2#down:cut=3", "drip;2#up:cut=1;2#down:cut=3"},
	{"an exception that glues", "drip;1#down:glue", ""},
	{"everything in the order in which it prints",
		"as-written;cut=1;stall=1s@1;window=9;truncate=4;reset=5;eof-with-data;1#window=2;link:rtt=1ms", ""},
	{"any order is read", "link:rtt=1ms;1#window=2;eof-with-data;reset=5;truncate=4;window=9;stall=1s@1;cut=1;as-written",
		"as-written;cut=1;stall=1s@1;window=9;truncate=4;reset=5;eof-with-data;1#window=2;link:rtt=1ms"},
}

func TestPlanPrintsAsTheTextThatMakesIt(t *testing.T) {
	for _, test := range planTexts {
		t.Run(test.name, func(t *testing.T) {
			plan, err := netsim.ParsePlan(test.text)
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if want == "" {
				want = test.text
			}
			if got := plan.String(); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
			again, err := netsim.ParsePlan(plan.String())
			if err != nil || again.String() != want {
				t.Errorf("a second time: got %q, %v, want %q", again, err, want)
			}
		})
	}
}

func TestPlanText(t *testing.T) {
	for _, test := range []struct {
		name string
		text string
		want netsim.Plan
	}{
		{"nothing is the zero plan", "", netsim.Plan{}},
		{"an item without a direction is for both", "every=7", netsim.Plan{
			Up:   netsim.Stream{Mode: netsim.Mode{Kind: netsim.Every, N: 7}},
			Down: netsim.Stream{Mode: netsim.Mode{Kind: netsim.Every, N: 7}},
		}},
		{"up is the client's direction", "up:cut=1,3;down:stall=1s@0,2s@4", netsim.Plan{
			Up:   netsim.Stream{Cuts: []int{1, 3}},
			Down: netsim.Stream{Stalls: []netsim.Stall{{Delay: time.Second}, {Delay: 2 * time.Second, At: 4}}},
		}},
		{"ends", "up:truncate=0;down:reset=9", netsim.Plan{
			Up:   netsim.Stream{Truncate: at(0)},
			Down: netsim.Stream{Reset: at(9)},
		}},
		{"exceptions are sorted", "7#up:window=3;2#down:eof-with-data;link:rtt=2s", netsim.Plan{
			Conns: []netsim.ConnPlan{
				{N: 2, Down: netsim.Stream{EOFWithData: true}},
				{N: 7, Up: netsim.Stream{Window: 3}},
			},
			Link: netsim.Link{RTT: 2 * time.Second},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := netsim.ParsePlan(test.text)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestPlanErrorsNameTheItem(t *testing.T) {
	for _, test := range []struct {
		name   string
		text   string
		item   string // "" where it is the whole text
		reason string // what the reason must say
		word   string // that was not known
		known  string // one of those that could stand in its place
	}{
		{"an unknown operation", "glue;down:dripp", "down:dripp", `no operation "dripp"`, "dripp", "drip"},
		{"an unknown operation with a value", "cuts=3", "", `no operation "cuts"`, "cuts", "cut"},
		{"an unknown word where a link could stand", "lnk:rtt=1s", "", `no operation "lnk:rtt"`, "lnk:rtt", "link"},
		{"an unknown direction", "side:drip", "", `no operation "side:drip"`, "side:drip", "drip"},
		{"a direction alone", "up:", "", `no operation ""`, "", "drip"},
		{"capitals are not known", "DRIP", "", `no operation "DRIP"`, "DRIP", "drip"},

		{"a negative cut", "up:cut=-1", "", "offset -1: it takes 1 to 2147483647", "", ""},
		{"a cut before the first byte", "cut=0", "", "offset 0: it takes 1", "", ""},
		{"cuts that do not rise", "cut=1,5,3", "", "3 stands after 5", "", ""},
		{"a cut doubled", "cut=4,4", "", "4 stands after 4", "", ""},
		{"a cut that is no number", "cut=two", "", `"two" is not an offset`, "", ""},
		{"a cut list that ends in a comma", "cut=1,", "", `"" is not an offset`, "", ""},
		{"a cut beyond the limit", "cut=2147483648", "", "it takes 1 to 2147483647", "", ""},
		{"a cut beyond what a machine counts", "cut=99999999999999999999", "", "99999999999999999999: it takes 1 to 2147483647", "", ""},

		{"two modes in one direction", "up:drip;up:glue", "up:glue", "a mode already", "", ""},
		{"a mode for both and one for one direction", "drip;down:every=3", "down:every=3", "a mode already", "", ""},
		{"the same mode twice", "drip;drip", "drip", "a mode already", "", ""},
		{"cuts twice", "up:cut=1;up:cut=2", "up:cut=2", "a cut already", "", ""},
		{"stalls twice", "stall=1s@0;down:stall=1s@9", "down:stall=1s@9", "a stall already", "", ""},
		{"windows twice in an exception", "3#window=1;3#up:window=2", "3#up:window=2", "a window already", "", ""},
		{"eof-with-data twice", "eof-with-data;eof-with-data", "eof-with-data", "already", "", ""},
		{"a datagram 0", "drop=0", "", "datagram 0: it takes 1 to 2147483647", "", ""},
		{"a negative datagram", "swap=-1", "", "datagram -1: it takes 1", "", ""},
		{"a datagram beyond what a machine counts", "drop=99999999999999999999", "", "it takes 1 to 2147483647", "", ""},
		{"a datagram that is no number", "drop=last", "", `"last" is not the number of a datagram`, "", ""},
		{"datagrams that do not rise", "drop=2,2", "", "numbers must rise, and 2 stands after 2", "", ""},
		{"a datagram that changes places twice", "swap=4,5", "", "5 cannot change places twice, and 4 does with it already", "", ""},
		{"swaps that do not rise", "swap=4,3", "", "numbers must rise, and 3 stands after 4", "", ""},
		{"drops twice", "drop=1;up:drop=2", "up:drop=2", "a drop already", "", ""},
		{"drops without numbers", "drop", "", "drop=N,N…", "", ""},
		{"two links", "link:rtt=1s;link:rtt=2s", "link:rtt=2s", "a link already", "", ""},

		{"a value that is missing", "every", "", "every=BYTES", "", ""},
		{"a value that is empty", "every=", "", `"" is not a whole number`, "", ""},
		{"a value that is too much", "drip=3", "", "takes no value", "", ""},
		{"an empty value where none is taken", "glue=", "", "takes no value", "", ""},
		{"cuts without offsets", "down:cut", "", "cut=OFFSET", "", ""},
		{"a stall without a place", "stall=1s", "", `"1s" is not DURATION@OFFSET`, "", ""},
		{"a stall without a duration", "stall=@3", "", `"" is not a duration`, "", ""},
		{"a stall without a unit", "stall=3@3", "", `"3" is not a duration`, "", ""},
		{"a stall the wrong way round", "stall=3@1s", "", `"1s" is not an offset`, "", ""},
		{"a negative stall", "stall=-1s@3", "", "-1s: it takes 0s to 24h", "", ""},
		{"a stall beyond the limit", "stall=24h1ns@3", "", "it takes 0s to 24h", "", ""},
		{"a duration beyond what a machine counts", "stall=9999999h@3", "", "not a duration", "", ""},
		{"a stall at a negative place", "stall=1s@-3", "", "offset -3: it takes 0", "", ""},
		{"stalls that do not rise", "stall=1s@3,1s@3", "", "3 stands after 3", "", ""},

		{"every none", "every=0", "", "it takes 1 to 2147483647", "", ""},
		{"every negative", "every=-2", "", `"-2" is not a whole number`, "", ""},
		{"every beyond the limit", "every=2147483648", "", "it takes 1 to 2147483647", "", ""},
		{"every beyond what a machine counts", "every=18446744073709551616", "", "it takes 1 to 2147483647", "", ""},
		{"a seed beyond what a machine counts", "random=18446744073709551616", "", "it takes 0 to 18446744073709551615", "", ""},
		{"a seed that is a word", "random=x", "", `"x" is not a whole number`, "", ""},
		{"a window of none", "window=0", "", "it takes 1 to 1073741824", "", ""},
		{"a window beyond the limit", "window=1073741825", "", "it takes 1 to 1073741824", "", ""},
		{"a window beyond what a machine counts", "window=99999999999999999999", "", "it takes 1 to 1073741824", "", ""},
		{"a window that is no number", "window=1k", "", `"1k" is not a whole number of bytes`, "", ""},
		{"a negative end", "truncate=-1", "", "offset -1: it takes 0", "", ""},
		{"an end that is no number", "reset=end", "", `"end" is not an offset`, "", ""},

		{"connection 0", "0#drip", "", `"0" is not the number of a connection`, "", ""},
		{"a negative connection", "-1#drip", "", `"-1" is not the number of a connection`, "", ""},
		{"a connection that is no number", "x#drip", "", `"x" is not the number of a connection`, "", ""},
		{"a connection without a number", "#drip", "", `"" is not the number of a connection`, "", ""},
		{"a connection beyond the limit", "1048577#drip", "", "1 to 1048576", "", ""},
		{"an exception of nothing", "1#", "", `no operation ""`, "", "drip"},

		{"a link without a key", "link:", "", `a link has no ""`, "", "rtt"},
		{"a link with an unknown key", "link:jitter=1", "", `a link has no "jitter"`, "jitter", "loss"},
		{"a link with a key alone", "link:rtt", "", "rtt needs a value, such as rtt=40ms", "", ""},
		{"a link with an unknown second key", "link:rtt=1ms,los=1%", "", `a link has no "los"`, "los", "loss"},
		{"a link with a setting twice", "link:mss=1,rtt=1ms,mss=2", "", "the link has a mss already", "", ""},
		{"a link of no name", "link:man,rtt=1ms", "", `a link has no "man"`, "man", "wan"},
		{"a link whose name comes late", "link:rtt=1ms,wan", "", "a link has no \"wan\"", "wan", "wan"},
		{"a named link beside another", "wan;link:rtt=1ms", "link:rtt=1ms", "a link already", "", ""},
		{"a segment that no packet holds", "link:mss=65496", "", "65496 bytes: it takes 1 to 65495", "", ""},
		{"a segment of nothing", "link:mss=0", "", "0 bytes: it takes 1 to 65495", "", ""},
		{"a segment that is no number", "link:mss=big", "", `"big" is not a whole number of bytes`, "", ""},
		{"a nagle that is neither", "link:nagle=maybe", "", `"maybe": nagle is on or off`, "", ""},
		{"an acknowledgement that waits too long", "link:delack=501ms", "", "501ms: an acknowledgement waits 0s to 500ms", "", ""},
		{"a rate without a unit", "link:rate=20", "", `"20" is no rate`, "", ""},
		{"a rate of nothing", "link:rate=0bit", "", "it takes 1000 to", "", ""},
		{"a rate beyond the limit", "link:rate=9999999999gbit", "", "it takes 1000 to", "", ""},
		{"a window of nothing", "link:window=0", "", "it takes 1 to", "", ""},
		{"a window beyond the limit", "link:window=99999999m", "", "it takes 1 to", "", ""},
		{"a window of no such unit", "link:window=1g", "", `"1g" is not a whole number of bytes`, "", ""},
		{"a loss without its sign", "link:loss=1", "", `"1" is no loss, such as 1%`, "", ""},
		{"a loss that leaves nothing", "link:loss=51%", "", "51%: it takes 0% to 50%", "", ""},
		{"a loss that is no number", "link:loss=NaN%", "", "NaN%: it takes 0% to 50%", "", ""},
		{"a seed below zero", "link:seed=-1", "", `"-1" is no seed`, "", ""},
		{"a negative round trip", "link:rtt=-1ms", "", "-1ms: it takes 0s to 24h", "", ""},
		{"a link that is written as an operation", "link=3ms", "", "link:rtt=40ms", "", ""},
		{"a link of one connection", "1#link:rtt=3ms", "", "the whole plan's", "", ""},
		{"a link of one direction", "up:link:rtt=3ms", "", "the whole plan's", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, err := netsim.ParsePlan(test.text)
			var e *netsim.PlanError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, %v, want a *PlanError", plan, err)
			}
			item := test.item
			if item == "" {
				item = test.text
			}
			if e.Item != item || !strings.Contains(e.Reason, test.reason) {
				t.Errorf("got item %q, reason %q, want item %q, a reason with %q", e.Item, e.Reason, item, test.reason)
			}
			if e.Word != test.word {
				t.Errorf("got the word %q, want %q", e.Word, test.word)
			}
			if known := slices.Contains(e.Known, test.known); known != (test.known != "") {
				t.Errorf("got the known words %q, want %q among them", e.Known, test.known)
			}
			if text := e.Error(); !strings.Contains(text, item) || strings.Contains(text, "\n") {
				t.Errorf("got the text %q, want one line with %q", text, item)
			}
			if !reflect.DeepEqual(plan, netsim.Plan{}) {
				t.Errorf("got the plan %v along with the error, want the zero plan", plan)
			}
		})
	}
}

func TestPlanIsItsTextInJSON(t *testing.T) {
	type file struct {
		Plan netsim.Plan `json:"plan"`
	}
	plan := netsim.MustParsePlan("up:cut=2;3#down:stall=600ms@0;link:rtt=40ms")
	text, err := json.Marshal(file{plan})
	if want := `{"plan":"up:cut=2;3#down:stall=600ms@0;link:rtt=40ms"}`; err != nil || string(text) != want {
		t.Fatalf("got %s, %v, want %s", text, err, want)
	}
	var got file
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got.Plan, plan) {
		t.Errorf("got %v, %v, want %v", got.Plan, err, plan)
	}

	got.Plan = plan
	err = json.Unmarshal([]byte(`{"plan":"up:cut=0"}`), &got)
	var e *netsim.PlanError
	if !errors.As(err, &e) || e.Item != "up:cut=0" {
		t.Errorf("got %v, want a *PlanError that names up:cut=0", err)
	}
	if !reflect.DeepEqual(got.Plan, plan) {
		t.Errorf("got %v from a text that is no plan, want %v left alone", got.Plan, plan)
	}
}

func TestOpsAreAllThatAPlanTakes(t *testing.T) {
	for _, form := range netsim.Ops() {
		text := strings.NewReplacer(
			"DURATION@OFFSET,…", "1s@1", "OFFSET,OFFSET…", "1,2", "OFFSET", "1", "N,N…", "1,3", "BYTES", "1", "SEED", "1", "DURATION", "1s",
		).Replace(form)
		if plan, err := netsim.ParsePlan(text); err != nil || plan.String() != text {
			t.Errorf("%s: got %q, %v, want %q", form, plan, err, text)
		}
	}
}

func TestMustParsePlanPanicsWhereThereIsNone(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "netsim: ") || !strings.Contains(text, "dripp") {
			t.Errorf("got the panic %q, want one that names dripp", text)
		}
	}()
	netsim.MustParsePlan("dripp")
}

// FuzzParsePlan: whatever parses prints, and what it prints means the same.
func FuzzParsePlan(f *testing.F) {
	for _, test := range planTexts {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := netsim.ParsePlan(text)
		if err != nil {
			var e *netsim.PlanError
			if !errors.As(err, &e) || !strings.Contains(text, e.Item) {
				t.Fatalf("got %v, want a *PlanError that names an item of %q", err, text)
			}
			return
		}
		printed := plan.String()
		again, err := netsim.ParsePlan(printed)
		if err != nil {
			t.Fatalf("%q prints as %q, which fails: %v", text, printed, err)
		}
		if got := again.String(); got != printed {
			t.Errorf("%q prints as %q and then as %q", text, printed, got)
		}
		if printed != "glue" && !reflect.DeepEqual(again, plan) { // the zero plan prints as glue
			t.Errorf("%q: got %+v from its print %q, want %+v", text, again, printed, plan)
		}
		plan.Beyond(func(int, trace.Direction) int { return math.MaxInt })
		plan.BeyondDatagrams(func(int, trace.Direction) int { return 0 })
	})
}
