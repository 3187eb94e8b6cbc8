package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/words"
	"stickydemo/netsim/relay"
	"stickydemo/netsim/trace"
)

func relayCommand() *cli.Command {
	return &cli.Command{
		Name:  "relay",
		Usage: "a plan on the real connections of any programs",
		Description: example("Listens, and puts each connection under the plan on its way to --to, until Ctrl-C.\n"+
			"Enter prints the counters. A cut is verified if the receiver had read all before it\n"+
			"when the bytes behind it were sent: Linux tells so, of programs on this machine.\n"+
			"Elsewhere there are pauses.",
			"stickydemo relay --to 127.0.0.1:9999 --plan drip",
			"stickydemo relay --listen 127.0.0.1:9998 --to 127.0.0.1:9999 --plan 'down:cut=2'"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "listen on `ADDR`; port 0 takes a free one"},
			&cli.StringFlag{Name: "to", Usage: "go on to `ADDR`, where the server listens"},
			plansFlag("put the connections under `PLAN`; without one all passes as it comes"),
			&cli.DurationFlag{Name: "hold", Value: relay.DefaultHold, Usage: "let glue hold bytes for `DURATION` at the most", DefaultText: "20ms"},
			&cli.DurationFlag{Name: "drain", Value: relay.DefaultDrain, Usage: "let a cut wait for `DURATION` at the most until the receiver has read", DefaultText: "1s"},
			&cli.StringFlag{Name: "trace", Usage: "write what happened to `FILE`, as JSON Lines"},
			jsonFlag(),
		},
		Action: relayAction,
	}
}

func relayAction(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	for _, name := range []string{"hold", "drain"} {
		if d := c.Duration(name); d <= 0 {
			return usagef("--%s %s: it takes more than 0s", name, d)
		}
	}
	plan, _, err := planFlag(c)
	if err != nil {
		return err
	}
	if err := relay.Check(plan); err != nil {
		return &usageError{err}
	}
	if c.String("to") == "" {
		return usagef("where to? Try: stickydemo relay --to 127.0.0.1:9999")
	}
	to, err := net.ResolveTCPAddr("tcp", c.String("to"))
	if err != nil {
		return usagef("--to: %w", err)
	}
	if to.Port == 0 {
		return usagef("--to %s: it takes a port from 1 on", c.String("to"))
	}
	if c.String("listen") == "" {
		return usagef("--listen takes an address, such as 127.0.0.1:9998")
	}
	address, err := net.ResolveTCPAddr("tcp", c.String("listen"))
	if err != nil {
		return usagef("--listen: %w", err)
	}
	if err := canWrite(c.String("trace")); err != nil {
		return err
	}
	if address.Port == to.Port && (address.IP.Equal(to.IP) || address.IP == nil || address.IP.IsUnspecified()) {
		return usagef("--listen %s and --to %s: it would go on to itself", c.String("listen"), c.String("to"))
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return usagef("%w; --listen 127.0.0.1:0 takes a free port", err)
	}

	r := &relay.Relay{To: c.String("to"), Plan: plan, Hold: c.Duration("hold"), Drain: c.Duration("drain")}
	said := map[string]bool{} // once is enough for all connections
	r.Notice = func(conn int, err error) {
		if text := oneLine(err); !said[text] && len(said) < maxNotices {
			said[text] = true
			fmt.Fprintf(c.App.ErrWriter, "connection %d: %s\n", conn, text)
		}
	}
	status := &relayStatus{relay: r, w: c.App.Writer, json: c.Bool("json"), in: lang(c)}
	status.mu.Lock() // whoever has seen the first line may ask
	stop := status.whenAsked(c.App.Reader)
	defer stop()
	status.begin(listener.Addr(), to)
	status.mu.Unlock()
	if name := c.String("trace"); name != "" {
		err = writeFile(name, func(w io.Writer) error { return tracedTo(w, r, func() error { return r.Serve(c.Context, listener) }) })
	} else {
		err = r.Serve(c.Context, listener)
	}
	stop()
	status.finish()
	return err
}

// maxNotices bounds the different things that relay says of connections.
const maxNotices = 100

// tracedTo writes the events of r to w while serve goes on.
func tracedTo(w io.Writer, r *relay.Relay, serve func() error) error {
	out := bufio.NewWriter(w)
	log := trace.Log{{Kind: trace.Begin, Note: "relay under " + planName(r)}}
	err := log.Write(out)
	r.Trace = func(e trace.Event) {
		if err == nil {
			log[0] = e
			err = log.Write(out)
		}
	}
	if err := serve(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func planName(r *relay.Relay) string {
	if relay.Plain(r.Plan) {
		return "no plan"
	}
	return r.Plan.String()
}

// relayStatus prints what a relay has done, as text or as JSON, an object a
// line.
type relayStatus struct {
	relay *relay.Relay
	json  bool
	in    words.Lang

	mu sync.Mutex // guards what follows
	w  io.Writer
	// over is set when nobody may ask any more.
	over bool
}

func (s *relayStatus) begin(listen, to net.Addr) {
	if s.json {
		s.print(map[string]string{"listen": listen.String(), "to": to.String(), "plan": planName(s.relay)})
		return
	}
	s.say("relay listens on %s and goes on to %s; Ctrl-C ends it", listen, to)
}

func (s *relayStatus) say(format string, args ...any) {
	fmt.Fprintln(s.w, s.in.Sayf(format, args...))
}

func (s *relayStatus) print(value any) { _ = json.NewEncoder(s.w).Encode(value) }

// whenAsked prints the counters for each line that is typed, and for each
// signal that asks for them, until stop is called.
func (s *relayStatus) whenAsked(typed io.Reader) (stop func()) {
	signals, stopSignals := askSignals()
	ask := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.over {
			s.counters()
		}
	}
	go func() {
		for range signals {
			ask()
		}
	}()
	go func() { // ends with the process, if not before
		in := bufio.NewReader(typed)
		for {
			_, err := in.ReadSlice('\n')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return
			}
			if err == nil {
				ask()
			}
		}
	}()
	return sync.OnceFunc(func() {
		stopSignals()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.over = true
	})
}

func (s *relayStatus) counters() {
	c := s.relay.Counters()
	if s.json {
		s.print(c)
		return
	}
	s.say("%s, %d open; %d bytes up, %d down", words.Ungrouped(c.Conns, "connection"), c.Active, c.Up, c.Down)
	if !relay.Plain(s.relay.Plan) {
		s.say("cuts: %d verified, %d unverified, %d timed out; %s ended early", c.Verified, c.Unverified, c.TimedOut, words.Ungrouped(c.Ended, "hold"))
	}
}

// finish prints the last words.
func (s *relayStatus) finish() {
	c, notes := s.relay.Counters(), lab.Idle(s.relay.Beyond())
	if c.Unverified > 0 {
		notes = append(notes, words.Sentencef("%s could not be verified: this system does not tell what the receiver has read", words.Ungrouped(c.Unverified, "cut")))
	}
	if c.TimedOut > 0 {
		notes = append(notes, words.Sentencef("%s timed out: the receiver did not read within %s", words.Ungrouped(c.TimedOut, "cut"), s.relay.Drain))
	}
	if c.TLS > 0 {
		notes = append(notes, words.Sentencef("%s spoke TLS: cuts fell in ciphertext", words.Ungrouped(c.TLS, "connection")))
	}
	if s.json {
		s.print(struct {
			relay.Counters
			Notes []words.Sentence `json:"notes,omitempty"`
		}{c, notes})
		return
	}
	s.counters()
	if c.Refused > 0 {
		s.say("note: %s did not reach %s", words.Ungrouped(c.Refused, "connection"), s.relay.To)
	}
	for _, note := range notes {
		s.say("note: %s", note)
	}
	s.say("stopped after %s", words.Ungrouped(c.Conns, "connection"))
}
