package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stickydemo/demos/view/web/site"
	"stickydemo/demos/words"
)

func webCommand() *cli.Command {
	return &cli.Command{
		Name:  "web",
		Usage: "the page: drag the cuts and watch both sides, in a browser",
		Description: example("Serves the page until Ctrl-C, and opens it in a browser where there is a screen for one. It\n"+
			"answers this machine alone unless --listen says otherwise; it has no password, and runs no real\n"+
			"command. --export writes the page as files instead, which need no server of ours: any file\n"+
			"server has them, but opened from a disk they do not run. go builds their engine, from the\n"+
			"checkout in which it is run.",
			"stickydemo web",
			"stickydemo web --no-open",
			"stickydemo web --export page",
			"stickydemo web --listen 0.0.0.0:8080 --no-open"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "listen on `ADDR`; port 0 takes a free one", DefaultText: "127.0.0.1:0"},
			&cli.StringFlag{Name: "export", Usage: "write the page to `DIR`, new or empty, for any file server"},
			&cli.BoolFlag{Name: "no-open", Usage: "open no browser", DisableDefaultText: true},
		},
		Action: serveWeb,
	}
}

func serveWeb(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if c.IsSet("export") {
		return export(c)
	}
	listen := c.String("listen")
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return usagef("--listen %s: want HOST:PORT, such as 127.0.0.1:8080", listen)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return usagef("%w; --listen 127.0.0.1:0 takes a free port", err)
	}
	defer l.Close()
	hosts := []string{host}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		hosts = append([]string{"localhost"}, ofNetwork(ip)...)
	}
	port, page := strconv.Itoa(l.Addr().(*net.TCPAddr).Port), "/"
	if in := lang(c); in != words.English {
		page += "#lang=" + string(in)
	}
	var addresses []string
	for _, host := range hosts {
		addresses = append(addresses, "http://"+net.JoinHostPort(host, port)+page)
	}
	fmt.Fprintln(c.App.Writer, strings.Join(addresses, "\n"))
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(100) // Main's is for what soon ends and nobody else feeds
	}
	server := site.Server(listen)
	server.BaseContext = func(net.Listener) context.Context { return c.Context }
	if !c.Bool("no-open") {
		openBrowser(addresses[0])
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(c.Context, func() {
		defer close(stopped)
		soon, cancel := context.WithTimeout(context.Background(), grace/2)
		defer cancel()
		if server.Shutdown(soon) != nil {
			server.Close()
		}
	})
	err = server.Serve(l)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ofNetwork returns this machine's addresses at which others can reach a server on
// ip: only those of IPv4 where 0.0.0.0 asks for them.
func ofNetwork(ip net.IP) (list []string) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && (ip.To4() == nil || n.IP.To4() != nil) {
			list = append(list, n.IP.String())
		}
	}
	return list
}

// export writes the page as files.
func export(c *cli.Context) error {
	for _, flag := range []string{"listen", "no-open"} {
		if c.IsSet(flag) {
			return usagef("--export serves nothing: leave --%s away", flag)
		}
	}
	name := c.String("export")
	if name == "" {
		return usagef("--export takes a folder that is new or empty")
	}
	err := site.Export(c.Context, name)
	var dir *site.DirError
	switch {
	case errors.As(err, &dir):
		return &usageError{&site.DirError{Dir: dir.Dir, Reason: cause(dir.Reason)}}
	case errors.Is(err, site.ErrNoEngine):
		return &usageError{err}
	}
	return err
}

// openBrowser shows an address of ours in the browser, where there is a screen.
// Where that fails, the address has been printed.
func openBrowser(address string) {
	var open []string
	switch runtime.GOOS {
	case "darwin":
		open = []string{"open", address}
	case "windows":
		open = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
		open = []string{"xdg-open", address}
	}
	command := exec.Command(open[0], open[1:]...)
	if command.Start() == nil {
		go command.Wait()
	}
}
