package browser

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write a picture of each layout into `DIR`")

// patience is how long the page may take to become what a test waits for.
const patience = 30 * time.Second

var (
	chromium          context.Context
	served, exported  string // addresses of the page, each with a "/" at its end
	unavailable, lost string // why there is nothing to test with, and why it failed
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		path, err := exec.LookPath("chromium")
		if err != nil {
			unavailable = "needs chromium"
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "stickydemo-browser-")
		if err != nil {
			lost = err.Error()
			return m.Run()
		}
		defer os.RemoveAll(dir)
		stop, err := serve(dir)
		if err != nil {
			lost = err.Error()
			return m.Run()
		}
		defer stop()
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(filepath.Join(dir, "profile")))
		allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		defer cancel()
		browser, cancel := chromedp.NewContext(allocator)
		defer cancel()
		if err := chromedp.Run(browser); err != nil {
			lost = err.Error()
		}
		chromium = browser
		return m.Run()
	}())
}

// serve builds the command, and starts both pages: the command's own server, and a
// file server on what it exports.
func serve(dir string) (stop func(), err error) {
	root, err := filepath.Abs("../../../..")
	if err != nil {
		return nil, err
	}
	command := filepath.Join(dir, "stickydemo")
	for _, args := range [][]string{{"go", "build", "-o", command, "./demos/stickydemo"}, {command, "web", "--export", filepath.Join(dir, "page")}} {
		c := exec.Command(args[0], args[1:]...)
		c.Dir = root
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	c := exec.Command(command, "web", "--listen", "127.0.0.1:0", "--no-open", "--lang", "en")
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, err
	}
	served = strings.TrimSpace(line)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go http.Serve(l, http.FileServer(http.Dir(filepath.Join(dir, "page"))))
	exported = "http://" + l.Addr().String() + "/"
	return func() {
		l.Close()
		c.Process.Kill()
		c.Wait()
	}, nil
}

// both runs a test on the served page and on the exported one.
func both(t *testing.T, test func(t *testing.T, base string)) {
	available(t)
	t.Run("served", func(t *testing.T) { test(t, served) })
	t.Run("exported", func(t *testing.T) { test(t, exported) })
}

func available(t *testing.T) {
	t.Helper()
	if unavailable != "" && os.Getenv("STICKYDEMO_CI") == "" {
		t.Skip(unavailable)
	}
	if unavailable+lost != "" {
		t.Fatal(unavailable + lost)
	}
}

// tab is a tab of the browser that shows the page.
type tab struct {
	*testing.T
	ctx  context.Context
	base string
}

// open opens the page in a tab of its own. Whatever the browser complains about
// there, and whatever the page asks of anyone else, fails the test.
func open(t *testing.T, base, hash string, width, height int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var wrong []string
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		wrong = append(wrong, fmt.Sprintf(format, args...))
	}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			complain("exception: %v", e.ExceptionDetails)
		case *runtime.EventConsoleAPICalled:
			if e.Type != runtime.APITypeLog && e.Type != runtime.APITypeInfo {
				complain("console %s: %s", e.Type, e.Args[0].Value)
			}
		case *log.EventEntryAdded:
			// A request that the engine refuses is one that a test made wrong.
			if e.Entry.Level != log.LevelInfo && !strings.Contains(e.Entry.URL, "/api/") {
				complain("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			own := strings.HasPrefix(e.Request.URL, base) || strings.HasPrefix(e.Request.URL, "blob:"+base) || strings.HasPrefix(e.Request.URL, "data:")
			if !own {
				complain("a request to %s", e.Request.URL)
			}
		}
	})
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, w := range wrong {
			t.Error(w)
		}
	})
	if err := chromedp.Run(ctx); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	p := &tab{t, ctx, base}
	p.do(network.Enable(), network.SetCacheDisabled(true), log.Enable(), chromedp.EmulateViewport(width, height))
	p.visit(hash)
	return p
}

// visit loads the page at an address of its own.
func (p *tab) visit(hash string) {
	p.Helper()
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.base+hash))
	p.drawn()
}

func (p *tab) do(actions ...chromedp.Action) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

// wait waits until an expression is true in the page.
func (p *tab) wait(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Poll("Boolean("+expression+")", nil, chromedp.WithPollingTimeout(0))); err != nil {
		var seen string
		chromedp.Run(p.ctx, chromedp.Evaluate(`[location.hash, ...["#notice", "#plan-error", "#where", "#naive .pane-head"].map((s) => document.querySelector(s)?.textContent), document.querySelector("#plan")?.value].join(" | ")`, &seen))
		p.Fatalf("%v: never came true: %s\n%s", err, expression, seen)
	}
}

// drawn waits until the newest request is answered and drawn.
func (p *tab) drawn() {
	p.Helper()
	p.wait(`document.querySelector("#panes[aria-busy=false] svg")`)
}

// run evaluates an expression, awaits it, and puts it where to points, unless that
// is nil.
func (p *tab) run(expression string, to any) {
	p.Helper()
	await := func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }
	p.do(chromedp.Evaluate(expression, to, await))
}

func (p *tab) text(selector string) string {
	p.Helper()
	var got string
	p.run(fmt.Sprintf("document.querySelector(%q)?.textContent ?? ''", selector), &got)
	return got
}

// shows checks what the page says of both sides, and its plan.
func (p *tab) shows(plan, naive, fixed string) {
	p.Helper()
	p.wait(fmt.Sprintf(`document.querySelector("#panes[aria-busy=false]") && document.querySelector("#plan").value === %q`, plan))
	for side, want := range map[string]string{"naive": naive, "fixed": fixed} {
		if got := p.text("#" + side + " .pane-head .pill"); !strings.HasSuffix(got, " "+want) {
			p.Errorf("%s under %s: got %s, want %s", side, plan, got, want)
		}
	}
}
