package netsim_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"stickydemo/netsim"
	"stickydemo/netsim/trace"
)

// A client writes twice; what the server's reads return is the network's
// choice, and the plan makes it.
func ExamplePipe() {
	for _, text := range []string{"glue", "as-written", "every=4"} {
		client, server := netsim.Pipe(netsim.MustParsePlan(text))
		fmt.Fprint(client, "hello")
		fmt.Fprint(client, "world")
		client.Close()

		fmt.Printf("%-10s", text)
		buf := make([]byte, 1024)
		for {
			n, err := server.Read(buf)
			if err != nil {
				break
			}
			fmt.Printf(" %q", buf[:n])
		}
		fmt.Println()
		server.Close()
	}
	// Output:
	// glue       "helloworld"
	// as-written "hello" "world"
	// every=4    "hell" "owor" "ld"
}

// A server reads a length of four bytes with one Read. That works until a cut
// stands within the length: then it takes half of it for the whole. On a Sim it
// does so every time, and a round trip takes no real time.
func ExampleSim() {
	var sim netsim.Sim
	defer sim.Close()
	for _, text := range []string{"as-written", "up:cut=2", "link:rtt=40ms"} {
		err := sim.Run(netsim.MustParsePlan(text), "client", func() {
			client, server := sim.Pipe()
			sim.Go("server", func() {
				header := make([]byte, 4)
				server.Read(header) // wrong: it may return fewer
				body := make([]byte, int(header[3])+1<<8*int(header[2]))
				io.ReadFull(server, body)
				fmt.Fprintf(server, "%d bytes", len(body))
			})
			client.Write([]byte{0, 0, 1, 4})
			client.Write(make([]byte, 260))
			answer := make([]byte, 64)
			n, _ := client.Read(answer)
			fmt.Printf("%s: %q after %s\n", text, answer[:n], sim.Elapsed())
		})
		if err != nil {
			fmt.Printf("%s: %v\n", text, err)
		}
	}
	// Output:
	// as-written: "260 bytes" after 0s
	// up:cut=2: "0 bytes" after 0s
	// link:rtt=40ms: "260 bytes" after 40ms
}

// What is recorded shows why: the two writes were read as one.
func ExampleSim_Log() {
	sim := netsim.Sim{Trace: true}
	defer sim.Close()
	sim.Run(netsim.Plan{}, "client", func() {
		client, server := sim.Pipe()
		sim.Go("server", func() { io.Copy(io.Discard, server) })
		fmt.Fprint(client, "hello")
		fmt.Fprint(client, "world")
		sim.Sleep(time.Second)
		client.Close()
	})
	for _, e := range sim.Log() {
		if e.Kind == trace.Written || e.Kind == trace.Read || e.Kind == trace.End {
			fmt.Printf("%-4s %-7s [%d, %d)\n", e.Time, e.Kind, e.From, e.To)
		}
	}
	// Output:
	// 0s   written [0, 5)
	// 0s   written [5, 10)
	// 0s   read    [0, 10)
	// 1s   end     [10, 10)
}

// A whole service runs under a plan: here every read of either side returns
// one byte.
func ExampleListen() {
	l := netsim.Listen(netsim.MustParsePlan("drip"))
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello ", r.URL.Path[1:])
	})}
	go server.Serve(l)
	defer server.Close()

	client := &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return l.Dial() },
	}}
	response, err := client.Get("http://server/world")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(string(body), err)
	// Output:
	// hello world <nil>
}
