package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
	"stickydemo/demos/shell"
	"stickydemo/demos/stage"
)

const (
	// maxClients bounds the connections that serve has open at once.
	maxClients = 4096

	// maxShellOutput bounds what a real command may print, in bytes. It is one
	// more than the fixed sides send in one message, so that they refuse what was
	// cut off there and do not pass it for the whole.
	maxShellOutput = 1<<20 + 1

	// shellLimit bounds how long a real command may run.
	shellLimit = 30 * time.Second
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "one side's server on real TCP",
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
	address, err := net.ResolveTCPAddr("tcp", c.String("listen"))
	if err != nil {
		return usagef("--listen: %w", err)
	}
	run := func(command string) []byte { return s.Answer(shell.Builtin(command)) }
	if c.Bool("shell") {
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

	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return usagef("%w; --listen 127.0.0.1:0 takes a free port", err)
	}
	name := s.ID + " " + string(side)
	if side == stage.Naive && variant != "" {
		name += " " + variant
	}
	fmt.Fprintf(c.App.Writer, "%s listens on %s; Ctrl-C ends it\n", name, listener.Addr())
	program, timeout := s.Program(side, variant), c.Duration("timeout")
	env := stage.Env{Run: run, Sleep: func(d time.Duration) { sleep(c.Context, d) }}
	served := serveAll(c.Context, listener, func(conn net.Conn) {
		err := program.Serve(lab.Bounded(conn, timeout), env)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = fmt.Errorf("silent for %s", timeout)
		}
		if err != nil && c.Context.Err() == nil {
			fmt.Fprintf(c.App.ErrWriter, "%s: %s\n", conn.RemoteAddr(), oneLine(err))
		}
	})
	connections := "connections"
	if served == 1 {
		connections = "connection"
	}
	fmt.Fprintf(c.App.Writer, "stopped after %d %s\n", served, connections)
	return nil
}

// sleep sleeps, unless ctx is done before.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// serveAll hands every connection to handle, each in a goroutine of its own,
// until ctx is done; then it closes those that are open and waits for their
// goroutines. It returns how many there were. The connections are the
// listener's own, not wrapped: a fixed side must be able to end its stream.
func serveAll(ctx context.Context, listener net.Listener, handle func(net.Conn)) int {
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
	places := make(chan struct{}, maxClients)
	for served := 0; ; {
		select {
		case <-ctx.Done():
			return served
		case places <- struct{}{}:
		}
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return served
		}
		if err != nil { // such as too many open files, which pass
			<-places
			sleep(ctx, 10*time.Millisecond)
			continue
		}
		served++
		open.Go(func() {
			defer func() { <-places }()
			leave := context.AfterFunc(ctx, func() { conn.Close() })
			defer leave()
			defer conn.Close()
			handle(conn)
		})
	}
}
