package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestASearchThatNobodyWouldTypeIsAnsweredSoon(t *testing.T) {
	w := newWorld(t)
	for name, q := range map[string]string{
		"a zero": "ab\x00cd", "only zeros": "\x00\x00\x00\x00", "no text": "ab\xff\xfecd", "quotes": `""" OR who:"`, "stars": "***", "a quote": `"""`,
		"half a pair": "a\"b\"\"c", "long": strings.Repeat("abc ", 200_000/4), "accents": "e\u0301\u0301\u0301", "words": "NEAR(a b, 3)",
	} {
		begun := time.Now()
		r := w.raw("admin", http.MethodGet, w.path("/users?q=%s", url.QueryEscape(q)), "")
		if r.Status != http.StatusOK || time.Since(begun) > 2*time.Second {
			t.Errorf("%s: %d after %s: %.200s", name, r.Status, time.Since(begun), r.Body)
		}
		r = w.raw("admin", http.MethodGet, w.path("/users.csv?q=%s&tag=%s", url.QueryEscape(q), url.QueryEscape(q)), "")
		if r.Status != http.StatusOK || time.Since(begun) > 2*time.Second {
			t.Errorf("%s, as CSV: %d after %s: %.200s", name, r.Status, time.Since(begun), r.Body)
		}
		r = w.raw("admin", http.MethodGet, w.path("/audit?person=%s&kind=%[1]s&result=%[1]s", url.QueryEscape(q)), "")
		if r.Status != http.StatusOK || time.Since(begun) > 2*time.Second {
			t.Errorf("%s, in the log: %d after %s: %.200s", name, r.Status, time.Since(begun), r.Body)
		}
	}
}
