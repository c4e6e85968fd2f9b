package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// holdRequests holds matching requests until release is closed, and counts them.
func holdRequests(method, part string, release <-chan struct{}, count *atomic.Int64) interceptor {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == method && strings.Contains(r.URL.RequestURI(), part) {
			count.Add(1)
			<-release
		}
		return false
	}
}

// pressTwice presses the control with that text twice, and reports whether it looks different within 100 ms. Evaluations wait for
// a page that is being left, so it's a single one.
func (b *tab) pressTwice(words string) bool {
	b.t.Helper()
	b.waitUntil(words, fmt.Sprintf(`%s('button, a', %q)`, pointScript, words))
	return eval[bool](b, `new Promise(done => { const control = document.querySelector("[data-pointed]"), look = () => getComputedStyle(control).opacity, before = look();
		control.click(); setTimeout(() => { const after = look(); control.click();
			setTimeout(() => done(after !== before), 300) }, 90) })`)
}

func TestPress_SlowResponse_IsVisibleAndSentOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := newProxy(t, f.Server)
	b := f.signIn(t, "marta@halation.example")
	for name, c := range map[string]struct{ page, words, method, part, then string }{
		"a link":              {"/admin/halation-post/users", "Add users", "GET", "/users/add", "Email addresses"},
		"a row":               {"/admin/halation-post/users", "Noor", "GET", "/users/", "Close details"},
		"a bulk action":       {"/admin/halation-post/users", "Remove", "GET", "/users/selected", "from the team?"},
		"a plain form":        {"/admin/halation-post/settings", "Save", "POST", "/settings", "Settings saved."},
		"a check of the page": {"/admin/halation-post/audit", "Verify", "GET", "/audit/verify", "verified"},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			p.reset()
			b.visit(c.page)
			b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
			if name == "a bulk action" {
				b.sendKeys("j")
				b.sendKeys("x")
				b.waitForText("1 selected")
			}
			release, count := make(chan struct{}), atomic.Int64{}
			respond := sync.OnceFunc(func() { close(release) })
			defer respond()
			p.intercept(holdRequests(c.method, c.part, release, &count))
			visible := b.pressTwice(c.words)
			if !visible {
				t.Errorf("%q looks the same 100 ms after it was pressed, want it busy", c.words)
			}
			respond()
			b.waitUntil("the response", fmt.Sprintf(`document.body.innerHTML.includes(%q)`, c.then))
			if got := count.Load(); got != 1 && c.method == "POST" || got > 1 && name != "a link" {
				t.Errorf("got %d requests, want 1", got)
			}
		})
	}
}

// Nothing loads after a download, so its link isn't busy.
func TestPress_Download_IsNotBusy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	meeting := hookstest.ScheduleSession(t, f.App, f.Owner, f.Team, sessions.Form{Title: "Kestrel", Starts: time.Now().Add(2 * time.Hour)})
	const files = `[...document.querySelectorAll("a[href]")].filter(a => /\/export|\/report$|\.ics$|\.json$/.test(a.pathname))`
	for _, path := range []string{"/admin/halation-post/users", "/admin/halation-post/audit", "/s/" + meeting.Code(), "/api/docs"} {
		b.visit(path)
		b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
		if n := eval[int](b, files+`.length`); n == 0 {
			t.Errorf("%s links to no file", path)
		}
		if busy := eval[bool](b, files+`.some(a => { a.click(); return a.ariaBusy === "true" })`); busy {
			t.Errorf("%s: a link to a file is busy after a press", path)
		}
	}
}

func TestPress_LiveOption_IsSentOnceAndKeepsTheFocus(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Lobby: true})
	p := newProxy(t, m.Server)
	b := m.openLivePage(m.host.Email())
	b.waitForText("On: everyone can share")
	release, count := make(chan struct{}), atomic.Int64{}
	respond := sync.OnceFunc(func() { close(release) })
	defer respond()
	p.intercept(holdRequests("POST", "/sharing", release, &count))
	busy := eval[bool](b, `(() => { const press = () => document.getElementById("share-option-button").click(); document.getElementById("share-option-button").focus();
		press(); press(); return document.activeElement.getAttribute("aria-busy") === "true" })()`)
	if !busy {
		t.Error("the pressed button doesn't look busy")
	}
	time.Sleep(200 * time.Millisecond)
	if got := count.Load(); got != 1 {
		t.Errorf("got %d requests, want 1", got)
	}
	respond()
	b.waitForText("Off: only hosts and presenters")
	b.waitUntil("the focus on the same option", `document.activeElement.id === "share-option-button" && document.activeElement.innerText === "Turn on"`)
}
