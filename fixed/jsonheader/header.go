package jsonheader

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// A header is what this side needs of one. Keys that it does not know are passed
// over: room for them is what the JSON is paid for.
type header struct {
	size int
	md5  any // a string, or nil for an MD5 that nobody filled in
}

// describes reports whether the MD5, if there is one, is the payload's.
func (h header) describes(payload []byte) bool {
	return h.md5 == nil || h.md5 == fmt.Sprintf("%x", md5.Sum(payload))
}

// readHeader reads and checks a header of the announced length.
func readHeader(r io.Reader, length []byte) (header, error) {
	n := binary.BigEndian.Uint32(length)
	if n > MaxHeader {
		return header{}, refusal(fmt.Sprintf("announced a header of %d bytes (0x%x, %+q), limit %d", n, length, length, MaxHeader))
	}
	text, err := readFull(r, int(n))
	if err != nil {
		return header{}, err
	}
	return parse(text)
}

// parse takes one JSON object, nothing after it, and no key twice: two readers
// might otherwise believe two different sizes.
func parse(text []byte) (header, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a size is digits: not 1e3, not 1.0, not "1"
	if open, _ := decoder.Token(); open != json.Delim('{') || !json.Valid(text) {
		return header{}, refusal(fmt.Sprintf("header %+.40q is not one JSON object", text))
	}
	values := map[json.Token]any{}
	for decoder.More() { // the text is valid, so nothing in here can fail
		var value any
		key, _ := decoder.Token()
		decoder.Decode(&value)
		if _, twice := values[key]; twice {
			return header{}, refusal(fmt.Sprintf("header has the key %+.40q twice", key))
		}
		values[key] = value
	}
	if reason, ok := values["error"]; ok {
		return header{}, refusal(fmt.Sprintf("refused by the peer: %+.300q", fmt.Sprint(reason)))
	}
	if values["total_size"] == nil {
		return header{}, refusal(fmt.Sprintf("total_size is missing or null, no whole number up to the limit of %d", MaxSize))
	}
	number, _ := values["total_size"].(json.Number)
	size, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil || size > MaxSize {
		return header{}, refusal(fmt.Sprintf("total_size %+.40q is no whole number up to the limit of %d", fmt.Sprint(values["total_size"]), MaxSize))
	}
	return header{int(size), values["md5"]}, nil
}
