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
	"stickydemo/demos/stage"
	"stickydemo/fixed/streaming"
)

func callCommand() *cli.Command {
	return &cli.Command{
		Name:      "call",
		Usage:     "one side's client on real TCP, or UDP",
		ArgsUsage: "STAGE COMMAND…",
		Description: example("Sends each command to a server and prints the answers as they are.",
			"stickydemo call stage4 --side fixed --to 127.0.0.1:9999 'echo hello' tasklist",
			"stickydemo call stage3 --side naive --variant size --to 127.0.0.1:9999 'seq 1 5'",
			"stickydemo call stage6 --to 127.0.0.1:9999 --chunks 2 top"),
		Flags: []cli.Flag{
			sideFlag("fixed"),
			variantFlag(),
			&cli.StringFlag{Name: "to", Value: "127.0.0.1:9999", Usage: "the server's `ADDR`"},
			&cli.DurationFlag{Name: "timeout", Value: 10 * time.Second, Usage: "give up after a silence of `DURATION`", DefaultText: "10s"},
			&cli.IntFlag{Name: "chunks", Usage: "stop each command after `N` chunks of output, on stage6", DefaultText: "no limit"},
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
	most := c.Int("chunks")
	switch {
	case most < 0:
		return usagef("--chunks %d: it takes 1 or more", most)
	case most > 0 && (!s.Streams || side == stage.Naive):
		return usagef("--chunks is for answers in chunks, and %s %s has none", s.ID, side)
	}
	commands := c.Args().Tail()
	if len(commands) == 0 {
		return usagef("which command? Try: stickydemo call %s --side %s --to %s 'echo hello'", s.ID, side, c.String("to"))
	}

	network := "tcp"
	if s.OnDatagrams() {
		network = "udp"
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel() // closes what dial opened
	dial := func() (net.Conn, error) {
		dialer := net.Dialer{Timeout: timeout}
		conn, err := dialer.DialContext(ctx, network, c.String("to"))
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil, usagef("%w; is there a server? Try: stickydemo serve %s --side %s --listen %s", err, s.ID, side, c.String("to"))
		}
		if err != nil {
			return nil, &usageError{err}
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		return lab.Bounded(conn, timeout), nil
	}
	client, err := newCaller(s.Program(side, variant), dial)
	if err != nil {
		return err
	}
	live, streams := client.(stage.Streamer)
	for _, command := range commands {
		if streams {
			if err := callLive(c, live, command, most); err != nil {
				return fmt.Errorf("%q: %w", command, err)
			}
			continue
		}
		answer, err := client.Call(command)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%q: no answer within %s", command, timeout)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", command, err)
		}
		if s.Reply != nil {
			answer = append(answer, '\n') // an echo of a line, not of its end
		}
		if _, err := c.App.Writer.Write(answer); err != nil {
			return err
		}
	}
	return nil
}

// callLive prints both streams of a command as they come, and stops it after so
// many chunks, if more than 0. What the command calls a failure is one.
func callLive(c *cli.Context, client stage.Streamer, command string, most int) error {
	var failed error
	chunks := 0
	status, err := client.Stream(command, func(stream int, chunk []byte) bool {
		to := c.App.Writer
		if stream != streaming.Stdout {
			to = c.App.ErrWriter
		}
		_, failed = to.Write(chunk)
		chunks++
		return failed == nil && chunks != most
	})
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("no answer within %s", c.Duration("timeout"))
	case err != nil:
		return err
	case failed != nil:
		return failed
	case status != 0 && (most == 0 || chunks < most): // a stop is no failure
		return fmt.Errorf("exit status %d", status)
	}
	return nil
}
