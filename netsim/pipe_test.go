package netsim_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"

	"stickydemo/netsim"
)

func TestPipeIsAConn(t *testing.T) {
	for _, text := range []string{"as-written", "glue", "drip", "every=7", "random=3", "window=4096", "down:stall=5ms@3", "link:rtt=1ms", "eof-with-data", "link:mss=1460,rate=1gbit,window=64k"} {
		plan, err := netsim.ParsePlan(text)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(text, func(t *testing.T) {
			t.Parallel() // it waits in real time
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				c1, c2 = netsim.Pipe(plan)
				return c1, c2, func() { c1.Close(); c2.Close() }, nil
			})
		})
	}
}

// elapsed measures the bubble's clock.
func elapsed(t *testing.T, what string, want time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if got := time.Since(start); got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func TestPipeTakesThePlansTime(t *testing.T) {
	for _, test := range []struct {
		name  string
		plan  string
		write time.Duration // when the second write follows the first
		want  []string      // each read with its time, and the error with its
	}{
		{"no time without a delay", "glue", time.Second, []string{"ab@0s", "cd@1s", "EOF@1s"}},
		{"half a round trip each way", "link:rtt=100ms", time.Second, []string{"ab@50ms", "cd@1.05s", "EOF@1.05s"}},
		{"a stalled byte and those behind it", "up:stall=3s@1", time.Second, []string{"a@0s", "bcd@3s", "EOF@3s"}},
		{"bytes behind a stall have no delay of their own", "up:stall=3s@1", 4 * time.Second, []string{"a@0s", "b@3s", "cd@4s", "EOF@4s"}},
		{"stalls one after the other", "up:stall=3s@0,5s@2", time.Second, []string{"ab@3s", "cd@6s", "EOF@6s"}},
		{"cuts do not wait for one another", "up:stall=3s@0;up:drip", time.Second, []string{"a@3s", "b@3s", "c@3s", "d@3s", "EOF@3s"}},
		{"the end comes with the last bytes", "up:stall=3s@3;eof-with-data", time.Second, []string{"ab@0s", "c@1s", "d+EOF@4s"}},
		{"a truncated stream ends at its last byte's arrival", "truncate=3;link:rtt=2s", time.Second, []string{"ab@1s", "c@2s", "EOF@2s"}},
		{"a stream truncated before its first byte ends by itself", "truncate=0;link:rtt=2s", time.Second, []string{"EOF@1s"}},
		{"a reset arrives like a byte", "up:reset=3;link:rtt=2s", time.Second, []string{"ab@1s", "c@2s", "connection reset by peer@2s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := netsim.Pipe(netsim.MustParsePlan(test.plan))
				defer server.Close()
				start := time.Now()
				go func() {
					client.Write([]byte("ab"))
					time.Sleep(test.write)
					client.Write([]byte("cd"))
					client.Close()
				}()
				var got []string
				for {
					synctest.Wait() // until the writer can do no more
					text, err := read(server, 64)
					if err != nil && text != "" {
						text += "+"
					}
					if err != nil {
						text += err.Error()
					}
					got = append(got, fmt.Sprintf("%s@%s", text, time.Since(start)))
					if err != nil {
						break
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// TestPipeWakesWhoeverAResetConcerns: whoever is blocked at either end of a
// connection learns that it broke, whatever broke it and however long that is
// on its way.
func TestPipeWakesWhoeverAResetConcerns(t *testing.T) {
	const rtt = 2 * time.Second
	for _, test := range []struct {
		name string
		plan string
		act  func(client, server net.Conn)
		want time.Duration
	}{
		{"the plan's reset", "up:reset=3", func(client, server net.Conn) { client.Write([]byte("abc")) }, 0},
		{"the plan's reset over a link", "up:reset=3;link:rtt=2s", func(client, server net.Conn) { client.Write([]byte("abc")) }, rtt / 2},
		{"the plan's reset before the first byte", "down:reset=0;link:rtt=2s", func(client, server net.Conn) {}, rtt / 2},
		{"a close with unread input", "up:window=3", func(client, server net.Conn) { server.Close() }, 0},
		{"a close with unread input over a link", "up:window=3;link:rtt=2s", func(client, server net.Conn) {
			time.Sleep(rtt)
			server.Close()
		}, rtt + rtt/2},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := netsim.Pipe(netsim.MustParsePlan(test.plan))
				start := time.Now()
				var blocked sync.WaitGroup
				if strings.Contains(test.plan, "window") {
					blocked.Go(func() { // fills the window and blocks
						if n, err := client.Write([]byte("abcdef")); n != 3 || err != netsim.ErrReset || time.Since(start) != test.want {
							t.Errorf("the client's write: got %d, %v at %s, want 3, ErrReset at %s", n, err, time.Since(start), test.want)
						}
					})
				} else {
					blocked.Go(func() {
						if got, err := io.ReadAll(server); err != netsim.ErrReset || time.Since(start) != test.want {
							t.Errorf("the server's read: got %q, %v at %s, want ErrReset at %s", got, err, time.Since(start), test.want)
						}
					})
				}
				blocked.Go(func() {
					got, err := read(client, 64)
					if err == io.EOF { // a close ends the stream before what it left unread resets it
						got, err = read(client, 64)
					}
					if got != "" || err != netsim.ErrReset || time.Since(start) != test.want {
						t.Errorf("the client's read: got %q, %v at %s, want ErrReset at %s", got, err, time.Since(start), test.want)
					}
				})
				synctest.Wait()
				test.act(client, server)
				blocked.Wait()
				for _, conn := range []net.Conn{client, server} {
					n, err := conn.Write([]byte("x"))
					if conn.Close() == nil && (n != 0 || err != netsim.ErrReset) {
						t.Errorf("a later write: got %d, %v, want 0, ErrReset", n, err)
					}
				}
			})
		})
	}
}

// TestAWriterAloneLearnsOfAReset: nobody reads, and still it arrives.
func TestAWriterAloneLearnsOfAReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := netsim.Pipe(netsim.MustParsePlan("up:reset=1;down:window=1;link:rtt=2s"))
		elapsed(t, "the server's blocked write", time.Second, func() {
			client.Write([]byte("a"))
			if n, err := server.Write([]byte("abc")); n != 1 || err != netsim.ErrReset {
				t.Errorf("got %d, %v, want 1, ErrReset", n, err)
			}
		})
		client.Close()
		server.Close()
	})
}

func TestAWriteLongerThanTheWindowToAClosedPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := netsim.Pipe(netsim.Plan{})
		server.Close()
		if n, err := client.Write(make([]byte, 2*netsim.DefaultWindow)); n != netsim.DefaultWindow || err != netsim.ErrReset {
			t.Errorf("got %d, %v, want %d, ErrReset", n, err, netsim.DefaultWindow)
		}
	})
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, peer := netsim.Pipe(netsim.MustParsePlan("up:window=2"))
		defer peer.Close()
		readOne := func(want error) func() {
			return func() {
				t.Helper()
				if _, err := read(conn, 1); err != want {
					t.Errorf("read: got %v, want %v", err, want)
				}
			}
		}
		writeThree := func() {
			t.Helper()
			if n, err := conn.Write([]byte("abc")); n > 2 || err != os.ErrDeadlineExceeded {
				t.Errorf("write: got %d, %v, want a deadline", n, err)
			}
		}
		after := func(d time.Duration) time.Time { return time.Now().Add(d) }

		conn.SetReadDeadline(after(2 * time.Second))
		elapsed(t, "a read", 2*time.Second, readOne(os.ErrDeadlineExceeded))
		elapsed(t, "a read when the deadline has passed", 0, readOne(os.ErrDeadlineExceeded))
		peer.Write([]byte("x"))
		elapsed(t, "a read with bytes there when the deadline has passed", 0, readOne(os.ErrDeadlineExceeded))
		conn.SetReadDeadline(time.Time{})
		elapsed(t, "a read when the deadline is cleared", 0, readOne(nil))

		conn.SetWriteDeadline(after(3 * time.Second))
		elapsed(t, "a write that the window blocks", 3*time.Second, writeThree)
		conn.SetDeadline(after(-time.Second))
		elapsed(t, "a read when the deadline is in the past", 0, readOne(os.ErrDeadlineExceeded))
		elapsed(t, "a write when the deadline is in the past", 0, writeThree)
		conn.SetDeadline(time.Time{})

		blocked := func(what string, want time.Duration, call func(), meanwhile func()) {
			t.Helper()
			elapsed(t, what, want, func() {
				done := make(chan bool)
				go func() {
					defer close(done)
					call()
				}()
				synctest.Wait()
				meanwhile()
				<-done
			})
		}
		blocked("a blocked read whose deadline is moved to the past", time.Second, readOne(os.ErrDeadlineExceeded), func() {
			time.Sleep(time.Second)
			conn.SetReadDeadline(after(-time.Hour))
		})
		blocked("a blocked write whose deadline is moved to the past", time.Second, writeThree, func() {
			time.Sleep(time.Second)
			conn.SetWriteDeadline(after(-time.Hour))
		})
		conn.SetDeadline(after(time.Second))
		blocked("a blocked read whose deadline is moved on", 4*time.Second, readOne(os.ErrDeadlineExceeded), func() {
			conn.SetReadDeadline(after(4 * time.Second))
		})
		conn.SetDeadline(after(time.Second))
		blocked("a blocked read whose deadline is cleared", time.Minute, readOne(nil), func() {
			conn.SetReadDeadline(time.Time{})
			time.Sleep(time.Minute)
			peer.Write([]byte("x"))
		})
		conn.SetDeadline(after(time.Second))
		blocked("a blocked read whose own end closes", 0, readOne(net.ErrClosed), func() { conn.Close() })
		if err := conn.SetDeadline(after(time.Second)); err != net.ErrClosed {
			t.Errorf("SetDeadline behind Close: got %v, want net.ErrClosed", err)
		}
	})
}

func TestAPipesClosedEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := netsim.Pipe(netsim.MustParsePlan("up:window=2"))
		var blocked sync.WaitGroup
		blocked.Go(func() {
			if _, err := read(client, 1); err != net.ErrClosed {
				t.Errorf("a blocked read: got %v, want net.ErrClosed", err)
			}
		})
		for range 2 { // the second waits for the first
			blocked.Go(func() {
				if n, err := client.Write([]byte("abc")); n > 2 || err != net.ErrClosed {
					t.Errorf("a blocked write: got %d, %v, want net.ErrClosed", n, err)
				}
			})
		}
		synctest.Wait()
		if err := client.Close(); err != nil {
			t.Errorf("Close: got %v, want nil", err)
		}
		blocked.Wait()
		_, readErr := client.Read(nil)
		_, writeErr := client.Write(nil)
		halfErr := client.(interface{ CloseWrite() error }).CloseWrite()
		for _, err := range []error{readErr, writeErr, halfErr, client.Close()} {
			if err != net.ErrClosed {
				t.Errorf("behind Close: got %v, want net.ErrClosed", err)
			}
		}
		if got, err := io.ReadAll(server); string(got) != "ab" || err != nil {
			t.Errorf("what was on its way: got %q, %v, want ab", got, err)
		}
		server.Close()
	})
}

func TestAPipeHalfCloses(t *testing.T) {
	for _, reversed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			first, second := netsim.Pipe(netsim.MustParsePlan("every=3;window=4"))
			if reversed {
				first, second = second, first
			}
			var blocked sync.WaitGroup
			blocked.Go(func() {
				if got, err := io.ReadAll(first); string(got) != "an answer" || err != nil {
					t.Errorf("got %q, %v, want the answer", got, err)
				}
			})
			blocked.Go(func() {
				write(t, first, "a question")
				closeWrite(t, first)
				closeWrite(t, first) // twice is once
				if n, err := first.Write([]byte("x")); n != 0 || !errors.Is(err, syscall.EPIPE) {
					t.Errorf("write behind CloseWrite: got %d, %v, want 0, EPIPE", n, err)
				}
			})
			if got, err := io.ReadAll(second); string(got) != "a question" || err != nil {
				t.Errorf("got %q, %v, want the question", got, err)
			}
			write(t, second, "an answer")
			closeWrite(t, second)
			blocked.Wait()
			first.Close()
			second.Close()
		})
	}
}

func TestCloseWriteReleasesAPipesBlockedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := netsim.Pipe(netsim.MustParsePlan("window=2"))
		done := make(chan bool)
		go func() {
			defer close(done)
			if n, err := client.Write([]byte("abcd")); n != 2 || !errors.Is(err, syscall.EPIPE) {
				t.Errorf("got %d, %v, want 2, EPIPE", n, err)
			}
		}()
		synctest.Wait()
		closeWrite(t, client)
		<-done
		if got, err := io.ReadAll(server); string(got) != "ab" || err != nil {
			t.Errorf("got %q, %v, want ab", got, err)
		}
	})
}

func TestAPipesWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, window := range []int{1, 1000, 0} {
			plan := netsim.Plan{Up: netsim.Stream{Window: window}}
			if window == 0 {
				window = netsim.DefaultWindow
			}
			client, server := netsim.Pipe(plan)
			client.SetWriteDeadline(time.Now().Add(time.Second))
			if n, err := client.Write(make([]byte, 4*window)); n != window || err != os.ErrDeadlineExceeded {
				t.Errorf("window %d: got %d, %v, want it full", window, n, err)
			}
			client.SetWriteDeadline(time.Time{})
			done := make(chan bool)
			go func() {
				defer close(done)
				write(t, client, "abc")
				client.Close()
			}()
			got, err := io.ReadAll(server)
			if want := window + 3; len(got) != want || err != nil {
				t.Errorf("window %d: got %d bytes, %v, want %d", window, len(got), err, want)
			}
			<-done
		}
	})
}

// allocated returns the bytes that n calls of f took from the heap, a call.
func allocated(n int, f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc-before.TotalAlloc) / n
}

func TestAPipesBuffersGrowAsBytesCome(t *testing.T) {
	const n = 100
	for _, test := range []struct {
		name string
		size int
		most int // bytes, of one connection
	}{
		{"an unused pipe has none", 0, 2 << 10},
		{"a few bytes take a little", 10, 4 << 10},
		{"many take twice as much at most, and as much again in growing", 20_000, 4*20_000 + 4<<10},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := make([]byte, test.size)
			got := allocated(n, func() {
				client, server := netsim.Pipe(netsim.Plan{})
				client.Write(data)
				client.Close()
				server.Close()
			})
			if got > test.most {
				t.Errorf("got %d bytes a pipe, want at most %d", got, test.most)
			}
		})
	}
}

func TestAPipesReadsAndWritesAllocateNothing(t *testing.T) {
	for _, text := range []string{"glue", "as-written", "drip", "every=7", "random=3", "cut=4,9"} {
		t.Run(text, func(t *testing.T) {
			client, server := netsim.Pipe(netsim.MustParsePlan(text))
			defer client.Close()
			defer server.Close()
			buf := make([]byte, 64)
			exchange := func() {
				client.Write(buf)
				for n := 0; n < len(buf); {
					got, _ := server.Read(buf[n:])
					n += got
				}
				server.Write(buf)
				for n := 0; n < len(buf); {
					got, _ := client.Read(buf[n:])
					n += got
				}
			}
			exchange()
			if got := testing.AllocsPerRun(100, exchange); got != 0 {
				t.Errorf("got %v allocations an exchange, want 0", got)
			}
		})
	}
}

// TestManyReadersAndWriters: each byte that was written is read once, and each
// Write's bytes stand together.
func TestManyReadersAndWriters(t *testing.T) {
	for _, text := range []string{"glue", "as-written", "every=5", "window=3", "window=100;random=1", "stall=1ms@7", "link:rtt=1ms;window=64"} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const writers, readers, writes = 4, 4, 100
				client, server := netsim.Pipe(netsim.MustParsePlan(text))
				var writing, reading sync.WaitGroup
				for w := range writers {
					writing.Go(func() {
						for range writes {
							write(t, client, strings.Repeat(string(rune('a'+w)), 10))
						}
					})
				}

				// One reader alone sees the order.
				half := writers * writes * 10 / 2
				got, err := io.ReadAll(io.LimitReader(server, int64(half)))
				if err != nil {
					t.Error(err)
				}
				for i := 0; i < half; i += 10 {
					if block := string(got[i : i+10]); strings.Count(block, block[:1]) != 10 {
						t.Fatalf("at %d: got %q, want ten bytes of one Write", i, block)
					}
				}

				var mu sync.Mutex
				count := map[byte]int{} // guarded by mu
				for _, b := range got {
					count[b]++
				}
				for range readers {
					reading.Go(func() {
						buf := make([]byte, 7)
						for {
							n, err := server.Read(buf)
							mu.Lock()
							for _, b := range buf[:n] {
								count[b]++
							}
							mu.Unlock()
							if err != nil {
								if err != io.EOF {
									t.Errorf("got %v, want EOF", err)
								}
								return
							}
						}
					})
				}
				writing.Wait()
				closeWrite(t, client)
				reading.Wait()
				for w := range writers {
					if b := byte('a' + w); count[b] != writes*10 {
						t.Errorf("got %d bytes %q, want %d", count[b], b, writes*10)
					}
				}
				if len(count) != writers {
					t.Errorf("got %d different bytes, want %d", len(count), writers)
				}
				client.Close()
				server.Close()
			})
		})
	}
}

// TestAPipeCutsAsItsPlanSays, however its goroutines run.
func TestAPipeCutsAsItsPlanSays(t *testing.T) {
	for _, test := range []struct {
		plan string
		want string
	}{
		{"glue", "abcdef"},
		{"as-written", "ab cdef"},
		{"drip", "a b c d e f"},
		{"every=4", "abcd ef"},
		{"cut=1,5", "a bcde f"},
		{"7#drip;1#every=3", "abc def"}, // a pipe is the first connection
		{"truncate=4", "abcd"},
	} {
		t.Run(test.plan, func(t *testing.T) {
			client, server := netsim.Pipe(netsim.MustParsePlan(test.plan))
			for _, ends := range [][2]net.Conn{{client, server}, {server, client}} {
				write(t, ends[0], "ab")
				write(t, ends[0], "cdef")
				closeWrite(t, ends[0])
				if got, err := chunks(ends[1], 64); strings.Join(got, " ") != test.want || err != io.EOF {
					t.Errorf("got %q, %v, want %q, EOF", got, err, test.want)
				}
			}
		})
	}
}

func TestAPipesReadsAndWritesOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := netsim.Pipe(netsim.MustParsePlan("as-written;window=1"))
		write(t, client, "")
		write(t, client, "a")
		write(t, client, "") // the window is full, and nothing fits
		if n, err := client.Read(nil); n != 0 || err != nil {
			t.Errorf("read of nothing: got %d, %v, want 0, nil at once", n, err)
		}
		wantRead(t, server, "a", nil)
	})
}

func TestAPipesPlanIsItsOwn(t *testing.T) {
	plan := netsim.MustParsePlan("up:every=2")
	client, server := netsim.Pipe(plan)
	plan.Up.Mode = netsim.Mode{}
	write(t, client, "abcd")
	wantRead(t, server, "ab", nil)
	if got, want := fmt.Sprintf("%s %s %s", client.LocalAddr(), client.RemoteAddr(), server.RemoteAddr()), "client server client"; got != want {
		t.Errorf("got the addresses %s, want %s", got, want)
	}
}
