package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
	"usher/views/web"
)

// syncBuffer collects what is written to stderr.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(p)
}

func captureStderr(t *testing.T) *syncBuffer {
	out := &syncBuffer{}
	t.Cleanup(web.SetStderr(out))
	return out
}

func TestFullDatabase_Returns503AndLogsReference(t *testing.T) {
	out := captureStderr(t)
	s := viewstest.Serve(t, hookstest.Config())
	marta := hookstest.Account(t, s.App, "marta@halation.example")
	team := hookstest.Team(t, s.App, marta, "Halation Post", "free")
	b := s.As(marta)
	hookstest.Exec(t, s.App, "CREATE TABLE filler (x)", nil)
	var pages int
	if err := s.App.NonconcurrentDB().NewQuery("PRAGMA page_count").Row(&pages); err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.App, fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil)
	page := b.Post("/account", url.Values{"name": {"Marta"}})
	for n := 0; page.Status != http.StatusServiceUnavailable && n < 200; n++ { // until the space in the last pages is used
		page = b.Post("/account", url.Values{"name": {fmt.Sprintf("Marta %d%s", n, strings.Repeat("a", 30))}})
	}
	if page.Status != http.StatusServiceUnavailable || page.Header.Get("Retry-After") != "60" || !strings.Contains(page.Body, "disk is full") {
		t.Fatalf("the page: %d, Retry-After %q", page.Status, page.Header.Get("Retry-After"))
	}
	status, answer := s.Call(s.Token(marta), "PATCH", "/api/teams/"+team.Id, map[string]any{"description": strings.Repeat("long ", 90)})
	message := fmt.Sprint(answer["message"])
	if status != http.StatusServiceUnavailable || !strings.Contains(message, "disk is full") {
		t.Fatalf("the API: %d %v, want %v and it with %q", status, answer, http.StatusServiceUnavailable, "disk is full")
	}
	reference := regexp.MustCompile(`Reference: (\w+)\.`).FindStringSubmatch(message)
	out.mu.Lock()
	if reference == nil || !strings.Contains(out.String(), "id="+reference[1]) || !strings.Contains(out.String(), "database or disk is full") {
		t.Errorf("reference %v isn't on stderr:\n%s", reference, out.String())
	}
	out.mu.Unlock()
	if got := b.Get("/admin/" + team.Id + "/users"); got.Status != http.StatusOK {
		t.Errorf("a reading page: %d, want %v", got.Status, http.StatusOK)
	}
}
