package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
	"stickydemo/demos/words"
)

const (
	// maxClients bounds the connections that serve has open at once.
	maxClients = 4096

	// maxShellOutput bounds what a real command may print, in bytes. It is one
	// more than the fixed sides send in one message, so that they refuse what was
	// cut off there and do not pass it for the whole.
	maxShellOutput = 1<<20 + 1

	// shellLimit bounds how long a real command may run, or, where its output is
	// sent as it comes, print nothing.
	shellLimit = 30 * time.Second
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "one side's server on real TCP, or UDP",
		ArgsUsage: "STAGE",
		Description: example("Serves any number of clients until Ctrl-C. Commands are the built-in ones, which touch nothing,\n"+
			"unless --shell is given.",
			"stickydemo serve stage4 --side fixed",
			"stickydemo serve stage3 --side naive --variant size --listen 127.0.0.1:9999"),
		Flags: []cli.Flag{
			sideFlag("fixed"),
			variantFlag(),
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:9999", Usage: "listen on `ADDR`; port 0 takes a free one"},
			&cli.DurationFlag{Name: "timeout", Value: 5 * time.Minute, Usage: "leave a client that is silent for `DURATION`", DefaultText: "5m"},
			&cli.BoolFlag{Name: "shell", Usage: "run commands by this system's shell: whoever connects can do what you can", DisableDefaultText: true},
			&cli.BoolFlag{Name: "shell-for-anyone", Usage: "allow --shell on an address that is not loopback", DisableDefaultText: true},
		},
		Action: serve,
	}
}

func serve(c *cli.Context) error {
	s, err := oneStage(c)
	if err != nil {
		return err
	}
	side, err := oneSide(c)
	if err != nil {
		return err
	}
	variant := c.String("variant")
	if err := checkVariant(s, variant); err != nil {
		return err
	}
	if c.NArg() > 1 {
		return usagef("serve takes one stage, and got %q too", c.Args().Get(1))
	}
	if t := c.Duration("timeout"); t <= 0 {
		return usagef("--timeout %s: it takes more than 0s", t)
	}
	if c.String("listen") == "" {
		return usagef("--listen takes an address, such as 127.0.0.1:9999")
	}
	address, err := net.ResolveTCPAddr("tcp", c.String("listen"))
	if err != nil {
		return usagef("--listen: %w", err)
	}
	run := s.AnswerTo
	if c.Bool("shell") {
		if s.Reply != nil {
			return usagef("%s answers in upper case and runs no commands: leave --shell out", s.ID)
		}
		if !address.IP.IsLoopback() && !c.Bool("shell-for-anyone") {
			return usagef("--shell on %s would let anyone on the network run commands as you: listen on 127.0.0.1, or add --shell-for-anyone", c.String("listen"))
		}
		run = func(command string) []byte {
			ctx, cancel := context.WithTimeout(c.Context, shellLimit)
			defer cancel()
			answer := shell.System(ctx, command, maxShellOutput)
			if c.Context.Err() != nil {
				runtime.Goexit() // and close: what was ended by us is no answer
			}
			if ctx.Err() != nil { // then a line on stderr says so; not every stage sends that
				answer = shell.Answer{Stdout: append(answer.Stdout, answer.Stderr...), Status: answer.Status}
			}
			return s.Answer(answer)
		}
	}

	name := s.ID + " " + string(side)
	if side == stage.Naive && variant != "" {
		name += " " + variant
	}
	if d := s.Program(side, variant).Datagrams; d != nil {
		return serveDatagrams(c, name, address, d, stage.Env{Run: run})
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return usagef("%w; --listen 127.0.0.1:0 takes a free port", err)
	}
	say(c, "%s listens on %s; Ctrl-C ends it", name, listener.Addr())
	program, timeout := s.Program(side, variant), c.Duration("timeout")
	env := stage.Env{Run: run, Stream: streamer(c), Sleep: func(d time.Duration) { sleep(c.Context, d) }}
	log := func(err error) {
		if err != nil && c.Context.Err() == nil {
			fmt.Fprintln(c.App.ErrWriter, oneLine(err))
		}
	}
	stop := context.AfterFunc(c.Context, func() { listener.Close() })
	defer stop()
	d := &door{Listener: listener, ctx: c.Context, timeout: timeout, log: log, places: make(chan struct{}, maxClients)}
	if program.ServeAll != nil {
		serveItself(program, d, env)
	} else {
		serveAll(program, d, env)
	}
	connections := words.Ungrouped(d.served, "connection")
	if c.Context.Err() == nil {
		say(c, "ended by itself after %s", connections)
	} else {
		say(c, "stopped after %s", connections)
	}
	return nil
}

// streamer returns what runs the commands of a server that sends output as it
// comes. What Ctrl-C ends is no answer: its goroutine ends, too.
func streamer(c *cli.Context) func(command string, stdout, stderr io.Writer) int {
	return func(command string, stdout, stderr io.Writer) int {
		defer func() {
			if c.Context.Err() != nil {
				runtime.Goexit()
			}
		}()
		if c.Bool("shell") {
			return shell.SystemStream(c.Context, command, stdout, stderr, shellLimit)
		}
		return shell.Stream(command, stdout, stderr, func(d time.Duration) {
			if sleep(c.Context, d); c.Context.Err() != nil {
				runtime.Goexit()
			}
		})
	}
}

// sleep sleeps, unless ctx is done before.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// serveAll gives a program every connection of the door, each in a goroutine of
// its own, and waits for these at the end.
func serveAll(p stage.Program, d *door, env stage.Env) {
	var open sync.WaitGroup
	defer open.Wait()
	for {
		conn, err := d.Accept()
		if err != nil {
			return
		}
		open.Go(func() {
			defer conn.Close()
			if err := p.Serve(conn, env); err != nil {
				d.log(fmt.Errorf("%s: %w", conn.RemoteAddr(), err))
			}
		})
	}
}

// serveItself lets a program accept its connections: it may keep some waiting,
// and may end before it is told to.
func serveItself(p stage.Program, d *door, env stage.Env) {
	var server, clients sync.WaitGroup
	env.Handlers = handlers{&clients, d.log}
	server.Go(func() { // which the end of the context may end in mid-read
		if err := p.ServeAll(d, env); !errors.Is(err, net.ErrClosed) {
			d.log(err)
		}
		d.Close()
	})
	server.Wait()
	clients.Wait()
}
