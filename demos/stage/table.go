package stage

import (
	"io"
	"net"
	"time"

	"stickydemo/demos/shell"
	fixedack "stickydemo/fixed/ackhandshake"
	fixeddatagrams "stickydemo/fixed/datagrams"
	fixeddelimiter "stickydemo/fixed/delimiter"
	fixedincremental "stickydemo/fixed/incremental"
	fixedjson "stickydemo/fixed/jsonheader"
	fixedno "stickydemo/fixed/noframing"
	fixedsleep "stickydemo/fixed/sleephack"
	fixedsockets "stickydemo/fixed/sockets"
	fixedstreaming "stickydemo/fixed/streaming"
	fixedstruct "stickydemo/fixed/structheader"
	"stickydemo/naive/ackhandshake"
	"stickydemo/naive/datagrams"
	"stickydemo/naive/delimiter"
	"stickydemo/naive/incremental"
	"stickydemo/naive/jsonheader"
	"stickydemo/naive/noframing"
	"stickydemo/naive/sleephack"
	"stickydemo/naive/sockets"
	"stickydemo/naive/streaming"
	"stickydemo/naive/structheader"
)

// All is the stages in the order of the course.
var All = []Stage{
	{
		ID: "stage0", Name: "sockets",
		Idea:  "an echo server for one client at a time",
		Naive: accepting(sockets.Serve),
		Fixed: Program{
			ServeAll: func(l net.Listener, env Env) error { return fixedsockets.Serve(l, env.Run, env.Handlers) },
			Client:   standing(fixedsockets.NewClient),
		},
		Break: Break{
			Plan:     "glue",
			Commands: []string{"hello", "is anybody there?"},
			Clients:  EachStays,
			Verdict:  Hang,
			Reason: "The server reads on from its first client and does not come back to accept the second one. " +
				"That one is connected all the same: the kernel keeps it in the backlog, and nobody ever answers.",
			AsWritten:       Hang,
			AsWrittenReason: "the first client has not left, whatever the network does",
		},
		Variants: []Variant{{
			Name:  "once",
			Idea:  "an echo server for one message",
			Naive: accepting(sockets.ServeOnce),
			Break: Break{
				Plan:     "glue",
				Commands: []string{"hello", "still there?"},
				Verdict:  Error,
				Reason: "The server answers one message and exits. " +
					"A conversation has more, and the second message meets a connection that is closed.",
				AsWritten:       Error,
				AsWrittenReason: "the server exits after one answer, whatever the network does",
			},
		}, {
			Name:  "spin",
			Idea:  "an echo server that does not notice that its client left",
			Naive: accepting(sockets.ServeSpin),
			Break: Break{
				Plan:     "glue",
				Commands: []string{"hello"},
				Verdict:  Spin,
				Reason: "Every answer was right. Then the client left, and from then on a read returns at once, with no byte: " +
					"the end of the stream. The server takes it for an empty message and answers it, as fast as it can, for ever.",
				AsWritten:       Spin,
				AsWrittenReason: "every client leaves one day, whatever the network does",
			},
		}, {
			Name:  "first",
			Idea:  "an echo server that leaves with its first client",
			Naive: accepting(sockets.ServeFirst),
			Break: Break{
				Plan:     "glue",
				Commands: []string{"hello", "is anybody there?"},
				Clients:  EachGoes,
				Verdict:  Error,
				Reason: "The server does notice that its client left, and leaves its only loop: " +
					"it exits, and the second client, who was in the backlog by then, is reset.",
				AsWritten:       Error,
				AsWrittenReason: "the server exits with its first client, whatever the network does",
			},
		}},
		Repair: "Each client gets a handler that runs beside the others, and the loop goes straight back to accept. " +
			"The end of a stream ends its handler alone, a closed listener ends the server once the last client has left, and a line ends at its line feed.",
		Price: "One byte a request, two an answer, and a goroutine for each client: their number must be limited somewhere.",
		Reply: upper,
	},
	{
		ID: "stage1", Name: "noframing",
		Idea:  "nothing marks the end of an answer",
		Naive: program(noframing.Serve, noframing.NewClient),
		Fixed: Program{
			Serve: serve(fixedno.Serve),
			Client: func(dial func() (net.Conn, error)) (Caller, error) {
				return fixedno.NewClient(dial), nil
			},
		},
		Break: Break{
			Plan:     "glue",
			Commands: []string{"tasklist", "ipconfig"},
			Verdict:  Torn,
			Reason: "The client believes that one read of 1024 bytes is one answer. " +
				"The rest of a longer answer waits in its receive buffer and comes out as the answer to the next command.",
			AsWritten:       Torn,
			AsWrittenReason: "an answer over 1024 bytes does not fit its one read on any network",
		},
		Repair: "One command a connection: each side ends its stream when its message is whole, and the other reads up to that end.",
		Price: "A new connection, one more round trip, for every command. " +
			"And the end of a stream looks the same whether the answer was whole or cut off: that is why lengths exist.",
		Answer: both,
	},
	{
		ID: "stage2", Name: "sleephack",
		Idea:  "size, pause, body",
		Naive: paused(nil),
		Fixed: program(fixedsleep.Serve, fixedsleep.NewClient),
		Break: Break{
			Plan:     "down:stall=600ms@0",
			Commands: []string{"echo two", "echo three"},
			Verdict:  Error,
			Reason: "The pause parts size and body at the sender, and only there. " +
				"The size was held up for longer than the pause, so that both waited at the client and one read took them together: no number.",
		},
		Variants: []Variant{{
			Name:  "nopause",
			Idea:  "size and body, one after the other",
			Naive: paused(func(time.Duration) {}),
			Break: Break{
				Plan:     "glue",
				Commands: []string{"echo two", "echo three"},
				Verdict:  Error,
				Reason: "Size and body were written one after the other, and one read took them together: no number. " +
					"Two writes are not two reads.",
			},
		}},
		Repair: "The pause became a delimiter: the size ends at a line feed, wherever the reads end. Requests are framed the same way.",
		Price:  "One byte a message, and half a second less.",
		Answer: stdout,
	},
	{
		ID: "stage3", Name: "ackhandshake",
		Idea:  "size, reply, body",
		Naive: program(ackhandshake.Serve, ackhandshake.NewClient),
		Fixed: program(fixedack.Serve, fixedack.NewClient),
		Break: Break{
			Plan:     "up:cut=2",
			Commands: []string{"echo two", "echo three"},
			Verdict:  Wrong,
			Reason: "The reply does keep size and body apart. But nothing frames the request: the server ran its first two bytes as a command, " +
				"took the rest for the reply, and the client got an answer to something it never asked.",
		},
		Variants: []Variant{{
			Name:  "size",
			Idea:  "a bare size, answered by anything",
			Naive: program(ackhandshake.ServeSize, ackhandshake.NewSizeClient),
			Break: Break{
				Plan:     "up:cut=2",
				Commands: []string{"echo two", "echo three"},
				Verdict:  Error,
				Reason: "Any bytes count as the reply, so the rest of the cut request did: " +
					"the server did not wait, and size and output came together after all.",
			},
		}},
		Repair: "Every control message is a line, every body has its announced length, in both directions.",
		Price: "One more round trip a message, and it buys nothing any more: once the size is framed, the body may follow at once. " +
			"Waiting is worth it where the receiver may say no to a large body, as with HTTP's 100 Continue.",
		Answer: stdout,
	},
	{
		ID: "stage4", Name: "structheader",
		Idea:  "a length of 4 bytes before the body",
		Naive: program(structheader.Serve, structheader.NewClient),
		Fixed: program(fixedstruct.Serve, fixedstruct.NewClient),
		Break: Break{
			Plan:     "down:cut=2",
			Commands: []string{"echo ab", "echo abc"},
			Verdict:  Error,
			Reason: "A read that asks for 4 bytes may return 2. On loopback that happens about once in 100,000 reads, " +
				"so every test passed.",
		},
		Repair: "io.ReadFull reads on until the header is whole and until the body is; the length is unsigned, big-endian and capped.",
		Price:  "4 bytes a message, each way.",
		Answer: both,
	},
	{
		ID: "stage5", Name: "jsonheader",
		Idea:  "a length, a JSON header, then the body",
		Naive: program(jsonheader.Serve, jsonheader.NewClient),
		Fixed: program(fixedjson.Serve, fixedjson.NewClient),
		Break: Break{
			Plan:     "down:cut=6",
			Commands: []string{"echo ab", "echo abc"},
			Verdict:  Error,
			Reason: "The header length arrived whole, the header did not: one read returned its first 2 bytes, " +
				"and half a JSON text is none.",
		},
		Repair: "Length, header and body are each read until they are whole; the header is bounded and checked, and so is the body's digest.",
		Price: "About 80 bytes a message, each way, and the time to parse them. " +
			"What they buy is room: a reader that meets an unknown key passes it over.",
		Answer: both,
	},
	{
		ID: "stage6", Name: "streaming",
		Idea:  "a command whose output has no end in sight",
		Naive: Program{Serve: live(streaming.Serve), Client: standing(streaming.NewClient)},
		Fixed: Program{
			Serve:  live(fixedstreaming.Serve),
			Client: standing(func(conn net.Conn) viewer { return viewer{fixedstreaming.NewClient(conn)} }),
		},
		Break: Break{
			Plan:     "glue",
			Commands: []string{"echo ready", "top"},
			Verdict:  Late,
			Sound:    true,
			Reason: "The server collects all that a command prints before it sends a byte, and top prints a line a second for ever. " +
				"No read is cut wrong here, and no boundary is lost: an hour later the client still has nothing, and no way to say stop.",
			AsWritten:       Late,
			AsWrittenReason: "the command has no end, whatever the network does",
		},
		Repair: "Output is sent in chunks of up to 32 KiB as it comes, each with the number of its stream, and an empty chunk with the exit status ends it. " +
			"After each chunk the client says more or stop; this one stops a command without end after three lines.",
		Price: "3 bytes and a round trip a chunk. Whoever cannot wait that long lets several chunks be under way, " +
			"as the windows of SSH and HTTP/2 do, and stops that much later.",
		Streams: true,
		Answer:  stdout,
	},
	{
		ID: "stage7", Name: "delimiter",
		Idea:  "a line feed ends a message",
		Naive: program(delimiter.Serve, delimiter.NewClient),
		Fixed: escaped(program(fixeddelimiter.Serve, fixeddelimiter.NewClient)),
		Break: Break{
			Plan:     "down:cut=2",
			Commands: []string{"printf two", "printf three"},
			Verdict:  Torn,
			Reason: "The client splits what a read returned at its line feeds and takes each piece for a line. " +
				"But the read ended within one: half of the line passed for the answer, and its other half for the next.",
			Short: []string{"printf ab", "printf abc"},
		},
		Variants: []Variant{{
			Name:  "lines",
			Idea:  "the payload has line feeds, too",
			Naive: program(delimiter.Serve, delimiter.NewClient),
			Break: Break{
				Plan:     "glue",
				Commands: []string{"seq 1 3", "printf four"},
				Verdict:  Torn,
				Reason: "An output of three lines is three messages to its reader: the first passed for the answer, " +
					"and the second for the answer to the next command.",
				AsWritten:       Torn,
				AsWrittenReason: "nothing tells a line feed of the payload from the one at its end, on any network",
				Short:           []string{"printf ab", "printf abc"},
			},
		}, {
			Name:  "ends",
			Idea:  "a message is over when what came ends with a line feed",
			Naive: program(delimiter.ServeEnds, delimiter.NewEndsClient),
			Break: Break{
				Plan:     "down:cut=2",
				Commands: []string{"seq 1 3", "printf four"},
				Verdict:  Torn,
				Reason: "The client reads on until what it has ends with a line feed, and one read ended at a line feed of the payload. " +
					"A cut anywhere else does no harm, so that it takes long to find.",
			},
		}},
		Repair: "A line is read to its end, wherever the reads end, and up to a limit. " +
			"Line feeds in the payload are escaped, so that there is only one in a line.",
		Price: "One byte a message, one more for each line feed, carriage return and backslash in it, and a look at every byte. " +
			"And the text of any other protocol is a line, so that a stranger is not noticed.",
		Answer: both,
	},
	{
		ID: "stage8", Name: "incremental",
		Idea:  "a decoder that is fed what each read brought",
		Naive: program(incremental.Serve, incremental.NewClient),
		Fixed: program(fixedincremental.Serve, fixedincremental.NewClient),
		Break: Break{
			Plan:     "down:cut=6",
			Commands: []string{"echo ab", "echo abc"},
			Verdict:  Hang,
			Reason: "The decoder gives back the frames that lie within one read, and drops what is left over to wait for a whole one. " +
				"The rest of the frame came without its start, and then nothing came any more. A frame over the read's 1024 bytes is dropped on any network.",
		},
		Repair: "What a read leaves over is kept until the rest has come, up to a limit, and the decoder says how many bytes are missing. " +
			"The same bytes give the same messages however they are cut: a search shows it for all ways to cut 4,096 bytes.",
		Price:  "4 bytes a message, each way, and a copy of each frame that does not lie within one read.",
		Answer: both,
	},
	{
		ID: "stage9", Name: "datagrams",
		Idea: "one datagram a message, as on UDP",
		Naive: onDatagrams(datagrams.Serve, func(conn net.Conn, _ Clock) Caller {
			return datagrams.NewClient(conn)
		}),
		Fixed: onDatagrams(fixeddatagrams.Serve, func(conn net.Conn, clock Clock) Caller {
			return fixeddatagrams.NewClient(conn, clock.First, clock.Now)
		}),
		Break: Break{
			Plan:     "down:drop=2",
			Commands: []string{"tasklist", "ipconfig"},
			Verdict:  Torn,
			Reason: "A datagram keeps its boundaries, and what one receive does not take of it is lost: 1024 bytes of the first answer came, " +
				"and not even the next call got the rest. The second answer was lost on the way, and nobody asks again.",
			AsWritten:       Torn,
			AsWrittenReason: "what one receive of 1024 bytes does not take of a datagram is lost on any network",
		},
		Variants: []Variant{{
			Name: "retry",
			Idea: "ask again when no answer comes, and take the first that does",
			Naive: onDatagrams(datagrams.Serve, func(conn net.Conn, clock Clock) Caller {
				return datagrams.NewRetryClient(conn, clock.Now)
			}),
			Break: Break{
				Plan:     "down:swap=1",
				Commands: []string{"echo two", "echo three"},
				Verdict:  Leftover,
				Reason: "The first answer was late, so the client asked again, and the second one overtook it: the command ran twice. " +
					"Then the first one came, and nothing in it says which command it answers: it passed for the answer to the next.",
			},
		}},
		Tries: fixeddatagrams.Tries, Wait: fixeddatagrams.Wait,
		Repair: "Every datagram says which message it belongs to and which piece it is, and is small enough for every path; " +
			"what does not come is asked for again, four times; the server remembers its last answer to each client, so that nothing runs twice.",
		Price: "11 bytes a datagram, and a round trip for each 1,189 bytes: one datagram of 8,893 bytes passes loopback, " +
			"but on Ethernet it goes in 7 fragments and is lost with any of them. A second for every loss, and an error after four, and so for a command that takes longer.",
		Answer: both,
	},
}

func onDatagrams(serve func(net.PacketConn, func(string) []byte) error, client func(net.Conn, Clock) Caller) Program {
	return Program{Datagrams: &Datagrams{
		Serve:  func(conn net.PacketConn, env Env) error { return serve(conn, env.Run) },
		Client: client,
	}}
}

// program is the common shape: one standing connection.
func program[C Caller](s func(net.Conn, func(string) []byte) error, newClient func(net.Conn) C) Program {
	return Program{Serve: serve(s), Client: standing(newClient)}
}

func serve(s func(net.Conn, func(string) []byte) error) func(net.Conn, Env) error {
	return func(conn net.Conn, env Env) error { return s(conn, env.Run) }
}

// accepting is the shape of a server that accepts its connections itself.
func accepting(s func(net.Listener, func(string) []byte) error) Program {
	return Program{
		ServeAll: func(l net.Listener, env Env) error { return s(l, env.Run) },
		Client:   standing(sockets.NewClient),
	}
}

// upper is Python's bytes.upper: ASCII letters alone, so that no length changes.
func upper(line string) []byte {
	text := []byte(line)
	for i, c := range text {
		if 'a' <= c && c <= 'z' {
			text[i] = c - 'a' + 'A'
		}
	}
	return text
}

// live is the shape of a server whose commands print while they run.
func live(s func(net.Conn, func(string, io.Writer, io.Writer) int) error) func(net.Conn, Env) error {
	return func(conn net.Conn, env Env) error { return s(conn, env.Stream) }
}

func standing[C Caller](newClient func(net.Conn) C) func(func() (net.Conn, error)) (Caller, error) {
	return func(dial func() (net.Conn, error)) (Caller, error) {
		conn, err := dial()
		if err != nil {
			return nil, err
		}
		return newClient(conn), nil
	}
}

// paused is the sleep hack with a pause of its own, or nil for the world's.
func paused(sleep func(time.Duration)) Program {
	return Program{
		Serve: func(conn net.Conn, env Env) error {
			if sleep != nil {
				env.Sleep = sleep
			}
			return sleephack.Serve(conn, env.Run, env.Sleep)
		},
		Client: standing(sleephack.NewClient),
	}
}

// escaped is a program that escapes line ends.
func escaped(p Program) Program {
	p.Escape = map[byte]string{'\n': `\n`, '\r': `\r`, '\\': `\\`}
	return p
}

func stdout(a shell.Answer) []byte { return a.Stdout }

func both(a shell.Answer) []byte {
	return append(a.Stdout[:len(a.Stdout):len(a.Stdout)], a.Stderr...)
}
