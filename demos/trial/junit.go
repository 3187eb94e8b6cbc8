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
	Skipped  int       `xml:"skipped,attr"`
	Time     string    `xml:"time,attr"`
	Cases    []caseXML `xml:"testcase"`
}

type caseXML struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Time    string      `xml:"time,attr,omitempty"`
	Failure *messageXML `xml:"failure,omitempty"`
	Error   *messageXML `xml:"error,omitempty"`
	Skipped *messageXML `xml:"skipped,omitempty"`
	Output  string      `xml:"system-out,omitempty"`
}

func (s *suiteXML) add(c caseXML) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func (s *suiteXML) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encode := xml.NewEncoder(w)
	encode.Indent("", "  ")
	if err := encode.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

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
	suite := suiteXML{Name: "stickydemo trial", Time: seconds(r.Took)}
	add := func(c caseXML) {
		c.Class = name
		suite.add(c)
	}
	baseline := caseXML{Name: "without a plan", Output: r.Baseline.End}
	if r.Verdict == BrokenWithoutPlan {
		baseline.Failure = &messageXML{r.Findings[0].Failure.Text.String(), text}
	}
	add(baseline)
	for _, g := range r.Tried {
		if g.Group != Smaller {
			add(caseXML{Name: string(g.Group), Output: fmt.Sprintf("%d runs, %d failed", g.Runs, g.Failed)})
		}
	}
	if r.Verdict == Broke {
		for _, f := range r.Findings {
			add(caseXML{Name: "smallest plan " + f.Plan.String(), Failure: &messageXML{f.Failure.Text.String(), text}})
		}
	} else {
		c := caseXML{Name: "verdict", Output: fmt.Sprintf("%s: %d cuts verified in %s", r.Verdict, r.Cuts.Verified, r.Took.Round(time.Millisecond))}
		if r.Verdict == Inconclusive {
			c.Error = &messageXML{r.Why.String(), text}
		}
		add(c)
	}
	return suite.write(w)
}

// WriteClassJUnit is WriteJUnit for a class, with a case for each submission. text
// returns a report for people.
func WriteClassJUnit(w io.Writer, class []*Submission, text func(*Report) (string, error)) error {
	suite := suiteXML{Name: "stickydemo trial"}
	var took time.Duration
	for _, s := range class {
		took += s.Took
		c := caseXML{Name: s.Name, Class: suite.Name, Time: seconds(s.Took)}
		said := &messageXML{Message: string(s.Verdict)}
		if !s.Why.IsZero() {
			said.Message += ": " + s.Why.String()
		}
		if s.Report != nil {
			var err error
			if said.Text, err = text(s.Report); err != nil {
				return err
			}
		}
		switch s.Verdict {
		case Survived:
			c.Output = said.Text
		case Inconclusive:
			c.Error = said
		case NotTried:
			c.Skipped = said
		default:
			c.Failure = said
		}
		suite.add(c)
	}
	suite.Time = seconds(took)
	return suite.write(w)
}
