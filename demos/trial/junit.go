package trial

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

type suiteXML struct {
	XMLName  xml.Name  `xml:"testsuite"`
	Name     string    `xml:"name,attr"`
	Tests    int       `xml:"tests,attr"`
	Failures int       `xml:"failures,attr"`
	Errors   int       `xml:"errors,attr"`
	Time     string    `xml:"time,attr"`
	Cases    []caseXML `xml:"testcase"`
}

type caseXML struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Failure *messageXML `xml:"failure,omitempty"`
	Error   *messageXML `xml:"error,omitempty"`
	Output  string      `xml:"system-out,omitempty"`
}

type messageXML struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit's XML, which CI servers show: a case for
// the runs without a plan and one for each group that was tried. text is the
// report for people, and stands with what failed.
func (r *Report) WriteJUnit(w io.Writer, text string) error {
	name := r.Config.Server.text
	if name == "" {
		name = r.Config.To
	}
	suite := suiteXML{Name: "stickydemo trial", Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
	add := func(c caseXML) {
		c.Class = name
		suite.Cases = append(suite.Cases, c)
		suite.Tests++
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Error != nil {
			suite.Errors++
		}
	}
	baseline := caseXML{Name: "without a plan", Output: r.Baseline.End}
	if r.Verdict == BrokenWithoutPlan {
		baseline.Failure = &messageXML{r.Findings[0].Failure.Text, text}
	}
	add(baseline)
	for _, g := range r.Tried {
		if g.Group != Smaller {
			add(caseXML{Name: string(g.Group), Output: fmt.Sprintf("%d runs, %d failed", g.Runs, g.Failed)})
		}
	}
	if r.Verdict == Broke {
		for _, f := range r.Findings {
			add(caseXML{Name: "smallest plan " + f.Plan.String(), Failure: &messageXML{f.Failure.Text, text}})
		}
	} else {
		c := caseXML{Name: "verdict", Output: fmt.Sprintf("%s: %d cuts verified in %s", r.Verdict, r.Cuts.Verified, r.Took.Round(time.Millisecond))}
		if r.Verdict == Inconclusive {
			c.Error = &messageXML{r.Why, text}
		}
		add(c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encode := xml.NewEncoder(w)
	encode.Indent("", "  ")
	if err := encode.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
