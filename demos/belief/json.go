package belief

import "encoding/json"

// MarshalJSON returns the form that the command's --json prints: without the
// logs, which are long.
func (r Result) MarshalJSON() ([]byte, error) {
	type bar struct {
		What  string `json:"what"`
		Bytes int    `json:"bytes"`
	}
	type part struct {
		Name    string `json:"name,omitempty"`
		Net     string `json:"net"`
		Plan    string `json:"plan,omitempty"`
		Verdict string `json:"verdict,omitempty"`
		Bars    []bar  `json:"bars,omitempty"`
	}
	form := struct {
		Number   int    `json:"number"`
		Name     string `json:"name"`
		Belief   string `json:"belief"`
		Tried    string `json:"tried"`
		Refuted  bool   `json:"refuted"`
		Skipped  string `json:"skipped,omitempty"`
		Measured string `json:"measured,omitempty"`
		Instead  string `json:"instead"`
		Parts    []part `json:"parts"`
	}{r.Number(), r.Name, r.Says, r.Tried, r.Refuted, r.Skipped, r.Measured, r.Instead, []part{}}
	for _, p := range r.Parts {
		j := part{Name: p.Name, Net: string(p.Net), Verdict: string(p.Verdict)}
		if p.Simulated() {
			j.Plan = p.Plan.String()
		}
		for _, b := range p.Bars {
			j.Bars = append(j.Bars, bar(b))
		}
		form.Parts = append(form.Parts, j)
	}
	return json.Marshal(form)
}
