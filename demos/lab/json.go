package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
)

// The JSON form of a Result, which is also what a replay starts from.
type resultJSON struct {
	Stage    string        `json:"stage"`
	Name     string        `json:"name"`
	Side     stage.Side    `json:"side"`
	Variant  string        `json:"variant,omitempty"`
	Net      Net           `json:"net"`
	Nagle    bool          `json:"nagle,omitempty"`
	Plan     *netsim.Plan  `json:"plan,omitempty"` // on kernel sockets perhaps none
	Commands []string      `json:"commands"`
	Clients  stage.Clients `json:"clients,omitempty"`
	Verdict  stage.Verdict `json:"verdict"`
	Expected stage.Verdict `json:"expected,omitempty"`
	Error    string        `json:"error,omitempty"`
	Server   string        `json:"server_error,omitempty"`
	Notes    []string      `json:"notes,omitempty"`
	Calls    []callJSON    `json:"calls"`
	Cost     costJSON      `json:"cost"`
}

type callJSON struct {
	Command   string        `json:"command"`
	Verdict   stage.Verdict `json:"verdict"`
	WantBytes int           `json:"want_bytes"`
	GotBytes  int           `json:"got_bytes"`
	Error     string        `json:"error,omitempty"`
}

type costJSON struct {
	ElapsedNS    int64 `json:"elapsed_ns"`
	RoundTrips   int   `json:"round_trips"`
	WireBytes    int   `json:"wire_bytes"`
	PayloadBytes int   `json:"payload_bytes"`
	Reads        int   `json:"reads"`
	Writes       int   `json:"writes"`
	Segments     int   `json:"segments,omitempty"`     // where the plan has a link that is modelled
	HeaderBytes  int   `json:"header_bytes,omitempty"` // of those segments
}

// MarshalJSON returns the form that the command's --json prints.
func (r *Result) MarshalJSON() ([]byte, error) {
	expected, _ := r.Expected()
	c := r.Cost
	j := resultJSON{
		Stage: r.Stage.ID, Name: r.Stage.Name, Side: r.Side, Variant: r.Variant, Net: r.Net, Nagle: r.Nagle,
		Plan: &r.Plan, Commands: r.Commands, Clients: r.Clients, Verdict: r.Verdict, Expected: expected,
		Error: text(r.Err), Server: text(r.Server.Err), Notes: words.Strings(r.Notes), Calls: []callJSON{},
		Cost: costJSON{int64(c.Elapsed), c.RoundTrips, c.Wire, c.Payload, c.Reads, c.Writes, c.Segments, c.Headers},
	}
	if !r.Planned() {
		j.Plan = nil
	}
	for _, call := range r.Calls {
		j.Calls = append(j.Calls, callJSON{call.Command, call.Verdict, len(call.Want), len(call.Got), text(call.Err)})
	}
	return json.Marshal(j)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Saved is a run that was saved, and the verdict that it had.
type Saved struct {
	Spec
	Net     Net
	Verdict stage.Verdict
}

// MaxSaved bounds a file of saved runs, in bytes.
const MaxSaved = 16 << 20

// ParseSaved reads what --json printed: one run or a list of them.
func ParseSaved(r io.Reader) ([]Saved, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSaved+1))
	if err != nil {
		return nil, fmt.Errorf("read saved runs: %w", err)
	}
	if len(data) > MaxSaved {
		return nil, fmt.Errorf("saved runs: more than %d bytes", MaxSaved)
	}
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		data = slices.Concat([]byte("["), data, []byte("]"))
	}
	var list []resultJSON
	if err := json.Unmarshal(data, &list); err != nil {
		var mistyped *json.UnmarshalTypeError
		if errors.As(err, &mistyped) && mistyped.Field != "" {
			err = fmt.Errorf("%s cannot be a %s", mistyped.Field, mistyped.Value)
		}
		return nil, fmt.Errorf("no saved run: %w", err)
	}
	var runs []Saved
	for i, j := range list {
		s := stage.Find(j.Stage)
		switch {
		case s == nil:
			return nil, fmt.Errorf("saved run %d: there is no stage %q", i+1, j.Stage)
		case j.Side != stage.Naive && j.Side != stage.Fixed:
			return nil, fmt.Errorf("saved run %d: side is %q, not naive or fixed", i+1, j.Side)
		case !s.HasVariant(j.Variant):
			return nil, fmt.Errorf("saved run %d: %s has no variant %q", i+1, s.ID, j.Variant)
		case j.Clients != "" && s.OnDatagrams():
			return nil, fmt.Errorf("saved run %d: %s has one client, not clients %s", i+1, s.ID, j.Clients)
		case len(j.Commands) == 0:
			return nil, fmt.Errorf("saved run %d: no commands", i+1)
		case j.Clients != stage.OneClient && j.Clients != stage.EachStays && j.Clients != stage.EachGoes:
			return nil, fmt.Errorf("saved run %d: clients is %q, not %q or %q", i+1, j.Clients, stage.EachStays, stage.EachGoes)
		case j.Verdict != "" && !slices.Contains(stage.Verdicts, j.Verdict):
			return nil, fmt.Errorf("saved run %d: there is no verdict %q", i+1, j.Verdict)
		case j.Net != Sim && j.Net != "" && j.Net != Kernel:
			return nil, fmt.Errorf("saved run %d: net is %q, not sim or kernel", i+1, j.Net)
		case j.Nagle && (j.Net != Kernel || s.OnDatagrams()):
			return nil, fmt.Errorf("saved run %d: nagle is of the kernel's TCP sockets alone", i+1)
		}
		var plan netsim.Plan
		if j.Plan != nil {
			plan = *j.Plan
		}
		if err := relay.Check(plan); j.Net == Kernel && err != nil {
			return nil, fmt.Errorf("saved run %d: %w", i+1, err)
		}
		runs = append(runs, Saved{Spec{s, j.Side, j.Variant, plan, j.Commands, j.Clients, j.Nagle}, j.Net, j.Verdict})
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("saved runs: an empty list")
	}
	return runs, nil
}

// MarshalJSON returns the form that the command's --json prints.
func (g Growth) MarshalJSON() ([]byte, error) {
	type point struct {
		Link      string        `json:"link"`
		ElapsedNS int64         `json:"elapsed_ns"` // a message
		Verdict   stage.Verdict `json:"verdict"`
	}
	j := struct {
		Stage   string     `json:"stage"`
		Name    string     `json:"name"`
		Side    stage.Side `json:"side"`
		Variant string     `json:"variant,omitempty"`
		Points  []point    `json:"points"`
	}{g.Stage.ID, g.Stage.Name, g.Side, g.Variant, nil}
	for _, p := range g.Points {
		j.Points = append(j.Points, point{netsim.Plan{Link: p.Link}.String(), int64(p.Elapsed), p.Verdict})
	}
	return json.Marshal(j)
}
