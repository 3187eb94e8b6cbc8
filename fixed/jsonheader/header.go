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

// parse returns what a header says. JSON alone is no check: the same key may
// come twice and one reader takes the first, another the last; a number may be
// 1e3; and more may follow the object. Unknown keys are passed over: room for
// them is what one pays for JSON.
func parse(header []byte) (size int, sum *string, err error) {
	decode := json.NewDecoder(bytes.NewReader(header))
	if t, err := decode.Token(); err != nil || t != json.Delim('{') {
		return 0, nil, fmt.Errorf("header %.80q is no JSON object", header)
	}
	values := map[string]json.RawMessage{}
	for decode.More() {
		key, err := decode.Token()
		var value json.RawMessage
		if err == nil {
			err = decode.Decode(&value)
		}
		if err != nil {
			return 0, nil, fmt.Errorf("header %.80q: %w", header, inside(err))
		}
		name := key.(string) // More and Token see to it
		if values[name] != nil {
			return 0, nil, fmt.Errorf("header has the key %.80q twice", name)
		}
		values[name] = value
	}
	if _, err := decode.Token(); err != nil {
		return 0, nil, fmt.Errorf("header %.80q: %w", header, inside(err))
	}
	if _, err := decode.Token(); err != io.EOF {
		return 0, nil, fmt.Errorf("header %.80q goes on behind its object", header)
	}
	if why := values["error"]; why != nil {
		return 0, nil, fmt.Errorf("refused: %s", why)
	}
	n, err := strconv.ParseUint(string(values["total_size"]), 10, 32)
	if err != nil || n > MaxSize {
		return 0, nil, fmt.Errorf("total_size %.80q is no whole number up to %d", values["total_size"], MaxSize)
	}
	if digest := values["md5"]; digest != nil && json.Unmarshal(digest, &sum) != nil {
		return 0, nil, fmt.Errorf("md5 %.80q is neither text nor null", digest)
	}
	return int(n), sum, nil
}

// frame puts its length before a header.
func frame(header string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(header)))) + header // FIX: one order
}

// describe returns the header of a payload.
func describe(payload []byte) string {
	return fmt.Sprintf(`{"total_size": %d, "filename": null, "md5": "%x"}`, len(payload), md5.Sum(payload))
}

// refusal returns the frame that says why there will be no answer.
func refusal(err error) string {
	why, _ := json.Marshal(err.Error()) // text always can be
	return frame(`{"total_size": 0, "error": ` + string(why) + `}`)
}

// verify compares a payload with the digest in its header, if there is one.
func verify(payload []byte, sum *string) error {
	if sum != nil && *sum != fmt.Sprintf("%x", md5.Sum(payload)) {
		return fmt.Errorf("payload of %d bytes does not have the md5 %.40q", len(payload), *sum)
	}
	return nil
}
