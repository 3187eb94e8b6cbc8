package main

import (
	"io"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/lab"
)

func pcapFlag() cli.Flag {
	return &cli.StringFlag{Name: "pcap", Usage: "write it to `FILE`, as a capture that Wireshark opens"}
}

// canCapture returns why --pcap cannot be followed for runs on a network, before
// they run.
func canCapture(c *cli.Context, network lab.Net) error {
	name := c.String("pcap")
	if name != "" && network == lab.Kernel {
		return usagef("--pcap shows what the simulator did, and this runs on the kernel's sockets: tcpdump -i lo -w %s captures those", name)
	}
	return canWrite(name)
}

// writeCapture writes what --pcap asks for.
func writeCapture(c *cli.Context, all []*lab.Result) error {
	name := c.String("pcap")
	if name == "" {
		return nil
	}
	return writeFile(name, func(w io.Writer) error { return lab.Capture(whileWanted{c.Context, w}, all) })
}
