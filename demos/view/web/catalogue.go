package web

import (
	"context"
	_ "embed"
	"encoding/json"
	"runtime/debug"
	"slices"
	"strings"

	"stickydemo/demos/belief"
	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
	"stickydemo/netsim"
)

type listing struct {
	Stages   []listedStage     `json:"stages"`
	Plans    []listed          `json:"plans"`
	Commands []listed          `json:"commands"`
	Links    []listed          `json:"links"` // that a plan can name, and their settings
	LinkForm string            `json:"link_form"`
	Beliefs  []listedBelief    `json:"beliefs"`
	Lessons  []Lesson          `json:"lessons"`
	Limits   limits            `json:"limits"`
	Words    map[string]string `json:"words"` // the page's own labels, by their English
	Version  string            `json:"version"`
}

type listed struct {
	Text string `json:"text"`
	What string `json:"what"`
}

type listedStage struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Title     string          `json:"title"` // its idea
	Sides     []stage.Side    `json:"sides"`
	Datagrams bool            `json:"datagrams"`
	Repair    string          `json:"repair"`
	Price     string          `json:"price"`
	Variants  []listedVariant `json:"variants"` // the first is the stage's own, ""
}

type listedVariant struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Plan     string        `json:"plan"` // that breaks it
	Commands []string      `json:"commands"`
	Verdict  stage.Verdict `json:"verdict"`
	Why      string        `json:"why"`
}

type listedBelief struct {
	Name   string `json:"name"`
	Number int    `json:"number"`
	Says   string `json:"says"`
	Kernel bool   `json:"kernel"` // it needs real sockets, which the page has not
}

type limits struct {
	Request  int `json:"request"`
	Plan     int `json:"plan"`
	Commands int `json:"commands"`
	Bytes    int `json:"bytes"`
	Offset   int `json:"offset"`
	MSS      int `json:"mss"`
	Window   int `json:"window"`
	MinRate  int `json:"min_rate"`
	DelayNS  int `json:"delay_ns"`
	DelAckNS int `json:"delack_ns"`
	Loss     int `json:"loss"` // of a million
}

// catalogue is all that there is to choose from.
func catalogue(_ context.Context, q *request) (any, error) {
	in := q.Lang
	c := &listing{
		LinkForm: netsim.LinkForm,
		Limits: limits{MaxRequest, MaxPlan, MaxCommands, MaxBytes, netsim.MaxOffset, netsim.MaxMSS, netsim.MaxWindow,
			netsim.MinRate, int(min(netsim.MaxDelay, 1<<31-1)), int(netsim.MaxDelAck), netsim.MaxLoss},
		Words:   map[string]string{},
		Version: version(),
	}
	for i := range stage.All {
		s := &stage.All[i]
		one := listedStage{
			ID: s.ID, Name: s.Name, Title: in.Say(s.Idea), Sides: stage.Sides, Datagrams: s.OnDatagrams(),
			Repair: in.Say(s.Repair), Price: in.Say(s.Price),
			Variants: []listedVariant{variant(in, "", s.Idea, &s.Break)},
		}
		for k := range s.Variants {
			v := &s.Variants[k]
			one.Variants = append(one.Variants, variant(in, v.Name, v.Idea, &v.Break))
		}
		c.Stages = append(c.Stages, one)
	}
	for _, p := range stage.Plans {
		c.Plans = append(c.Plans, listed{p.Plan, in.Say(p.What)})
	}
	for _, s := range shell.Commands() {
		text := s.Name
		if s.Args != "" {
			text += " " + s.Args
		}
		c.Commands = append(c.Commands, listed{text, in.Say(s.Help)})
	}
	for _, l := range netsim.Links {
		c.Links = append(c.Links, listed{l.Name, "link:" + strings.Join(l.Link.Settings(), ",")})
	}
	for i := range belief.All {
		b := &belief.All[i]
		c.Beliefs = append(c.Beliefs, listedBelief{b.Name, b.Number(), in.Say(b.Says), b.Kernel})
	}
	var all map[words.Lang][]Lesson
	if err := json.Unmarshal(index, &all); err != nil {
		return nil, err
	}
	c.Lessons = all[in]
	for _, text := range Labels {
		c.Words[text] = in.Say(text)
	}
	return c, nil
}

func variant(in words.Lang, name, idea string, b *stage.Break) listedVariant {
	return listedVariant{name, in.Say(idea), b.Plan, b.Commands, b.Verdict, in.Say(b.Reason)}
}

// StageOf is the stage that a lesson is about, "" for none.
func StageOf(lesson string) string {
	if i := slices.IndexFunc(stage.All, func(s stage.Stage) bool { return s.Name == lesson }); i >= 0 {
		return stage.All[i].ID
	}
	return ""
}

// index lists the lessons by language; a test of package site writes it. The
// lessons themselves are files beside the engine, and not in it.
//
//go:embed lessons.json
var index []byte

// Lesson is one that is listed.
type Lesson struct {
	Number int    `json:"number"` // -1: a text without one
	Name   string `json:"name"`
	Title  string `json:"title"`
	What   string `json:"what"`  // Markdown
	Stage  string `json:"stage"` // "" where there is none
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
