package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"usher/static"
)

func get(t *testing.T, url string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestFileIsServedForEver(t *testing.T) {
	for name, kind := range map[string]string{
		"main.css":                             "text/css; charset=utf-8",
		"live.css":                             "text/css; charset=utf-8",
		"js/live/main.js":                      "text/javascript; charset=utf-8",
		"app.css":                              "text/css; charset=utf-8",
		"js/app/main.js":                       "text/javascript; charset=utf-8",
		"js/main.js":                           "text/javascript; charset=utf-8",
		"js/theme.js":                          "text/javascript; charset=utf-8",
		"vendor/htmx.min.js":                   "text/javascript; charset=utf-8",
		"vendor/hx-sse.min.js":                 "text/javascript; charset=utf-8",
		"icons/usher.svg":                      "image/svg+xml",
		"vendor/inter-latin-wght-normal.woff2": "font/woff2",
		"vendor/inter-latin-ext-wght-normal.woff2": "font/woff2",
		"vendor/LICENSE-inter.txt":                 "text/plain; charset=utf-8",
	} {
		res := get(t, static.URL(name))
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: status %d, %d bytes, want %v and some", name, res.StatusCode, len(body), http.StatusOK)
		}
		if got := res.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s: content type %q, want %q", name, got, kind)
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: cache control %q, want %q", name, got, "public, max-age=31536000, immutable")
		}
	}
}

func TestGzipIsTheSameFile(t *testing.T) {
	url := static.URL("main.css")
	plain, _ := io.ReadAll(get(t, url).Body)

	res := get(t, url, "Accept-Encoding", "br, gzip;q=0.8")
	if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v, want %q and %q", res.Header, "gzip", "Accept-Encoding")
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(plain, unpacked) {
		t.Errorf("unpacked differs (%v): %d and %d bytes, want %v", err, len(unpacked), len(plain), unpacked)
	}
	if res := get(t, url, "Accept-Encoding", "gzip;q=0"); res.Header.Get("Content-Encoding") != "" {
		t.Error("sent gzip to a client that refuses it")
	}
	if res := get(t, static.URL("vendor/inter-latin-wght-normal.woff2"), "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" {
		t.Error("packed a font twice")
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, url := range []string{
		"/static/", "/static/main.css", "/static/app.000000000000.css", "/static/js/main.js", "/static/static.go", "/static/package.json",
		"/static/css/tokens.css", "/static/vendor/test/axe.min.js", "/static/../go.mod", "/static/icons/lucide-users.svg",
	} {
		if res := get(t, url); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want %v", url, res.StatusCode, http.StatusNotFound)
		}
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, static.URL("main.css"), nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want %v", w.Code, http.StatusMethodNotAllowed)
	}
}

func TestUnknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of an unknown name returned")
		}
	}()
	static.URL("css/missing.css")
}

// Every file that a stylesheet or script names must exist: a wrong name would be a silent 404.
func TestFilesNameOnlyWhatIsServed(t *testing.T) {
	sheet, _ := io.ReadAll(get(t, static.URL("main.css")).Body)
	fonts := 0
	for _, m := range regexp.MustCompile(`url\(([^)]+)\)`).FindAllSubmatch(sheet, -1) {
		url := strings.Trim(string(m[1]), `"'`)
		if strings.HasPrefix(url, "data:") {
			continue
		}
		if res := get(t, url); res.StatusCode != http.StatusOK {
			t.Errorf("main.css names %s: status %d, want %v", url, res.StatusCode, http.StatusOK)
		}
		fonts++
	}
	if fonts != 2 {
		t.Errorf("main.css names %d files, want 2", fonts)
	}
	if !bytes.HasPrefix(regexp.MustCompile(`(?s)/\*.*?\*/\s*`).ReplaceAll(sheet, nil), []byte("@layer properties,theme,base,")) {
		t.Error("main.css does not begin with the order of the layers")
	}

	imports := regexp.MustCompile(`(?:from|import) ?\(?"(\.{1,2}/[^"]+)"`)
	for _, url := range slices.Concat(static.Modules(), static.ModulesOf("join"), static.ModulesOf("app"), static.ModulesOf("live"), static.ModulesOf("player")) {
		body, _ := io.ReadAll(get(t, url).Body)
		for _, m := range imports.FindAllSubmatch(body, -1) {
			if other := path.Join(path.Dir(url), string(m[1])); get(t, other).StatusCode != http.StatusOK {
				t.Errorf("%s imports %s, which is not there, want %v", url, m[1], http.StatusOK)
			}
		}
		if regexp.MustCompile(`\beval\(|new Function|innerHTML|insertAdjacentHTML|https?://`).Match(body) {
			t.Errorf("%s: runs text, writes markup, or names another host", url)
		}
	}
}

// The first visit to the Admin Panel transfers at most 110 kB besides the page itself.
func TestFirstVisitFitsTheBudget(t *testing.T) {
	names := []string{"main.css", "js/theme.js", "vendor/htmx.min.js", "vendor/hx-sse.min.js", "vendor/inter-latin-wght-normal.woff2", "icons/usher.svg"}
	urls := static.Modules()
	for _, name := range names {
		urls = append(urls, static.URL(name))
	}
	total := 0
	for _, url := range urls {
		body, _ := io.ReadAll(get(t, url, "Accept-Encoding", "gzip").Body)
		t.Logf("%6d  %s", len(body), url)
		if len(body) > 50_000 {
			t.Errorf("%s: %d bytes over the wire, want at most 50_000", url, len(body))
		}
		total += len(body)
	}
	t.Logf("%6d  first visit", total)
	if total > 110_000 {
		t.Errorf("first visit: %d bytes, want at most 110_000", total)
	}
}

// Only the page of a live session loads LiveKit's client.
func TestTheLiveSessionFitsItsBudget(t *testing.T) {
	urls := append(static.ModulesOf("live"), static.URL("live.css"), static.URL("vendor/livekit-client.js"))
	total := 0
	for _, url := range urls {
		body, _ := io.ReadAll(get(t, url, "Accept-Encoding", "gzip").Body)
		t.Logf("%6d  %s", len(body), url)
		total += len(body)
	}
	t.Logf("%6d  besides what every page has", total)
	if total > 190_000 {
		t.Errorf("a live session: %d bytes, want at most 190_000", total)
	}
}

// Only the page of a recording loads the player.
func TestThePlayerFitsItsBudget(t *testing.T) {
	total := 0
	for _, url := range append(static.ModulesOf("player"), static.URL("player.css")) {
		body, _ := io.ReadAll(get(t, url, "Accept-Encoding", "gzip").Body)
		t.Logf("%6d  %s", len(body), url)
		total += len(body)
	}
	if total > 16_000 {
		t.Errorf("the player: %d bytes besides what every page has, want at most 16_000", total)
	}
}

// The App's additional files are small, and no other page loads them.
func TestTheAppFitsItsBudget(t *testing.T) {
	total := 0
	for _, url := range append(static.ModulesOf("app"), static.URL("app.css")) {
		body, _ := io.ReadAll(get(t, url, "Accept-Encoding", "gzip").Body)
		t.Logf("%6d  %s", len(body), url)
		total += len(body)
	}
	if total > 12_000 {
		t.Errorf("the App: %d bytes besides what every page has, want at most 12_000", total)
	}
}
