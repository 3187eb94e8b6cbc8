// Package fixed_test holds the fixed programs to one contract. What they share
// is tested once, over a table of them; what one of them alone promises stands
// in the file named for it, beside the faults that it must refuse.
package fixed_test

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"

	"stickydemo/fixed/ackhandshake"
	"stickydemo/fixed/delimiter"
	"stickydemo/fixed/incremental"
	"stickydemo/fixed/jsonheader"
	"stickydemo/fixed/noframing"
	"stickydemo/fixed/sleephack"
	"stickydemo/fixed/sockets"
	"stickydemo/fixed/streaming"
	"stickydemo/fixed/structheader"
)

// limit is the MaxSize of each program.
const limit = 1 << 20

// A stage is one fixed program and its wire format.
type stage struct {
	name      string
	serve     func(conn net.Conn, run func(command string) []byte) error
	newClient func(dial func() (net.Conn, error)) caller
	ask       func(command string) string // all that a client writes for a command
	answer    func(payload string) string // all that a server writes for an answer
	abc       [2]string                   // ask("abc") and answer("abc"), by hand
	commands  []fault                     // what a server must refuse; the first breaks a limit
	answers   []fault                     // what a client must
	single    bool                        // one command a connection, ended by the end of the stream
	lines     bool                        // no command and no answer may hold a line feed
	chunks    bool                        // answers have no limit, and the client stops one over its own
}

type caller interface {
	Call(command string) ([]byte, error)
}

// A fault is a message that must be refused, and a part of the error that says so.
type fault struct{ name, stream, want string }

var stages = []stage{
	{
		name: "noframing", serve: noframing.Serve, single: true,
		newClient: func(dial func() (net.Conn, error)) caller { return noframing.NewClient(dial) },
		ask:       raw, answer: raw, abc: [2]string{"abc", "abc"},
		commands: noframingFaults, answers: noframingFaults,
	},
	{
		name: "sleephack", serve: sleephack.Serve, newClient: standing(sleephack.NewClient),
		ask: sized(""), answer: sized(""), abc: [2]string{"3\nabc", "3\nabc"},
		commands: sleephackFaults, answers: sleephackFaults,
	},
	{
		name: "ackhandshake", serve: ackhandshake.Serve, newClient: standing(ackhandshake.NewClient),
		ask:    func(command string) string { return sized("Run|")(command) + "Start\n" },
		answer: sized("Ready|"), abc: [2]string{"Run|3\nabcStart\n", "Ready|3\nabc"},
		commands: ackhandshakeFaults("Run|"), answers: ackhandshakeFaults("Ready|"),
	},
	{
		name: "structheader", serve: structheader.Serve, newClient: standing(structheader.NewClient),
		ask: prefixed, answer: prefixed, abc: [2]string{"\x00\x00\x00\x03abc", "\x00\x00\x00\x03abc"},
		commands: structheaderFaults, answers: structheaderFaults,
	},
	{
		name: "jsonheader", serve: jsonheader.Serve, newClient: standing(jsonheader.NewClient),
		ask: described, answer: described, abc: [2]string{abcInJSON, abcInJSON},
		commands: jsonheaderFaults, answers: jsonheaderFaults,
	},
	{
		name: "sockets", serve: serveSockets, newClient: standing(sockets.NewClient), lines: true,
		ask:    func(line string) string { return line + "\n" },
		answer: func(line string) string { return "+" + line + "\n" }, abc: [2]string{"abc\n", "+abc\n"},
		commands: socketsLines, answers: socketsAnswers,
	},
	{
		name: "streaming", serve: serveStreaming, newClient: standing(streaming.NewClient), chunks: true,
		ask: asksForChunks, answer: chunked, abc: [2]string{"\x00\x00\x00\x03abc+", "\x01\x00\x03abc\x00\x00\x00"},
		commands: structheaderFaults[:5], answers: streamingFaults, // those behind them are refusals
	},
	{
		name: "delimiter", serve: delimiter.Serve, newClient: standing(delimiter.NewClient),
		ask: escaped, answer: escaped, abc: [2]string{"abc\n", "abc\n"},
		commands: delimiterFaults, answers: delimiterFaults,
	},
	{
		name: "incremental", serve: incremental.Serve, newClient: standing(incremental.NewClient),
		ask: prefixed, answer: prefixed, abc: [2]string{"\x00\x00\x00\x03abc", "\x00\x00\x00\x03abc"},
		commands: incrementalFaults, answers: incrementalFaults,
	},
}

// framed are the stages whose messages say themselves where they end.
var framed = stages[1:]

// The MD5 of "abc" is RFC 1321's.
const abcInJSON = "\x00\x00\x00\x4e" + `{"total_size": 3, "filename": null, "md5": "900150983cd24fb0d6963f7d28e17f72"}` + "abc"

func raw(payload string) string { return payload }

func sized(word string) func(payload string) string {
	return func(payload string) string { return fmt.Sprintf("%s%d\n%s", word, len(payload), payload) }
}

func prefixed(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

func described(payload string) string {
	return prefixed(fmt.Sprintf(`{"total_size": %d, "filename": null, "md5": "%x"}`, len(payload), md5.Sum([]byte(payload)))) + payload
}

// standing makes a client with one connection for all its calls.
func standing[C caller](newClient func(net.Conn) C) func(dial func() (net.Conn, error)) caller {
	return func(dial func() (net.Conn, error)) caller {
		conn, err := dial()
		if err != nil {
			panic("fixed_test: " + err.Error())
		}
		return newClient(conn)
	}
}

// client is a client of s whose connection is conn.
func (s stage) client(conn net.Conn) caller {
	return s.newClient(func() (net.Conn, error) { return conn, nil })
}

// An exchange is a command and what reply makes of it.
type exchange struct{ command, answer string }

// talk is what a client says on one connection, and what both sides then write.
func (s stage) talk() (talk []exchange, asks, answers string) {
	talk = []exchange{{"1\n2|你", "<1\n2|你>"}, {"quiet", ""}, {"", "<>"}} // delimiters in both, an empty answer, an empty command
	if s.single {
		talk = talk[:1]
	}
	if s.lines {
		talk[0] = exchange{"1-2+你", "<1-2+你>"}
	}
	for _, e := range talk {
		asks += s.ask(e.command)
		answers += s.answer(e.answer)
	}
	return talk, asks, answers
}

// reply answers a command with itself in brackets, but for three.
func reply(command string) []byte {
	switch {
	case command == "quiet":
		return nil
	case command == "huge":
		return make([]byte, limit+1)
	case len(command) == limit:
		return []byte(command)
	}
	return []byte("<" + command + ">")
}

// never is for a server that must not run a command.
func never(t *testing.T) func(string) []byte {
	return func(command string) []byte { t.Errorf("ran the command %.40q, want none run", command); return nil }
}

func each(t *testing.T, stages []stage, check func(t *testing.T, s stage)) {
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) { check(t, s) })
	}
}

func TestFramesAreAsWrittenByHand(t *testing.T) {
	each(t, stages, func(t *testing.T, s stage) {
		if got := [2]string{s.ask("abc"), s.answer("abc")}; got != s.abc {
			t.Errorf("got %q, want %q", got, s.abc)
		}
		c := reads(s.abc[0])
		if err := s.serve(c, func(command string) []byte { return []byte(command) }); err != nil || c.wrote() != s.abc[1] {
			t.Errorf("server: got %q, %v, want %q", c.wrote(), err, s.abc[1])
		}
		c = reads(s.abc[1])
		if got, err := s.client(c).Call("abc"); err != nil || string(got) != "abc" || c.wrote() != s.abc[0] {
			t.Errorf("client: got %q, %v, wrote %q, want %q", got, err, c.wrote(), s.abc[0])
		}
	})
}

func TestCallsOverTCPAndPipe(t *testing.T) {
	most := strings.Repeat("x", limit)
	each(t, stages, func(t *testing.T, s stage) {
		check := func(network func(*testing.T) (client, server net.Conn), talk ...exchange) {
			t.Helper()
			c, leave := s.start(t, network)
			for _, e := range talk {
				if got, err := c.Call(e.command); err != nil || string(got) != e.answer {
					t.Errorf("Call(%.40q): got %.40q, %v, want %.40q", e.command, got, err, e.answer)
				}
			}
			if err := leave(); err != nil {
				t.Errorf("server after a clean leave: got %v, want no error", err)
			}
		}
		talk := []exchange{{"echo two", "<echo two>"}, {"你好", "<你好>"}}
		if !s.single { // whose commands cannot be empty, nor a pipe end in one direction
			talk = append(talk, exchange{"", "<>"})
			check(pipe, talk...) // no empty answer: a pipe's Write of no bytes waits for a Read
		}
		check(tcp, append(talk, exchange{"quiet", ""}, exchange{most, most}, exchange{"echo", "<echo>"})...)
	})
}
