package belief

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	fixedstruct "stickydemo/fixed/structheader"
	"stickydemo/netsim/trace"
)

// jsonDelimits sends objects to a reader that parses each read, and numbers to
// one that parses the stream.
func jsonDelimits() (Result, error) {
	objects := []string{`{"a":1}`, `{"b":2}`}
	read := oneWay("glue", objects, each(objects), func(r *receiver) error {
		buf := make([]byte, 1024)
		n, err := r.Read(buf)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(buf[:n], new(any)); err != nil {
			return err
		}
		r.took(buf[:n])
		return nil
	}).named("two objects, each read parsed")
	stream := func(r *receiver) error {
		for decode := json.NewDecoder(r); ; {
			var value json.RawMessage
			if err := decode.Decode(&value); err != nil {
				return unlessEOF(err)
			}
			r.took(value)
		}
	}
	whole := oneWay("up:cut=3", objects, each(objects), stream).named("in fairness: two objects, the stream parsed")
	numbers := []string{"1", "2"}
	glued := oneWay("glue", numbers, each(numbers), stream).named("two numbers, the stream parsed")
	return Result{
		Refuted: read.Server.Err != nil && whole.Verdict == stage.OK && glued.Verdict != stage.OK,
		Parts:   []Part{read, whole, glued},
		Measured: words.Sentencef("A parser of each read took %d of %s, for both came in one read; in fairness, a parser of the stream took %d, but of the numbers 1 and 2 it made %s.",
			len(read.heard()), words.Count(len(objects), "object"), len(whole.heard()), words.List(glued.heard())),
	}, nil
}

// emptyAnswer runs a command that prints nothing.
func emptyAnswer() (Result, error) {
	nothing := staged("noframing", stage.Naive, "glue", "true", "echo two").named("nothing is sent")
	frame := staged("structheader", stage.Fixed, "glue", "true", "echo two").named("a frame of length 0 is sent").showing(trace.Down)
	return Result{
		Refuted: nothing.Verdict == stage.Hang && frame.Verdict == stage.OK,
		Parts:   []Part{nothing, frame},
		Measured: words.Sentencef("The command printed nothing, the server sent %s, and the call ended in a %s; with a frame of length 0, %s of header and no body, the same call ended in: %s.",
			words.Count(sum(nothing.writes(trace.Down)), "byte"), nothing.Verdict, words.Count(first(frame.writes(trace.Down)), "byte"), frame.Verdict),
	}, nil
}

// delimiter sends a payload that contains the delimiter, bare and escaped.
func delimiter() (Result, error) {
	messages := []string{"one\ntwo", "three"}
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	lines := func(encode, decode func(string) string) Part {
		return oneWay("glue", messages, func(s *sender) {
			for i, m := range messages {
				s.payload(i+1, encode(m)+"\n")
			}
		}, func(r *receiver) error {
			in := bufio.NewScanner(r)
			for in.Scan() {
				r.took([]byte(decode(in.Text())))
			}
			return in.Err()
		})
	}
	same := func(text string) string { return text }
	bare := lines(same, same).named("as it is")
	escaped := lines(escape.Replace, unescape).named("escaped")
	return Result{
		Refuted: len(bare.heard()) != len(messages) && escaped.Verdict == stage.OK,
		Parts:   []Part{bare, escaped},
		Measured: words.Sentencef("%s went in and %s came out, because a line feed stood in the first one's own text; escaped, %d came out and were exact.",
			words.Count(len(messages), "message"), words.Group(len(bare.heard())), len(escaped.heard())),
	}, nil
}

// unescape undoes the escapes of \ and of a line feed.
func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			if i++; text[i] == 'n' {
				out.WriteByte('\n')
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// anyLength announces lengths that nobody should believe.
func anyLength() (Result, error) {
	headers := []struct {
		bytes string
		name  words.Sentence
	}{
		{"\xff\xff\xff\xff", words.Sentencef("ff ff ff ff")},
		{"\x7f\xff\xff\xff", words.Sentencef("7f ff ff ff")},
		{"GET ", words.Sentencef(`47 45 54 20, which is "GET "`)},
	}
	var parts []Part
	var sizes []string
	harmed, refused := 0, 0
	for i, h := range headers {
		announce := func(s *sender) {
			s.header(1, h.bytes)
			s.Read(make([]byte, 1024)) // and nothing follows
		}
		size := 0
		p := oneWay("glue", []string{h.bytes}, announce, func(r *receiver) error {
			header := make([]byte, 4)
			if _, err := io.ReadFull(r, header); err != nil {
				return err
			}
			size = int(int32(binary.BigEndian.Uint32(header)))
			if size > fixedstruct.MaxSize { // spare the computer that this runs on
				return fmt.Errorf("about to allocate %s for a peer that sent 4", words.Count(size, "byte"))
			}
			_, err := io.ReadFull(r, make([]byte, size))
			return err
		})
		parts = append(parts, p.named("%s: believed", h.name))
		sizes = append(sizes, words.Group(size))
		if p.Err != nil || p.Server.Err != nil {
			harmed++
		}
		capped := oneWay("glue", []string{h.bytes}, announce, func(r *receiver) error {
			return fixedstruct.Serve(r, func(command string) []byte { return []byte(command) })
		})
		if capped.Err == nil && capped.Server.Err != nil && len(capped.heard()) == 0 {
			refused++
		}
		if i == len(headers)-1 {
			parts = append(parts, capped.named("%s: with a limit", h.name).showing(trace.Up))
		}
	}
	return Result{
		Refuted: harmed == len(headers) && refused == len(headers),
		Parts:   parts,
		Measured: words.Sentencef("4 bytes each announced messages of %s bytes: the reader that believed them came to harm in %d of %s, and the one with a limit of %s refused %d.",
			words.List(sizes), harmed, words.Count(len(headers), "case"), words.Group(fixedstruct.MaxSize), refused),
	}, nil
}
