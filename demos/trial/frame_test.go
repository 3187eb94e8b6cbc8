package trial

import (
	"fmt"
	"testing"
)

func TestMessages(t *testing.T) {
	for _, test := range []struct {
		name   string
		frame  Frame
		stream string
		want   string
	}{
		{"no framer", None, "abc", "[]"},
		{"lines", Lines, "ab\n\nc", "[{{0 3} 0} {{3 4} 0} {{4 5} 0}]"},
		{"little-endian lengths, one of them 0", Len4LE, "\x02\x00\x00\x00ab\x00\x00\x00\x00", "[{{0 6} 4} {{6 10} 4}]"},
		{"big-endian lengths", Len4BE, "\x00\x00\x00\x02ab", "[{{0 6} 4}]"},
		{"a last message that is not whole", Len4BE, "\x00\x00\x00\x05ab", "[{{0 6} 4}]"},
		{"a last header that is not whole", Len4BE, "\x00\x00", "[{{0 2} 2}]"},
		{"text, which is no length", Len4BE, "echo two", "[]"},
		{"nothing", Lines, "", "[]"},
	} {
		if got := fmt.Sprint(test.frame.Messages([]byte(test.stream))); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestPlace(t *testing.T) {
	stream := []byte("\x02\x00\x00\x00ab\x01\x00\x00\x00c")
	for cut, want := range map[int]Place{
		2:  {1, true, 2, 4},
		4:  {1, false, 0, 2},
		5:  {1, false, 1, 2},
		6:  {2, true, 0, 4},
		7:  {2, true, 1, 4},
		10: {2, false, 0, 1},
	} {
		if got := Len4LE.place(stream, cut); got != want {
			t.Errorf("a cut at %d: got %+v, want %+v", cut, got, want)
		}
	}
	if got, want := None.place(stream, 3), (Place{Into: 3, Of: 11}); got != want {
		t.Errorf("without a framer: got %+v, want %+v", got, want)
	}
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00ab\n"), byte(2))
	f.Add([]byte("ab\ncd"), byte(1))
	f.Fuzz(func(t *testing.T, stream []byte, which byte) {
		frame := Frames[int(which)%len(Frames)]
		at := 0
		for _, m := range frame.Messages(stream) {
			if m.From != at || m.To <= m.From || m.To > len(stream) || m.Header > m.Len() {
				t.Fatalf("%s: message %+v behind %d of %d bytes", frame, m, at, len(stream))
			}
			at = m.To
		}
		if at != 0 && at != len(stream) {
			t.Errorf("%s: the messages end at %d of %d", frame, at, len(stream))
		}
	})
}

func TestDifference(t *testing.T) {
	for _, test := range []struct{ got, want, says string }{
		{"ab", "abcd", "it ends after 2 bytes of 4"},
		{"abcd", "ab", `2 bytes too many: "cd"`},
		{"axc", "abc", `from byte 1 on "xc", want "bc"`},
		{"", "a", "it ends after 0 bytes of 1"},
	} {
		if says := difference([]byte(test.got), []byte(test.want)).String(); says != test.says {
			t.Errorf("%q for %q: got %s, want %s", test.got, test.want, says, test.says)
		}
	}
}
