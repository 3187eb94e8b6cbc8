package svg

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"stickydemo/demos/stage"
	"stickydemo/demos/view/picture"
)

// Theme says whether a picture is light or dark.
type Theme string

const (
	Auto  Theme = "" // as the viewer prefers
	Light Theme = "light"
	Dark  Theme = "dark"
)

// colors of one theme. Text in ink or soft stands on paper or on a tint, text in
// paper stands on a hue or a verdict: all of them with the contrast that WCAG's
// AA asks for.
type colors struct {
	paper, ink, soft, rule string

	// Of messages, in the order of Okabe and Ito's palette for the colour-blind,
	// made dark enough for white text, or light enough for black. Patterns and
	// letters say the same without them.
	hues, tints [hueCount]string

	ok, loud, silent string // verdicts
}

const hueCount = 6

var light = colors{
	paper: "#ffffff", ink: "#15181c", soft: "#4b535c", rule: "#aab2ba",
	hues:  [hueCount]string{"#0068a8", "#b34700", "#96417c", "#00735a", "#806000", "#4a5a66"},
	tints: [hueCount]string{"#d6e9f7", "#fde3d3", "#f6e0ef", "#d3efe6", "#f7ecc4", "#e3e8ec"},
	ok:    "#00735a", loud: "#8a5a00", silent: "#b3001e",
}

var dark = colors{
	paper: "#14181d", ink: "#f2f4f6", soft: "#b4bdc6", rule: "#5a646e",
	hues:  [hueCount]string{"#62baf0", "#ff9d66", "#e9a5d0", "#3fcca6", "#e8bd38", "#c2ccd4"},
	tints: [hueCount]string{"#17364c", "#4a2a18", "#432a3d", "#123f35", "#42370f", "#333c44"},
	ok:    "#3fcca6", loud: "#e8bd38", silent: "#ff7d7d",
}

// fonts are what a viewer may have: nothing is fetched.
//
//go:embed style.css
var fonts string

// css is the style sheet. Its rules hold within a picture of ours alone, so that
// one may stand in a page among others.
func css(theme Theme) string {
	var out strings.Builder
	out.WriteString(fonts)
	for _, f := range faces {
		fmt.Fprintf(&out, ".stickydemo .%s{font-size:%dpx", f.name, f.size)
		if f.bold {
			out.WriteString(";font-weight:bold")
		}
		out.WriteString("}\n")
	}
	switch theme {
	case Light:
		out.WriteString(light.css(""))
	case Dark:
		out.WriteString(dark.css(""))
	default:
		out.WriteString(light.css("") + "@media (prefers-color-scheme:dark){\n" + dark.css("") + "}\n")
	}
	return out.String()
}

// WriteStyle writes the style sheet for a page with bare pictures: light ones, and
// dark ones where its root element says data-theme="dark".
func WriteStyle(w io.Writer) error {
	_, err := io.WriteString(w, css(Light)+dark.css(`:root[data-theme="dark"] `))
	return err
}

// css returns the colours' rules; within begins their selectors.
func (c *colors) css(within string) string {
	var out strings.Builder
	fill := func(class, color string) {
		fmt.Fprintf(&out, "%s.stickydemo .%s{fill:%s}\n", within, class, color)
	}
	stroke := func(class, color string) {
		fmt.Fprintf(&out, "%s.stickydemo .%s{fill:none;stroke:%s}\n", within, class, color)
	}
	fill("paper", c.paper)
	fill("ink", c.ink)
	fill("soft", c.soft)
	stroke("rule", c.rule)
	stroke("gap", c.paper)
	stroke("bar", c.ink)
	stroke("cut", c.silent)
	fill("ok", c.ok)
	fill("loud", c.loud)
	fill("silent", c.silent)
	fill("t0", c.rule)
	for i := range hueCount {
		fill(fmt.Sprintf("m%d", i+1), c.hues[i])
		fill(fmt.Sprintf("t%d", i+1), c.tints[i])
		stroke(fmt.Sprintf("k%d", i+1), c.hues[i])
	}
	return out.String()
}

// hue is the number of a message's colours and pattern, from 1 on.
func hue(message int) int { return (message-1)%hueCount + 1 }

// A pattern is 8 by 8 pixels. Strips of it are as high, and stand 4 pixels below
// a multiple of 8.
const patternSize = 8

// patterns tell messages apart without colour.
var patterns = [hueCount]struct {
	path   string
	stroke int
}{
	{"M-2 2L2 -2M-2 10L10 -2M6 10L10 6", 2}, // strokes that rise
	{"M2 4h4", 4},                           // dots
	{"M4 0v8", 3},                           // upright
	{"M0 2h8M0 6h8", 2},                     // level
	{"M0 1L4 7L8 1", 2},                     // a zigzag
	{"M-1 -1L9 9M-1 9L9 -1", 2},             // crossed
}

// defs are the patterns; prefix begins their IDs.
func defs(prefix string) string {
	var out strings.Builder
	out.WriteString("<defs>\n")
	for i, p := range patterns {
		fmt.Fprintf(&out, `<pattern id="%s-p%d" class="stickydemo" y="4" width="%d" height="%d" patternUnits="userSpaceOnUse">`+
			`<path class="k%d" stroke-width="%d" d="%s"/></pattern>`+"\n", prefix, i+1, patternSize, patternSize, i+1, p.stroke, p.path)
	}
	out.WriteString("</defs>\n")
	return out.String()
}

// verdictClass makes silent wrong answers stand out more than loud errors.
func verdictClass(v stage.Verdict) string {
	switch {
	case v == stage.OK:
		return "ok"
	case v.Silent():
		return "silent"
	}
	return "loud"
}

// textClass is that of a byte's text, on the background of its look.
func textClass(l picture.Look) string {
	if l.Header && l.Message > 0 {
		return "paper"
	}
	return "ink"
}
