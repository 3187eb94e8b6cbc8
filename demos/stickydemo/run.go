package main

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"stickydemo/demos/lab"
	"stickydemo/demos/view/screen"
	"stickydemo/demos/view/step"
	view "stickydemo/demos/view/term"
	"stickydemo/netsim"
	"stickydemo/netsim/relay"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "a stage's naive program beside its fixed one",
		ArgsUsage: "STAGE… | all",
		Description: example("Runs both programs of a stage under the plan that breaks the naive one, or under yours.\n"+
			"Go sets TCP_NODELAY; --nagle takes it away from the programs' sockets, not from those of the\n"+
			"relay that applies a --plan: what it cuts must leave at once.\n"+
			"Exit status 1: a fixed program failed, or a naive one did not fail as its stage lists.",
			"stickydemo run stage4",
			"stickydemo run stage4 --plan 'down:cut=9' --command 'echo ab' --command 'echo abc'",
			"stickydemo run stage1 --side naive --plan drip",
			"stickydemo run stage2 --variant nopause --json",
			"stickydemo run stage3 --net kernel",
			"stickydemo run stage3 --net kernel --plan drip",
			"stickydemo run stage4 --net kernel --nagle",
			"stickydemo run stage4 --pcap stage4.pcapng",
			"stickydemo run stage4 --svg stage4.svg",
			"stickydemo run all"),
		Flags: []cli.Flag{
			sideFlag("both"),
			plansFlag("put them under `PLAN` instead of the stage's own"),
			variantFlag(),
			&cli.StringFlag{Name: "net", Value: "sim", Usage: "`NET`: sim, or kernel for real TCP, or UDP, on loopback", DefaultText: "sim"},
			&cli.BoolFlag{Name: "nagle", Usage: "use Nagle's algorithm at both programs' sockets on the kernel", DisableDefaultText: true},
			&cli.StringSliceFlag{Name: "command", Usage: "send `COMMAND` instead of the stage's own; may be repeated"},
			&cli.BoolFlag{Name: "step", Usage: "go through it write by write and read by read, in a terminal", DisableDefaultText: true},
			jsonFlag(),
			&cli.StringFlag{Name: "trace", Usage: "write what happened to `FILE`, as JSON Lines"},
			pcapFlag(),
			svgFlag(),
		},
		Action: runStages,
	}
}

func runStages(c *cli.Context) error {
	list, err := stages(c)
	if err != nil {
		return err
	}
	sides, err := sides(c)
	if err != nil {
		return err
	}
	plan, planned, err := planFlag(c)
	if err != nil {
		return err
	}
	network, err := netFlag(c, plan)
	if err != nil {
		return err
	}
	for _, flag := range []string{"trace", "svg"} {
		if err := canWrite(c.String(flag)); err != nil {
			return err
		}
	}
	if err := oneFileEach(c, "trace", "pcap", "svg"); err != nil {
		return err
	}
	if n := len(list); n > 1 && c.String("svg") != "" {
		return usagef("--svg draws one stage, and not %d", n)
	}
	if err := canCapture(c, network); err != nil {
		return err
	}
	if err := canStep(c, len(list)); err != nil {
		return err
	}
	if c.Bool("nagle") && network != lab.Kernel {
		return usagef("--nagle is of the kernel's sockets: add --net kernel, or on the simulator --plan link:rtt=2ms,nagle=on,delack=40ms")
	}
	for _, s := range list {
		if c.Bool("nagle") && s.OnDatagrams() {
			return usagef("--nagle is of TCP's sockets, and %s uses UDP", s.ID)
		}
		if err := checkVariant(s, c.String("variant")); err != nil {
			return err
		}
	}

	var specs []lab.Spec
	for _, s := range list {
		for _, side := range sides {
			spec := lab.Spec{Stage: s, Side: side, Variant: c.String("variant"), Plan: plan, Commands: c.StringSlice("command"), Nagle: c.Bool("nagle")}
			b := s.BreakOf(spec.Variant)
			spec.Clients = b.Clients
			if len(spec.Commands) == 0 {
				spec.Commands = b.Commands
			}
			if !planned && network == lab.Sim {
				spec.Plan = netsim.MustParsePlan(b.Plan)
			}
			specs = append(specs, spec)
		}
	}
	all, err := runAll(c, specs, network)
	if err != nil {
		return err
	}
	switch {
	case c.Bool("json"):
		err = printJSON(c.App.Writer, all)
	case c.Bool("step"):
		err = screen.Run(c.Context, os.Stdin, os.Stdout, step.New(all, options(c)))
	default:
		err = showStages(c, all, len(sides))
	}
	if err != nil {
		return err
	}
	if name := c.String("trace"); name != "" {
		if err := writeFile(name, func(w io.Writer) error { return lab.Log(all).Write(whileWanted{c.Context, w}) }); err != nil {
			return err
		}
	}
	if err := writeCapture(c, all); err != nil {
		return err
	}
	if err := writeSVG(c, all); err != nil {
		return err
	}
	return asListed(c, all)
}

// canStep returns why --step cannot be followed, for so many stages.
func canStep(c *cli.Context, stages int) error {
	switch {
	case !c.Bool("step"):
		return nil
	case c.Bool("json"):
		return usagef("--step shows a run and --json prints it: only one of them can be")
	case stages > 1:
		return usagef("--step takes one stage, and got %d", stages)
	case !screen.Possible(os.Stdin, os.Stdout):
		return usagef("--step needs a terminal that it can draw on, for input and output; without --step the whole picture is printed")
	}
	return nil
}

// runAll runs the specs, on the simulator all processors at a time, and returns
// their results in order.
func runAll(c *cli.Context, specs []lab.Spec, network lab.Net) ([]*lab.Result, error) {
	all := make([]*lab.Result, len(specs))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	if network == lab.Kernel {
		group.SetLimit(1) // for the sake of its times
	}
	for i, spec := range specs {
		group.Go(func() error {
			var l lab.Lab
			defer l.Close()
			r, err := runOne(c, &l, spec, network)
			all[i] = r
			return err
		})
	}
	return all, group.Wait()
}

// showStages draws the results, which are those of so many sides a stage.
func showStages(c *cli.Context, all []*lab.Result, sides int) error {
	for i := 0; i < len(all); i += sides {
		if i > 0 {
			fmt.Fprintln(c.App.Writer)
		}
		naive, fixed := lab.Pair(all[i : i+sides])
		if err := view.Run(c.App.Writer, naive, fixed, options(c)); err != nil {
			return err
		}
	}
	return nil
}

// runOne runs a spec, and draws its cut map where someone will see it.
func runOne(c *cli.Context, l *lab.Lab, spec lab.Spec, network lab.Net) (*lab.Result, error) {
	if network == lab.Kernel {
		return lab.RunKernel(c.Context, spec)
	}
	r := l.Run(spec)
	if !c.Bool("json") {
		l.Map(r)
	}
	return r, c.Context.Err()
}

func netFlag(c *cli.Context, plan netsim.Plan) (lab.Net, error) {
	switch network := lab.Net(c.String("net")); network {
	case lab.Sim:
		return network, nil
	case lab.Kernel:
		if err := relay.Check(plan); err != nil {
			return "", usagef("--net kernel: %w", err)
		}
		return network, nil
	default:
		return "", unknown("net", string(network), []string{"sim", "kernel"})
	}
}

// asListed returns errUnexpected, and says why, unless every result is what
// the stage table lists.
func asListed(c *cli.Context, results []*lab.Result) error {
	var err error
	for _, r := range results {
		want, listed := r.Expected()
		if listed && r.Verdict != want {
			why := fmt.Errorf("%s %s %s: got %s, want %s", r.Stage.ID, r.Side, r.Where(), r.Verdict, want)
			if e := firstError(r); e != nil {
				why = fmt.Errorf("%w: %w", why, e)
			}
			fmt.Fprintf(c.App.ErrWriter, "stickydemo: %s\n", oneLine(why))
			err = errUnexpected
		}
	}
	return err
}

// firstError returns what a program said of its failure, or the run as a whole;
// nil if nobody noticed.
func firstError(r *lab.Result) error {
	for _, call := range r.Calls {
		if call.Err != nil {
			return call.Err
		}
	}
	if r.Server.Err != nil {
		return r.Server.Err
	}
	return r.Err
}
