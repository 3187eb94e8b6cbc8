// Package site is the page with its engine: behind HTTP, or as files that need no
// server.
package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"runtime"
	"strings"
	"time"

	"stickydemo/demos/view/picture"
	"stickydemo/demos/view/svg"
	"stickydemo/demos/view/web"
	"stickydemo/demos/view/web/page"
)

// Policy lets the page load nothing from elsewhere, and run no script but its own
// files and the engine.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Limits of a server.
const (
	maxWorking = 8                // requests at once: the largest takes some 100 MB
	maxWaiting = 512              // that wait for their turn, and those
	maxWait    = 10 * time.Second // that one of them does so
	maxWork    = 10 * time.Second // that a request takes then
	idle       = time.Minute
	maxHeader  = 16 << 10 // bytes of a request's
)

// handler serves the page and its engine to whoever may reach it.
type handler struct {
	allowed func(host string) bool
	waiting chan struct{} // a place for each request that works or waits
	working chan struct{} // a place for each that works
	wait    time.Duration
	work    time.Duration
	do      func(ctx context.Context, operation string, text []byte) web.Response
}

// Handler serves the page at / and its engine at /api/ to requests whose Host is
// one that listen, HOST:PORT, is reached by. Names of this machine's own side,
// and addresses, cannot be pointed at it by another site's DNS (rebinding); a name
// of any other kind is taken only where listen names it.
func Handler(listen string) http.Handler { return newHandler(listen) }

func newHandler(listen string) *handler {
	return &handler{
		allowed: hosts(listen),
		waiting: make(chan struct{}, maxWaiting),
		working: make(chan struct{}, min(runtime.GOMAXPROCS(0), maxWorking)),
		wait:    maxWait,
		work:    maxWork,
		do:      do,
	}
}

// do is the engine, and the lessons.
func do(ctx context.Context, operation string, text []byte) web.Response {
	if operation == "lesson" {
		return lesson(text)
	}
	return web.Do(ctx, operation, text)
}

// Server returns a server for Handler with limits on how long anything takes.
// Errors of single connections are not worth a line.
func Server(listen string) *http.Server {
	return &http.Server{
		Handler:           Handler(listen),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      maxWait + maxWork + 20*time.Second,
		IdleTimeout:       idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

// hosts returns which hosts of a request are meant for a server that listens
// there. On loopback those are loopback's; on a name, that name; on an address
// of the network, any address and loopback: a site that another name leads to is
// not meant.
func hosts(listen string) func(host string) bool {
	own, _, err := net.SplitHostPort(listen)
	if err != nil {
		own = listen
	}
	own = strings.ToLower(own)
	address, err := netip.ParseAddr(own)
	open := own == "" || err == nil && !address.IsLoopback()
	return func(host string) bool {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(host, "]"), "["), "."))
		if host == "localhost" || strings.HasSuffix(host, ".localhost") {
			return true
		}
		if a, err := netip.ParseAddr(host); err == nil {
			return a.IsLoopback() || open
		}
		return host == own && own != ""
	}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", Policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache")
	if !h.allowed(r.Host) {
		answer(w, web.Failure(http.StatusMisdirectedRequest, fmt.Errorf("this server does not answer to the name %s", short(r.Host))))
		return
	}
	if operation, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		h.operate(w, r, operation)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET,HEAD")
		answer(w, web.Failure(http.StatusMethodNotAllowed, fmt.Errorf("files are for GET, and not %s", short(r.Method))))
		return
	}
	serveFile(w, r)
}

// operate answers a request to the engine.
func (h *handler) operate(w http.ResponseWriter, r *http.Request, operation string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		answer(w, web.Failure(http.StatusMethodNotAllowed, fmt.Errorf("operations are for POST, and not %s", short(r.Method))))
		return
	}
	if foreign(r) {
		answer(w, web.Failure(http.StatusForbidden, fmt.Errorf("another site may not ask here")))
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		answer(w, web.Failure(http.StatusUnsupportedMediaType, fmt.Errorf("the request must be application/json")))
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, web.MaxRequest))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			answer(w, web.Failure(http.StatusRequestEntityTooLarge, fmt.Errorf("the request is over the limit of %d bytes", web.MaxRequest)))
		} else {
			answer(w, web.Failure(http.StatusBadRequest, fmt.Errorf("the request did not come whole")))
		}
		return
	}
	leave, err := h.enter(r.Context())
	if err != nil {
		w.Header().Set("Retry-After", "1")
		answer(w, web.Failure(http.StatusServiceUnavailable, err))
		return
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), h.work)
	defer cancel()
	a := h.do(ctx, operation, text)
	if a.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	answer(w, a)
}

// enter waits for a turn.
func (h *handler) enter(ctx context.Context) (leave func(), err error) {
	busy := fmt.Errorf("too many requests at once; try again")
	select {
	case h.waiting <- struct{}{}:
	default:
		return nil, busy
	}
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	select {
	case h.working <- struct{}{}:
		return func() { <-h.working; <-h.waiting }, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	<-h.waiting
	return nil, busy
}

// foreign reports whether a browser says that another site sent the request.
// What is no browser says nothing.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}

// short is what somebody sent, quoted, and not more of it than an error needs.
func short(text string) string { return picture.Quote([]byte(text), 60) }

func answer(w http.ResponseWriter, a web.Response) {
	w.Header().Set("Content-Type", a.Type)
	if a.Name != "" {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	}
	w.WriteHeader(a.Status)
	w.Write(a.Body)
}

// Stylesheet is the file that the page's pictures need.
const Stylesheet = "picture.css"

// serveFile serves a file of the page.
func serveFile(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	data, err := readFile(name)
	if err != nil {
		answer(w, web.Failure(http.StatusNotFound, fmt.Errorf("there is no file %s", short(name))))
		return
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// kinds of the page's files: the system's own table may know others.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".mjs":  "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".ico":  "image/x-icon",
	".txt":  "text/plain; charset=utf-8",
	".json": "application/json",
}

// readFile reads a file of the page.
func readFile(name string) ([]byte, error) {
	if name == Stylesheet {
		var out bytes.Buffer
		err := svg.WriteStyle(&out)
		return out.Bytes(), err
	}
	if strings.HasPrefix(name, "lesson/") {
		return lessonFile(name)
	}
	if _, known := kinds[path.Ext(name)]; !known || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	return page.Files.ReadFile(name)
}
