package browsertest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// interceptor answers a request in place of the server, or returns false to let it through.
type interceptor func(http.ResponseWriter, *http.Request) bool

// proxy is a reverse proxy in front of a server, which can be told to answer itself.
type proxy struct {
	interceptor atomic.Pointer[interceptor]
}

// newProxy starts a proxy in front of the server, and replaces the server's address with its own.
func newProxy(t *testing.T, server *viewstest.Server) *proxy {
	t.Helper()
	target, err := url.Parse(server.URL)
	must(t, err)
	p := &proxy{}
	forward := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if now := p.interceptor.Load(); now != nil && (*now)(w, r) {
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
	})
	server.URL, settings.Of(server.App).URL = front.URL, front.URL
	return p
}

func (p *proxy) intercept(f interceptor) { p.interceptor.Store(&f) }
func (p *proxy) reset()                  { p.interceptor.Store(nil) }

// respondWith answers matching requests with the proxy's own page and that status.
func respondWith(status int, match func(*http.Request) bool) interceptor {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !match(r) {
			return false
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><title>Proxy</title><body><h1>Foreign page</h1></body></html>"))
		return true
	}
}

func anyRequest(*http.Request) bool { return true }
func isPost(r *http.Request) bool   { return r.Method == http.MethodPost }

// dropConnection closes every connection.
func dropConnection(w http.ResponseWriter, _ *http.Request) bool {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		connection.Close()
	}
	return true
}

func redirectToPortal(w http.ResponseWriter, r *http.Request) bool {
	http.Redirect(w, r, "http://127.0.0.1:9/portal", http.StatusFound)
	return true
}

func TestPlainForm_ProxyError_KeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	p := newProxy(t, server)
	hookstest.Account(t, server.App, "marta@halation.example")
	for name, c := range map[string]struct {
		fault  interceptor
		before string
		said   string
	}{
		"502":               {respondWith(502, anyRequest), "", "The server can't be reached right now (error 502)."},
		"504 to forms only": {respondWith(504, isPost), "", "The server can't be reached right now (error 504)."},
		"413":               {respondWith(413, isPost), "", "This is too large for the proxy in front of the server."},
		"no connection":     {dropConnection, "", "The server can't be reached. What you entered is still here."},
		"portal":            {redirectToPortal, "", "Another page answered instead of the server."},
		"sign-in page":      {respondWith(200, anyRequest), "", "Another page answered instead of the server."},
		"403 of a firewall": {respondWith(403, isPost), "", "A proxy in front of the server refused this (error 403)."},
		"502 on plain http": {respondWith(502, anyRequest), `Object.defineProperty(navigator, "serviceWorker", {value: undefined})`, "The server can't be reached right now (error 502)."},
	} {
		t.Run(name, func(t *testing.T) {
			p.reset()
			b := openTab(t, server.URL)
			b.expectProxyErrors()
			if c.before != "" {
				b.addInitScript(c.before)
			}
			b.visit("/signin")
			b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
			b.fill("Email address", "marta@halation.example")
			b.fill("Password", hookstest.Password)
			p.intercept(c.fault)
			b.press("Sign in")
			b.waitForText(c.said)
			b.waitForNoText("Foreign page")
			if typed := eval[string](b, `[...document.querySelectorAll("input:not([type=hidden])")].map(i => i.value).join("|")`); !strings.Contains(typed, "marta@halation.example") || !strings.Contains(typed, hookstest.Password) {
				t.Errorf("got typed text %q, want it to contain %q and %q", typed, "marta@halation.example", hookstest.Password)
			}
			b.waitUntil("a form that can be sent again", `!document.querySelector("form[data-sending], [aria-busy=true]")`)
			p.reset()
			b.press("Sign in")
			b.waitUntil("being signed in", `!location.pathname.startsWith("/signin")`)
		})
	}
}

func TestUpload_ProxyRefusesTheSize_SaysTheLimit(t *testing.T) {
	t.Parallel()
	server, _ := newServerWithEmail(t)
	p := newProxy(t, server)
	hookstest.Account(t, server.App, "marta@halation.example")
	b := signIn(t, server, "marta@halation.example")
	b.expectProxyErrors()
	b.visit("/account")
	b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	file := filepath.Join(t.TempDir(), "me.png")
	must(t, os.WriteFile(file, make([]byte, 1<<19), 0o600))
	b.do(chromedp.SetUploadFiles("#picture", []string{file}))
	p.intercept(respondWith(413, isPost))
	eval[bool](b, `(document.getElementById("picture").form.requestSubmit(), true)`)
	b.waitForText("Files can have up to 1 MB here: choose a smaller one, or ask your server administrator to raise the proxy's limit (error 413).")
	if n := eval[int](b, `document.getElementById("picture").files.length`); n != 1 {
		t.Errorf("got %d selected files, want 1", n)
	}
}

func TestDialogsAndDetails_ProxyError_LeaveThePage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := newProxy(t, f.Server)
	b := f.signIn(t, "marta@halation.example")
	b.expectProxyErrors()
	for name, f := range map[string]interceptor{"502": respondWith(502, anyRequest), "sign-in page": respondWith(200, anyRequest), "no connection": dropConnection} {
		for _, link := range []string{"a[hx-target='#details']", "a[hx-target='#dialog']"} {
			b.visit("/admin/halation-post/users")
			b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
			if strings.Contains(link, "dialog") {
				b.sendKeys("j" + kb.Enter)
				b.waitUntil("the details", `!!document.querySelector("#details:not([hidden]) a[hx-target='#dialog']")`)
			}
			p.intercept(f)
			before := eval[string](b, `document.getElementById("main").innerText`)
			eval[bool](b, `(document.querySelector("`+link+`").click(), true)`)
			b.waitUntil("a sentence about "+name, `[...document.querySelectorAll(".toast-ours")].some(t => t.innerText.includes("server"))`)
			if after := eval[string](b, `document.getElementById("main").innerText`); after != before {
				t.Errorf("%s, %s: got page %.300s, want %v", name, link, after, before)
			}
			b.waitForNoText("Foreign page")
			p.reset()
		}
	}
}

func TestOpenPage_RefreshThroughABrokenProxy_StaysAndCatchesUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := newProxy(t, f.Server)
	b := f.signIn(t, "marta@halation.example")
	b.expectProxyErrors()
	b.visit("/admin/halation-post/users/add")
	b.waitUntil("the stream", `document.getElementById("live").dataset.connected === ""`)
	b.fill("Email addresses", "someone@halation.example")
	p.intercept(respondWith(502, func(r *http.Request) bool { return r.URL.Path != "/events" }))
	eval[bool](b, `(document.getElementById("live").dispatchEvent(new CustomEvent("users")), new Promise(done => setTimeout(() => done(true), 1500)))`)
	b.waitForNoText("Foreign page")
	if typed := eval[string](b, `document.querySelector("textarea").value`); !strings.Contains(typed, "someone@halation.example") {
		t.Errorf("got typed text %q, want it to contain %q", typed, "someone@halation.example")
	}
}

func TestEventStream_ProxyAnswersFirst_IsConnectedLater(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := newProxy(t, f.Server)
	b := f.signIn(t, "marta@halation.example")
	b.expectProxyErrors()
	p.intercept(respondWith(502, func(r *http.Request) bool { return r.URL.Path == "/events" }))
	b.visit("/admin/halation-post/users")
	b.waitUntil("the page's script", `window.htmx !== undefined && document.readyState === "complete"`)
	b.waitForNoText("Foreign page")
	p.reset()
	b.waitUntil("the stream", `document.getElementById("live").dataset.connected === ""`)
}

func TestLivePage_ProxyWithoutWebSockets_SaysSo(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{})
	p := newProxy(t, m.Server)
	b := m.signInJoined(defaultBrowser, m.host.Email())
	b.expectProxyErrors()
	p.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		r.Header.Del("Upgrade")
		r.Header.Del("Connection")
		return false
	})
	b.visit(m.path())
	b.waitUntil("the state before the connection", `document.getElementById("banner").innerText.includes("Connect") || document.getElementById("banner").innerText.includes("connect")`)
	b.waitForText("Can't connect to the session: the server's proxy blocks WebSockets.")
	b.waitForText("configure the reverse proxy to pass WebSocket upgrades for /livekit/")
	if took := eval[float64](b, `performance.now()`); took > 12_000 {
		t.Errorf("shown after %.0f ms, want at most 12_000", took)
	}
	b.assertAccessible("a session without a connection")
	p.reset()
	b.press("Retry")
	b.waitUntil("the connection", `document.getElementById("banner").hidden`)
	b.waitForText("You're the only one here.")
}

// blockMediaScript blocks all media, like a firewall in front of both ports.
const blockMediaScript = `{ const Real = RTCPeerConnection, relay = how => ({...how, iceTransportPolicy: "relay"});
	window.RTCPeerConnection = class extends Real {
		constructor(how, ...more) { super(window.open7882 ? how : relay(how), ...more) }
		setConfiguration(how) { super.setConfiguration(window.open7882 ? how : relay(how)) }
	} }`

func TestLivePage_MediaBlocked_SaysSo(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{})
	config := settings.Of(m.App)
	config.LiveUDPPort, config.LiveTCPPort = 7882, 7881
	b := m.signInJoined(defaultBrowser, m.host.Email())
	b.expectDisconnects()
	b.addInitScript(blockMediaScript)
	b.visit(m.path())
	b.waitForText("Connecting…")
	b.waitUntil("what blocks it", `document.getElementById("banner").innerText.includes("Connected, but audio and video can't get through: UDP port 7882 and TCP port 7881 are blocked.")`)
	if took := eval[float64](b, `performance.now()`); took > 12_000 {
		t.Errorf("shown after %.0f ms, want at most 12_000", took)
	}
	b.waitForText("set USHER_LIVE_NODE_IP to the server's public IP address")
	eval[bool](b, `window.open7882 = true`)
	b.press("Retry")
	b.waitUntil("the connection", `document.getElementById("banner").hidden`)
}

// expectProxyErrors allows console errors about the responses of a broken proxy.
func (b *tab) expectProxyErrors() {
	b.expectDisconnects()
	for _, status := range []int{200, 403, 413, 426, 502, 504} {
		b.expectStatus(status)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expectedErrors = append(b.expectedErrors, "Content Security Policy", "CORS policy", "Refused to connect", "htmx:sse:error", "WebSocket", "Failed to fetch")
}
