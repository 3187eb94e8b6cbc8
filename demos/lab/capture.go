package lab

import (
	"io"

	"stickydemo/netsim/pcap"
)

// Capture writes runs as one file for Wireshark.
func Capture(w io.Writer, results []*Result) error {
	o := pcap.Options{Application: "stickydemo"}
	for _, r := range results {
		o.Plans = append(o.Plans, r.Plan)
	}
	return pcap.Write(w, Log(results), o)
}
