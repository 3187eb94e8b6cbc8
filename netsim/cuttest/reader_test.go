package cuttest_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"stickydemo/netsim"
	"stickydemo/netsim/cuttest"
)

// tried is how many different ways a stream was cut in, with the end of the
// stream apart and together with the last bytes.
func tried(t *testing.T, size int) (apart, together map[string]bool, said string) {
	t.Helper()
	apart, together = map[string]bool{}, map[string]bool{}
	r := &recorder{TB: t, name: t.Name()}
	cuttest.Reader(r, make([]byte, size), func(r io.Reader) (any, error) {
		var cuts []int
		buf := make([]byte, size+1)
		for at := 0; ; {
			n, err := r.Read(buf)
			if at += n; at < size {
				cuts = append(cuts, at)
			}
			if n > 0 && err == nil {
				continue
			}
			if err != io.EOF {
				t.Fatalf("read of %d bytes, %v", n, err)
			}
			ways := apart
			if n > 0 {
				ways = together
			}
			ways[fmt.Sprint(cuts)] = true
			return nil, nil
		}
	})
	if r.failed {
		t.Error(r.said.String())
	}
	return apart, together, r.said.String()
}

func TestReaderTriesWhatItSays(t *testing.T) {
	if testing.Short() {
		t.Skip("Reader tries less")
	}
	t.Run("all ways to cut up to 12 bytes", func(t *testing.T) {
		for n := range 13 {
			apart, together, _ := tried(t, n)
			all := 1 << max(n-1, 0)
			want := all
			if n == 0 {
				want = 0 // there are no last bytes
			}
			if len(apart) != all || len(together) != want {
				t.Errorf("%d bytes: got %d and %d ways, want %d and %d", n, len(apart), len(together), all, want)
			}
		}
	})
	t.Run("all pairs of 100 bytes", func(t *testing.T) {
		apart, _, said := tried(t, 100)
		for high := range 100 {
			for low := 1; low < high; low++ {
				if !apart[fmt.Sprint([]int{low, high})] {
					t.Fatalf("cut=%d,%d was not tried", low, high)
				}
			}
		}
		if said != "" {
			t.Errorf("it said %s", said)
		}
	})
	t.Run("all single cuts of 2048 bytes", func(t *testing.T) {
		apart, together, said := tried(t, 2048)
		for at := 1; at < 2048; at++ {
			if !apart[fmt.Sprint([]int{at})] {
				t.Fatalf("cut=%d was not tried", at)
			}
		}
		if len(together) < 400 {
			t.Errorf("got %d ways with the end together, want a fifth as many", len(together))
		}
		if said != "" {
			t.Errorf("it said %s", said)
		}
	})
	t.Run("some of a long stream, and says so", func(t *testing.T) {
		apart, _, said := tried(t, 30_000)
		if !apart["[1]"] || !apart["[14912]"] || len(apart) > 300 {
			t.Errorf("got %d ways, with cut=1: %t", len(apart), apart["[1]"])
		}
		if want := "a stream of 30000 bytes is long: 171 of 29999 single cuts were tried\n"; said != want {
			t.Errorf("got %q, want %q", said, want)
		}
	})
}

// TestReaderReplaysSavedPlans: before all others, comments left out.
func TestReaderReplaysSavedPlans(t *testing.T) {
	for _, test := range []struct {
		name, saved string
		want        string // the first line said
	}{
		{"a fatal plan", "# why\n\n cut=2\t# as seen in June\n", "cut=2 changes what parse returns; saved in testdata/cuts/Test:3"},
		{"the first of several", "cut=3\ncut=2\ncut=1\n", "cut=2 changes what parse returns; saved in testdata/cuts/Test:2"},
		{"a plan for an exception is none for a comment", "2#cut=1;up:cut=2\n", "cut=2 changes what parse returns; saved in testdata/cuts/Test:1"},
		{"the cuts of a mode", "every=2\n", "cut=2 changes what parse returns; saved in testdata/cuts/Test:1"},
		{"the other direction is nothing to a Reader", "down:cut=2\n", "cut=2 changes what parse returns"},
		{"a plan out of date", "cut=9\n", "testdata/cuts/Test:1: cut=9 is past the end (4 bytes) and does nothing"},
		{"not a plan", "cut=1\ncat=2\n", `testdata/cuts/Test:2: plan item "cat=2": there is no operation "cat"`},
		{"a plan that ends the stream", "truncate=2\n", "testdata/cuts/Test:1: plan truncate=2 does not keep the stream whole"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "testdata/cuts/Test", test.saved)
			r := &recorder{TB: t, name: "Test"}
			cuttest.Reader(r, []byte("abcd"), func(r io.Reader) (any, error) {
				all, err := io.ReadAll(&noCutAt{r, 2})
				return all, err
			})
			if first, _, _ := strings.Cut(r.said.String(), "\n"); first != test.want || !r.failed {
				t.Errorf("got %q, want %q", first, test.want)
			}
		})
	}
}

// noCutAt fails where a read ends at an offset.
type noCutAt struct {
	io.Reader
	left int
}

func (r *noCutAt) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.left -= n; r.left == 0 && n > 0 {
		return n, fmt.Errorf("a read ended here")
	}
	return n, err
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestReaderTriesOnlyGivenPlans, and makes what fails smaller.
func TestReaderTriesOnlyGivenPlans(t *testing.T) {
	for _, test := range []struct {
		plan string
		want string
	}{
		{"every=3", ""},
		{"drip", "cut=2 changes what parse returns"},
		{"cut=1,2,3;stall=1s@0;window=1", "cut=2 changes what parse returns"},
		{"cut=2;eof-with-data", "cut=2 changes what parse returns"}, // the end is not to blame
		{"reset=1", "plan reset=1 does not keep the stream whole"},
	} {
		r := &recorder{TB: t, name: t.Name()}
		calls := 0
		cuttest.Reader(r, []byte("abcd"), func(r io.Reader) (any, error) {
			calls++
			return io.ReadAll(&noCutAt{r, 2})
		}, netsim.MustParsePlan(test.plan))
		if first, _, _ := strings.Cut(r.said.String(), "\n"); first != test.want {
			t.Errorf("%s: got %q, want %q", test.plan, first, test.want)
		}
		if calls > 3 && test.want == "" {
			t.Errorf("%s: got %d calls of parse, want 3", test.plan, calls)
		}
	}
}

func TestReaderNamesThePlanWhereParseEndsTheTest(t *testing.T) {
	r := &recorder{TB: t, name: t.Name()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		cuttest.Reader(r, []byte("abcd"), func(r io.Reader) (any, error) {
			if n, _ := r.Read(make([]byte, 4)); n == 3 {
				runtime.Goexit() // as t.FailNow does
			}
			return nil, nil
		})
	}()
	<-done
	if got, want := r.said.String(), "parse ended the test under the plan cut=3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestReaderTakesWhatParseReturns: values of all kinds are compared, those that
// parse returns again and again included.
func TestReaderTakesWhatParseReturns(t *testing.T) {
	type message struct {
		body []byte
		next *message
		tags map[string][]string
	}
	registry := map[string]int{"a": 1}
	loop := &message{}
	loop.next = loop
	for name, value := range map[string]func() any{
		"nothing":             func() any { return nil },
		"a struct":            func() any { return message{body: []byte("a"), tags: map[string][]string{"k": {"v"}}} },
		"pointers":            func() any { return []*message{{next: &message{}}, nil} },
		"an array":            func() any { return [2][]byte{{1}, nil} },
		"what is never freed": func() any { return registry },
		"a loop":              func() any { return loop },
		"its own loop":        func() any { m := &message{}; m.next = m; return m },
		"both":                func() any { return []any{registry, &message{body: []byte("a")}, struct{}{}, []struct{}{{}}} },
	} {
		t.Run(name, func(t *testing.T) {
			cuttest.Reader(t, []byte("abc"), func(r io.Reader) (any, error) {
				_, err := io.Copy(io.Discard, r)
				return value(), err
			})
		})
	}
}

// TestReaderFindsTheSameEachTime, to the byte.
func TestReaderFindsTheSameEachTime(t *testing.T) {
	var first string
	for range 3 {
		r := &recorder{TB: t, name: t.Name()}
		cuttest.Reader(r, bytes.Repeat([]byte("abc"), 10), manyReads)
		if first == "" {
			first = r.said.String()
		}
		if got := r.said.String(); got != first || !r.failed {
			t.Fatalf("got %s, then %s", first, got)
		}
	}
}
