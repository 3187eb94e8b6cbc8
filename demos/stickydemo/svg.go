package main

import (
	"io"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
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
	naive, fixed := lab.Pair(results)
	return writeFile(name, func(w io.Writer) error {
		return svg.Run(whileWanted{c.Context, w}, naive, fixed, svg.Options{Lang: lang(c)})
	})
}
