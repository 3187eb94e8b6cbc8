package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// problems are what is wrong with how the page lies on the screen: what is wider
// than it, text that is cut off, controls that overlap, type that is too small.
// What scrolls by itself, and what stands above the page, is no problem.
const problems = `((smallest) => {
	const found = [];
	const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.classList.length ? "." + [...e.classList].join(".") : "") + " " + (e.textContent ?? "").trim().slice(0, 30);
	const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen, .skip, option, desc, title");
	const width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > width) found.push("the page is " + document.documentElement.scrollWidth + " wide");
	const scrolls = (e) => { for (let p = e; p; p = p.parentElement) if (["auto", "scroll"].includes(getComputedStyle(p).overflowX)) return true; };
	for (const e of document.body.querySelectorAll("*")) {
		if (!shown(e)) continue;
		const box = e.getBoundingClientRect(), style = getComputedStyle(e);
		if ((box.right > width + 1 || box.left < -1) && box.width > 0 && !scrolls(e)) found.push("beyond the screen: " + name(e));
		const own = [...e.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
		if (!own) continue;
		let size = parseFloat(style.fontSize);
		if (e.ownerSVGElement) size *= e.ownerSVGElement.getBoundingClientRect().width / e.ownerSVGElement.viewBox.baseVal.width;
		if (size < smallest - 0.01) found.push("type of " + size.toFixed(1) + ": " + name(e));
		if (!e.ownerSVGElement && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && style.display !== "inline" && !scrolls(e)) found.push("cut off: " + name(e));
	}
	const controls = [...document.querySelectorAll("button, select, input, textarea, summary, .grip")].filter((e) => shown(e) && !e.closest("#cursor"));
	for (const [i, a] of controls.entries()) for (const b of controls.slice(i + 1)) {
		const x = a.getBoundingClientRect(), y = b.getBoundingClientRect();
		if (Math.min(x.right, y.right) - Math.max(x.left, y.left) > 1 && Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top) > 1) found.push("overlap: " + name(a) + " / " + name(b));
	}
	for (const e of document.querySelectorAll("#naive .track, #naive text")) {
		if (e.matches("text") && e.getBoundingClientRect().right > e.ownerSVGElement.getBoundingClientRect().right + 1) found.push("outside its picture: " + name(e));
	}
	return [...new Set(found)].slice(0, 12);
})`

// faint are texts of the page whose contrast with what they stand on is below
// WCAG's AA: 4.5, or 3 for large type. Pictures are measured where they are drawn.
const faint = `(() => {
	const found = [];
	const parts = (color) => color.match(/[\d.]+/g).map(Number);
	const light = (color) => {
		const [r, g, b] = parts(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	let measured = 0;
	for (const e of document.body.querySelectorAll("*")) {
		const own = [...e.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim()) || ["INPUT", "TEXTAREA", "SELECT"].includes(e.tagName);
		if (!own || e.ownerSVGElement || e.disabled || !e.checkVisibility({ visibilityProperty: true }) || e.closest(".unseen, .skip, option")) continue;
		const style = getComputedStyle(e), size = parseFloat(style.fontSize);
		let ground = e;
		while (ground.parentElement && (parts(getComputedStyle(ground).backgroundColor)[3] ?? 1) < 1) ground = ground.parentElement;
		const [low, high] = [light(style.color), light(getComputedStyle(ground).backgroundColor)].sort((a, b) => a - b);
		const contrast = (high + 0.05) / (low + 0.05);
		measured++;
		if (contrast < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5)) {
			found.push(contrast.toFixed(2) + ": " + e.tagName.toLowerCase() + "." + [...e.classList].join(".") + " " + e.textContent.trim().slice(0, 30));
		}
	}
	if (measured < 50) found.push(measured + " texts measured");
	return [...new Set(found)].slice(0, 12);
})()`

// The page can be read by those who see little, in both themes and on every panel.
func TestContrast(t *testing.T) {
	available(t)
	p := open(t, served, "", 1280, 720)
	for _, theme := range []string{"light", "dark"} {
		for _, tab := range []string{"diff", "lesson", "belief", "cost", "link"} {
			p.visit(fmt.Sprintf("#stage=stage4&plan=down:cut=3&tab=%s&theme=%s", tab, theme))
			p.wait(fmt.Sprintf(`document.querySelector("#panel[data-shows=%s]") && [...document.querySelectorAll(".note")].some((n) => n.textContent)`, tab))
			var found []string
			p.run(faint, &found)
			for _, f := range found {
				t.Errorf("%s, %s: %s", theme, tab, f)
			}
		}
	}
}

// The page is legible on a projector, on a small screen and on a phone.
func TestLayout(t *testing.T) {
	available(t)
	sizes := []struct {
		width, height int64
		least         int // pixels of type
	}{{1920, 1080, 17}, {1280, 720, 15}, {390, 844, 14}}
	// A short exchange, a long one on a ruler that is scaled, and datagrams.
	hashes := []string{"stage=stage4&tab=diff", "stage=stage1&plan=down:cut=900,2000&tab=lesson", "stage=stage9&tab=belief", "stage=stage5&tab=cost", "stage=stage7&variant=lines&tab=link"}
	p := open(t, served, "", 1920, 1080)
	for _, lang := range []string{"en", "zh"} {
		for _, theme := range []string{"light", "dark"} {
			for i, hash := range hashes {
				if i > 0 && theme == "dark" {
					continue // colours move nothing
				}
				p.visit(fmt.Sprintf("#%s&lang=%s&theme=%s", hash, lang, theme))
				p.wait(`document.querySelector("#panel[data-shows]") && [...document.querySelectorAll(".note")].some((n) => n.textContent)`)
				for _, s := range sizes {
					p.do(chromedp.EmulateViewport(s.width, s.height))
					p.run(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, nil)
					p.drawn()
					p.lies(fmt.Sprintf("%dx%d-%s-%s-%d", s.width, s.height, lang, theme, i), s.least)
				}
			}
		}
	}
}

// lies checks how the page lies on the screen, with type of at least so many pixels.
func (p *tab) lies(name string, least int) {
	p.Helper()
	var found []string
	p.run(fmt.Sprintf("%s(%d)", problems, least), &found)
	for _, f := range found {
		p.Errorf("%s: %s", name, f)
	}
	if *screenshots == "" {
		return
	}
	var top, whole []byte
	p.do(chromedp.CaptureScreenshot(&top), chromedp.FullScreenshot(&whole, 100))
	for suffix, data := range map[string][]byte{"": top, "-whole": whole} {
		if err := os.WriteFile(filepath.Join(*screenshots, name+suffix+".png"), data, 0o644); err != nil {
			p.Fatal(err)
		}
	}
}

// A projector shows both sides at once, each from its verdict to its picture, and
// the header's choices in one row.
func TestBothSidesAtOnce(t *testing.T) {
	available(t)
	p := open(t, served, "", 1280, 720)
	for _, stage := range []string{"stage0", "stage4", "stage9"} {
		p.visit("#stage=" + stage)
		p.wait(`!document.querySelector(".waiting")`)
		for _, width := range []int64{1920, 1280} {
			p.do(chromedp.EmulateViewport(width, 720))
			var apart float64
			p.run(`document.querySelector("#theme").getBoundingClientRect().top - document.querySelector("#stage").getBoundingClientRect().bottom`, &apart)
			if apart > 0 {
				t.Errorf("%s, %d pixels wide: the header's last choice is %.0f below its first", stage, width, apart)
			}
		}
		var hidden []string
		p.run(`["naive", "fixed"].flatMap((side) => [".pill", ".figure svg text"].map((s) => "#" + side + " " + s)).filter((s) => {
			const box = document.querySelector(s).getBoundingClientRect();
			return box.top < 0 || box.bottom > document.querySelector("#cursor").getBoundingClientRect().top || box.right > innerWidth;
		})`, &hidden)
		if len(hidden) > 0 {
			t.Errorf("%s: got %s off the screen, want both sides on it", stage, hidden)
		}
	}
}
