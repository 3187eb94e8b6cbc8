package main

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// browsing starts the page's server and returns its address.
func browsing(t *testing.T, args ...string) (*process, string) {
	t.Helper()
	p := start(t, append([]string{"web", "--no-open"}, args...)...)
	return p, strings.TrimSpace(<-p.first)
}

func TestWeb(t *testing.T) {
	p, address := browsing(t, "--lang", "en")
	for path, want := range map[string]string{"": "<!doctype html>", "picture.css": ".stickydemo text{", "worker.js": "importScripts"} {
		r, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: got %d, %v, %.100s", path, r.StatusCode, err, body)
		}
	}
	r, err := http.Post(address+"api/run", "application/json", strings.NewReader(`{"stage":"stage4"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("run: got %d", r.StatusCode)
	}
	p.interrupt()
	if status, said := p.wait(), p.rest(); status != exitOK || len(said) > 0 {
		t.Errorf("on Ctrl-C: got status %d and %q", status, said)
	}
}

// The page opens in the language that was asked for.
func TestWebLanguage(t *testing.T) {
	p, address := browsing(t, "--lang", "zh")
	if !strings.HasSuffix(address, "/#lang=zh") {
		t.Errorf("got %s, want the page in Chinese", address)
	}
	p.interrupt()
	p.wait()
}

// webExample runs an example of --help: its port may be taken, no browser is to be
// opened, and go builds only in the checkout.
func webExample(t *testing.T, line string) {
	if strings.Contains(line, "--export") {
		if testing.Short() {
			return
		}
		wd, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "page")
		got := command(t, "web", "--export", dir)
		if _, err := os.Stat(filepath.Join(dir, "stickydemo.wasm")); got.status != exitOK || got.stderr != "" || err != nil {
			t.Errorf("%s in %s: status %d, %s, %v", line, wd, got.status, got.stderr, err)
		}
		return
	}
	var args []string
	for _, word := range strings.Fields(line)[2:] {
		if word = strings.Replace(word, ":8080", ":0", 1); word != "--no-open" {
			args = append(args, word)
		}
	}
	p, address := browsing(t, args...)
	first, err := url.Parse(address)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	others := ""
	if first.Hostname() == "localhost" { // it listens for all
		for _, host := range ofNetwork(net.IPv4zero) {
			others += "http://" + net.JoinHostPort(host, first.Port()) + "/\n"
		}
	}
	for address := range strings.Lines(address + "\n" + others) {
		address = strings.TrimSpace(address)
		direct := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // by no proxy
		r, err := direct.Get(address)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: got %d from %s", line, r.StatusCode, address)
		}
	}
	p.interrupt()
	if status, said := p.wait(), p.stdout.String(); status != exitOK || said != address+"\n"+others {
		t.Errorf("%s: got status %d and %q, want the addresses %q", line, status, said, address+"\n"+others)
	}
}

func TestOfNetwork(t *testing.T) {
	for _, listen := range []net.IP{nil, net.IPv6unspecified, net.IPv4zero} {
		own, err := net.InterfaceAddrs()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, a := range own {
			ip, _, err := net.ParseCIDR(a.String())
			if err != nil {
				t.Fatal(err)
			}
			four := !strings.Contains(ip.String(), ":")
			if !strings.HasPrefix(ip.String(), "127.") && ip.String() != "::1" && !strings.HasPrefix(ip.String(), "fe80:") && !strings.HasPrefix(ip.String(), "169.254.") &&
				(four || !listen.Equal(net.IPv4zero)) {
				want = append(want, ip.String())
			}
		}
		if got := ofNetwork(listen); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", listen, got, want)
		}
	}
}

// Who is interrupted while go builds leaves nothing, though go has to be killed.
func TestInterruptedWebExport(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	programs, temporary, parent := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.Symlink(self, filepath.Join(programs, "go")); err != nil {
		t.Skip(err)
	}
	t.Setenv("PATH", programs+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMPDIR", temporary)
	t.Setenv(buildsAt, l.Addr().String())

	p := start(t, "web", "--export", filepath.Join(parent, "page"))
	_ = l.SetDeadline(time.Now().Add(enough))
	building, err := l.Accept()
	if err != nil {
		t.Fatalf("no build began: %v, %q", err, p.rest())
	}
	defer building.Close()
	p.interrupt()
	if status, said := p.wait(), p.rest(); status != exitUnexpected || !slices.Equal(said, []string{"stickydemo: interrupted"}) {
		t.Errorf("got status %d and %q", status, said)
	}
	for _, dir := range []string{parent, temporary, p.cmd.Dir} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%v, %v are left", left, err)
		}
	}
}

// buildsAt names the address at which endlessBuild tells that it runs.
const buildsAt = "STICKYDEMO_TEST_BUILDS_AT"

// endlessBuild is a go whose compilers take no notice of Ctrl-C.
func endlessBuild(address string) (status int) {
	if os.Args[1] != "build" {
		return 0
	}
	signal.Ignore(os.Interrupt)
	if _, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "go-build"); err != nil {
		return 1
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 1
	}
	_, _ = io.Copy(io.Discard, conn)
	return 1
}
