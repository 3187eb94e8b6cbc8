package belief

import (
	"encoding/json"

	"stickydemo/demos/lab"
)

// MarshalJSON returns the form that the command's --json prints.
func (r Result) MarshalJSON() ([]byte, error) {
	parts := r.Parts
	if parts == nil {
		parts = []Part{} // a list, also where it is empty
	}
	return json.Marshal(struct {
		Number   int         `json:"number"`
		Name     string      `json:"name"`
		Belief   string      `json:"belief"`
		Tried    string      `json:"tried"`
		Refuted  bool        `json:"refuted"`
		Skipped  string      `json:"skipped,omitempty"`
		Measured string      `json:"measured,omitempty"`
		Instead  string      `json:"instead"`
		Parts    []Part      `json:"parts"`
		Pauses   []lab.Pause `json:"pauses,omitempty"`
	}{r.Number(), r.Name, r.Says, r.Tried, r.Refuted, r.Skipped.String(), r.Measured.String(), r.Instead, parts, r.Pauses})
}

// MarshalJSON leaves the log out, which is long.
func (p Part) MarshalJSON() ([]byte, error) {
	plan := ""
	if p.Simulated() {
		plan = p.Plan.String()
	}
	return json.Marshal(struct {
		Name    string `json:"name,omitempty"`
		Net     string `json:"net"`
		Plan    string `json:"plan,omitempty"`
		Verdict string `json:"verdict,omitempty"`
		Bars    []Bar  `json:"bars,omitempty"`
	}{p.Name.String(), string(p.Net), plan, string(p.Verdict), p.Bars})
}
