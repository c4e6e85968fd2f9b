package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSearch_HostileQuery_AnswersQuickly(t *testing.T) {
	w := newFixture(t)
	for name, q := range map[string]string{
		"a zero": "ab\x00cd", "only zeros": "\x00\x00\x00\x00", "no text": "ab\xff\xfecd", "quotes": `""" OR who:"`, "stars": "***", "a quote": `"""`,
		"half a pair": "a\"b\"\"c", "long": strings.Repeat("abc ", 200_000/4), "accents": "e\u0301\u0301\u0301", "words": "NEAR(a b, 3)",
	} {
		begun := time.Now()
		r := w.sendAs("admin", http.MethodGet, w.path("/users?q=%s", url.QueryEscape(q)), "")
		if r.Status != http.StatusOK || time.Since(begun) > 2*time.Second {
			t.Errorf("%s: %d after %s: %.200s, want %v and at most %v", name, r.Status, time.Since(begun), r.Body, http.StatusOK, 2*time.Second)
		}
		r = w.sendAs("admin", http.MethodGet, w.path("/users.csv?q=%s&tag=%s", url.QueryEscape(q), url.QueryEscape(q)), "")
		if r.Status != http.StatusOK || time.Since(begun) > 2*time.Second {
			t.Errorf("%s, as CSV: %d after %s: %.200s, want %v and at most %v", name, r.Status, time.Since(begun), r.Body, http.StatusOK, 2*time.Second)
		}
		r = w.sendAs("admin", http.MethodGet, w.path("/audit?person=%s&kind=%[1]s&result=%[1]s", url.QueryEscape(q)), "")
		if r.Status != http.StatusOK || time.Since(begun) > 2*time.Second {
			t.Errorf("%s, in the log: %d after %s: %.200s, want %v and at most %v", name, r.Status, time.Since(begun), r.Body, http.StatusOK, 2*time.Second)
		}
	}
}

// What is refused is written down for good: one request must not fill the log.
func TestAudit_RefusedLargeInput_IsTruncated(t *testing.T) {
	w := newFixture(t)
	long := strings.Repeat("x", 900_000)
	status, body := w.callAs("owner", http.MethodPatch, w.path(""), map[string]any{"description": long})
	if status != http.StatusBadRequest {
		t.Errorf("%d %.200v, want %v", status, body, http.StatusBadRequest)
	}
	w.callAs("owner", http.MethodPatch, w.path(""), map[string]any{"name": long})
	w.callAs("owner", http.MethodPut, w.path("/members/%s/roles", long[:100_000]), map[string]any{"roles": []string{"admin"}})
	w.callAs("guest", http.MethodPost, w.path("/invitations"), map[string]any{"emails": []string{long}})
	var size, rows int
	if err := w.App.DB().NewQuery("SELECT coalesce(max(length(detail) + length(target) + length(target_name) + length(actor_name)), 0), count(*) FROM audit WHERE result != 'ok'").Row(&size, &rows); err != nil {
		t.Fatal(err)
	}
	if size > 4000 || rows == 0 {
		t.Errorf("a row of %d bytes is kept for ever, of %d, want at most 4000 and some", size, rows)
	}
	status, body = w.callAs("owner", http.MethodGet, w.path("/audit/verify"), nil)
	if status != http.StatusOK || body["whole"] != true {
		t.Errorf("%d %v, want %v and true", status, body, http.StatusOK)
	}
}
