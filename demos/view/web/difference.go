package web

import (
	"context"
	"io/fs"
	"strings"

	"stickydemo/demos/view/picture"
	"stickydemo/fixed"
	"stickydemo/naive"
)

type difference struct {
	Naive source `json:"naive"`
	Fixed source `json:"fixed"`
	Rows  []row  `json:"rows"`
}

type source struct {
	File string `json:"file"`
}

// row is a line of each source, or of one of them.
type row struct {
	Left  *line  `json:"left"`
	Right *line  `json:"right"`
	Kind  string `json:"kind"` // same or changed
	Bug   bool   `json:"bug"`
	Fix   bool   `json:"fix"`
}

type line struct {
	N    int    `json:"n"` // from 1
	Text string `json:"text"`
}

// differ pairs the sources of a stage's programs, as stickydemo diff does.
func differ(_ context.Context, q *request) (any, error) {
	s, err := q.stage()
	if err != nil {
		return nil, err
	}
	file := s.Name + "/" + s.Name + ".go"
	read := func(files fs.FS) string {
		text, err := fs.ReadFile(files, file)
		if err != nil {
			panic("stages: " + err.Error())
		}
		return string(text)
	}
	d := &difference{Naive: source{"naive/" + file}, Fixed: source{"fixed/" + file}}
	for _, p := range picture.Align(read(naive.Source), read(fixed.Source)) {
		r := row{Kind: "changed", Bug: strings.Contains(p.LeftText, "// BUG:"), Fix: strings.Contains(p.RightText, "// FIX:")}
		if p.Same {
			r.Kind = "same"
		}
		if p.Left >= 0 {
			r.Left = &line{p.Left + 1, p.LeftText}
		}
		if p.Right >= 0 {
			r.Right = &line{p.Right + 1, p.RightText}
		}
		d.Rows = append(d.Rows, r)
	}
	return d, nil
}
