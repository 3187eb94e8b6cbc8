package main

import (
	"io"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/stage"
	"stickydemo/demos/view/svg"
)

func svgFlag() cli.Flag {
	return &cli.StringFlag{Name: "svg", Usage: "draw the picture into `FILE`, as SVG"}
}

// writeSVG draws what became of one stage, if --svg asks for it.
func writeSVG(c *cli.Context, results []*lab.Result) error {
	name := c.String("svg")
	if name == "" {
		return nil
	}
	if c.Bool("json") { // and so nobody has asked for the maps yet
		var l lab.Lab
		defer l.Close()
		for _, r := range results {
			if r.Net == lab.Sim {
				l.Map(r)
			}
		}
	}
	naive, fixed := pair(results)
	return writeFile(name, func(w io.Writer) error {
		return svg.Run(whileWanted{c.Context, w}, naive, fixed, svg.Options{Lang: lang(c)})
	})
}

// pair tells the results of one stage, of which there are one or two, by their
// sides.
func pair(results []*lab.Result) (naive, fixed *lab.Result) {
	naive, fixed = results[0], results[len(results)-1]
	switch {
	case naive.Side == stage.Fixed:
		naive = nil
	case fixed.Side == stage.Naive:
		fixed = nil
	}
	return naive, fixed
}
