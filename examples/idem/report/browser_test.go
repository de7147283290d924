package report_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var pictures = flag.String("pictures", "", "write pictures of the pages to this folder, to be looked at")

// browser starts a real Chromium, or skips.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium on the PATH: report.html is not tried in a browser; on Debian, apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// serve gives a page an address.
func serve(t *testing.T, html string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, html)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// A watch notes what a page asks for and complains of.
type watch struct {
	mu                 sync.Mutex
	requests, troubles []string
}

func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests, w.troubles = nil, nil
}

func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		w.troubles = append(w.troubles, "console: "+e.Type.String())
	case *runtime.EventExceptionThrown:
		w.troubles = append(w.troubles, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		w.troubles = append(w.troubles, "log: "+e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		w.troubles = append(w.troubles, "dialog: "+e.Message)
	}
}

// show loads a page in a window of some width under a color scheme.
func show(t *testing.T, ctx context.Context, address string, width int64, scheme string) {
	t.Helper()
	emulate(t, ctx, "", scheme)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(address)))
}

func emulate(t *testing.T, ctx context.Context, media, scheme string) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(t, err)
}

// look evaluates a script in the page.
func look[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	require.NoError(t, err)
	return v
}

// audit looks at a page as a screen reader and a narrow window do. It returns
// one line for each fault.
const audit = `(() => {
  const faults = [];
  const all = s => [...document.querySelectorAll(s)];
  const short = e => e.tagName + " " + (e.textContent || "").trim().slice(0, 40);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    faults.push("overflow: " + root.scrollWidth + " > " + root.clientWidth);
    for (const e of all("body *")) if (!e.closest(".scroll, svg, .hidden, .skip") && e.getBoundingClientRect().right > root.clientWidth + 1) { faults.push("wide: " + short(e)); break; }
  }
  for (const e of all("[role=img]")) {
    const ids = (e.getAttribute("aria-labelledby") || "").split(" ");
    if (!ids[0] || ids.some(i => !document.getElementById(i) || !document.getElementById(i).textContent)) faults.push("image without a name: " + short(e));
  }
  for (const e of all("svg")) if (!e.matches("[role=img], [aria-hidden=true]")) faults.push("svg neither named nor hidden");
  let level = 0;
  for (const e of all("h1,h2,h3,h4,h5,h6")) {
    const l = +e.tagName[1];
    if (l > level + 1) faults.push("heading skips a level: " + short(e));
    level = l;
  }
  if (all("h1").length != 1) faults.push("h1: " + all("h1").length);
  const ids = new Set();
  for (const e of all("[id]")) { if (ids.has(e.id)) faults.push("id twice: " + e.id); ids.add(e.id); }
  for (const a of all("a[href^='#']")) if (!document.getElementById(a.getAttribute("href").slice(1))) faults.push("link to nothing: " + a.getAttribute("href"));
  for (const t of all("table")) {
    if (!t.caption || !t.caption.textContent) faults.push("table without a caption");
    for (const th of t.querySelectorAll("th")) if (!th.scope) faults.push("th without a scope: " + short(th));
    const n = t.tHead.rows[0].cells.length;
    for (const r of t.tBodies[0].rows) if (r.cells.length != n) faults.push("row of another length: " + short(r));
  }
  for (const s of ["main", "nav", "header", "footer", "html[lang]", "title", ".skip"]) if (!document.querySelector(s)) faults.push("missing: " + s);
  for (const e of all(".scroll")) if (e.tabIndex != 0 || !e.getAttribute("aria-label")) faults.push("scrolled region out of reach");
  const rgb = s => (s.match(/[\d.]+/g) || []).map(Number);
  const lum = c => { const f = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  for (const e of all("body *")) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) continue;
    if (e.closest(".hidden, title, desc, style") || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), svg = e instanceof SVGElement;
    const ink = rgb(svg ? style.fill : style.color);
    const back = e.matches("text.node") ? rgb(getComputedStyle(document.querySelector("circle.node")).fill) : ground(svg ? e.closest("svg").parentElement : e);
    const [a, b] = [lum(ink), lum(back)];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) faults.push("contrast " + ratio.toFixed(2) + ": " + short(e) + " ." + e.getAttribute("class"));
    if (parseFloat(style.fontSize) < 10.9) faults.push("small letters: " + style.fontSize + " " + short(e));
  }
  return [...new Set(faults)].slice(0, 20);
})()`

func TestPageInChromium(t *testing.T) {
	ctx := browser(t)
	pages := []struct{ name, address string }{
		{"clinic", serve(t, clinicPage(t))},
		{"sample", serve(t, write(t, sampleInput(t)))},
	}
	w := &watch{}
	require.NoError(t, chromedp.Listen(ctx, w.see))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	for _, p := range pages {
		for _, width := range []int64{400, 1400} {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(fmt.Sprintf("%s %d %s", p.name, width, scheme), func(t *testing.T) {
					w.forget()
					show(t, ctx, p.address, width, scheme)
					assert.Equal(t, scheme == "dark", look[bool](t, ctx, `matchMedia("(prefers-color-scheme: dark)").matches`))
					assert.Empty(t, look[[]string](t, ctx, audit))
					picture(t, ctx, fmt.Sprintf("%s-%d-%s.png", p.name, width, scheme))
					unfold := `document.querySelectorAll("details").forEach(d => d.open = true);`
					assert.Empty(t, look[[]string](t, ctx, unfold+audit), "with everything unfolded")
					w.mu.Lock()
					defer w.mu.Unlock()
					assert.Equal(t, []string{p.address}, w.requests)
					assert.Empty(t, w.troubles)
				})
			}
		}
	}
}

// picture keeps a picture of the whole page where the flag asks for it.
func picture(t *testing.T, ctx context.Context, name string) {
	if *pictures == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(*pictures, name), png, 0o600))
}

func TestKeyboardReachesEverything(t *testing.T) {
	ctx := browser(t)
	show(t, ctx, serve(t, clinicPage(t)), 1400, "light")
	require.NoError(t, chromedp.Do(ctx, chromedp.KeyEvent("\t")))
	assert.Equal(t, "skip solid", look[string](t, ctx, `document.activeElement.className + " " + getComputedStyle(document.activeElement).outlineStyle`),
		"the first stop is the skip link, and it is seen")
	assert.Zero(t, look[int](t, ctx, `[...document.querySelectorAll("a[href], summary")].filter(e => e.tabIndex < 0).length`))
	assert.Greater(t, look[int](t, ctx, `document.querySelectorAll("summary").length`), 5)
}

func TestPrint(t *testing.T) {
	ctx := browser(t)
	show(t, ctx, serve(t, clinicPage(t)), 760, "dark")
	emulate(t, ctx, "print", "dark")
	assert.Equal(t, "none", look[string](t, ctx, `getComputedStyle(document.querySelector("nav")).display`))
	assert.Equal(t, "rgb(255, 255, 255)", look[string](t, ctx, `getComputedStyle(document.body).backgroundColor`), "on white, whatever the screen")
	assert.False(t, look[bool](t, ctx, `document.documentElement.scrollWidth > document.documentElement.clientWidth`))
	assert.True(t, look[bool](t, ctx, `[...document.querySelectorAll("details:not([open]) table")].every(t => t.getBoundingClientRect().height > 0)`), "what is folded is printed")
	if *pictures != "" {
		emulate(t, ctx, "", "light")
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(*pictures, "print.pdf"), pdf, 0o600))
	}
}

// TestAuditBites shows that the audit sees what it should.
func TestAuditBites(t *testing.T) {
	ctx := browser(t)
	show(t, ctx, serve(t, `<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>x</title></head><body>
		<h1 style="color:#999;background:#fff">pale</h1><h3>skipped</h3><p id="a" style="width:900px">wide</p><p id="a">twice</p>
		<svg role="img"></svg><table><thead><tr><th>no scope</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table><a href="#nowhere">x</a></body></html>`), 400, "light")
	faults := strings.Join(look[[]string](t, ctx, audit), "\n")
	for _, want := range []string{"contrast 2.8", "skips a level", "overflow", "id twice", "image without a name", "without a caption", "without a scope", "row of another length", "link to nothing", "missing: main"} {
		assert.Contains(t, faults, want)
	}
}

// TestPicture makes the picture of the README with -rewrite: the head of the
// sample's page, its weights and one pair. Otherwise it holds the one that is
// there to its size.
func TestPicture(t *testing.T) {
	const name = "testdata/report.png"
	if *rewrite {
		ctx := browser(t)
		show(t, ctx, serve(t, write(t, sampleInput(t))), 1280, "light")
		look[bool](t, ctx, `(() => {
			for (const s of document.querySelectorAll("section:not(#weights, #pairs), #weights h3 ~ *, #weights h3, #pairs > h3 ~ h3, #pairs > h3 ~ h3 ~ *, footer")) s.style.display = "none";
			for (const s of document.querySelectorAll("#pairs > details:not([open])")) s.style.display = "none";
			for (const s of document.querySelectorAll("section")) s.style.marginTop = "2rem";
			document.querySelector("main").style.paddingBottom = "1rem";
			return true;
		})()`)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, png, 0o600))
	}
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(300_000))
}
