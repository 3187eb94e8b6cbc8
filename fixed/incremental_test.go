package fixed_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"stickydemo/fixed/incremental"
	"stickydemo/netsim/search"
)

var incrementalFaults = []fault{
	{"another protocol", "GET / HTTP/1.1\r\n", `announced 1195725856 bytes (0x47455420, "GET "), limit 1048576`},
	{"0xffffffff", "\xff\xff\xff\xff", `announced 4294967295 bytes (0xffffffff, "\xff\xff\xff\xff"), limit 1048576`},
	{"2 GiB less a byte", "\x7f\xff\xff\xff", "announced 2147483647 bytes"},
	{"one over the limit", "\x00\x10\x00\x01", "announced 1048577 bytes"},
	{"a size of 5 in the other order", "\x05\x00\x00\x00hello", "announced 83886080 bytes"},
	{"a refusal from a client", "\x80\x00\x00\x05never", `refused by the peer: "never"`},
	{"a refusal of no bytes", "\x80\x00\x00\x00", "announced 2147483648 bytes"},
	{"a refusal in too many words", "\x80\x00\x02\x01" + strings.Repeat("x", 513), "announced 2147484161 bytes"},
}

// feed feeds chunks to d, takes what it gives after each, and closes it. It
// returns the messages, each behind its size, and the error.
func feed(d *incremental.Decoder, chunks ...string) (messages []string, err error) {
	for _, chunk := range chunks {
		d.Feed([]byte(chunk))
		for {
			message, ok, err := d.Next()
			if err != nil {
				return messages, err
			}
			if !ok {
				break
			}
			messages = append(messages, string(message))
		}
	}
	return messages, d.Close()
}

// frames is a stream of n bytes of frames of all sizes: none, a few bytes, and a
// long one.
func frames(n int) string {
	var stream strings.Builder
	random := rand.New(rand.NewPCG(8, 8))
	for left := n; left > 0; left = n - stream.Len() {
		size := random.IntN(256)
		switch {
		case left > 3000 && left < 3500:
			size = 1500
		case n < 64:
			size %= 5
		}
		if size > left-8 {
			size = left - 4 // no room for another frame
		}
		payload := make([]byte, size)
		for i := range payload {
			payload[i] = byte(random.Uint32())
		}
		stream.WriteString(prefixed(string(payload)))
	}
	return stream.String()
}

// whole is what a stream of frames holds, by another way.
func whole(stream string) (messages []string) {
	for in := strings.NewReader(stream); ; {
		var size uint32
		if binary.Read(in, binary.BigEndian, &size) != nil || int(size) > in.Len() {
			return messages
		}
		message := make([]byte, size)
		io.ReadFull(in, message)
		messages = append(messages, string(message))
	}
}

// No way to cut a stream, of all 2^(n-1), makes a difference to the messages, the
// error, or what the end of the stream gives.
func TestIncrementalIsProved(t *testing.T) {
	n := 4096
	if testing.Short() || raced {
		n = 512
	}
	long := frames(n)
	for _, test := range []struct {
		name, stream, end string
	}{
		{"frames of all sizes", long, ""},
		{"a few", frames(24), ""},
		{"empty ones", strings.Repeat("\x00", 64), ""},
		{"the stream ends in a header", frames(64) + "\x00\x00", "2 bytes missing: unexpected EOF"},
		{"the stream ends in a payload", frames(64) + "\x00\x00\x00\x09abc", "6 bytes missing: unexpected EOF"},
		{"the text of another protocol behind frames", frames(64) + "GET / HTTP/1.1\r\n\r\n", "announced 1195725856 bytes"},
		{"a size over the limit, and a frame behind it", frames(24) + "\x00\x10\x00\x01" + frames(24), "announced 1048577 bytes"},
		{"a refusal behind a frame", frames(24) + "\x80\x00\x00\x05never" + frames(24), `refused by the peer: "never"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := search.Prove(t.Context(), func() *incremental.Decoder { return new(incremental.Decoder) }, []byte(test.stream), false)
			if err != nil || p.Verdict != search.Proved {
				t.Fatalf("got %s (%s), %v, want it proved", p.Verdict, p.Reason, err)
			}
			want, _ := feed(new(incremental.Decoder), test.stream)
			if p.Messages != len(want) || test.end == "" && !slices.Equal(want, whole(test.stream)) {
				t.Errorf("got %d messages, %q, want %q", p.Messages, want, whole(test.stream))
			}
			if (test.end == "") != (p.End == nil) || p.End != nil && !strings.Contains(p.End.Error(), test.end) {
				t.Errorf("got the end %v, want %q", p.End, test.end)
			}
			t.Logf("%d bytes, %d messages, %d feeds", p.Bytes, p.Messages, p.Feeds)
		})
	}
}

// Brute force, beside the proof, where there are few enough ways.
func TestIncrementalUnderEverySegmentation(t *testing.T) {
	for _, stream := range []string{"\x00\x00\x00\x02ab\x00\x00\x00\x00\x00\x00\x00\x01c", "\x00\x00\x00\x01a\x00\x20\x00\x00bcdef", "\x00\x00\x00\x01a\x80\x00\x00\x02no\x00\x00", "\x00\x00\x00\x04ab\x00\x00\x00\x00\x00\x00\x00"} {
		want, wantErr := feed(new(incremental.Decoder), stream)
		for ways := range 1 << (len(stream) - 1) {
			var chunks []string
			from := 0
			for place := 1; place < len(stream); place++ {
				if ways>>(place-1)&1 == 1 {
					chunks = append(chunks, stream[from:place])
					from = place
				}
			}
			got, err := feed(new(incremental.Decoder), append(chunks, stream[from:])...)
			if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%q: got %q, %v, want %q, %v", chunks, got, err, want, wantErr)
			}
		}
	}
}

// After an error there is nothing but that error, whatever is fed.
func TestIncrementalErrorsAreForGood(t *testing.T) {
	for _, fault := range incrementalFaults {
		for cut := range len(fault.stream) {
			var d incremental.Decoder
			_, first := feed(&d, prefixed("a")+fault.stream[:cut], fault.stream[cut:])
			if first == nil || !strings.Contains(first.Error(), fault.want) {
				t.Fatalf("%s: got %v, want %s", fault.name, first, fault.want)
			}
			for range 3 {
				d.Feed([]byte(prefixed("b")))
				if message, ok, err := d.Next(); message != nil || ok || err != first || d.Close() != first || d.Need() != 0 {
					t.Errorf("%s: got %q, %v, %v, %v, needs %d, want %v for good", fault.name, message, ok, err, d.Close(), d.Need(), first)
				}
			}
		}
	}
	var d incremental.Decoder
	_, first := feed(&d, prefixed("abc")[:6])
	if _, ok, err := d.Next(); ok || err != first || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after an end in mid-frame: got %v, want %v", err, first)
	}
}

func TestIncrementalSaysWhatItNeeds(t *testing.T) {
	var d incremental.Decoder
	stream := prefixed("abc") + prefixed("") + prefixed("defgh")
	need := []int{4, 3, 2, 1, 3, 2, 1, 4, 3, 2, 1, 4, 3, 2, 1, 5, 4, 3, 2, 1, 4}
	for i, want := range need {
		if got := d.Need(); got != want {
			t.Errorf("after %d bytes: needs %d, want %d", i, got, want)
		}
		if i < len(stream) {
			d.Feed([]byte{stream[i]})
			d.Next()
		}
	}
	// So an event loop may ask for no more, and reads no byte of what follows.
	d, in := incremental.Decoder{}, strings.NewReader(prefixed("abc")+"and another protocol")
	for {
		p := make([]byte, d.Need())
		n, _ := in.Read(p)
		d.Feed(p[:n])
		if message, ok, err := d.Next(); ok || err != nil {
			if string(message) != "abc" || in.Len() != len("and another protocol") {
				t.Errorf("got %q, %v, %d bytes left, want abc and the rest", message, err, in.Len())
			}
			return
		}
	}
}

// Bytes that are fed before Next had none left are not lost, nor are those
// before them changed.
func TestIncrementalFedTwice(t *testing.T) {
	var d incremental.Decoder
	stream := []byte(prefixed("ab") + prefixed("cd") + prefixed("ef"))
	d.Feed(stream[:7:8])
	d.Feed(stream[7:])
	got, err := feed(&d)
	for {
		message, ok, err := d.Next()
		if !ok || err != nil {
			break
		}
		got = append(got, string(message))
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) { // Close, before Next was asked
		t.Errorf("closed with messages in it: got %v, want io.ErrUnexpectedEOF", err)
	}
	if len(got) > 0 {
		t.Errorf("got %q after an error", got)
	}
	d = incremental.Decoder{}
	d.Feed(stream[:7:8])
	d.Feed(stream[7:])
	if got, err = feed(&d, ""); !slices.Equal(got, []string{"ab", "cd", "ef"}) || err != nil {
		t.Errorf("got %q, %v, want ab, cd and ef", got, err)
	}
}

// FuzzIncremental cuts arbitrary bytes at arbitrary places: that makes no
// difference, the decoder agrees with another way to read, and it takes no more
// memory than it was fed, whatever that announces.
func FuzzIncremental(f *testing.F) {
	f.Add([]byte(frames(64)), []byte{1, 2, 3, 4, 5})
	f.Add([]byte(prefixed(strings.Repeat("x", 300))), []byte{0xff, 1})
	for _, fault := range incrementalFaults {
		f.Add([]byte(prefixed("ab")+fault.stream), []byte{3})
	}
	f.Fuzz(func(t *testing.T, stream, sizes []byte) {
		want, wantErr := feed(new(incremental.Decoder), string(stream))
		if other := whole(string(stream)); len(want) > len(other) || !slices.Equal(want, other[:len(want)]) || wantErr == nil && len(want) < len(other) {
			t.Errorf("got %q, %v, want %q", want, wantErr, other)
		}
		var chunks []string
		for rest := string(stream); rest != ""; {
			n := len(rest)
			if len(sizes) > 0 {
				n, sizes = min(n, int(sizes[0])), sizes[1:]
			}
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		var d incremental.Decoder
		var got []string
		var err error
		// The fuzzing engine allocates beside it; an announced size is 1 MiB and more.
		most := 64<<10 + 8*uint64(len(stream)) + 128*uint64(len(chunks)+len(want))
		if took := allocated(func() { got, err = feed(&d, chunks...) }); took > most {
			t.Errorf("%d bytes in %d chunks took %d bytes of memory, want at most %d", len(stream), len(chunks), took, most)
		}
		if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%q: got %q, %v, want %q, %v", chunks, got, err, want, wantErr)
		}
		if _, ok, again := d.Next(); ok || again != err {
			t.Errorf("asked again: got %v, want %v", again, err)
		}
	})
}

// batch is many frames of one size, and reads is how many bytes come at a time.
func batch(size int) (stream []byte, messages int) {
	for len(stream) < 1<<20 {
		stream = append(stream, prefixed(string(make([]byte, size)))...)
		messages++
	}
	return stream, messages
}

const chunk = 64 << 10

// decodeAll decodes a stream that comes in chunks, and returns the messages.
func decodeAll(d *incremental.Decoder, stream []byte) (messages int) {
	for len(stream) > 0 {
		n := min(chunk, len(stream))
		d.Feed(stream[:n])
		stream = stream[n:]
		for {
			_, ok, err := d.Next()
			if err != nil {
				panic(err)
			}
			if !ok {
				break
			}
			messages++
		}
	}
	return messages
}

func TestIncrementalTakesNoMemory(t *testing.T) {
	for _, size := range []int{16, 4096} {
		var d incremental.Decoder
		stream, want := batch(size)
		if got := testing.AllocsPerRun(10, func() {
			if got := decodeAll(&d, stream); got != want {
				t.Errorf("got %d messages, want %d", got, want)
			}
		}); got > 0 {
			t.Errorf("%d bytes a message: got %v allocations a MiB, want none", size, got)
		}
	}
}

// A long frame leaves no long memory behind, on each of many connections.
func TestIncrementalLetsGoOfLongFrames(t *testing.T) {
	held := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	long := prefixed(strings.Repeat("x", limit))
	decoders := make([]incremental.Decoder, 64)
	before := held()
	for i := range decoders {
		if got, err := feed(&decoders[i], long[:9], long[9:]); len(got) != 1 || err != nil {
			t.Fatalf("got %d messages, %v, want 1", len(got), err)
		}
	}
	if grown := int(held()) - int(before); grown > len(decoders)*(128<<10) {
		t.Errorf("%d decoders hold %d bytes after a long frame each", len(decoders), grown)
	}
	runtime.KeepAlive(decoders)
}

// BenchmarkDecode takes the messages of a MiB in memory, in the three ways that
// there are: pushed to the decoder, read whole, and split by a Scanner.
func BenchmarkDecode(b *testing.B) {
	for _, size := range []int{16, 4096} {
		stream, want := batch(size)
		ways := []struct {
			name string
			run  func() (messages int)
		}{
			{"incremental", func() func() int {
				var d incremental.Decoder
				return func() int { return decodeAll(&d, stream) }
			}()},
			{"ReadFull", func() func() int {
				in := bufio.NewReaderSize(nil, chunk)
				var header [4]byte
				buf := make([]byte, size)
				return func() (messages int) {
					in.Reset(bytes.NewReader(stream))
					for {
						if _, err := io.ReadFull(in, header[:]); err != nil {
							return messages
						}
						n := int(binary.BigEndian.Uint32(header[:]))
						if n > len(buf) {
							panic("too large")
						}
						if _, err := io.ReadFull(in, buf[:n]); err != nil {
							panic(err)
						}
						messages++
					}
				}
			}()},
			{"Scanner", func() (messages int) {
				in := bufio.NewScanner(bytes.NewReader(stream))
				in.Buffer(scanned, len(scanned))
				in.Split(func(data []byte, atEOF bool) (advance int, token []byte, err error) {
					if len(data) < 4 {
						return 0, nil, nil
					}
					end := 4 + int(binary.BigEndian.Uint32(data))
					if len(data) < end {
						return 0, nil, nil
					}
					return end, data[4:end], nil
				})
				for in.Scan() {
					messages++
				}
				return messages
			}},
		}
		for _, way := range ways {
			b.Run(fmt.Sprintf("%s/%d", way.name, size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if got := way.run(); got != want {
						b.Fatalf("got %d messages, want %d", got, want)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*want), "ns/message")
			})
		}
	}
}

var scanned = make([]byte, chunk)
