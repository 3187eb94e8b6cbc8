package site

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"stickydemo/demos/view/web"
)

// send sends a request to a handler as if it had come in.
func send(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHTTPGivesTheEnginesBytes(t *testing.T) {
	h := Handler("127.0.0.1:0")
	for _, c := range requests {
		w := send(h, "POST", "/api/"+c.operation, c.request)
		if want := do(t.Context(), c.operation, []byte(c.request)); w.Code != want.Status || w.Body.String() != string(want.Body) || w.Header().Get("Content-Type") != want.Type {
			t.Errorf("%s %s: got %d, %.100s, want %d, %.100s", c.operation, c.request, w.Code, w.Body, want.Status, want.Body)
		}
	}
}

func TestWhoMayAsk(t *testing.T) {
	h := Handler("127.0.0.1:0")
	const run = `{"stage":"stage4"}`
	for _, c := range []struct {
		name, method, target, body string
		status                     int
		header                     []string
	}{
		{"the page", "GET", "/", "", 200, nil},
		{"its style", "HEAD", "/picture.css", "", 200, nil},
		{"a lesson", "GET", "/lesson/4.en.json", "", 200, nil},
		{"no file", "GET", "/nothing.js", "", 404, nil},
		{"the sources", "GET", "/page.go", "", 404, nil},
		{"a folder", "GET", "/lesson/", "", 404, nil},
		{"the file system", "GET", "/../../../../etc/passwd", "", 404, nil},
		{"the file system, escaped", "GET", "/%2e%2e/%2e%2e/page.go", "", 404, nil},
		{"a file by POST", "POST", "/index.html", "", 405, nil},
		{"an operation by GET", "GET", "/api/run", "", 405, nil},
		{"an operation", "POST", "/api/run", run, 200, nil},
		{"with the page's own origin", "POST", "/api/run", run, 200, []string{"Origin", "http://127.0.0.1:8080", "Sec-Fetch-Site", "same-origin"}},
		{"by the name localhost", "POST", "/api/run", run, 200, []string{"Host", "localhost:8080"}},
		{"by IPv6", "POST", "/api/run", run, 200, []string{"Host", "[::1]:8080"}},
		{"by a name that was pointed here", "POST", "/api/run", run, 421, []string{"Host", "evil.example:8080"}},
		{"the page by such a name", "GET", "/", "", 421, []string{"Host", "evil.example"}},
		{"by a name that only looks right", "GET", "/", "", 421, []string{"Host", "127.0.0.1.evil.example"}},
		{"by no name", "GET", "/", "", 421, []string{"Host", ""}},
		{"by another address", "GET", "/", "", 421, []string{"Host", "192.0.2.1:8080"}},
		{"from another site", "POST", "/api/run", run, 403, []string{"Origin", "http://evil.example"}},
		{"from another port", "POST", "/api/run", run, 403, []string{"Origin", "http://127.0.0.1:9090"}},
		{"from nowhere", "POST", "/api/run", run, 403, []string{"Origin", "null"}},
		{"from another site, as browsers say", "POST", "/api/run", run, 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"as a form", "POST", "/api/run", run, 415, []string{"Content-Type", "text/plain"}},
		{"with no operation", "POST", "/api/", "{}", 404, nil},
		{"too much", "POST", "/api/run", `{"stage":"` + strings.Repeat("x", web.MaxRequest) + `"}`, 413, nil},
		{"a command of a million bytes", "POST", "/api/run", `{"stage":"stage4","commands":["` + strings.Repeat("x", 1_000_000) + `"]}`, 413, nil},
		{"no JSON", "POST", "/api/run", "\x00\xff", 400, nil},
	} {
		w := send(h, c.method, c.target, c.body, c.header...)
		if w.Code != c.status || w.Header().Get("Content-Security-Policy") != Policy || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %d, want %d; %v", c.name, w.Code, c.status, w.Header())
		}
		if w.Code >= 400 && (!strings.HasPrefix(w.Body.String(), `{"error":"`) || strings.Count(w.Body.String(), "\n") != 1) {
			t.Errorf("%s: got %.200q, want one line", c.name, w.Body)
		}
	}
}

// Who listens on the network is reached by addresses and by that name alone.
func TestHosts(t *testing.T) {
	for _, c := range []struct {
		listen, host string
		want         bool
	}{
		{"0.0.0.0:80", "192.0.2.1", true}, {":80", "192.0.2.1:80", true}, {"192.0.2.1:80", "192.0.2.1", true}, {"[::]:80", "[2001:db8::1]:80", true},
		{"0.0.0.0:80", "evil.example", false}, {"class.example:80", "class.example", true}, {"class.example:80", "Class.Example.:80", true},
		{"class.example:80", "evil.example", false}, {"class.example:80", "192.0.2.1", false}, {"localhost:0", "localhost", true},
		{"127.0.0.1:0", "a.localhost", true}, {"127.0.0.1:0", "192.0.2.1", false}, {":80", "", false}, {":80", "[", false},
	} {
		if got := hosts(c.listen)(c.host); got != c.want {
			t.Errorf("listening on %s, asked as %q: got %t, want %t", c.listen, c.host, got, c.want)
		}
	}
}

// 200 at once are all answered, and never more of them worked on than may be.
func TestManyClients(t *testing.T) {
	h := newHandler("127.0.0.1:0")
	var working, over atomic.Int64
	engine := h.do
	h.do = func(ctx context.Context, operation string, text []byte) web.Response {
		if n := working.Add(1); n > int64(cap(h.working)) {
			over.Store(n)
		}
		defer working.Add(-1)
		return engine(ctx, operation, text)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	want := do(t.Context(), "run", []byte(`{"stage":"stage4"}`)).Body
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() {
			r, err := http.Post(server.URL+"/api/run", "application/json", strings.NewReader(`{"stage":"stage4"}`))
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Body.Close()
			if got, err := io.ReadAll(r.Body); err != nil || r.StatusCode != 200 || string(got) != string(want) {
				t.Errorf("got %d, %.100s, %v", r.StatusCode, got, err)
			}
		})
	}
	group.Wait()
	if got := over.Load(); got > 0 {
		t.Errorf("%d requests were worked on at once, want at most %d", got, cap(h.working))
	}
}

// Who cannot have a turn in time is told to come again.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler("127.0.0.1:0")
		release := make(chan struct{})
		h.do = func(ctx context.Context, operation string, text []byte) web.Response {
			<-release
			return web.Response{Status: 200}
		}
		var group sync.WaitGroup
		for range cap(h.working) {
			group.Go(func() { send(h, "POST", "/api/run", "{}") })
		}
		synctest.Wait()
		if w := send(h, "POST", "/api/run", "{}"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("after a long wait: got %d, %v", w.Code, w.Header())
		}
		for range cap(h.waiting) - cap(h.working) {
			group.Go(func() { send(h, "POST", "/api/run", "{}") })
		}
		synctest.Wait()
		if w := send(h, "POST", "/api/run", "{}"); w.Code != 503 {
			t.Errorf("with no place to wait: got %d", w.Code)
		}
		close(release)
		group.Wait()
		if w := send(h, "POST", "/api/run", "{}"); w.Code != 200 || len(h.waiting) != 0 || len(h.working) != 0 {
			t.Errorf("afterwards: got %d, %d wait, %d work", w.Code, len(h.waiting), len(h.working))
		}
	})
}

// What takes too long is told so.
func TestTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler("127.0.0.1:0")
		h.do = func(ctx context.Context, operation string, text []byte) web.Response {
			<-ctx.Done()
			return web.Do(ctx, operation, text)
		}
		if w := send(h, "POST", "/api/run", `{"stage":"stage4"}`); w.Code != 503 || !strings.Contains(w.Body.String(), "too long") {
			t.Errorf("got %d, %s", w.Code, w.Body)
		}
	})
}
