package trial

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// The JSON form of a Config, which is also what a replay starts from.
type configJSON struct {
	Server  string        `json:"server,omitempty"`
	To      string        `json:"to,omitempty"`
	Client  string        `json:"client,omitempty"`
	Listen  string        `json:"listen,omitempty"`
	Stdin   []byte        `json:"stdin,omitempty"` // base64
	Want    *[]byte       `json:"want,omitempty"`  // base64
	Timeout time.Duration `json:"timeout_ns,omitempty"`
	Hold    time.Duration `json:"hold_ns,omitempty"`
	Seed    uint64        `json:"seed"`
	Fresh   bool          `json:"fresh,omitempty"`
	Frame   Frame         `json:"frame,omitempty"`
	Each    string        `json:"each,omitempty"` // a path
}

func (c *Config) json() configJSON {
	j := configJSON{
		Server: c.Server.text, To: c.To, Client: c.Client.text, Listen: c.Listen, Stdin: c.Stdin,
		Timeout: c.Timeout, Hold: c.Hold, Seed: c.Seed, Fresh: c.Fresh, Frame: c.Frame, Each: c.Each,
	}
	if c.Want != nil {
		j.Want = &c.Want
	}
	return j
}

type reportJSON struct {
	configJSON
	Verdict  Verdict        `json:"verdict"`
	Why      string         `json:"why,omitempty"`
	Baseline baselineJSON   `json:"baseline"`
	Tried    []Tried        `json:"tried"`
	Cuts     Cuts           `json:"cuts"`
	Findings []*findingJSON `json:"findings"`
	Notes    []string       `json:"notes,omitempty"`
	Took     time.Duration  `json:"elapsed_ns"`
}

type baselineJSON struct {
	End         string        `json:"end"`
	OutputBytes int           `json:"output_bytes"`
	Same        bool          `json:"output_compared"`
	Took        time.Duration `json:"elapsed_ns"`
	Conns       int           `json:"connections"`
	Up          int           `json:"up_bytes"`
	Down        int           `json:"down_bytes"`
}

type findingJSON struct {
	Plan      netsim.Plan     `json:"plan"`
	Failure   Failure         `json:"failure"`
	Confirmed int             `json:"confirmed"`
	Of        int             `json:"of"`
	Dir       trace.Direction `json:"direction,omitempty"`
	At        int             `json:"at,omitempty"`
	Place     *Place          `json:"place,omitempty"`
	Mistake   Mistake         `json:"mistake,omitempty"`
	Saved     string          `json:"saved,omitempty"`
}

func (f *Finding) json() *findingJSON {
	j := &findingJSON{f.Plan, f.Failure, f.Confirmed, f.Of, f.Dir, f.At, nil, f.Mistake, f.Saved}
	if f.At > 0 {
		j.Place = &f.Place
	}
	return j
}

// MarshalJSON returns the form that the command's --json prints.
func (r *Report) MarshalJSON() ([]byte, error) {
	b := r.Baseline
	j := reportJSON{
		configJSON: r.Config.json(), Verdict: r.Verdict, Why: r.Why.String(),
		Baseline: baselineJSON{b.End, b.OutputBytes, b.Same, b.Took, b.Conns, b.Up, b.Down},
		Tried:    append([]Tried{}, r.Tried...), Cuts: r.Cuts, Findings: []*findingJSON{}, Notes: words.Strings(r.Notes), Took: r.Took,
	}
	for _, f := range r.Findings {
		j.Findings = append(j.Findings, f.json())
	}
	return json.Marshal(j)
}

// savedJSON is one finding with all that it takes to see it again.
type savedJSON struct {
	Trial configJSON `json:"trial"`
	findingJSON
}

// Save writes a finding in the form that ParseSaved reads.
func (r *Report) Save(w io.Writer, f *Finding) error {
	saved := savedJSON{r.Config.json(), *f.json()}
	saved.Saved = ""
	encode := json.NewEncoder(w)
	encode.SetIndent("", "  ")
	return encode.Encode(saved)
}

// MaxSaved bounds a saved finding, in bytes.
const MaxSaved = 200 << 20

// ErrNotSaved is a text that is no saved finding, but perhaps another thing that
// was saved.
var ErrNotSaved = errors.New("no saved finding of a trial")

// ParseSaved reads a finding that was saved: the trial of its plan alone. The
// error is ErrNotSaved where the text is of another kind.
func ParseSaved(data []byte) (Config, error) {
	if len(data) > MaxSaved {
		return Config{}, fmt.Errorf("a saved finding of more than %d bytes", MaxSaved)
	}
	var kind struct {
		Trial json.RawMessage `json:"trial"`
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) || json.Unmarshal(data, &kind) != nil || kind.Trial == nil {
		return Config{}, ErrNotSaved
	}
	var saved savedJSON
	if err := json.Unmarshal(data, &saved); err != nil {
		return Config{}, fmt.Errorf("saved finding: %w", err)
	}
	j := saved.Trial
	c := Config{
		To: j.To, Listen: j.Listen, Stdin: j.Stdin, Timeout: j.Timeout, Hold: j.Hold, Seed: j.Seed, Fresh: j.Fresh, Frame: j.Frame, Each: j.Each,
		Plans: []netsim.Plan{saved.Plan}, Jobs: 1,
	}
	if j.Want != nil {
		c.Want = append([]byte{}, *j.Want...)
	}
	var err error
	for _, part := range []struct {
		name string
		text string
		to   *Command
	}{{"server", j.Server, &c.Server}, {"client", j.Client, &c.Client}} {
		if part.text == "" {
			continue
		}
		if *part.to, err = ParseCommand(part.text); err != nil {
			return Config{}, fmt.Errorf("saved finding: %s: %w", part.name, err)
		}
	}
	if j.Frame != "" && !slices.Contains(Frames, j.Frame) {
		return Config{}, fmt.Errorf("saved finding: there is no frame %q", j.Frame)
	}
	return c, c.Check()
}
