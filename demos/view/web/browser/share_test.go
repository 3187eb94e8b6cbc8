package browser

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// One side alone has the whole width, and the address says which.
func TestSide(t *testing.T) {
	both(t, func(t *testing.T, base string) {
		p := open(t, base, "#stage=stage4", 1920, 1080)
		p.shows("down:cut=2", "error", "ok")
		alone := func(side string) string {
			return fmt.Sprintf(`document.querySelector("#panes[aria-busy=false]")?.children.length === 1 && document.querySelector("#panes > #%s")?.offsetWidth > 1700`, side)
		}
		p.choose("side", "fixed")
		p.wait(alone("fixed"))
		p.wait(`location.hash.includes("side=fixed")`)
		p.do(chromedp.NavigateBack())
		p.shows("down:cut=2", "error", "ok")
		p = open(t, base, "#stage=stage4&side=naive", 1920, 1080)
		p.wait(alone("naive"))
	})
}

// What is shown leaves the page as an address, a command and files.
func TestShare(t *testing.T) {
	both(t, func(t *testing.T, base string) {
		p := open(t, base, "#stage=stage4&plan=down:cut=3", 1280, 720)
		p.shows("down:cut=3", "error", "ok")
		p.run(`{
			navigator.clipboard.writeText = async (text) => { window.copied = text; };
			const url = URL.createObjectURL;
			URL.createObjectURL = (blob) => { window.saved = blob; return url(blob); };
			HTMLAnchorElement.prototype.click = function () { window.named = this.download; };
		}`, nil)
		copied := func(button string) string {
			t.Helper()
			p.run(fmt.Sprintf(`window.copied = ""; document.getElementById(%q).click()`, button), nil)
			p.wait(`window.copied !== ""`)
			return p.value("window.copied")
		}
		link := copied("copy-link")
		if u, err := url.Parse(link); err != nil || !strings.HasPrefix(link, base) || u.Fragment != "stage=stage4&plan=down:cut=3" {
			t.Errorf("got the link %q, %v", link, err)
		}
		if got, want := copied("copy-command"), "stickydemo run stage4 --plan down:cut=3"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for button, want := range map[string][2]string{
			"save-svg":  {".svg", "<svg "},
			"save-pcap": {".pcapng", "\n\r\r\n"}, // the block type of a section's header
		} {
			p.run(fmt.Sprintf(`window.saved = window.begins = null; document.getElementById(%q).click()`, button), nil)
			p.wait(`window.saved && (window.saved.slice(0, 5).text().then((text) => { window.begins = text; }), true)`)
			p.wait(`window.begins !== null`)
			if name, begins := p.value("window.named"), p.value("window.begins"); !strings.HasSuffix(name, want[0]) || !strings.HasPrefix(begins, want[1]) {
				t.Errorf("%s: got %q, which begins with %q", button, name, begins)
			}
		}
	})
}

// value returns a text that the page has.
func (p *tab) value(expression string) string {
	p.Helper()
	var text string
	p.run(expression, &text)
	return text
}
