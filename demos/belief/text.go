package belief

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
)

// decodeChunks turns each read into text, and then the whole message.
func decodeChunks() (Result, error) {
	messages := []string{"你好"}
	var text strings.Builder
	chunks := oneWay("up:cut=2", messages, each(messages), func(r *receiver) error {
		buf := make([]byte, 1024)
		for {
			n, err := r.Read(buf)
			if n == 0 {
				return unlessEOF(err)
			}
			for _, c := range string(buf[:n]) { // a broken character is U+FFFD
				text.WriteRune(c)
			}
			r.took(buf[:n])
		}
	}).named("each read decoded")
	whole := oneWay("up:cut=2", messages, each(messages), func(r *receiver) error {
		message, err := io.ReadAll(r)
		r.took(message)
		return err
	}).named("the whole message decoded")
	broken := strings.Count(text.String(), string(utf8.RuneError))
	return Result{
		Refuted: broken > 0 && text.String() != messages[0] && whole.Verdict == stage.OK,
		Parts:   []Part{chunks, whole},
		Measured: words.Sentencef("%q is %s: cut after 2 and decoded read by read it became %s of replacement and %q, and decoded whole it was %q.",
			messages[0], words.Count(len(messages[0]), "byte"), words.Count(broken, "sign"),
			strings.ReplaceAll(text.String(), string(utf8.RuneError), ""), strings.Join(whole.heard(), "")),
	}, nil
}

// characters announces a length in characters.
func characters() (Result, error) {
	const message = "你好"
	messages := []string{message}
	wrong := uint32(0) // what the reader took for the next length: more than an int may hold
	counted := oneWay("glue", messages, func(s *sender) {
		s.frame(1, length(message[:utf8.RuneCountInString(message)]), message) // BUG
	}, func(r *receiver) error {
		header := make([]byte, 4)
		if _, err := io.ReadFull(r, header); err != nil {
			return err
		}
		body := make([]byte, min(binary.BigEndian.Uint32(header), 1<<20))
		if _, err := io.ReadFull(r, body); err != nil {
			return err
		}
		r.took(body)
		if _, err := io.ReadFull(r, header); err != nil {
			return unlessEOF(err)
		}
		wrong = binary.BigEndian.Uint32(header)
		return fmt.Errorf("%d bytes announced (% x), limit %d", wrong, header, 1<<20)
	}).named("2 announced: characters")
	right := oneWay("glue", messages, framed(messages), readFramed).named("6 announced: bytes")
	took := ""
	if h := counted.heard(); len(h) > 0 {
		took = h[0]
	}
	return Result{
		Refuted: took != message && wrong > 1<<20 && right.Verdict == stage.OK,
		Parts:   []Part{counted, right},
		Measured: words.Sentencef("%q is %s and %s: the reader took %s, which is no character, for the message and the rest for the next length, %s.",
			message, words.Count(utf8.RuneCountInString(message), "character"), words.Count(len(message), "byte"), hex(took), words.Group(wrong)),
	}, nil
}
