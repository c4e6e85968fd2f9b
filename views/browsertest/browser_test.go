// Package browsertest walks through whole journeys in Chromium.
package browsertest

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const waitTimeout = 30 * time.Second

// tab is a browser with its own cookies.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu             sync.Mutex
	consoleErrors  []string
	expectedErrors []string
	stays          bool // when a page asks whether to leave it
	questions      int  // that pages asked
	noScripts      bool // pages can't run scripts
}

// openTab opens a tab of 1440 by 900. Console errors fail the test unless they were expected.
func openTab(t *testing.T, base string) *tab {
	t.Helper()
	return defaultBrowser.open(t, base)
}

func (with *browser) open(t *testing.T, base string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(with.start(t), chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the first call creates the tab, which lives as long as its context
		t.Fatal(err)
	}
	go b.collectConsole()
	go b.answerQuestions(chromedp.Events(ctx, page.JavascriptDialogOpening))
	b.resize(1440, 900)
	b.addInitScript(captureRoomScript)
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, line := range b.consoleErrors {
			t.Errorf("console: %s", line)
		}
		cancel()
	})
	return b
}

func (b *tab) collectConsole() {
	for message, err := range chromedp.Console(b.ctx) {
		if err != nil {
			return
		}
		b.mu.Lock()
		if bad := message.Type == chromedp.ConsoleError || message.IsException(); bad && !b.isExpected(message.Text) {
			b.consoleErrors = append(b.consoleErrors, fmt.Sprintf("%s %s (%s)", message.Source, message.Text, message.URL))
		}
		b.mu.Unlock()
	}
}

// answerQuestions answers what pages ask in the browser's own dialogs, such as whether to leave them.
func (b *tab) answerQuestions(questions iter.Seq2[page.EventJavascriptDialogOpening, error]) {
	for _, err := range questions {
		if err != nil {
			return
		}
		b.mu.Lock()
		b.questions++
		leaves := !b.stays
		b.mu.Unlock()
		if _, err := chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: leaves}); err != nil {
			return
		}
	}
}

// stayOn makes the tab stay on or leave pages that ask, and returns how many have asked since the last call.
func (b *tab) stayOn(stays bool) (questions int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	questions, b.questions, b.stays = b.questions, 0, stays
	return questions
}

// expectStatus allows console errors about responses with this status, such as refusals.
func (b *tab) expectStatus(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expectedErrors = append(b.expectedErrors, fmt.Sprintf("status of %d", status))
}

// expectDisconnects allows console errors about closed connections.
func (b *tab) expectDisconnects() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expectedErrors = append(b.expectedErrors, "net::ERR_", "htmx:sse:error", "WebSocket connection")
}

func (b *tab) isExpected(text string) bool {
	for _, e := range b.expectedErrors {
		if strings.Contains(text, e) {
			return true
		}
	}
	return false
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.fatalf("%v", err)
	}
}

// fatalf fails the test and reports the current page.
func (b *tab) fatalf(format string, args ...any) {
	b.t.Helper()
	where, _ := evalOnce[string](b, `location.href + "\n" + document.body.innerText.slice(0, 1500)`)
	b.t.Fatalf("%s\nat %s", fmt.Sprintf(format, args...), where)
}

// resize sets the size of the window.
func (b *tab) resize(width, height int64) { b.do(chromedp.EmulateViewport(width, height)) }

// setDark switches the system's dark theme on or off.
func (b *tab) setDark(on bool) {
	value := "light"
	if on {
		value = "dark"
	}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
		return err
	}))
}

// disableScript turns JavaScript off.
func (b *tab) disableScript() {
	b.noScripts = true
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// visit opens an address: a path of this server, or a whole URL.
func (b *tab) visit(address string) {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.base + address
	}
	b.do(chromedp.Navigate(address))
}

// eval runs JavaScript in the page, and again if a navigation interrupts it.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	var err error
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); {
		var value T
		if value, err = evalOnce[T](b, script); err == nil {
			return value
		}
	}
	b.fatalf("%s: %v", script, err)
	panic("unreachable")
}

// evalOnce runs JavaScript once. A page that navigates away would never return a result.
func evalOnce[T any](b *tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 3*time.Second)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// waitUntil waits until the JavaScript expression is true.
func (b *tab) waitUntil(what, script string) {
	b.t.Helper()
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); {
		wait := `new Promise(done => { const end = Date.now() + 500; (function look() {
			if (document.readyState !== "loading" && (` + script + `)) done(true); else if (Date.now() > end) done(false); else setTimeout(look, 20) })() })`
		if ok, err := evalOnce[bool](b, wait); err == nil && ok {
			return
		}
	}
	b.fatalf("waited in vain for %s", what)
}

// loadedScript is a condition for waitUntil: the browser has run the module of static/js/later.
func loadedScript(name string) string {
	return `performance.getEntriesByType("resource").some(one => one.name.includes("/` + name + `.") && one.responseEnd > 0 && performance.now() > one.responseEnd + 100)`
}

// waitForText waits until a text is visible.
func (b *tab) waitForText(text string) {
	b.t.Helper()
	b.waitUntil(fmt.Sprintf("%q", text), fmt.Sprintf(`document.body.innerText.replace(/\s+/g, " ").includes(%q)`, text))
}

// waitForNoText waits until a text is no longer on the page.
func (b *tab) waitForNoText(text string) {
	b.t.Helper()
	b.waitUntil("no "+text, fmt.Sprintf(`!document.body.innerText.replace(/\s+/g, " ").includes(%q)`, text))
}

// waitForURL waits for an address that contains part.
func (b *tab) waitForURL(part string) {
	b.t.Helper()
	b.waitUntil("the address "+part, fmt.Sprintf(`location.href.includes(%q)`, part))
}

// pointScript finds the element that a person would click, and marks it with an attribute.
const pointScript = `(function(kinds, words) {
	document.querySelectorAll("[data-pointed]").forEach(e => e.removeAttribute("data-pointed"));
	const name = e => (e.getAttribute("aria-label") || e.innerText || e.value || "").replace(/\s+/g, " ").trim();
	const seen = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
	const all = [...document.querySelectorAll(kinds)].filter(seen);
	const found = all.find(e => name(e) === words) || all.find(e => name(e).startsWith(words)) || all.find(e => name(e).includes(words));
	if (found) found.setAttribute("data-pointed", "");
	return !!found;
})`

// press clicks the button, link or menu with this text. It clicks again if the page moved it away from under the pointer.
func (b *tab) press(words string) {
	b.t.Helper()
	find := fmt.Sprintf(`%s('button, a, summary, [role=button], label.opt-row', %q) && (%s)()`, pointScript, words, watchClickScript)
	for range 3 {
		b.findAndDo(fmt.Sprintf("something to press called %q", words), find, chromedp.Click("[data-pointed]"))
		if b.wasClicked() {
			return
		}
	}
	b.fatalf("%q moves away from the pointer", words)
}

// watchClickScript records whether the marked element is clicked, and scrolls it to the middle if something covers it.
const watchClickScript = `function() {
	const pointed = document.querySelector("[data-pointed]"), box = pointed.getBoundingClientRect();
	const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
	if (top && !pointed.contains(top)) pointed.scrollIntoView({ block: "center", behavior: "instant" });
	window.clicked = false;
	pointed.addEventListener("click", () => { window.clicked = true }, { once: true, capture: true });
	return true;
}`

// wasClicked reports whether the marked element was clicked. A click that opened another page or a dialog of the browser counts,
// and any click where pages can't run scripts.
func (b *tab) wasClicked() bool {
	if b.noScripts {
		return true
	}
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	clicked, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`window.clicked !== false`))
	return err != nil || clicked
}

// findAndDo finds an element and acts on it, once more if the page replaced it in between.
func (b *tab) findAndDo(what, find string, action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	var err error
	for range 3 {
		b.waitUntil(what, find)
		ctx, cancel := context.WithTimeout(b.ctx, 3*time.Second)
		err = chromedp.Do(ctx, action)
		cancel()
		if err == nil {
			return
		}
	}
	b.fatalf("%s: %v", what, err)
}

// fill replaces the text of the field with that label.
func (b *tab) fill(label, text string) {
	b.t.Helper()
	find := fmt.Sprintf(`(function() { %s('label', %q); const l = document.querySelector("label[data-pointed]");
		if (!l) return false; l.removeAttribute("data-pointed");
		const f = l.control || document.getElementById(l.htmlFor); if (!f) return false;
		f.setAttribute("data-pointed", ""); f.focus(); f.select && f.select(); return true })()`, pointScript, label)
	b.findAndDo(fmt.Sprintf("a field called %q", label), find, chromedp.SendKeys("[data-pointed]", text))
}

// sendKeys sends keys to the focused element.
func (b *tab) sendKeys(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

// screenshot takes a screenshot of the window.
func (b *tab) screenshot() []byte {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.fatalf("take a picture: %v", err)
	}
	return picture
}
