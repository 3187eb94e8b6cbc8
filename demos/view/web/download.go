package web

import (
	"bytes"
	"context"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/svg"
	"stickydemo/netsim/pcap"
)

// drawing is the picture of a run as a file.
func drawing(ctx context.Context, q *request) (any, error) {
	var l lab.Lab
	defer l.Close()
	results, err := q.results(ctx, &l)
	if err != nil {
		return nil, err
	}
	naive, fixed := results[0], results[len(results)-1]
	switch {
	case naive.Side == stage.Fixed:
		naive = nil
	case fixed.Side == stage.Naive:
		fixed = nil
	}
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
	o := pcap.Options{Application: "stickydemo"}
	for _, r := range results {
		o.Plans = append(o.Plans, r.Plan)
	}
	var out bytes.Buffer
	if err := pcap.Write(&out, lab.Log(results), o); err != nil {
		return nil, bad(err)
	}
	return &file{results[0].Stage.ID + ".pcapng", "application/octet-stream", out.Bytes()}, nil
}
