package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"stickydemo/demos/stage"
	"stickydemo/netsim"
)

// unknown is the error for a word that names nothing, with the nearest that
// does.
func unknown(what, word string, known []string) error {
	if near := nearest(word, known); near != "" {
		return usagef("there is no %s %q; did you mean %s?", what, word, near)
	}
	return usagef("there is no %s %q; there is %s", what, word, strings.Join(known, ", "))
}

// nearest returns the known word that takes the fewest letters changed, or ""
// where that would be more than a slip.
func nearest(word string, known []string) string {
	bare := func(s string) string { return strings.ToLower(strings.TrimLeft(s, "-")) }
	least, near := 1+(len(bare(word))+2)/3, ""
	for _, k := range known {
		if letters := smetrics.WagnerFischer(bare(word), bare(k), 1, 1, 1); letters < least {
			least, near = letters, k
		}
	}
	return near
}

// stages returns the stages that the arguments name, all of them for "all".
func stages(c *cli.Context) ([]*stage.Stage, error) {
	names := c.Args().Slice()
	if len(names) == 0 {
		return nil, usagef("which stage? Try: stickydemo %s stage4, or: stickydemo %[1]s all", c.Command.Name)
	}
	var list []*stage.Stage
	for _, name := range names {
		if name == "all" {
			for i := range stage.All {
				list = append(list, &stage.All[i])
			}
			continue
		}
		s, err := findStage(name)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func findStage(name string) (*stage.Stage, error) {
	for _, name := range []string{name, "stage" + name} { // 4 will do for stage4
		if s := stage.Find(name); s != nil {
			return s, nil
		}
	}
	var known []string
	for i := range stage.All {
		known = append(known, stage.All[i].ID, stage.All[i].Name)
	}
	return nil, unknown("stage", name, known)
}

// oneStage returns the stage that the first argument names.
func oneStage(c *cli.Context) (*stage.Stage, error) {
	if !c.Args().Present() {
		return nil, usagef("which stage? Try: stickydemo %s stage4", c.Command.Name)
	}
	return findStage(c.Args().First())
}

// sides returns what --side asks for.
func sides(c *cli.Context) ([]stage.Side, error) {
	switch word := c.String("side"); word {
	case "both":
		return stage.Sides, nil
	case string(stage.Naive), string(stage.Fixed):
		return []stage.Side{stage.Side(word)}, nil
	default:
		return nil, unknown("side", word, []string{"naive", "fixed", "both"})
	}
}

// oneSide is sides for commands that run one program.
func oneSide(c *cli.Context) (stage.Side, error) {
	list, err := sides(c)
	if err == nil && len(list) != 1 {
		err = usagef("--side takes naive or fixed here, not both")
	}
	if err != nil {
		return "", err
	}
	return list[0], nil
}

func checkVariant(s *stage.Stage, name string) error {
	if s.HasVariant(name) {
		return nil
	}
	var known []string
	for _, v := range s.Variants {
		known = append(known, v.Name)
	}
	if len(known) == 0 {
		return usagef("%s has no variants, and so no %q", s.ID, name)
	}
	return unknown("variant of "+s.ID, name, known)
}

// maxPlanFile bounds a plan that is read from a file, in bytes.
const maxPlanFile = 1 << 20

// planFlag reads --plan: its parts joined, each a text or @FILE. ok is false
// where there is none.
func planFlag(c *cli.Context) (plan netsim.Plan, ok bool, err error) {
	parts := c.StringSlice("plan")
	for i := range parts {
		if parts[i], err = planText(parts[i]); err != nil {
			return plan, false, err
		}
	}
	plan, err = parsePlan(strings.Join(parts, ";"))
	return plan, len(parts) > 0, err
}

// planText returns the text of a plan that is a text or @FILE.
func planText(part string) (string, error) {
	name, isFile := strings.CutPrefix(part, "@")
	if !isFile {
		return part, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", usagef("--plan %s: %w", part, cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPlanFile+1))
	if err != nil {
		return "", usagef("--plan %s: %w", part, cause(err))
	}
	if len(text) > maxPlanFile {
		return "", usagef("--plan %s: more than the limit of %d bytes", part, maxPlanFile)
	}
	return strings.TrimSpace(string(text)), nil
}

// parsePlan is netsim.ParsePlan with the nearest right word in its error.
func parsePlan(text string) (netsim.Plan, error) {
	plan, err := netsim.ParsePlan(text)
	var bad *netsim.PlanError
	switch {
	case !errors.As(err, &bad):
		return plan, err
	case bad.Known == nil:
		return plan, &usageError{err}
	}
	if near := nearest(bad.Word, bad.Known); near != "" {
		return plan, usagef("%w; did you mean %s?", err, near)
	}
	return plan, usagef("%w; there is %s", err, strings.Join(bad.Known, ", "))
}
