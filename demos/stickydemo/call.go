package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
)

func callCommand() *cli.Command {
	return &cli.Command{
		Name:      "call",
		Usage:     "one side's client on real TCP",
		ArgsUsage: "STAGE COMMAND…",
		Description: example("Sends each command to a server and prints the answers as they are.",
			"stickydemo call stage4 --side fixed --to 127.0.0.1:9999 'echo hello' tasklist",
			"stickydemo call stage3 --side naive --variant size --to 127.0.0.1:9999 'seq 1 5'"),
		Flags: []cli.Flag{
			sideFlag("fixed"),
			variantFlag(),
			&cli.StringFlag{Name: "to", Value: "127.0.0.1:9999", Usage: "the server's `ADDR`"},
			&cli.DurationFlag{Name: "timeout", Value: 10 * time.Second, Usage: "give up after a silence of `DURATION`", DefaultText: "10s"},
		},
		Action: call,
	}
}

func call(c *cli.Context) error {
	s, err := oneStage(c)
	if err != nil {
		return err
	}
	side, err := oneSide(c)
	if err != nil {
		return err
	}
	variant, timeout := c.String("variant"), c.Duration("timeout")
	if err := checkVariant(s, variant); err != nil {
		return err
	}
	if timeout <= 0 {
		return usagef("--timeout %s: it takes more than 0s", timeout)
	}
	commands := c.Args().Tail()
	if len(commands) == 0 {
		return usagef("which command? Try: stickydemo call %s --side %s --to %s 'echo hello'", s.ID, side, c.String("to"))
	}

	ctx, cancel := context.WithCancel(c.Context)
	defer cancel() // closes what dial opened
	dial := func() (net.Conn, error) {
		dialer := net.Dialer{Timeout: timeout}
		conn, err := dialer.DialContext(ctx, "tcp", c.String("to"))
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil, usagef("%w; is there a server? Try: stickydemo serve %s --side %s --listen %s", err, s.ID, side, c.String("to"))
		}
		if err != nil {
			return nil, &usageError{err}
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		return lab.Bounded(conn, timeout), nil
	}
	client, err := s.Program(side, variant).Client(dial)
	if err != nil {
		return err
	}
	for _, command := range commands {
		answer, err := client.Call(command)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%q: no answer within %s", command, timeout)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", command, err)
		}
		if _, err := c.App.Writer.Write(answer); err != nil {
			return err
		}
	}
	return nil
}
