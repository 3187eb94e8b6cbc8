package step

import (
	"reflect"
	"strings"
	"testing"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/screen"
	"stickydemo/demos/view/term"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

// ran returns a stage's sides under a plan, "" for their own, with its commands
// or these.
func ran(t *testing.T, name, plan string, sides []stage.Side, commands ...string) []*lab.Result {
	t.Helper()
	s := stage.Find(name)
	if plan == "" {
		plan = s.Plan
	}
	if len(commands) == 0 {
		commands = s.Commands
	}
	var l lab.Lab
	defer l.Close()
	var list []*lab.Result
	for _, side := range sides {
		list = append(list, l.Run(lab.Spec{Stage: s, Side: side, Plan: netsim.MustParsePlan(plan), Commands: commands, Clients: s.Clients}))
	}
	return list
}

var fixed, naive = []stage.Side{stage.Fixed}, []stage.Side{stage.Naive}

// press presses keys with a blank between two.
func press(s *Stepper, keys string) {
	for _, key := range strings.Fields(keys) {
		if key == "space" {
			key = " "
		}
		s.Press(screen.Key(key))
	}
}

func TestStepper(t *testing.T) {
	for _, test := range []struct {
		name string
		runs []*lab.Result
		keys string
		want []string // on the screen
		not  []string
	}{
		{"before anything", ran(t, "stage4", "", fixed), "",
			[]string{"stage4 structheader, fixed, down:cut=2  0/16", "Nothing has been written."}, []string{"written  |", "right"}},
		{"a write, and how many reads will take it", ran(t, "stage4", "", fixed), "space",
			[]string{"written  |00 00 00 07 e", "read      nothing", "The client writes 11 bytes", "11 bytes for the server to read. How many reads"},
			[]string{"server -> client", "ok"}},
		{"the right answer", ran(t, "stage4", "", fixed), "space 2",
			[]string{"read     |00 00 00 07|\n", "A read of the server returns 4 bytes", "Right.\nIt takes 2 reads to read those 11 bytes.", "1 of 1 right"}, nil},
		{"a wrong one", ran(t, "stage4", "", fixed), "space 9",
			[]string{"You said 9 reads.\nIt takes 2 reads", "0 of 1 right"}, nil},
		{"a question that is skipped", ran(t, "stage4", "", fixed), "space space",
			[]string{"It takes 2 reads to read those 11 bytes."}, []string{"You said", "Right", " right"}},
		{"what a read will return", ran(t, "stage4", "", fixed), "space space",
			[]string{"7 bytes for the server to read. What will this read return?", `  1: 1 byte  "e"`, `  3: 7 bytes  "echo ab"`}, []string{"  4: "}},
		{"and its answer", ran(t, "stage4", "", fixed), "space space 1",
			[]string{"You said 1 byte.", `A read of the server returns 7 bytes: "echo ab"`, "believed             |e  c  h  o     a  b |", "0 of 1 right"}, nil},
		{"a digit that is no answer does nothing", ran(t, "stage4", "", fixed), "space space 7 0",
			[]string{"2/16"}, nil},
		{"back, and the answer does not count yet", ran(t, "stage4", "", fixed), "space 2 b",
			[]string{"1/16", "read      nothing"}, []string{"right"}},
		{"a cut shows only when its read does", ran(t, "stage4", "drip", fixed), "space space",
			[]string{"wire     |00/\n"}, []string{"00/00/00"}},
		{"the end of one side is its whole picture", ran(t, "stage4", "", fixed), "end",
			[]string{"16/16", "stage4 structheader: a length of 4 bytes", "fixed: ok"}, []string{"to read."}},
		{"no further than the end", ran(t, "stage4", "", fixed), "end space b", []string{"15/16"}, nil},
		{"nor before the begin", ran(t, "stage4", "", fixed), "end home b", []string{"0/16", "Nothing has been written."}, nil},
		{"a reader that gives up", ran(t, "stage4", "", naive), "space space space space space",
			[]string{"It takes 1 read, and of those 7 bytes the last 5 are never read."}, nil},
		{"both sides, one after the other", ran(t, "stage4", "", stage.Sides), "space space space space space space space space space space",
			[]string{"stage4 structheader, fixed"}, nil},
		{"datagrams", ran(t, "stage9", "", naive), "space space", []string{"stage9 datagrams, naive", "written"}, nil},
		{"a datagram whose rest is lost", ran(t, "stage9", "", naive), "space space space space space",
			[]string{"Lost: 1,903 bytes, not taken by the receive."}, nil},
		{"a stream that is truncated", ran(t, "stage4", "down:truncate=5", fixed), "space space space space space space",
			[]string{"Lost: 2 bytes, beyond the end of a truncated stream.", "5 bytes for the client to read."}, nil},
		{"times", ran(t, "stage2", "as-written", naive), "end b b", []string{"(1s)"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := New(test.runs, term.Options{})
			s.View(80, 40)
			press(s, test.keys)
			got := strings.Join(s.View(80, 40), "\n")
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("got no %q in\n%s", want, got)
				}
			}
			for _, not := range test.not {
				if strings.Contains(got, not) {
					t.Errorf("got %q in\n%s", not, got)
				}
			}
		})
	}
}

func TestWhatQuits(t *testing.T) {
	s := New(ran(t, "stage4", "", fixed), term.Options{})
	for _, key := range []screen.Key{"q", screen.Escape, screen.CtrlC} {
		if !s.Press(key).Quit {
			t.Errorf("%s does not quit", key)
		}
	}
}

// A picture without room is cut, and scrolls.
func TestScrolling(t *testing.T) {
	s := New(ran(t, "stage4", "", fixed), term.Options{})
	press(s, "end")
	first := s.View(80, 10)
	press(s, "down")
	if second := s.View(80, 10); second[1] != first[2] {
		t.Errorf("got %q, want %q", second[1], first[2])
	}
	press(s, "up up")
	if again := s.View(80, 10); !reflect.DeepEqual(again, first) {
		t.Errorf("got %q, want %q", again, first)
	}
}

// Every stage can be stepped through on a screen of any size, in both languages;
// the right answer to each question is one that can be given, and going back
// shows what was shown before.
func TestEveryStage(t *testing.T) {
	for i := range stage.All {
		name := stage.All[i].ID
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := ran(t, name, "", stage.Sides)
			s := New(runs, term.Options{Color: true, Lang: words.Chinese})
			questions := 0
			var before []string
			for at := range len(s.moves) {
				size := [][2]int{{80, 24}, {100, 50}, {40, 5}, {1, 1}}[at%4]
				view := s.View(size[0], size[1])
				if len(view) > max(1, size[1]) {
					t.Fatalf("move %d: %d lines on a screen of %d", at, len(view), size[1])
				}
				if q := s.question(); q != nil {
					questions++
					if q.answer < 1 || q.answer > q.choices() {
						t.Errorf("move %d: answer %d of %d choices", at, q.answer, q.choices())
					}
				}
				if at == 3 {
					before = s.View(80, 24)
				}
				press(s, "space")
			}
			if !s.moves[len(s.moves)-1].last() || questions == 0 {
				t.Errorf("got %d questions in %d moves", questions, len(s.moves))
			}
			for s.at > 3 {
				press(s, "b")
			}
			if again := s.View(80, 24); !reflect.DeepEqual(again, before) {
				t.Errorf("back at move 3: got\n%s\nwant\n%s", strings.Join(again, "\n"), strings.Join(before, "\n"))
			}
		})
	}
}
