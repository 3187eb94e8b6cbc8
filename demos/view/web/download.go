package web

import (
	"bytes"
	"context"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/svg"
)

// drawing is the picture of a run as a file.
func drawing(ctx context.Context, q *request) (any, error) {
	var l lab.Lab
	defer l.Close()
	results, err := q.results(ctx, &l)
	if err != nil {
		return nil, err
	}
	naive, fixed := lab.Pair(results)
	var out bytes.Buffer
	err = svg.Run(&out, naive, fixed, svg.Options{Lang: q.Lang, Theme: svg.Theme(q.Theme)})
	return &file{results[0].Stage.ID + ".svg", "image/svg+xml", out.Bytes()}, err
}

// capture is a run as a file for Wireshark.
func capture(ctx context.Context, q *request) (any, error) {
	var l lab.Lab
	defer l.Close()
	results, err := q.results(ctx, &l)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := lab.Capture(&out, results); err != nil {
		return nil, bad(err)
	}
	return &file{results[0].Stage.ID + ".pcapng", "application/octet-stream", out.Bytes()}, nil
}
